// Pulls that have read their index and not yet the manifest of their platform: the half pull that they still need is set aside, so that
// pulls at the edge of a limit do not starve each other, each holding one half.

interface Begun {
  /** By repository: when each set-aside half lapses, oldest first. */
  repositories: Map<string, number[]>
}

/**
 * Halves set aside, per key. Time must not run backwards.
 *
 * @example
 * const begun = new BegunPulls(900_000)
 * begun.begin('address 192.0.2.1', 'kasmweb/chrome', 0)
 * begun.count('address 192.0.2.1', 0) // 1
 * begun.finish('address 192.0.2.1', 'kasmweb/chrome', 10) // true
 */
export class BegunPulls {
  readonly #lifetimeMs: number
  readonly #keys = new Map<string, Begun>()

  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs
  }

  begin(key: string, repository: string, nowMs: number): void {
    const begun = this.#keys.get(key) ?? { repositories: new Map() }
    this.#keys.set(key, begun)
    const lapses = begun.repositories.get(repository) ?? []
    lapses.push(nowMs + this.#lifetimeMs)
    begun.repositories.set(repository, lapses)
  }

  /** Takes the half of the oldest pull of a repository; false where none was begun. */
  finish(key: string, repository: string, nowMs: number): boolean {
    this.#forget(key, nowMs)
    const lapses = this.#keys.get(key)?.repositories.get(repository)
    if (lapses === undefined) return false
    lapses.shift()
    this.#forget(key, nowMs)
    return true
  }

  count(key: string, nowMs: number): number {
    this.#forget(key, nowMs)
    let total = 0
    for (const lapses of this.#keys.get(key)?.repositories.values() ?? []) total += lapses.length
    return total
  }

  #forget(key: string, nowMs: number): void {
    const begun = this.#keys.get(key)
    if (!begun) return
    for (const [repository, lapses] of begun.repositories) {
      while ((lapses[0] ?? Number.POSITIVE_INFINITY) <= nowMs) lapses.shift()
      if (lapses.length === 0) begun.repositories.delete(repository)
    }
    if (begun.repositories.size === 0) this.#keys.delete(key)
  }
}
