// What can go wrong at a server, as data: a fault is a rule with a scope and a time to live, an effect is what one request gets. The
// API of the fake and its registries have the same faults; only whom they concern differs (docs/faults.md describes each kind).

/** How long answers are held back. */
export type DelayDistribution =
  | { distribution: 'constant'; delayMs: number }
  | { distribution: 'uniform'; lowMs: number; highMs: number }
  | { distribution: 'exponential'; meanMs: number }
  | { distribution: 'lognormal'; medianMs: number; sigma: number }

/**
 * What a fault does to the requests that it hits. Of `answerLost` kinds the request is carried out all the same where `operationDone`
 * says so: it counts, it changes what it changes, and only its answer is another.
 */
export type FaultRule =
  /** Answers so in place of the server. A body of null is the error document that the server sends with the status. */
  | { kind: 'status'; status: number; headers: Record<string, string>; body: unknown; operationDone: boolean }
  /** Status 500 with the HTML page of whatever stands in front of the server. */
  | { kind: 'internal-error'; operationDone: boolean }
  | { kind: 'latency'; delay: DelayDistribution }
  /** The connection ends before any answer. */
  | { kind: 'connection-drop'; operationDone: boolean }
  /** The connection ends after this share of the body, whose whole length was announced. */
  | { kind: 'truncated-body'; share: number }
  /** Six tenths of the body, as if that were all. */
  | { kind: 'malformed-json' }
  /** One byte of the body is another. */
  | { kind: 'wrong-digest' }
  | { kind: 'slow-body'; bytesPerSecond: number }
  /** A line in the head of the answer is no header. */
  | { kind: 'malformed-header' }
  /** Nobody answers: every connection ends before any answer. */
  | { kind: 'outage' }

export type FaultKind = FaultRule['kind']

/** One fault. Moments are milliseconds of the clock that its server goes by. */
export interface Fault<Scope> {
  /** Unique among the faults of a server at any one time. */
  name: string
  rule: FaultRule
  scope: Scope
  /** The share of the requests in its scope that it hits. */
  probability: number
  /** So many requests of each caller are spared first. */
  succeedFirst: number
  /** It is over after so many hits; null for no end. */
  times: number | null
  /** So long it takes to grow to its full strength: of latency and slow bodies the time grows, of all else the probability. */
  rampMs: number
  fromMs: number
  /** Null: until it is cleared. */
  untilMs: number | null
  /** Of its draws; null: that of the server. */
  seed: number | null
}

/** What one request gets. */
export type FaultEffect = Exclude<FaultRule, { kind: 'latency' | 'outage' }> | { kind: 'latency'; delayMs: number }

/** An effect on the body of an answer; the answer's head is as ever, its length aside. */
export type BodyEffect = Extract<
  FaultEffect,
  { kind: 'truncated-body' | 'malformed-json' | 'wrong-digest' | 'slow-body' }
>

/** An effect that takes the place of an answer, which there is or is not all the same. */
export type LostAnswer = Extract<FaultEffect, { operationDone: boolean }>

/** The fault that hit a request, and what it does. */
export interface FaultDecision {
  fault: string
  effect: FaultEffect
}

const bodyKinds: readonly FaultKind[] = ['truncated-body', 'malformed-json', 'wrong-digest', 'slow-body']

/** Whether a fault of this kind does nothing to answers without a body. */
export function isOfBody(kind: FaultKind): boolean {
  return bodyKinds.includes(kind)
}
