// Compiles expectations: what a limit is written in, which aggregate is meant where none is named, and a name for people.
import { formatBytes, formatDuration } from '../../server/kernel/units.ts'
import type { Aggregate, Expectation, MetricName, SampleFilter } from '../checks/expectation.ts'
import { filtersOf, metrics } from '../checks/signals.ts'
import type { Compilation } from './compilation.ts'
import { checkAgents } from './compile-selection.ts'
import { formatPath, type Path } from './problems.ts'
import type { FleetGroup, TimelineAction } from './scenario.ts'
import type { ExpectationSource } from './schema-expect.ts'

export interface ExpectContext {
  compilation: Compilation
  groups: FleetGroup[] | null
  /** Every reference that means something at some moment of the run; null where that is in error. */
  images: string[] | null
  endMs: number | null
  /** Every session that anyone asks for, and the users; null where those are in error. */
  sessions: string[] | null
  users: string[] | null
}

/** Where a scenario names no aggregate: levels and times are judged by their largest sample, things that happen by how many. */
const defaultAggregates: Record<MetricName, Aggregate> = {
  'pulls-running': 'max',
  'repositories-in-flight': 'max',
  'pulls-started': 'count',
  'pulls-succeeded': 'count',
  'pulls-failed': 'count',
  'pulls-denied': 'count',
  'pulls-refused': 'count',
  'pull-duration': 'max',
  'queue-wait': 'max',
  'refresh-gap': 'max',
  'check-in-gap': 'max',
  'ready-time': 'max',
  'digests-held': 'max',
  'drift-time': 'max',
  'images-pruned': 'count',
  'downloaded-bytes': 'sum',
  'registry-requests': 'count',
  amplification: 'mean',
  'retry-after-violations': 'count',
  'sessions-started': 'count',
  'sessions-refused': 'count',
  'sessions-running': 'max',
  'session-digests': 'max',
  'wait-time': 'max',
}

export function compileExpectation(source: ExpectationSource, path: Path, context: ExpectContext): Expectation {
  const { metric } = source
  const where = compileWhere(source.where ?? {}, { metric, path: [...path, 'where'] }, context)
  const judge = compileJudge(source, path, context)
  return { name: source.name ?? describe(metric, where, judge), metric, where, judge }
}

function compileWhere(
  where: NonNullable<ExpectationSource['where']>,
  { metric, path }: { metric: MetricName; path: Path },
  { compilation, groups, images, endMs, sessions, users }: ExpectContext,
): SampleFilter {
  const { group = null, agents = null, image = null, reason = null, authenticated = null } = where
  const { status = null, requestClass = null, from = '0s', until } = where
  const known: readonly string[] = filtersOf(metric)
  for (const [field, value] of Object.entries(where)) {
    if (value === undefined || known.includes(field) || field === 'from' || field === 'until') continue
    compilation.problems.addAtKey(
      [...path, field],
      `${formatPath([...path, field])} does not go with metric: "${metric}"`,
    )
  }
  if (group !== null) {
    const names = groups?.map(({ name }) => name)
    compilation.known(group, [...path, 'group'], { what: 'a group of the fleet', known: names ?? null })
  }
  if (agents !== null) checkAgents(agents, [...path, 'agents'], { groups, compilation })
  if (image !== null) {
    const what = 'an image of the scenario'
    compilation.known(image, [...path, 'image'], { what, known: images })
  }
  const { session, user, publication, refusal } = where
  if (session !== undefined) {
    compilation.known(session, [...path, 'session'], { what: 'a session of the scenario', known: sessions })
  }
  if (user !== undefined) {
    compilation.known(user, [...path, 'user'], { what: 'a user under webApp.users', known: users })
  }
  const ofSessions = definedFields({ session, user, publication, refusal })
  const fromMs = compilation.durationMs(from, [...path, 'from'])
  const untilMs = until === undefined ? null : compilation.durationMs(until, [...path, 'until'], { positive: true })
  if (untilMs !== null && untilMs <= fromMs) {
    compilation.problems.add([...path, 'until'], `must be after from (${formatDuration(fromMs)}), it is "${until}"`)
  }
  if (endMs !== null && fromMs >= endMs) {
    compilation.problems.add(
      [...path, 'from'],
      `must be before the end of the run at ${formatDuration(endMs)}, it is "${from}"`,
    )
  }
  const common = { group, agents: agents && [...agents], image, reason, authenticated, status, requestClass }
  return { ...common, ...ofSessions, fromMs, untilMs }
}

/** What is expected of every scenario that waits: a wait that misses its deadline fails the run. */
export function waitExpectations(timeline: readonly TimelineAction[]): Expectation[] {
  const waits = timeline.filter((action) => action.do === 'wait-for')
  if (waits.length === 0) return []
  const none = { group: null, agents: null, image: null, reason: null, authenticated: null, status: null }
  const where: SampleFilter = { ...none, requestClass: null, fromMs: 0, untilMs: null }
  const durationMs = Math.max(...waits.map(({ withinMs }) => withinMs))
  return [{ name: 'every wait-for is met in time', metric: 'wait-time', where, judge: { form: 'within', durationMs } }]
}

function definedFields<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields as never
}

