// Which images the fleet holds. Keeps, per docker reference, the digest that was reported last and how many enabled agents
// hold it, and one shared object per image and digest, so that ten thousand agents cost little memory.

import type { Collection } from './state/collection.ts'
import type { Holding, ImageHashRecord } from './state/records.ts'

/** An image at a digest, and how many agents hold it. */
interface Counted {
  holding: Holding
  holders: number
}

/** What all agents together hold. */
export class Stock {
  /** Changes whenever `hash` or `available` of any image does. */
  version = 0
  /** By name and digest: to join the two into one key would cost more than all else that a report does. */
  readonly #holdings = new Map<string, Map<string, Counted>>()
  readonly #hashes: Collection<ImageHashRecord>
  readonly #enabledHolders = new Map<string, number>()

  constructor(hashes: Collection<ImageHashRecord>) {
    this.#hashes = hashes
  }

  hash(name: string): string | null {
    return this.#hashes.get(name)?.digest ?? null
  }

  available(name: string): boolean {
    return (this.#enabledHolders.get(name) ?? 0) > 0
  }

  /** Takes an agent's report over its previous one and returns what it holds now: the same list where nothing changed. */
  replace(before: readonly Holding[], images: readonly Holding[], enabled: boolean): readonly Holding[] {
    if (isSame(before, images)) return before
    const after = [...new Set(images.map((image) => this.#counted(image).holding))]
    // Looked up again: after a restart the list before is a copy.
    const held = before.map((image) => this.#counted(image).holding)
    const kept = new Set(held)
    const added = after.filter((holding) => !kept.has(holding))
    for (const holding of added) {
      this.#counted(holding).holders += 1
      if (this.hash(holding.name) === holding.digest) continue
      this.#hashes.set(holding.name, { digest: holding.digest })
      this.version += 1
    }
    const now = new Set<Holding>(after)
    const removed = held.filter((holding) => !now.has(holding))
    // Added before removed: an image that only changes its digest stays available.
    if (enabled) this.count(added, 1)
    if (enabled) this.count(removed, -1)
    this.#forget(removed)
    return after
  }

  /** Takes in what an agent held when the state was stored; that is no news of any digest. */
  recall(images: readonly Holding[], enabled: boolean): void {
    for (const image of images) this.#counted(image).holders += 1
    if (enabled) this.count(images, 1)
  }

  /** Takes all that an agent holds out of the stock: it is gone. */
  release(holdings: readonly Holding[], enabled: boolean): void {
    if (enabled) this.count(holdings, -1)
    this.#forget(holdings)
  }

  /** An agent that holds these was enabled (1) or disabled (-1). */
  count(holdings: readonly Holding[], difference: 1 | -1): void {
    for (const { name } of holdings) {
      const wasAvailable = this.available(name)
      this.#enabledHolders.set(name, (this.#enabledHolders.get(name) ?? 0) + difference)
      if (this.available(name) !== wasAvailable) this.version += 1
    }
  }

  #counted({ name, digest }: Holding): Counted {
    const digests = this.#holdings.get(name) ?? new Map<string, Counted>()
    const known = digests.get(digest)
    if (known) return known
    const created = { holding: { name, digest }, holders: 0 }
    this.#holdings.set(name, digests.set(digest, created))
    return created
  }

  #forget(holdings: readonly Holding[]): void {
    for (const { name, digest } of holdings) {
      const digests = this.#holdings.get(name)
      const counted = digests?.get(digest)
      if (!digests || !counted) continue
      counted.holders -= 1
      if (counted.holders > 0) continue
      digests.delete(digest)
      if (digests.size === 0) this.#holdings.delete(name)
    }
  }
}

function isSame(before: readonly Holding[], images: readonly Holding[]): boolean {
  return (
    before.length === images.length &&
    before.every(({ name, digest }, index) => name === images[index]?.name && digest === images[index]?.digest)
  )
}
