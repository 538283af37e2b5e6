// What can go wrong at the fake's own API, as data: a fault is a rule with a scope and a time to live, an effect is what one call gets
// (docs/control.md, "Faults"). The words are those of the registry's faults.
import type { FaultSource } from '../api/control/faults.ts'
import { developerOperationNames, managerOperationNames } from '../api/operation-names.ts'
import { KasmSimError } from '../kernel/errors.ts'
import { closest } from '../kernel/suggest.ts'
import { parseDurationMs, parseRateBytesPerSecond } from '../kernel/units.ts'

/** What a fault does to the calls that it hits. `operationDone`: the operation is carried out, and its answer is lost. */
type FaultRule =
  | { kind: 'status'; status: number; headers: Record<string, string>; body: unknown; operationDone: boolean }
  /** Kasm's own page for every failure of the server behind its proxy. */
  | { kind: 'internal-error'; operationDone: boolean }
  /** Answers are held back, from `lowMs` to `highMs`. */
  | { kind: 'latency'; lowMs: number; highMs: number }
  /** The connection ends before any answer. */
  | { kind: 'connection-drop'; operationDone: boolean }
  /** The answer ends in the middle of its JSON, as if that were all. */
  | { kind: 'malformed-json' }
  | { kind: 'slow-body'; bytesPerSecond: number }

/** What one call gets. */
export type FaultEffect = Exclude<FaultRule, { kind: 'latency' }> | { kind: 'latency'; delayMs: number }

/** Whom a fault concerns: each part that is not null narrows it. */
interface FaultScope {
  operations: readonly string[] | null
  /** Of paths. */
  prefixes: readonly string[] | null
  /** API keys and user names, as calls name them. */
  callers: readonly string[] | null
  /** Server ids and host names. */
  agents: readonly string[] | null
  /** Addresses. */
  sources: readonly string[] | null
}

export interface Fault {
  name: string
  rule: FaultRule
  scope: FaultScope
  /** The share of the calls in its scope that it hits. */
  probability: number
  /** So many calls of each caller are spared first. */
  succeedFirst: number
  /** It is over after so many hits; null for no end. */
  times: number | null
  /** Null: until it is cleared. */
  untilMs: number | null
  seed: number
}

/** What a fault is told of a call. */
export interface FaultCall {
  operation: string | null
  path: string
  caller: string | null
  /** Null where the caller is no agent. */
  agent: { serverId: string; hostname: string | null } | null
  source: string
}

const operationNames: readonly string[] = [...developerOperationNames, ...managerOperationNames]

/**
 * A fault in full, from what someone wrote.
 *
 * @throws KasmSimError CONTROL_INVALID of operations that there are not, and of delays that run backwards
 */
export function compileFault(source: FaultSource, { name, nowMs }: { name: string; nowMs: number }): Fault {
  const { scope = {}, probability = 1, succeedFirst = 0, times = null, seed = 1 } = source
  const { operations = null, prefixes = null, callers = null, agents = null, sources = null } = scope
  checkOperations(operations ?? [])
  return {
    name,
    rule: compileRule(source),
    scope: { operations, prefixes, callers, agents, sources },
    probability,
    succeedFirst,
    times,
    untilMs: source.for === undefined ? null : nowMs + durationWithin(source.for, lifeMax, 'lasts'),
    seed,
  }
}

/** A fault for an operation that there is not would never hit, and its test would pass for nothing. */
function checkOperations(operations: readonly string[]): void {
  const unknown = operations.find((name) => !operationNames.includes(name))
  if (unknown === undefined) return
  const near = closest(unknown, operationNames)
  const hint = near === null ? 'docs/api.md lists them.' : `Did you mean "${near}"?`
  throw new KasmSimError('CONTROL_INVALID', `Failed to inject the fault: there is no operation "${unknown}". ${hint}`)
}

/** Longer than anyone runs a fake, and than anyone waits for an answer. */
const lifeMax = '3650d'
const delayMax = '1d'
const [rateMin, rateMax] = ['0.001kB/s', '1000GB/s']

function durationWithin(text: string, max: string, verb: string): number {
  const durationMs = parseDurationMs(text)
  if (durationMs <= parseDurationMs(max)) return durationMs
  throw new KasmSimError(
    'CONTROL_INVALID',
    `Failed to inject the fault: it ${verb} ${shown(text)}. Give ${max} at most.`,
  )
}

function rateWithin(text: string): number {
  const bytesPerSecond = parseRateBytesPerSecond(text)
  if (bytesPerSecond >= 1 && bytesPerSecond <= parseRateBytesPerSecond(rateMax)) return bytesPerSecond
  const problem = `its rate is ${shown(text)}. Give one from ${rateMin} to ${rateMax}.`
  throw new KasmSimError('CONTROL_INVALID', `Failed to inject the fault: ${problem}`)
}

/** Numbers can be written in any number of digits. */
function shown(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`
}

function compileRule(source: FaultSource): FaultRule {
  switch (source.kind) {
    case 'status': {
      const { status, headers = {}, body = null, operationDone = false } = source
      return { kind: 'status', status, headers, body, operationDone }
    }
    case 'latency': {
      const { delay } = source
      const [low, high] = typeof delay === 'string' ? [delay, delay] : [delay.low, delay.high]
      const [lowMs, highMs] = [low, high].map((text) => durationWithin(text, delayMax, 'holds answers back')) as [
        number,
        number,
      ]
      if (highMs < lowMs) {
        const problem = `its delay goes from ${low} to ${high}. Give the lower one first.`
        throw new KasmSimError('CONTROL_INVALID', `Failed to inject the fault: ${problem}`)
      }
      return { kind: 'latency', lowMs, highMs }
    }
    case 'internal-error':
    case 'connection-drop':
      return { kind: source.kind, operationDone: source.operationDone ?? false }
    case 'malformed-json':
      return { kind: source.kind }
    case 'slow-body':
      return { kind: 'slow-body', bytesPerSecond: rateWithin(source.rate) }
    default:
      return source satisfies never
  }
}
