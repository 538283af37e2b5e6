// The samples that expectations judge, and the table of what can be sampled: unit, filters, and what must have happened
// for a count of nothing to mean anything. observers/ makes the samples from events.
import { formatBytes, formatDuration } from '../../server/kernel/units.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { MetricName, SampleFilter, SessionRefusal } from './expectation.ts'

/** What a sample of sessions knows of one. */
export interface SessionSample {
  name: string
  user: string
  publication: number | null
  refusal: SessionRefusal | null
}

/**
 * How far a timing has come, or a pull whose bytes are counted. `open`: the run ended before it did, and `value` is what it was so far. `not-due`: nothing was to end it yet, so
 * that only a length beyond a limit says anything. `given-up`: it ended without coming to its end, which it never will. Samples that are no
 * timings are over.
 */
export type TimingState = 'over' | 'open' | 'not-due' | 'given-up'

/** One sample of a metric. What a metric does not know of is null. */
export interface Sample {
  /** When it was taken; of a timing, when it began. */
  atMs: number
  value: number
  agent: number | null
  group: string | null
  /** The docker reference; of registry samples the repository, which is all that a registry sees. */
  image: string | null
  reason: SampleFilter['reason']
  authenticated: boolean | null
  status: number | null
  requestClass: string | null
  session: SessionSample | null
  state: TimingState
}

/** What is sampled: the metrics, and five situations that only serve as the ground of a count of nothing. */
export type Signal =
  | MetricName
  | 'check-ins'
  | 'pulls-queued'
  | 'images-published'
  | 'retry-afters'
  | 'sessions-requested'

/** Passes a sample on; what is left out is null, and the group follows from the agent. */
export type EmitSample = (signal: Signal, sample: { atMs: number; value: number } & Partial<Sample>) => void

/** The fields of a filter besides its window, which every metric has. */
export type FilterField = Exclude<keyof SampleFilter, 'fromMs' | 'untilMs'>

/** What is known of a metric. */
export interface Metric {
  unit: 'count' | 'ms' | 'bytes'
  filters: readonly FilterField[]
  /** A level holds until it changes, one per agent or image; a window opens with the level in force. */
  level?: 'agent' | 'image'
  /**
   * Whether a machine that is late may change its samples: how long something takes, how often it happens until the end of a run, whom a
   * limit per time refuses. What only follows from the rules of agents, whatever their pace, does not hang on time.
   */
  hangsOnTime: boolean
  /** For a count of nothing: what must have happened instead, judged by the same filter as far as it applies there. */
  ground: Signal
  /** Reads a sample as the statement of a violation. */
  describe(sample: Sample): string
}

const ofAgent = ['group', 'agents'] as const
const ofImage = [...ofAgent, 'image'] as const
const ofQueued = [...ofImage, 'reason'] as const
const ofPull = [...ofQueued, 'authenticated'] as const
const ofRequest = ['image', 'session', 'user'] as const

/** How an agent is named in statements. */
function who({ agent, group }: Sample): string {
  if (agent === null) return 'a client outside the fleet'
  return group === null ? `agent ${agent}` : `agent ${agent} (group ${group})`
}

function pullOf(sample: Sample, whatHappened: string): string {
  const kind = sample.reason === 'refresh' ? 'refresh' : 'pull'
  return `the ${kind} of ${sample.image} by ${who(sample)} ${whatHappened}`
}

function sessionOf({ session }: Sample): string {
  return `the session ${session?.name} of ${session?.user}`
}

/** Words for a timing by how far it came, with its length in them. */
function lasted(
  { state, value }: Sample,
  words: { over(length: string): string; open(length: string): string },
): string {
  const length = formatDuration(value)
  return state === 'over' ? words.over(length) : `${words.open(length)} when the run ended`
}

/** The reason of a check that nobody can judge for a timing that was not over. */
export function stillOpen(metric: Metric, sample: Sample): string {
  return `still behind when the run ended: ${metric.describe(sample)}`
}

/** When a sample went beyond a limit: a timing did once it had lasted that long, anything else when it was taken. */
export function momentBeyond(
  { unit }: Metric,
  { atMs, value }: Sample,
  { limitMs, endMs }: { limitMs: number; endMs: number },
): number {
  return unit === 'ms' ? Math.min(atMs + Math.min(limitMs, value), endMs) : atMs
}

