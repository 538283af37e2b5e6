// Whether one request is sent again, and after what wait: a persona's rules, counted down.
import type { RandomStream } from '../../../server/kernel/random.ts'
import type { Persona } from './personas.ts'

/**
 * The attempts of one request.
 *
 * @example
 * const attempts = new Attempts(personas.podman, randomStream(1, 'agent/berlin/3/pull/kasmweb%2Fchrome:1.16.1'))
 * attempts.waitMs(429, null) // 2000
 * attempts.waitMs(429, 7_000) // 7000
 */
export class Attempts {
  readonly #persona: Pick<Persona, 'retries' | 'attemptsMax'>
  readonly #random: RandomStream
  #made = 1
  #retries = 0

  constructor(persona: Pick<Persona, 'retries' | 'attemptsMax'>, random: RandomStream) {
    this.#persona = persona
    this.#random = random
  }

  /** Takes an attempt that is no retry, after a 401; false where none is left. */
  takeFree(): boolean {
    if (this.#spent) return false
    this.#made += 1
    return true
  }

  /**
   * What is waited before the request is sent again, in ms; null where it is not.
   *
   * @param retryAfterMs what the answer's `Retry-After` asks for
   */
  waitMs(ended: number | 'broken', retryAfterMs: number | null): number | null {
    const rule = this.#persona.retries.find(({ on }) => on.includes(ended))
    const ownMs = rule?.waitsMs[this.#retries]
    if (rule === undefined || ownMs === undefined || this.#spent) return null
    this.#made += 1
    this.#retries += 1
    if (rule.retryAfterMsMax !== null && retryAfterMs !== null) return Math.min(retryAfterMs, rule.retryAfterMsMax)
    return rule.jitter === 0 ? ownMs : ownMs * (1 + rule.jitter * this.#random.uniform())
  }

  get #spent(): boolean {
    return this.#persona.attemptsMax !== null && this.#made >= this.#persona.attemptsMax
  }
}
