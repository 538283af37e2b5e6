// Which images the fleet holds. Keeps, per docker reference, the digest that was reported last and how many enabled agents
// hold it, and one shared object per image and digest, so that ten thousand agents cost little memory.

/** An image at a digest; one object for the whole fleet. */
export interface Holding {
  readonly name: string
  readonly digest: string
}

interface Counted extends Holding {
  holders: number
}

/** What all agents together hold. */
export class Stock {
  /** Changes whenever `hash` or `available` of any image does. */
  version = 0
  readonly #holdings = new Map<string, Counted>()
  readonly #hashes = new Map<string, string>()
  readonly #enabledHolders = new Map<string, number>()

  hash(name: string): string | null {
    return this.#hashes.get(name) ?? null
  }

  available(name: string): boolean {
    return (this.#enabledHolders.get(name) ?? 0) > 0
  }

  /** Takes an agent's report over its previous one and returns what it holds now: the same list where nothing changed. */
  replace(before: readonly Holding[], images: readonly Holding[], enabled: boolean): readonly Holding[] {
    if (isSame(before, images)) return before
    const after = [...new Set(images.map((image) => this.#holding(image)))]
    const kept = new Set(before)
    const added = after.filter((holding) => !kept.has(holding))
    for (const holding of added) {
      holding.holders += 1
      if (this.#hashes.get(holding.name) === holding.digest) continue
      this.#hashes.set(holding.name, holding.digest)
      this.version += 1
    }
    const now = new Set<Holding>(after)
    const removed = before.filter((holding) => !now.has(holding))
    // Added before removed: an image that only changes its digest stays available.
    if (enabled) this.count(added, 1)
    if (enabled) this.count(removed, -1)
    this.#forget(removed)
    return after
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

  #holding({ name, digest }: Holding): Counted {
    const key = `${name}@${digest}`
    const known = this.#holdings.get(key)
    if (known) return known
    const created = { name, digest, holders: 0 }
    this.#holdings.set(key, created)
    return created
  }

  #forget(holdings: readonly Holding[]): void {
    for (const { name, digest } of holdings) {
      const holding = this.#holdings.get(`${name}@${digest}`)
      if (!holding) continue
      holding.holders -= 1
      if (holding.holders === 0) this.#holdings.delete(`${name}@${digest}`)
    }
  }
}

function isSame(before: readonly Holding[], images: readonly Holding[]): boolean {
  return (
    before.length === images.length &&
    before.every(({ name, digest }, index) => name === images[index]?.name && digest === images[index]?.digest)
  )
}
