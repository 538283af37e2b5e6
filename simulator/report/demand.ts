// What callers asked of a registry and what they wanted with it: requests for each pull, and how they took a refusal.
import { ActionReader } from '../checks/registry-actions.ts'
import { type RefusableRequest, RetryLedger } from '../checks/retry-ledger.ts'
import type { CallerDemand, RegistryDemand } from '../events/events.ts'

type Counts = Omit<CallerDemand, 'amplification'>

/** It hears of no blobs, and requests for manifests do not take long. */
const forgetAfterMs = 120_000
const stepMs = 100
/** Requests end out of the order in which they began, but not by more than this many tenths of a second with retries in them. */
const stepsKept = 4_096
const kindCounts = {
  'version-check': 'versionChecks',
  'pull-by-tag': 'pullsByTag',
  'pull-by-digest': 'pullsByDigest',
} as const

/** Sums up requests by what they were for. `groupOf` tells the group of an agent. */
export class DemandRecorder {
  readonly #groupOf: (agent: number) => string | null
  readonly #groups = new Map<string | null, Counts>()
  /** A version check becomes a pull when more is asked for. */
  readonly #reader = new ActionReader(
    {
      onKind: ({ agent, kind }, before) => {
        const counts = this.#countsOf(agent)
        counts[kindCounts[kind]] += 1
        if (before !== null) counts[kindCounts[before]] -= 1
      },
    },
    { forgetAfterMs },
  )
  readonly #refusals = new RetryLedger()
  readonly #early = new Map<number | string, { agent: number | null; source: string; retriesEarly: number }>()
  /** Retries by the tenth of a second in which they began. */
  readonly #steps = new Map<number, number>()
  #retriesAtOnce = 0

  constructor(groupOf: (agent: number) => string | null = () => null) {
    this.#groupOf = groupOf
  }

  /**
   * Counts one request, or several of the same kind and moment. Of manifest requests whose repository is not told, nothing is known to
   * have followed.
   */
  add(request: RefusableRequest, count: number): void {
    const { agent, class: requestClass, repository } = request
    const counts = this.#countsOf(agent)
    counts.requests += count
    if (requestClass === 'token') counts.tokenRequests += count
    else if (requestClass === 'version-check') counts.manifestHeads += count
    else if (requestClass === 'manifest') counts.manifestGets += count
    const isForManifest = requestClass === 'version-check' || requestClass === 'manifest'
    if (repository === null && isForManifest) {
      // One that is refused is the beginning of what comes after it.
      if (request.status < 400) counts[requestClass === 'manifest' ? 'pullsByTag' : 'versionChecks'] += count
      return
    }
    if (isForManifest) this.#reader.take(request)
    const retry = this.#refusals.take(request)
    if (retry === null) return
    counts.retries += 1
    this.#takeStep(request.startedAtMs)
    if (retry.earlyMs === null) return
    counts.retriesTold += 1
    if (retry.earlyMs > 0) {
      counts.retriesEarly += 1
      this.#takeEarly(agent, request.source)
    }
  }

  result(): RegistryDemand {
    const total = noCounts()
    for (const counts of this.#groups.values()) addTo(total, counts)
    return {
      ...withAmplification(total),
      byGroup: [...this.#groups]
        .sort(compareGroups)
        .map(([group, counts]) => ({ group, ...withAmplification(counts) })),
      retriesAtOnce: this.#retriesAtOnce,
      earliestCaller: [...this.#early.values()].reduce<RegistryDemand['earliestCaller']>(
        (most, each) => (each.retriesEarly > (most?.retriesEarly ?? 0) ? each : most),
        null,
      ),
    }
  }

  #countsOf(agent: number | null): Counts {
    const group = agent === null ? null : this.#groupOf(agent)
    const known = this.#groups.get(group)
    if (known) return known
    const counts = noCounts()
    this.#groups.set(group, counts)
    return counts
  }

  #takeStep(startedAtMs: number): void {
    const step = Math.floor(startedAtMs / stepMs)
    const retries = (this.#steps.get(step) ?? 0) + 1
    this.#steps.set(step, retries)
    this.#retriesAtOnce = Math.max(this.#retriesAtOnce, retries)
    if (this.#steps.size <= stepsKept) return
    const [oldest] = this.#steps.keys()
    if (oldest !== undefined) this.#steps.delete(oldest)
  }

  #takeEarly(agent: number | null, source: string): void {
    const key = agent ?? source
    const entry = this.#early.get(key) ?? { agent, source, retriesEarly: 0 }
    this.#early.set(key, entry)
    entry.retriesEarly += 1
  }
}

function noCounts(): Counts {
  return {
    ...{ requests: 0, versionChecks: 0, pullsByTag: 0, pullsByDigest: 0, manifestHeads: 0, manifestGets: 0 },
    ...{ tokenRequests: 0, retries: 0, retriesTold: 0, retriesEarly: 0 },
  }
}

function addTo(total: Counts, counts: Counts): void {
  for (const name of Object.keys(counts) as (keyof Counts)[]) total[name] += counts[name]
}

function withAmplification(counts: Counts): CallerDemand {
  const actions = counts.versionChecks + counts.pullsByTag + counts.pullsByDigest
  return { ...counts, amplification: actions === 0 ? null : counts.requests / actions }
}

/** Groups by name, callers outside the fleet last. */
function compareGroups([a]: [string | null, Counts], [b]: [string | null, Counts]): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return a < b ? -1 : 1
}
