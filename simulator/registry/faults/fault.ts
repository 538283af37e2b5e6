// What can go wrong at a registry, as data: a fault is a rule with a scope and a time to live, an effect is what one request gets.
// docs/faults.md describes each kind.
import type { RequestClass } from '../request-class.ts'

/** How long answers are held back. The numbers are milliseconds of the run. */
export type DelayDistribution =
  | { distribution: 'constant'; delayMs: number }
  | { distribution: 'uniform'; lowMs: number; highMs: number }
  | { distribution: 'exponential'; meanMs: number }
  | { distribution: 'lognormal'; medianMs: number; sigma: number }

/** What a fault does to the requests that it hits. */
export type FaultRule =
  /** Answers so in place of the registry. A body of null is the error document that a registry sends with the status. */
  | { kind: 'status'; status: number; headers: Record<string, string>; body: string | null }
  | { kind: 'latency'; delay: DelayDistribution }
  /** The connection ends before any answer. */
  | { kind: 'connection-drop' }
  /** The connection ends after this share of the body, whose whole length was announced. */
  | { kind: 'truncated-body'; share: number }
  /** One byte of the body is another. */
  | { kind: 'wrong-digest' }
  | { kind: 'slow-body'; bytesPerSecond: number }
  /** A line in the head of the answer is no header. */
  | { kind: 'malformed-header' }
  /** Nobody answers: every connection ends before any answer. */
  | { kind: 'outage' }

export type FaultKind = FaultRule['kind']

/** Whom a fault concerns: each part that is not null narrows it. */
export interface FaultScope {
  /** Only where the registry has this profile. */
  profile: string | null
  /** With a tag: requests by that tag, and all of the repository by digest. Without: all of the repository. */
  images: readonly FaultyImage[] | null
  /** Spans of agents' numbers, both ends included. */
  agents: readonly { first: number; last: number }[] | null
  /** Addresses of callers. */
  sources: readonly string[] | null
  classes: readonly RequestClass[] | null
}

export interface FaultyImage {
  repository: string
  /** Null: every tag. */
  tag: string | null
}

/** One fault. Moments are milliseconds of the run. */
export interface Fault {
  /** Unique among the faults of a registry at any one time. */
  name: string
  rule: FaultRule
  scope: FaultScope
  /** The share of the requests in its scope that it hits. */
  probability: number
  /** So many requests of each caller are spared first. */
  succeedFirst: number
  /** So long it takes to grow to its full strength: of latency and slow bodies the time grows, of all else the probability. */
  rampMs: number
  fromMs: number
  /** Null: until it is cleared. */
  untilMs: number | null
}

/** What one request gets. */
export type FaultEffect =
  | Extract<FaultRule, { kind: 'status' | 'connection-drop' | 'truncated-body' | 'wrong-digest' | 'slow-body' }>
  | Extract<FaultRule, { kind: 'malformed-header' }>
  | { kind: 'latency'; delayMs: number }

/** What a fault is told of a request. */
export interface FaultRequest {
  class: RequestClass
  /** Null where the request names none. */
  repository: string | null
  /** A tag or a digest. */
  reference: string | null
  /** Null where the caller is no agent of a run. */
  agent: number | null
  source: string
  /** The docker reference that the request is part of a pull of; null where the caller does not say so. */
  pull: string | null
}

/** The fault that hit a request, and what it does. */
export interface FaultDecision {
  fault: string
  effect: FaultEffect
}
