// A fault in full, from what someone wrote: fills defaults, converts units, and refuses faults that could never hit anything. Whom it
// concerns is compiled by whoever knows what there is.
import { formatDuration } from '../kernel/units.ts'
import type { DelayDistribution, Fault, FaultRule } from './fault.ts'
import { type FaultSource, faultDefaults } from './fault-source.ts'

/** Nobody waits longer for an answer. */
const delayMsMax = 24 * 3_600_000

type Path = readonly (string | number)[]

/** How texts are read and problems told: a scenario collects them, the control API refuses the first. */
export interface FaultReader {
  /** 0 where the text has been reported already. */
  durationMs(text: string, path: Path, options?: { positive?: boolean }): number
  /** Null where there is no limit. */
  rateBytesPerSecond(text: string | null, path: Path): number | null
  /** `statement` reads on from the path: "must be unique". */
  problem(path: Path, statement: string): void
  /** Whether nothing at or below the path is in error. */
  isClean(path: Path): boolean
}

interface FaultContext<Scope> {
  name: string
  scope: Scope
  path: Path
  /** When it is injected, on the clock that its server goes by. */
  atMs: number
  /** When everything is over; null where that is not known. */
  endMs: number | null
  /** Where moments of the source count from. */
  originMs?: number
}

/** Compiles one fault. */
export function compileFault<Scope>(
  source: FaultSource,
  { name, scope, path, atMs, endMs, originMs = 0 }: FaultContext<Scope>,
  reader: FaultReader,
): Fault<Scope> {
  const { probability = faultDefaults.probability, succeedFirst = faultDefaults.succeedFirst } = source
  const { times = null, seed = null } = source
  const rampMs = reader.durationMs(source.ramp ?? faultDefaults.ramp, [...path, 'ramp'])
  const { fromMs, untilMs } = compileLife(source, { path, atMs, endMs, originMs }, reader)
  if (untilMs !== null && rampMs > untilMs - fromMs && reader.isClean(path)) {
    reader.problem([...path, 'ramp'], `must be at most ${formatDuration(untilMs - fromMs)}, how long the fault lasts`)
  }
  const rule = compileRule(source, path, reader)
  return { ...{ name, rule, scope, probability, succeedFirst, times, rampMs, fromMs, untilMs, seed } }
}

function compileLife(
  source: FaultSource,
  { path, atMs, endMs, originMs }: { path: Path; atMs: number; endMs: number | null; originMs: number },
  reader: FaultReader,
) {
  const fromMs = source.from === undefined ? atMs : originMs + reader.durationMs(source.from, [...path, 'from'])
  const moment = (ms: number) => formatDuration(ms - originMs)
  if (fromMs < atMs) reader.problem([...path, 'from'], `must not be before it is injected at ${moment(atMs)}`)
  if (source.from !== undefined && endMs !== null && fromMs >= endMs) {
    reader.problem([...path, 'from'], `must be before the end of the run at ${moment(endMs)}`)
  }
  if (source.until !== undefined && source.for !== undefined) {
    reader.problem([...path, 'for'], 'does not go with until: give one of the two')
  }
  if (source.for !== undefined) {
    return { fromMs, untilMs: fromMs + reader.durationMs(source.for, [...path, 'for'], { positive: true }) }
  }
  if (source.until === undefined) return { fromMs, untilMs: null }
  const untilMs = originMs + reader.durationMs(source.until, [...path, 'until'])
  if (untilMs <= fromMs) {
    reader.problem([...path, 'until'], `must be after the start at ${moment(fromMs)}, it is "${source.until}"`)
  }
  return { fromMs, untilMs }
}

function compileRule(source: FaultSource, path: Path, reader: FaultReader): FaultRule {
  switch (source.kind) {
    case 'status': {
      const { kind, status, headers = {}, body = null, operationDone = false } = source
      return { kind, status, headers: { ...headers }, body, operationDone }
    }
    case 'latency':
      return { kind: source.kind, delay: compileDelay(source.delay, [...path, 'delay'], reader) }
    case 'truncated-body':
      return { kind: source.kind, share: source.share ?? faultDefaults.truncatedShare }
    case 'slow-body': {
      const at = [...path, 'rate']
      const bytesPerSecond = reader.rateBytesPerSecond(source.rate, at)
      if (bytesPerSecond === null) reader.problem(at, 'must be a rate such as "100kB/s": else it slows nothing')
      return { kind: source.kind, bytesPerSecond: bytesPerSecond ?? 1 }
    }
    case 'internal-error':
    case 'connection-drop':
      return { kind: source.kind, operationDone: source.operationDone ?? false }
    default:
      return { kind: source.kind }
  }
}

type DelaySource = Extract<FaultSource, { kind: 'latency' }>['delay']

function compileDelay(source: DelaySource, path: Path, reader: FaultReader): DelayDistribution {
  const atMost = (delayMs: number, at: Path) => {
    if (delayMs > delayMsMax) reader.problem(at, `must be at most ${formatDuration(delayMsMax)}`)
    return delayMs
  }
  const ms = (text: string, field: string) => atMost(reader.durationMs(text, [...path, field]), [...path, field])
  if (typeof source === 'string') {
    return { distribution: 'constant', delayMs: atMost(reader.durationMs(source, path), path) }
  }
  switch (source.distribution) {
    case 'uniform': {
      const lowMs = ms(source.low, 'low')
      const highMs = ms(source.high, 'high')
      if (highMs < lowMs) reader.problem([...path, 'high'], `must not be less than low, ${formatDuration(lowMs)}`)
      return { distribution: source.distribution, lowMs, highMs }
    }
    case 'exponential':
      return { distribution: source.distribution, meanMs: ms(source.mean, 'mean') }
    case 'lognormal':
      return { distribution: source.distribution, medianMs: ms(source.median, 'median'), sigma: source.sigma }
    default:
      return source satisfies never
  }
}
