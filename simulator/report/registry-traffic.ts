// What a registry was asked and what it sent, in sums: of the requests told one by one, or of those that virtual time only counts.
import type { RegistryTraffic, RequestClass } from '../events/events.ts'
import { PeakRate } from './peak-rate.ts'

/** One request, or several of the same kind and moment. */
export interface CountedRequest {
  class: RequestClass
  status: number
  bytes: number
  startedAtMs: number
  atMs: number
}

/**
 * Sums up requests.
 *
 * @example
 * const traffic = new TrafficRecorder()
 * traffic.add({ class: 'blob', status: 200, bytes: 4_000_000, startedAtMs: 0, atMs: 800 })
 * traffic.result().sentBytes // 4000000
 */
export class TrafficRecorder {
  readonly #sums = { requests: 0, denied: 0, sentBytes: 0 }
  readonly #byClass = new Map<RequestClass, number>()
  readonly #byStatus = new Map<string, number>()
  readonly #bytes = new PeakRate()
  readonly #requests = new PeakRate()

  add({ class: requestClass, status, bytes, startedAtMs, atMs }: CountedRequest, count = 1): void {
    this.#sums.requests += count
    if (status === 429) this.#sums.denied += count
    this.#byClass.set(requestClass, (this.#byClass.get(requestClass) ?? 0) + count)
    const key = `${status}`
    this.#byStatus.set(key, (this.#byStatus.get(key) ?? 0) + count)
    this.#requests.add({ amount: count, fromMs: atMs, toMs: atMs })
    if (bytes === 0) return
    this.#sums.sentBytes += bytes * count
    this.#bytes.add({ amount: bytes * count, fromMs: startedAtMs, toMs: atMs })
  }

  result(): RegistryTraffic {
    return {
      ...this.#sums,
      byClass: sorted(this.#byClass),
      byStatus: sorted(this.#byStatus),
      peak: { bytesPerSecond: this.#bytes.perSecond(), requestsPerSecond: this.#requests.perSecond() },
    }
  }
}

/** Largest first, so that the same counts read the same. */
export function sorted<Key extends string>(counts: Map<Key, number>): Record<Key, number> {
  const entries = [...counts].sort(([keyA, a], [keyB, b]) => b - a || (keyA < keyB ? -1 : 1))
  return Object.fromEntries(entries) as Record<Key, number>
}
