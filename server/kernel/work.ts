// Work with the outside world that a clock waits for, each piece by its own number: a request to a server, which may take a hand in it
// and hold it back. What holds the clock up is asked of each piece, so that the end of one never frees or binds another.

/** Where the number of a piece of work stands on a request, so that a server of this process knows what it takes a hand in. */
export const workHeader = 'x-kasm-sim-work'

/** All that is under way on one clock. */
export class WorkList {
  readonly #underWay = new Map<number, Work>()
  readonly #holding = new Set<Work>()
  #nextNumber = 1
  #idle = Promise.withResolvers<void>()
  /** Raised by whatever happens to any work: where it stands still, nothing happens. */
  changes = 0

  /** How many pieces keep the clock from moving on. */
  get holding(): number {
    return this.#holding.size
  }

  /** Resolves once nothing keeps the clock from moving on; what has been resolved says so of its own moment alone. */
  get idle(): Promise<void> {
    return this.#holding.size === 0 ? Promise.resolve() : this.#idle.promise
  }

  /** The names of what keeps the clock from moving on, the oldest first. */
  get names(): string[] {
    return [...this.#holding].sort((one, other) => one.number - other.number).map(({ name }) => name)
  }

  /** A number that is no other's: what begins later has a higher one. */
  takeNumber(): number {
    return this.#nextNumber++
  }

  begin(name: string): Work {
    const work: Work = new Work(this.takeNumber(), name, () => this.#changed(work))
    this.#underWay.set(work.number, work)
    this.#changed(work)
    return work
  }

  /** Work that is not over, by its number as a header has it; null where there is none. */
  find(number: string | string[] | undefined): Work | null {
    return this.#underWay.get(Number(number)) ?? null
  }

  #changed(work: Work): void {
    this.changes += 1
    if (work.isOver) this.#underWay.delete(work.number)
    if (!work.holds) this.#holding.delete(work)
    else if (!this.#holding.has(work)) {
      if (this.#holding.size === 0) this.#idle = Promise.withResolvers()
      this.#holding.add(work)
    }
    if (this.#holding.size === 0) this.#idle.resolve()
  }
}

/**
 * One piece of work.
 *
 * @example
 * const work = timekeeper.begin('GET /v2/')
 * const answer = await send(request).finally(work.end)
 */
export class Work {
  /** Orders what comes to one place at one moment. */
  readonly number: number
  /** Says what it is to somebody who wonders why nothing moves. */
  readonly name: string
  readonly #changed: () => void
  #hands = 0
  #pauses = 0
  #hasEnded = false

  constructor(number: number, name: string, changed: () => void) {
    this.number = number
    this.name = name
    this.#changed = changed
  }

  /** Whether nobody has a hand in it any more. */
  get isOver(): boolean {
    return this.#hasEnded && this.#hands === 0
  }

  /** Whether the clock must not move on. Whoever began it and left is waited for by no server: what that does now, it does to end. */
  get holds(): boolean {
    return this.#hasEnded ? this.#hands > 0 : this.#pauses === 0
  }

  /** Whoever began it has what was wanted, or wants it no longer. Of no effect a second time. */
  readonly end = (): void => {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#changed()
  }

  /** A server takes a hand in it: until what is returned is called it is not over, even where whoever began it has left. */
  join(): () => void {
    return this.#counted((by) => {
      this.#hands += by
    })
  }

  /** It waits for the clock itself: until what is returned is called it does not keep the clock from moving on. */
  pause(): () => void {
    return this.#counted((by) => {
      this.#pauses += by
    })
  }

  #counted(count: (by: 1 | -1) => void): () => void {
    count(1)
    this.#changed()
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      count(-1)
      this.#changed()
    }
  }
}
