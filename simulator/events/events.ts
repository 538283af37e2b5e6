// Everything that happens in a run, as one union. Checks, metrics, reports, the live view and the trace read these and nothing else.
// The trace is these events as JSON lines; docs/events.md describes each kind. Times are milliseconds since the run began.
import type { PullReason } from '../agent/agent.ts'
import type { CheckResult } from '../checks/expectation.ts'
import type { Verdict } from '../checks/verdict.ts'
import type { FaultKind, FaultScope } from '../registry/faults/fault.ts'
import type { RequestClass } from '../registry/request-class.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** Raised when an event changes in a way that readers of a trace must know of. */
export const eventVersion = 1

export type { RequestClass } from '../registry/request-class.ts'

/** How a pull failed, as far as a machine can tell. */
export type PullFailureCode =
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'NOT_FOUND'
  | 'DIGEST_MISMATCH'
  | 'TRUNCATED'
  | 'MALFORMED'
  | 'UNAVAILABLE'
  | 'REFERENCE_INVALID'
  | 'DISK'

/** Why a session was refused, as far as a machine can tell. */
export type SessionRefusalCode = 'NOT_AUTHORIZED' | 'NO_RESOURCES' | 'OTHER'

/** A session of the scenario: its name, who asked for it, and the reference of its Workspace at that time. */
export interface SessionSubject {
  session: string
  user: string
  image: string
}

/** Where a session runs and on which image; the agent is null where the fleet has none of that id. */
export interface SessionPlace {
  agent: number | null
  digest: string
}

/** An agent that does not hold every image it should. `image` is null where it waits for no image. */
export interface WaitingAgent {
  agent: number
  image: string | null
  cause: string
}

/** What callers asked of a registry, and what they wanted with it (docs/journal.md). */
export interface CallerDemand {
  requests: number
  versionChecks: number
  pullsByTag: number
  pullsByDigest: number
  manifestHeads: number
  manifestGets: number
  tokenRequests: number
  /** Requests for each version check and pull; null where there was none. */
  amplification: number | null
  /** Requests for what the same caller had just been refused. */
  retries: number
  /** Of these: the refusal had said when to come again. */
  retriesTold: number
  /** Of these: sent before that moment. */
  retriesEarly: number
}

/** The demand of all callers and of each group of agents; `group` is null of callers outside the fleet. */
export interface RegistryDemand extends CallerDemand {
  byGroup: (CallerDemand & { group: string | null })[]
  /** The most retries that were sent within one tenth of a second: what moves in step. */
  retriesAtOnce: number
  /** The caller with the most early retries; null where there was none. */
  earliestCaller: { agent: number | null; source: string; retriesEarly: number } | null
}

/** The requests that a registry answered, in sums. */
export interface RegistryTraffic {
  requests: number
  byClass: Partial<Record<RequestClass, number>>
  byStatus: Record<string, number>
  /** Requests answered with status 429. */
  denied: number
  /** Of manifests and blobs. */
  sentBytes: number
  /** The most over any 10 s, per second: what its uplink carried and how many requests it answered. */
  peak: { bytesPerSecond: number; requestsPerSecond: number }
  demand: RegistryDemand
}

/** Where a run by the wall was late: timers of agents, actions and looks of the timeline, check-ins, requests and bodies, everything. */
export type LatenessSource = 'timers' | 'timeline' | 'check-ins' | 'transfers' | 'event-loop'

/** By how much a run by the wall was late at most, in its own time, and how late it may be for its checks to be judged. */
export interface Lateness {
  worstMs: number
  /** Of the worst. */
  source: LatenessSource
  boundMs: number
  bySource: Record<LatenessSource, number>
}

/** Who did not answer the generator: the registry, the web app, or the registry behind the run's own. */
export type Peer = 'registry' | 'web-app' | 'upstream'

