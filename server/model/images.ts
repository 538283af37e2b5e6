// The image definitions: created, changed and deleted by the developer API, read by agents.
import type { Image, ImageChanges, ImageSeed } from '../api/images.ts'
import { requireId, stableId } from './ids.ts'
import { changedImage, newImage, type StoredImage } from './image-fields.ts'
import { businessError } from './reply.ts'
import type { Stock } from './stock.ts'
import type { Zones } from './zones.ts'

/** All image definitions, in the order of their creation. */
export class Images {
  /** Changes whenever any definition does. */
  revision = 0
  readonly #images = new Map<string, StoredImage>()
  readonly #createdByName = new Map<string, number>()
  readonly #zones: Zones
  readonly #stock: Stock

  constructor(zones: Zones, stock: Stock) {
    this.#zones = zones
    this.#stock = stock
  }

  create(fields: ImageSeed): Image {
    const count = this.#createdByName.get(fields.name) ?? 0
    const id = count === 0 ? stableId('image', fields.name) : stableId('image', fields.name, String(count))
    const image = newImage(id, fields.name, fields, this.#zones)
    this.#createdByName.set(fields.name, count + 1)
    return this.#store(image)
  }

  update({ image_id, ...changes }: ImageChanges & { image_id: string }): Image {
    return this.#store(changedImage(this.#require(image_id), changes, this.#zones))
  }

  delete(imageId: string): void {
    this.#images.delete(this.#require(imageId).image_id)
    this.revision += 1
  }

  get(imageId: string): Image {
    return this.#present(this.#require(imageId))
  }

  list(): Image[] {
    return [...this.#images.values()].map((image) => this.#present(image))
  }

  /** As kept, tokens included; for agents alone. */
  stored(): Iterable<StoredImage> {
    return this.#images.values()
  }

  #store(image: StoredImage): Image {
    this.#images.set(image.image_id, image)
    this.revision += 1
    return this.#present(image)
  }

  #require(imageId: string): StoredImage {
    const id = requireId('image_id', imageId)
    const image = this.#images.get(id)
    if (!image) throw businessError(`Image not found: ${id}.`)
    return image
  }

  #present(image: StoredImage): Image {
    return {
      ...image,
      memory_bytes: image.memory,
      hash: this.#stock.hash(image.name),
      available: this.#stock.available(image.name),
      zone_name: image.zone_id === null ? null : (this.#zones.byId(image.zone_id)?.name ?? null),
      docker_token: null,
    }
  }
}
