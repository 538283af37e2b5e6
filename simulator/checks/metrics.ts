// Turns the events of a run into samples of metrics, in one pass. Only the observers that somebody asks for are at work.
import type { EventSink, RunEventKind } from '../events/events.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { intervalsOf } from './intervals.ts'
import { AmplificationObserver, RetryObserver } from './observers/callers.ts'
import { CheckInObserver } from './observers/check-ins.ts'
import type { Observer } from './observers/observer.ts'
import { PullObserver } from './observers/pulls.ts'
import { RegistryObserver } from './observers/registry.ts'
import { SessionObserver } from './observers/sessions.ts'
import { TagObserver } from './observers/tags.ts'
import { WaitObserver } from './observers/waits.ts'
import { type EmitSample, groupsByAgent, type Sample, type Signal } from './signals.ts'

const pullKinds: readonly RunEventKind[] = [
  'pull-queued',
  'pull-cancelled',
  'pull-refused',
  'pull-started',
  'pull-dropped',
  'pull-succeeded',
  'pull-failed',
]

const observers: {
  signals: readonly Signal[]
  kinds: readonly RunEventKind[]
  create(emit: EmitSample, options: { wanted: ReadonlySet<Signal>; scenario: Scenario }): Observer
}[] = [
  {
    signals: [
      'pulls-running',
      'pulls-queued',
      'pulls-started',
      'pulls-succeeded',
      'pulls-failed',
      'pulls-denied',
      'pulls-refused',
      'pull-duration',
      'queue-wait',
      'refresh-gap',
      'images-pruned',
      'downloaded-bytes',
    ],
    kinds: [...pullKinds, 'image-pruned', 'agent-stopped', 'check-in-answered', 'refresh-unchanged'],
    create: (emit, { wanted, scenario }) => new PullObserver(emit, { wanted, intervals: intervalsOf(scenario) }),
  },
  {
    signals: ['check-ins', 'check-in-gap', 'ready-time'],
    kinds: ['agent-started', 'agent-stopped', 'agent-ready', 'check-in-answered', 'check-ins-idle'],
    create: (emit, { scenario }) => new CheckInObserver(emit, intervalsOf(scenario)),
  },
  {
    signals: ['images-published', 'digests-held', 'drift-time'],
    kinds: [...pullKinds, 'image-pruned', 'image-published'],
    create: (emit) => new TagObserver(emit),
  },
  {
    signals: ['repositories-in-flight', 'registry-requests'],
    kinds: ['registry-request', 'agent-stopped'],
    create: (emit) => new RegistryObserver(emit),
  },
  {
    signals: ['amplification'],
    kinds: ['registry-request'],
    create: (emit) => new AmplificationObserver(emit),
  },
  {
    signals: ['retry-after-violations', 'retry-afters'],
    kinds: ['registry-request'],
    create: (emit) => new RetryObserver(emit),
  },
  {
    signals: ['sessions-requested', 'sessions-started', 'sessions-refused', 'sessions-running', 'session-digests'],
    kinds: [
      'image-published',
      'session-requested',
      'session-refused',
      'session-started',
      'session-seen',
      'session-ended',
    ],
    create: (emit) => new SessionObserver(emit),
  },
  {
    signals: ['wait-time'],
    kinds: ['wait-started', 'wait-ended'],
    create: (emit) => new WaitObserver(emit),
  },
]

/** What takes the events, and what ends the samples. */
export interface Metrics {
  sink: EventSink
  /** What the sink needs to be told. */
  kinds: ReadonlySet<RunEventKind>
  /** Tells what only the end of the run shows: timings that stayed open, and what the registry served at once. */
  finish(endMs: number): void
}

/**
 * Makes samples of the signals in `wanted` and hands each to `take` as soon as it is known.
 * Samples that need the whole run (`repositories-in-flight`, open timings) come with `finish`.
 *
 * @example
 * const metrics = createMetrics({ scenario, wanted: new Set(['pulls-running']), take: (signal, sample) => samples.push(sample) })
 */
export function createMetrics(options: {
  scenario: Scenario
  wanted: ReadonlySet<Signal>
  take: (signal: Signal, sample: Sample) => void
}): Metrics {
  const { scenario, wanted, take } = options
  const groups = groupsByAgent(scenario)
  const emit: EmitSample = (signal, sample) => {
    if (!wanted.has(signal)) return
    const { agent = null } = sample
    const group = agent === null ? null : (groups[agent] ?? null)
    const { atMs, value, image = null, reason = null, authenticated = null } = sample
    const { status = null, requestClass = null, session = null, state = 'over' } = sample
    // One shape, field by field: there may be millions of samples.
    take(signal, { atMs, value, agent, group, image, reason, authenticated, status, requestClass, session, state })
  }
  const needed = observers.filter(({ signals }) => signals.some((signal) => wanted.has(signal)))
  const atWork = needed.map(({ create }) => create(emit, { wanted, scenario }))
  return {
    kinds: new Set(needed.flatMap(({ kinds }) => kinds)),
    sink: (event) => {
      for (const observer of atWork) observer.take(event)
    },
    finish: (endMs) => {
      for (const observer of atWork) observer.finish?.(endMs)
    },
  }
}
