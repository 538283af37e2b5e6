// Which images the engines of a fleet have, in virtual time.
import type { ModelledImage, ModelledLayer } from '../../registry/modelled-images.ts'

/** Which images are whole on which disk: one bit each. */
export class Disks {
  readonly #words: number
  readonly #bits: Uint32Array
  readonly #images: readonly ModelledImage[]

  constructor(options: { agents: number; imagesMax: number; images: readonly ModelledImage[] }) {
    this.#words = Math.ceil(options.imagesMax / 32)
    this.#bits = new Uint32Array(options.agents * this.#words)
    this.#images = options.images
  }

  has(agent: number, { number }: ModelledImage): boolean {
    return ((this.#bits[agent * this.#words + (number >> 5)] as number) & (1 << (number & 31))) !== 0
  }

  add(agent: number, { number }: ModelledImage): void {
    const index = agent * this.#words + (number >> 5)
    this.#bits[index] = (this.#bits[index] as number) | (1 << (number & 31))
  }

  remove(agent: number, digest: string): void {
    for (const image of this.#images) {
      if (image.digest !== digest) continue
      const index = agent * this.#words + (image.number >> 5)
      this.#bits[index] = (this.#bits[index] as number) & ~(1 << (image.number & 31))
    }
  }

  /**
   * Which layers of an image have to be fetched: known by chains, all from the first one that no image on the disk has in its place;
   * known by digests, those that no image has anywhere.
   */
  missingLayers(agent: number, image: ModelledImage, knownBy: 'chain' | 'digest'): readonly number[] {
    const held = this.#images.filter((other) => this.has(agent, other))
    const indices = image.layers.map((_, index) => index)
    if (knownBy === 'digest') {
      return indices.filter(
        (index) => !held.some(({ layers }) => layers.includes(image.layers[index] as ModelledLayer)),
      )
    }
    const first = image.chains.findIndex((chain, index) => !held.some((other) => other.chains[index] === chain))
    return first === -1 ? [] : indices.slice(first)
  }
}