/** Every metric. docs/checks.md says the same for people, and a test compares the two. */
export const metrics: Record<MetricName, Metric> = {
  'pulls-running': {
    unit: 'count',
    hangsOnTime: false,
    filters: ofAgent,
    level: 'agent',
    ground: 'check-ins',
    describe: (sample) => `${who(sample)} ran ${sample.value} pulls at once (latest change: ${sample.image})`,
  },
  'repositories-in-flight': {
    unit: 'count',
    hangsOnTime: false,
    filters: ofAgent,
    level: 'agent',
    ground: 'check-ins',
    describe: (sample) =>
      `the registry saw ${who(sample)} pull from ${sample.value} repositories at once (latest change: ${sample.image})`,
  },
  'pulls-started': {
    unit: 'count',
    hangsOnTime: true,
    filters: ofPull,
    ground: 'check-ins',
    describe: (sample) => pullOf(sample, 'was started'),
  },
  'pulls-succeeded': {
    unit: 'count',
    hangsOnTime: true,
    filters: ofPull,
    ground: 'pulls-started',
    describe: (sample) => pullOf(sample, 'succeeded'),
  },
  'pulls-failed': {
    unit: 'count',
    hangsOnTime: true,
    filters: ofPull,
    ground: 'pulls-started',
    describe: (sample) => pullOf(sample, 'failed'),
  },
  'pulls-denied': {
    unit: 'count',
    hangsOnTime: true,
    filters: ofPull,
    ground: 'pulls-started',
    describe: (sample) => pullOf(sample, 'was denied by the rate limit'),
  },
  'pulls-refused': {
    unit: 'count',
    hangsOnTime: true,
    filters: ofQueued,
    ground: 'pulls-queued',
    describe: (sample) => pullOf(sample, 'was refused for want of disk'),
  },
  'pull-duration': {
    unit: 'ms',
    hangsOnTime: true,
    filters: ofPull,
    ground: 'pulls-started',
    describe: (sample) =>
      pullOf(sample, lasted(sample, { over: (length) => `took ${length}`, open: (length) => `had run for ${length}` })),
  },
  'queue-wait': {
    unit: 'ms',
    hangsOnTime: true,
    filters: ofPull,
    ground: 'pulls-queued',
    describe: (sample) =>
      pullOf(
        sample,
        lasted(sample, {
          over: (length) => `waited ${length} in the queue`,
          open: (length) => `had waited ${length} in the queue`,
        }),
      ),
  },
  'refresh-gap': {
    unit: 'ms',
    hangsOnTime: true,
    filters: ofImage,
    ground: 'pulls-succeeded',
    describe: (sample) =>
      `${who(sample)} ${lasted(sample, {
        over: (length) => `refreshed ${sample.image} ${length} after the time before`,
        open: (length) => `had not refreshed ${sample.image} for ${length}`,
      })}`,
  },
  'check-in-gap': {
    unit: 'ms',
    hangsOnTime: true,
    filters: ofAgent,
    ground: 'check-ins',
    describe: (sample) =>
      `${who(sample)} ${lasted(sample, {
        over: (length) => `checked in ${length} after the time before`,
        open: (length) => `had not checked in for ${length}`,
      })}`,
  },
  'ready-time': {
    unit: 'ms',
    hangsOnTime: true,
    filters: ofAgent,
    ground: 'check-ins',
    describe: (sample) =>
      sample.state === 'over'
        ? `${who(sample)} was ready ${formatDuration(sample.value)} after its start`
        : sample.value === 0
          ? `${who(sample)} had not started when the run ended`
          : `${who(sample)} was not ready when the run ended, ${formatDuration(sample.value)} after its start`,
  },
  'digests-held': {
    unit: 'count',
    hangsOnTime: true,
    filters: ['image'],
    level: 'image',
    ground: 'images-published',
    describe: (sample) =>
      `the agents held ${sample.value} digests of ${sample.image} at once (latest change: ${who(sample)})`,
  },
  'drift-time': {
    unit: 'ms',
    hangsOnTime: true,
    filters: ['image'],
    ground: 'images-published',
    describe: (sample) =>
      sample.state === 'over'
        ? `${who(sample)} held the old ${sample.image} until ${formatDuration(sample.value)} after the tag moved`
        : `${who(sample)} did not hold the new ${sample.image} when the run ended, ${formatDuration(sample.value)} after the tag moved`,
  },
  'images-pruned': {
    unit: 'count',
    hangsOnTime: true,
    filters: ofImage,
    ground: 'pulls-succeeded',
    describe: (sample) => `${who(sample)} pruned ${sample.image ?? 'an image without a tag'}`,
  },
  'downloaded-bytes': {
    unit: 'bytes',
    hangsOnTime: true,
    filters: ofPull,
    ground: 'pulls-started',
    describe: (sample) =>
      pullOf(
        sample,
        sample.state === 'over' ? `downloaded ${formatBytes(sample.value)}` : 'was not over when the run ended',
      ),
  },
  'registry-requests': {
    unit: 'count',
    hangsOnTime: true,
    filters: [...ofImage, 'authenticated', 'status', 'requestClass'],
    ground: 'check-ins',
    describe: (sample) =>
      `${who(sample)} sent a ${sample.requestClass} request${sample.image === null ? '' : ` for ${sample.image}`}, answered with ${sample.status}`,
  },
  amplification: {
    unit: 'count',
    hangsOnTime: false,
    filters: ofImage,
    ground: 'check-ins',
    describe: (sample) => `${who(sample)} sent ${sample.value} requests for one pull of ${sample.image}`,
  },
  'retry-after-violations': {
    unit: 'count',
    hangsOnTime: true,
    filters: [...ofImage, 'requestClass'],
    ground: 'retry-afters',
    describe: (sample) =>
      `${who(sample)} sent a ${sample.requestClass} request${sample.image === null ? '' : ` for ${sample.image}`} before the moment that Retry-After had named`,
  },
  'sessions-started': {
    unit: 'count',
    hangsOnTime: true,
    filters: [...ofRequest, 'publication'],
    ground: 'sessions-requested',
    describe: (sample) =>
      `${sessionOf(sample)} started on publication ${sample.session?.publication} of ${sample.image}`,
  },
  'sessions-refused': {
    unit: 'count',
    hangsOnTime: true,
    filters: [...ofRequest, 'refusal'],
    ground: 'sessions-requested',
    describe: (sample) => `${sessionOf(sample)} of ${sample.image} was refused (${sample.session?.refusal})`,
  },
  'sessions-running': {
    unit: 'count',
    hangsOnTime: true,
    filters: ['image'],
    level: 'image',
    ground: 'sessions-requested',
    describe: (sample) => `${sample.value} sessions of ${sample.image} ran (latest change: ${sessionOf(sample)})`,
  },
  'session-digests': {
    unit: 'count',
    hangsOnTime: false,
    filters: [...ofRequest, 'publication'],
    ground: 'sessions-requested',
    describe: (sample) =>
      `${sessionOf(sample)} was seen on ${sample.value} digests, now on publication ${sample.session?.publication} of ${sample.image}`,
  },
  'wait-time': {
    unit: 'ms',
    hangsOnTime: true,
    filters: ['image'],
    ground: 'check-ins',
    describe: (sample) =>
      sample.state === 'over'
        ? `the agents held ${sample.image} after a wait of ${formatDuration(sample.value)}`
        : `agents were still without ${sample.image} after a wait of ${formatDuration(sample.value)}`,
  },
}

const groundFilters: Record<Exclude<Signal, MetricName>, readonly FilterField[]> = {
  'check-ins': ofAgent,
  'pulls-queued': ofQueued,
  'images-published': ['image'],
  'retry-afters': [...ofImage, 'requestClass'],
  'sessions-requested': ofRequest,
}

/** The filters that apply to a signal. */
export function filtersOf(signal: Signal): readonly FilterField[] {
  return signal in metrics ? metrics[signal as MetricName].filters : groundFilters[signal as keyof typeof groundFilters]
}

/** The group of each agent of a scenario, by the agent's number. */
export function groupsByAgent(scenario: Scenario): string[] {
  return scenario.groups.flatMap((group) => Array.from({ length: group.agents }, () => group.name))
}
