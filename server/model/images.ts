// The image definitions: created, changed and deleted by the developer API, read by agents.
import type { Image, ImageChanges, ImageSeed } from '../api/images.ts'
import { requireId, stableId } from './ids.ts'
import { changedImage, imageAttributes, newImage } from './image-fields.ts'
import { notFound } from './reply.ts'
import type { Secrets } from './secrets.ts'
import type { StoredImage } from './state/records.ts'
import type { State } from './state/state.ts'
import type { Stock } from './stock.ts'
import type { Zones } from './zones.ts'

const revisionCounter = 'images-revision'

interface Parts {
  state: State
  secrets: Secrets
  zones: Zones
  stock: Stock
}

/** All image definitions, in the order of their creation. */
export class Images {
  readonly #state: State
  readonly #zones: Zones
  readonly #stock: Stock
  readonly #secrets: Secrets
  #list: readonly Image[] = []
  #listedAt = ''

  constructor({ state, secrets, zones, stock }: Parts) {
    this.#state = state
    this.#secrets = secrets
    this.#zones = zones
    this.#stock = stock
  }

  /** Changes whenever any definition does. */
  get revision(): number {
    return this.#state.rows.counters.get(revisionCounter)?.count ?? 0
  }

  /** Moves the revision past one that agents have seen, after another state took the place of theirs. */
  passRevision(seen: number): void {
    const count = Math.max(seen, this.revision) + 1
    this.#state.rows.counters.set(revisionCounter, { count })
  }

  create(fields: ImageSeed): Image {
    const created = newImage('', fields.name, this.#sealed(fields), this.#zones)
    const count = this.#state.next(`image/${fields.name}`)
    const parts = count === 1 ? [fields.name] : [fields.name, String(count - 1)]
    return this.#store({ ...created, image_id: stableId('image', ...parts) })
  }

  update({ image_id, ...changes }: ImageChanges & { image_id: string }): Image {
    return this.#store(changedImage(this.require(image_id), this.#sealed(changes), this.#zones))
  }

  delete(imageId: string): StoredImage {
    const image = this.require(imageId)
    this.#state.rows.images.delete(image.image_id)
    this.#state.next(revisionCounter)
    return image
  }

  get(imageId: string): Image {
    return this.#present(this.require(imageId))
  }

  /** The same list until anything in it changes. */
  list(): readonly Image[] {
    const current = `${this.revision}/${this.#stock.version}`
    if (this.#listedAt !== current) this.#list = [...this.stored()].map((image) => this.#present(image))
    this.#listedAt = current
    return this.#list
  }

  /** As kept, with sealed tokens. */
  stored(): Iterable<StoredImage> {
    return this.#state.rows.images.values()
  }

  /** The token that agents pull with. */
  dockerToken({ docker_token }: StoredImage): string | null {
    return docker_token === null ? null : this.#secrets.open(docker_token)
  }

  /** @throws Refusal where no image has this id */
  require(imageId: string): StoredImage {
    const id = requireId('image_id', imageId)
    const image = this.#state.rows.images.get(id)
    if (!image) throw notFound('Image', id)
    return image
  }

  #sealed<Fields extends ImageChanges>(fields: Fields): Fields {
    const { docker_token } = fields
    return docker_token ? { ...fields, docker_token: this.#secrets.seal(docker_token) } : fields
  }

  #store(image: StoredImage): Image {
    this.#state.rows.images.set(image.image_id, image)
    this.#state.next(revisionCounter)
    return this.#present(image)
  }

  #present(image: StoredImage): Image {
    return {
      ...image,
      memory_bytes: image.memory,
      hash: this.#stock.hash(image.name),
      available: this.#stock.available(image.name),
      zone_name: image.zone_id === null ? null : (this.#zones.byId(image.zone_id)?.zone_name ?? null),
      docker_token: null,
      imageAttributes: imageAttributes(image),
    }
  }
}
