// What a scenario may expect of a run, as data: a metric, which of its samples, and a limit. checks.ts judges them.

/** Names of the metrics that checks can judge; metrics.ts computes each from events. */
export type MetricName =
  | 'pulls-running'
  | 'repositories-in-flight'
  | 'pulls-started'
  | 'pulls-succeeded'
  | 'pulls-failed'
  | 'pulls-denied'
  | 'pulls-refused'
  | 'pull-duration'
  | 'queue-wait'
  | 'refresh-gap'
  | 'check-in-gap'
  | 'ready-time'
  | 'digests-held'
  | 'drift-time'
  | 'images-pruned'
  | 'downloaded-bytes'
  | 'registry-requests'
  | 'amplification'
  | 'retry-after-violations'
  | 'sessions-started'
  | 'sessions-refused'
  | 'sessions-running'
  | 'session-digests'
  | 'wait-time'

/** Why a session was refused. */
export type SessionRefusal = 'not-authorized' | 'no-resources' | 'other'

/** Which samples of a metric count. Every field narrows further; null means any. */
export interface SampleFilter {
  group: string | null
  agents: number[] | null
  image: string | null
  reason: 'missing' | 'refresh' | null
  /** Of pulls: whether credentials were sent. */
  authenticated: boolean | null
  /** Of registry requests. */
  status: number | null
  requestClass: string | null
  /** Of sessions; absent is any, as null is. */
  session?: string | null
  user?: string | null
  /** Which publication of its image's reference a session runs, from 1; 0: none of them. */
  publication?: number | null
  refusal?: SessionRefusal | null
  fromMs: number
  /** Without the moment itself; Infinity is written as null in JSON. */
  untilMs: number | null
}

/** How samples become one number: the largest, the smallest, how many, their sum, or a share of them ordered by size. */
export type Aggregate = 'max' | 'min' | 'count' | 'sum' | 'mean' | 'p50' | 'p95'

/**
 * One expectation. Exactly one of the three forms (docs/checks.md):
 * `limit` judges the aggregate; `within` wants every open timing (ready, drift) closed and at most that long;
 * `never-before` wants no sample of at least `value` before a moment, and one after it.
 */
export interface Expectation {
  /** What it says, for people. */
  name: string
  metric: MetricName
  where: SampleFilter
  judge:
    | {
        form: 'limit'
        aggregate: Aggregate
        atMost: number | null
        atLeast: number | null
        /** The high-water mark must reach this, so that an upper limit cannot hold vacuously. */
        reaches: number | null
      }
    | { form: 'within'; durationMs: number }
    | { form: 'never-before'; value: number; beforeMs: number }
}

/**
 * What a check found. All its numbers are in `unit`.
 * Of `never-before` they are moments: `observed` is when the value was first reached, `limit` the moment before which it must not be.
 */
export interface CheckResult {
  name: string
  /** `inconclusive`: what was seen shows neither that it held nor that it was missed. */
  status: 'held' | 'missed' | 'inconclusive'
  /** In plain words why it did not hold, or why nobody can tell; null when it held. */
  reason: string | null
  /** Whether another pace could have changed the result, so that a machine that was late puts it in doubt. */
  hangsOnTime: boolean
  /** The aggregate (0 for a count of nothing); null where nothing was there to judge. */
  observed: number | null
  /** The largest sample, or the whole count or sum; null where there is none and of `never-before`. */
  highWater: number | null
  /** The limit that the observed value is nearest to, or missed. */
  limit: number
  /** On which side of the limit the observed value must be; `not-before` is of moments. */
  bound: 'at-most' | 'at-least' | 'exactly' | 'not-before'
  /** How far the observed value stays from the limit; negative when it is beyond it, null where it cannot be known. */
  slack: number | null
  unit: 'count' | 'ms' | 'bytes'
  /** The sibling: whether the situation that the check is about did occur, and how often. */
  occurred: { passed: boolean; samples: number; statement: string }
  /** Where the first violation was, or why the check could not hold; null where none was seen. */
  violation: { atMs: number | null; statement: string } | null
}
