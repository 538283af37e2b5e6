// Which layers the images of a run are made of: base layers shared between images, and what a tag move keeps.
// Pure, so that both kinds of time publish the very same images.
import { invariant } from '../../server/kernel/errors.ts'
import { parseReference } from '../../server/kernel/reference.ts'
import type { SyntheticImage } from '../registry/content/synthetic.ts'
import type { ScenarioImage } from '../scenario/scenario.ts'

interface Published {
  digest: string
  previousDigest: string | null
}

/** A registry of either kind of time, as far as images are put into it: the modelled one has them at once. */
export interface Publisher {
  publish(image: SyntheticImage): Published | Promise<Published>
  /** The same by the way that a client takes: a real push in real time. */
  push(images: readonly SyntheticImage[]): Published[] | Promise<Published[]>
  /** The digest that a tag stands for; null where there is no such image. */
  find(image: { repository: string; tag: string }): string | null | Promise<string | null>
}

interface Layer {
  name: string
  sizeBytes: number
}

/** The layers behind every docker reference of a run, as they stand now. */
export class ImageLibrary {
  readonly #seed: number
  readonly #bases: Map<string, Layer[]>
  readonly #layers = new Map<string, Layer[]>()
  readonly #moves = new Map<string, number>()

  constructor(options: { seed: number; images: readonly ScenarioImage[] }) {
    this.#seed = options.seed
    this.#bases = baseLayers(options.images)
  }

  /** What the registry holds when a run begins. */
  addPublished(images: readonly ScenarioImage[]): { name: string; image: SyntheticImage }[] {
    return images.filter(({ published }) => published).map((image) => ({ name: image.name, image: this.add(image) }))
  }

  /** The image as first published. */
  add(image: ScenarioImage): SyntheticImage {
    const base = (image.base !== null && this.#bases.get(image.base)) || []
    const shared = image.layers > base.length ? base : base.slice(0, image.layers - 1)
    const ownBytes = Math.max(0, image.sizeBytes - totalBytes(shared))
    const own = split(ownBytes, image.layers - shared.length).map((sizeBytes, index) => ({
      name: `${image.name}/layer-${shared.length + index}`,
      sizeBytes,
    }))
    this.#layers.set(image.name, [...shared, ...own])
    return this.#current(image.name)
  }

  /** The image after its tag has moved: the first `sharedLayers` layers stay, the others are new. */
  move(name: string, { sharedLayers }: { sharedLayers: number }): SyntheticImage {
    const layers = this.#layers.get(name)
    invariant(layers, `the tag of ${name} cannot move: it was never published`)
    const move = (this.#moves.get(name) ?? 0) + 1
    this.#moves.set(name, move)
    this.#layers.set(
      name,
      layers.map((layer, index) =>
        index < sharedLayers ? layer : { ...layer, name: `${name}/layer-${index}/move-${move}` },
      ),
    )
    return this.#current(name)
  }

  /** The same image under another tag of its repository, which moves where it is there. */
  tag(name: string, tagged: string): SyntheticImage {
    const layers = this.#layers.get(name)
    invariant(layers, `${name} cannot be tagged: it was never published`)
    this.#layers.set(tagged, layers)
    return this.#current(tagged)
  }

  #current(name: string): SyntheticImage {
    const { repository, tag } = parseReference(name)
    const layers = this.#layers.get(name)
    invariant(layers && tag !== null, `${name} has no layers or no tag`)
    return { repository, tag, seed: this.#seed, layers }
  }
}

/** A base's layers must be the same bytes in each of its images, so the smallest share of any of them decides its size. */
function baseLayers(images: readonly ScenarioImage[]): Map<string, Layer[]> {
  const bases = new Map<string, Layer[]>()
  for (const { base } of images) {
    if (base === null || bases.has(base)) continue
    const sharing = images.filter((image) => image.base === base)
    const layerCount = Math.min(...sharing.map(({ layers, baseShare }) => Math.round(layers * baseShare)))
    const sizeBytes = Math.floor(Math.min(...sharing.map((image) => image.sizeBytes * image.baseShare)))
    bases.set(
      base,
      split(sizeBytes, layerCount).map((bytes, index) => ({ name: `base/${base}/layer-${index}`, sizeBytes: bytes })),
    )
  }
  return bases
}

/** Even parts; the first takes what is left over. */
function split(sizeBytes: number, parts: number): number[] {
  const even = parts === 0 ? 0 : Math.floor(sizeBytes / parts)
  return Array.from({ length: parts }, (_, index) => (index === 0 ? sizeBytes - even * (parts - 1) : even))
}

function totalBytes(layers: readonly Layer[]): number {
  return layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