/** What happened, without when. `agent` counts from 0; `image` is the docker reference. */
export type RunEventBody =
  | {
      kind: 'run-started'
      eventVersion: number
      version: string
      time: 'settled' | 'wall' | 'virtual'
      speed: number
      seed: number
      scenario: Scenario
    }
  | { kind: 'agent-started'; agent: number; group: string; cap: number; restart: boolean }
  | { kind: 'agent-stopped'; agent: number; pullsDropped: number }
  | { kind: 'agent-config-edited'; agent: number; cap: number }
  | { kind: 'check-in-answered'; agent: number; definitions: number; changed: boolean }
  | {
      /** Check-ins of virtual time that changed nothing, answered `intervalMs` apart, told together once something may change. */
      kind: 'check-ins-idle'
      agent: number
      count: number
      firstAtMs: number
      intervalMs: number
    }
  | { kind: 'check-in-failed'; agent: number; cause: string }
  | { kind: 'pull-queued'; agent: number; image: string; reason: PullReason; queued: number }
  | {
      kind: 'pull-cancelled'
      agent: number
      image: string
      cause: 'definition-gone' | 'agent-stopped' | 'agent-disabled'
    }
  | {
      kind: 'pull-refused'
      agent: number
      image: string
      reason: PullReason
      diskUsedBytes: number
      diskUsedAfterBytes: number
      diskSizeBytes: number
    }
  | {
      kind: 'pull-started'
      agent: number
      image: string
      pull: number
      reason: PullReason
      running: number
      runningInFleet: number
      queued: number
      authenticated: boolean
      /** The disk before the pull, and after it as the definition's size lets the agent expect. */
      diskUsedBytes: number
      diskUsedAfterBytes: number
      diskSizeBytes: number
    }
  | { kind: 'pull-dropped'; agent: number; image: string; pull: number; running: number }
  | {
      kind: 'pull-succeeded'
      agent: number
      image: string
      pull: number
      reason: PullReason
      outcome: 'downloaded' | 'up-to-date'
      digest: string
      downloadedBytes: number
      requests: number
      durationMs: number
      running: number
    }
  | {
      kind: 'pull-failed'
      agent: number
      image: string
      pull: number
      reason: PullReason
      code: PullFailureCode
      cause: string
      requests: number
      durationMs: number
      running: number
    }
  | { kind: 'image-pruned'; agent: number; image: string | null; digest: string; mode: 'Normal' | 'Aggressive' | 'Off' }
  | { kind: 'agent-ready'; agent: number; images: number }
  | { kind: 'image-published'; image: string; digest: string; previousDigest: string | null }
  | { kind: 'definition-changed'; change: 'created' | 'updated' | 'deleted'; image: string }
  | { kind: 'timeline-action'; action: string; detail: string }
  | { kind: 'wait-started'; image: string; withinMs: number }
  /** `behind`: the agents that did not hold the image when the wait ended. */
  | { kind: 'wait-ended'; image: string; met: boolean; waitedMs: number; behind: number }
  | ({ kind: 'session-requested' } & SessionSubject)
  | ({ kind: 'session-refused'; code: SessionRefusalCode; cause: string } & SessionSubject)
  /** It runs. */
  | ({ kind: 'session-started' } & SessionSubject & SessionPlace)
  /** The web app was asked for the session while it ran. */
  | ({ kind: 'session-seen' } & SessionSubject & SessionPlace)
  | ({ kind: 'session-ended'; cause: 'destroyed' | 'gone' } & SessionSubject & SessionPlace)
  | {
      /**
       * Virtual time, where nobody listens to single requests: a refresh that found every image up to date, told as one.
       * Its pulls ran `cap` at a time from `fromMs` on, each for `pullMs` and with so many requests.
       */
      kind: 'refresh-unchanged'
      agent: number
      images: readonly { name: string; digest: string }[]
      cap: number
      fromMs: number
      pullMs: number
      requestsPerPull: number
      runningInFleet: number
    }
  | {
      kind: 'registry-request'
      agent: number | null
      source: string
      method: string
      path: string
      class: RequestClass
      repository: string | null
      reference: string | null
      status: number
      bytes: number
      startedAtMs: number
      authenticated: boolean
      rateLimitRemaining: number | null
      /** These four are absent where the request or its answer had none. A user agent is cut after 256 characters. */
      userAgent?: string
      rateLimitLimit?: number
      /** How long after its end the answer permits the next request. */
      retryAfterMs?: number
      /** Where the answer sends its caller, without the query. */
      location?: string
      /** From the start until the head of the answer went out; absent where none did, or none is known of. */
      waitMs?: number
      /** Name of the fault that hit it; absent where none did. */
      fault?: string
    }
  | { kind: 'fault-started'; fault: string; effect: FaultKind; scope: FaultScope }
  | { kind: 'fault-ended'; fault: string; effect: FaultKind; scope: FaultScope }
  | {
      /** The end came before its condition was met: how many agents are not ready, and what the first of them wait for. */
      kind: 'agents-waiting'
      agents: number
      first: readonly WaitingAgent[]
    }
  | ({
      /** Virtual time, where nobody listens to single requests: all of them, at the end. */
      kind: 'registry-traffic'
    } & RegistryTraffic)
  | ({
      /** Of runs by the wall alone: each time that it has doubled, and at the end. */
      kind: 'lateness'
    } & Lateness)
  | {
      /** An exchange over sockets that this program's own side failed at, by the code of the system's error. */
      kind: 'generator-failed'
      /** Null where no agent's. */
      agent: number | null
      peer: Peer
      code: string
      cause: string
    }
  | { kind: 'run-ended'; reason: 'end-reached' | 'condition-met' | 'interrupted' | 'stalled' }
  | {
      /** What the run was worth. `doubts` are the plain reasons, besides the checks, for which nobody can tell. */
      kind: 'run-judged'
      verdict: Verdict
      doubts: readonly string[]
      checks: readonly Pick<CheckResult, 'name' | 'status' | 'reason'>[]
    }

/** One event of a run; `sequence` orders events of the same millisecond. */
export type RunEvent = { atMs: number; sequence: number } & RunEventBody

export type RunEventKind = RunEventBody['kind']

/** Takes events as they happen. A sink that fails must not stop the run. */
export type EventSink = (event: RunEvent) => void

/** A sink and the kinds of event that it wants; a bare sink wants all. */
export interface Subscription {
  sink: EventSink
  kinds: ReadonlySet<RunEventKind>
}
