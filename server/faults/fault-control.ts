// The faults of one server as people handle them while it runs: in the form of the documentation, by the control API and by whoever
// embeds the server alike.
import { KasmSimError } from '../kernel/errors.ts'
import { formatDuration, parseDurationMs, parseRateBytesPerSecond } from '../kernel/units.ts'
import { compileFault, type FaultReader } from './compile-fault.ts'
import type { FaultRule } from './fault.ts'
import type { FaultSource } from './fault-source.ts'
import type { Faults, StandingFault } from './faults.ts'

/** A fault as it stands. */
export interface FaultState {
  name: string
  /** How many requests it has hit. */
  hits: number
  /** When it is over, as a date; null: when it is cleared. */
  until: string | null
  rule: FaultRule
  /** What it is narrowed by. */
  scope: Record<string, unknown>
  probability: number
  succeedFirst: number
  times: number | null
}

interface FaultControlOptions<Source extends FaultSource, Scope> {
  faults: Omit<Faults<Scope, never>, 'decide'>
  nowMs: () => number
  /** Checks the form of what callers without types give; throws where it is none. */
  check: (source: unknown) => void
  /** Whom a fault concerns; problems are told to the reader. */
  compileScope: (source: Source, reader: FaultReader) => Scope
  /** Told where a fault may start or end at another moment than before. */
  changed?: () => void
}

/** Longer than anyone runs a server. */
const lifeMsMax = 3_650 * 24 * 3_600_000

/** Faster than any line. */
const bytesPerSecondMax = 1e12

/** Each is asked at every request. */
const faultCountMax = 1_000

/**
 * Injects, lists and ends faults.
 *
 * @example
 * kasm.control.faults.inject({ kind: 'status', status: 503, scope: { operations: ['get_images'] }, for: '5m' })
 * kasm.control.faults.clearAll()
 */
export class FaultControl<Source extends FaultSource, Scope> {
  readonly #options: FaultControlOptions<Source, Scope>

  constructor(options: FaultControlOptions<Source, Scope>) {
    this.#options = options
  }

  /**
   * Adds a fault; one of the same name is over.
   *
   * @throws KasmSimError CONTROL_INVALID of a source that is none, or that could never hit anything
   */
  inject(source: Source): FaultState {
    const { faults, nowMs, check, compileScope } = this.#options
    check(source)
    const atMs = nowMs()
    const scope = compileScope(source, refusing)
    const name = source.name ?? faults.nextName()
    const count = faults.list(atMs).filter((standing) => standing.fault.name !== name).length
    if (count >= faultCountMax) {
      const problem = `there are ${faultCountMax} already. Clear some first.`
      throw new KasmSimError('CONTROL_INVALID', `Failed to inject the fault "${name}": ${problem}`)
    }
    const fault = compileFault(source, { name, scope, path: [], atMs, endMs: null, originMs: atMs }, refusing)
    faults.inject(fault, atMs)
    this.#options.changed?.()
    return stateOf({ fault, hits: 0 })
  }

  /** Those that are not over, in the order in which they were injected. */
  list(): FaultState[] {
    return this.#options.faults.list(this.#options.nowMs()).map(stateOf)
  }

  /** Ends a fault; false where there is none of this name. */
  clear(name: string): boolean {
    return this.#options.faults.clear(name, this.#options.nowMs())
  }

  clearAll(): void {
    this.#options.faults.clearAll(this.#options.nowMs())
  }

  /** Goes back to the faults of the start. */
  reset(): void {
    this.#options.faults.reset(this.#options.nowMs())
    this.#options.changed?.()
  }
}

/** Refuses the first problem. */
const refusing: FaultReader = {
  durationMs(text, path, { positive = false } = {}) {
    const durationMs = parseDurationMs(text)
    if (positive && durationMs === 0) this.problem(path, `must be more than 0, it is ${shown(text)}`)
    if (durationMs > lifeMsMax) this.problem(path, `must be at most ${formatDuration(lifeMsMax)}, it is ${shown(text)}`)
    return durationMs
  },
  rateBytesPerSecond(text, path) {
    if (text === null || text === 'unlimited') return null
    const bytesPerSecond = parseRateBytesPerSecond(text)
    if (bytesPerSecond >= 1 && bytesPerSecond <= bytesPerSecondMax) return bytesPerSecond
    this.problem(path, `must be from 0.001kB/s to 1000GB/s, it is ${shown(text)}`)
    return null
  },
  problem(path, statement) {
    const field = path.length === 0 ? 'it' : path.join('.')
    throw new KasmSimError(
      'CONTROL_INVALID',
      `Failed to inject the fault: ${field} ${statement}. docs/faults.md has the form.`,
    )
  },
  isClean: () => true,
}

/** Numbers can be written in any number of digits. */
function shown(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`
}

function stateOf<Scope>({ fault, hits }: StandingFault<Scope>): FaultState {
  const { name, rule, scope, probability, succeedFirst, times, untilMs } = fault
  const given = Object.fromEntries(Object.entries(scope as object).filter(([, part]) => part !== null))
  const until = untilMs === null ? null : new Date(untilMs).toISOString()
  return { name, hits, until, rule, scope: given, probability, succeedFirst, times }
}