function compileJudge(
  source: ExpectationSource,
  path: Path,
  { compilation, endMs }: ExpectContext,
): Expectation['judge'] {
  const { problems } = compilation
  const within: string | undefined = 'within' in source ? source.within : undefined
  const neverBefore = 'neverBefore' in source ? source.neverBefore : undefined
  const limits = (['atMost', 'atLeast', 'exactly', 'reaches'] as const).filter((field) => source[field] !== undefined)
  const forms = [
    ...limits.slice(0, 1),
    ...(within === undefined ? [] : ['within']),
    ...(neverBefore ? ['neverBefore'] : []),
  ]
  if (forms.length === 0) {
    problems.addAtKey(
      path,
      `${formatPath(path)} expects nothing: give it atMost, atLeast, exactly, reaches, within or neverBefore`,
    )
  }
  if (forms.length > 1) {
    problems.addAtKey(path, `${formatPath(path)} has both ${forms.join(' and ')}: write an expectation for each`)
  }
  if ((within !== undefined || neverBefore) && source.aggregate !== undefined) {
    problems.addAtKey([...path, 'aggregate'], `${formatPath([...path, 'aggregate'])} does not go with ${forms.at(-1)}`)
  }
  if (within !== undefined) {
    return { form: 'within', durationMs: compilation.durationMs(within, [...path, 'within'], { positive: true }) }
  }
  const amount = amountReader(source, compilation)
  if (neverBefore) {
    const at = [...path, 'neverBefore', 'at']
    const beforeMs = compilation.durationMs(neverBefore.at, at, { positive: true })
    if (endMs !== null && beforeMs >= endMs) {
      problems.add(at, `must be before the end of the run at ${formatDuration(endMs)}, it is "${neverBefore.at}"`)
    }
    return { form: 'never-before', value: amount(neverBefore.value, [...path, 'neverBefore', 'value']), beforeMs }
  }
  return compileLimit(source, path, { amount, problems: compilation.problems })
}

function compileLimit(
  source: ExpectationSource,
  path: Path,
  { amount, problems }: { amount: AmountReader; problems: Compilation['problems'] },
): Expectation['judge'] {
  const read = (field: 'atMost' | 'atLeast' | 'exactly' | 'reaches') => {
    const value = source[field]
    return value === undefined ? null : amount(value, [...path, field])
  }
  const exactly = read('exactly')
  const atMost = exactly ?? read('atMost')
  const atLeast = exactly ?? read('atLeast')
  const reaches = read('reaches')
  const contradiction =
    exactly !== null && (source.atMost !== undefined || source.atLeast !== undefined)
      ? 'exactly is atMost and atLeast at once: leave those out'
      : atMost !== null && atLeast !== null && atLeast > atMost
        ? 'atLeast is more than atMost'
        : atMost !== null && reaches !== null && reaches > atMost
          ? `reaches is more than ${exactly === null ? 'atMost' : 'exactly'}`
          : null
  if (contradiction) problems.addAtKey(path, `${formatPath(path)} can never hold: ${contradiction}`)
  return { form: 'limit', aggregate: source.aggregate ?? defaultAggregates[source.metric], atMost, atLeast, reaches }
}

type AmountReader = (value: number | string, path: Path) => number

/** Reads a limit in the metric's unit; the schema has seen to it that texts have one. */
function amountReader({ metric }: ExpectationSource, compilation: Compilation): AmountReader {
  return (value, path) => {
    if (typeof value === 'number') return value
    return metrics[metric].unit === 'bytes' ? compilation.sizeBytes(value, path) : compilation.durationMs(value, path)
  }
}

function describe(metric: MetricName, where: SampleFilter, judge: Expectation['judge']): string {
  const { unit } = metrics[metric]
  const isCount = unit === 'count' || (judge.form === 'limit' && judge.aggregate === 'count')
  const show = (value: number) => (isCount ? String(value) : unit === 'ms' ? formatDuration(value) : formatBytes(value))
  const { fromMs, untilMs, ...fields } = where
  const filters = [
    ...Object.entries(fields).flatMap(([field, value]) => (value === null ? [] : [`${field} ${value}`])),
    ...(fromMs > 0 ? [`from ${formatDuration(fromMs)}`] : []),
    ...(untilMs === null ? [] : [`until ${formatDuration(untilMs)}`]),
  ]
  return `${metric}${filters.length === 0 ? '' : ` (${filters.join(', ')})`}: ${describeJudge(judge, show)}`
}

function describeJudge(judge: Expectation['judge'], show: (value: number) => string): string {
  switch (judge.form) {
    case 'within':
      return `within ${formatDuration(judge.durationMs)}`
    case 'never-before':
      return `never ${show(judge.value)} before ${formatDuration(judge.beforeMs)}`
    case 'limit': {
      const { aggregate, atMost, atLeast, reaches } = judge
      const limits =
        atMost !== null && atMost === atLeast
          ? [`exactly ${show(atMost)}`]
          : [
              ...(atMost === null ? [] : [`at most ${show(atMost)}`]),
              ...(atLeast === null ? [] : [`at least ${show(atLeast)}`]),
            ]
      return `${aggregate} ${[...limits, ...(reaches === null ? [] : [`reaches ${show(reaches)}`])].join(', ')}`
    }
    default:
      return judge satisfies never
  }
}
