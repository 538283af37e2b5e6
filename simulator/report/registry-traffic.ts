// What a registry was asked and what it sent, in sums: of the requests told one by one, or of those that virtual time only counts.
import type { RefusableRequest } from '../checks/retry-ledger.ts'
import type { RegistryTraffic, RequestClass } from '../events/events.ts'
import { DemandRecorder } from './demand.ts'
import { PeakRate } from './peak-rate.ts'

export type CountedRequest = RefusableRequest & { bytes: number }

interface RequestRows {
  count: number
  perRow: number
  everyMs: number
}

/**
 * Sums up requests.
 *
 * @example
 * const traffic = new TrafficRecorder()
 * traffic.add({ ...request, class: 'blob', status: 200, bytes: 4_000_000, startedAtMs: 0, atMs: 800 })
 * traffic.result().sentBytes // 4000000
 */
export class TrafficRecorder {
  readonly #sums = { requests: 0, denied: 0, sentBytes: 0 }
  readonly #byClass = new Map<RequestClass, number>()
  readonly #byStatus = new Map<number, number>()
  readonly #bytes = new PeakRate()
  readonly #requests = new PeakRate()
  readonly #demand: DemandRecorder
  readonly #isMeasured: boolean

  /**
   * `groupOf` tells the group of an agent; by default all are of none. `measured`: what the uplink carries is told by `addServed`; a
   * request does not tell when each of its bytes was sent, and without it they count as sent evenly.
   */
  constructor(groupOf?: (agent: number) => string | null, { measured = false } = {}) {
    this.#demand = new DemandRecorder(groupOf)
    this.#isMeasured = measured
  }

  add(request: CountedRequest): void {
    const { bytes, startedAtMs, atMs } = request
    this.#count(request, 1)
    this.#requests.add({ amount: 1, fromMs: atMs, toMs: atMs })
    if (bytes === 0 || !isContent(request)) return
    this.#sums.sentBytes += bytes
    if (!this.#isMeasured) this.#bytes.add({ amount: bytes, fromMs: startedAtMs, toMs: atMs })
  }

  /** Takes what went over the uplink, at an even rate. */
  addServed({ bytes, fromMs, toMs }: { bytes: number; fromMs: number; toMs: number }): void {
    this.#bytes.add({ amount: bytes, fromMs, toMs })
  }

  /** Takes several requests of a kind whose answers have no body, a row of so many at a time; the first row is at the request's moment. */
  addRows(request: CountedRequest, { count, perRow, everyMs }: RequestRows): void {
    this.#count(request, count)
    for (let left = count, atMs = request.atMs; left > 0; left -= perRow, atMs += everyMs) {
      this.#requests.add({ amount: Math.min(perRow, left), fromMs: atMs, toMs: atMs })
    }
  }

  #count(request: CountedRequest, count: number): void {
    const { class: requestClass, status } = request
    this.#demand.add(request, count)
    this.#sums.requests += count
    if (status === 429) this.#sums.denied += count
    this.#byClass.set(requestClass, (this.#byClass.get(requestClass) ?? 0) + count)
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + count)
  }

  result(): RegistryTraffic {
    return {
      ...this.#sums,
      byClass: sorted(this.#byClass),
      byStatus: sorted(this.#byStatus),
      peak: { bytesPerSecond: this.#bytes.perSecond(), requestsPerSecond: this.#requests.perSecond() },
      demand: this.#demand.result(),
    }
  }
}

/** What is sent beside images, such as tokens and the words of errors, has no size in virtual time. */
function isContent({ class: requestClass, status }: CountedRequest): boolean {
  return (requestClass === 'blob' || requestClass === 'manifest') && status >= 200 && status < 300
}

/** Largest first, so that the same counts read the same. */
export function sorted<Key extends string | number>(counts: Map<Key, number>): Record<Key, number> {
  const entries = [...counts].sort(([keyA, a], [keyB, b]) => b - a || (keyA < keyB ? -1 : 1))
  return Object.fromEntries(entries) as Record<Key, number>
}
