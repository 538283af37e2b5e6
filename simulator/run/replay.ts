// Runs again what a trace tells of, from its first line, and says where the two part. What was in virtual time must come out the same
// byte for byte; of a run over sockets only the counts are compared with those of virtual time.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { packageVersion } from '../../server/kernel/version.ts'
import type { EventSink, RunEvent } from '../events/events.ts'
import { createSummary, type Summary } from '../report/summary.ts'
import { readTrace } from '../reporters/trace-file.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { runScenario } from './run.ts'
import { TraceLines } from './trace-lines.ts'

type RunStarted = Extract<RunEvent, { kind: 'run-started' }>

/** Where a trace and its replay part; null stands for their end. */
interface Divergence {
  /** Of the trace, from 1. */
  line: number
  expected: string | null
  got: string | null
}

/** What is compared of a run over sockets. */
interface ReplayedCount {
  name: string
  traced: number
  replayed: number
}

/** What a run was worth, as its trace tells; null where the trace ends before that. */
type Judged = Extract<RunEvent, { kind: 'run-judged' }> | null

export type Replay = { start: RunStarted; identical: boolean; judged: Judged } & (
  | {
      time: 'virtual'
      /** That were the same, from the first on. */
      events: number
      divergence: Divergence | null
      /** The run was stopped before its end, and its trace is the same up to there. */
      interrupted: boolean
    }
  | { time: 'settled' | 'wall'; counts: ReplayedCount[]; reason: Summary['reason'] }
)

/**
 * Replays a trace in virtual time.
 *
 * @throws KasmSimError TRACE_INVALID
 * @example
 * const { identical } = await replayTrace('runs/storm-1/trace.jsonl')
 */
export async function replayTrace(file: string): Promise<Replay> {
  const start = await readStart(file)
  return start.time === 'virtual' ? replayVirtual(file, start) : replayCounts(file, start, start.time)
}

async function readStart(file: string): Promise<RunStarted> {
  for await (const event of readTrace(file)) {
    if (event.kind === 'run-started' && isScenario(event.scenario)) return event
    const message = `Failed to replay the trace ${file}:1: its first line does not hold the scenario of a run. Give a whole trace that "kasm-sim run --trace" wrote.`
    throw new KasmSimError('TRACE_INVALID', message, { position: { file, line: 1, column: 1 } })
  }
  throw new KasmSimError('TRACE_INVALID', `Failed to replay the trace ${file}: it is empty. Give a whole trace.`)
}

/** Somebody may have cut a trace to pieces; whatever else is wrong with a scenario that was compiled once is found by its run. */
function isScenario(scenario: Partial<Scenario> | undefined): boolean {
  const lists = [scenario?.groups, scenario?.images, scenario?.timeline, scenario?.expect]
  return lists.every(Array.isArray) && scenario?.end !== undefined && scenario.network !== undefined
}

async function replayVirtual(file: string, start: RunStarted): Promise<Replay> {
  const lines = new TraceLines(file)
  try {
    const comparison = new Comparison(lines, start)
    const { scenario } = start
    await runScenario({ scenario, time: 'virtual', sinks: [comparison.sink], signal: comparison.signal })
    const { events, interrupted, judged } = comparison
    const divergence = comparison.finish()
    return { time: 'virtual', start, identical: divergence === null, judged, events, divergence, interrupted }
  } finally {
    lines.close()
  }
}

/** Holds a run against the lines of a trace, and has it stop where they part. */
class Comparison {
  readonly #lines: TraceLines
  readonly #start: RunStarted
  readonly #stop = new AbortController()
  #divergence: Divergence | null = null
  events = 0
  interrupted = false
  judged: Judged = null

  constructor(lines: TraceLines, start: RunStarted) {
    this.#lines = lines
    this.#start = start
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  readonly sink: EventSink = (event) => {
    if (this.signal.aborted) return
    const expected = this.#lines.next()
    const got = JSON.stringify(event)
    if (got === (this.events === 0 ? this.#firstLine() : expected)) {
      this.events += 1
      if (event.kind === 'run-judged') this.judged = event
      return
    }
    this.interrupted = expected !== null && this.#isInterruption(expected)
    if (!this.interrupted) this.#divergence = { line: this.events + 1, expected, got }
    this.#stop.abort()
  }

  /** A replay that ended before the trace did has parted from it there. */
  finish(): Divergence | null {
    if (this.signal.aborted) return this.#divergence
    const expected = this.#lines.next()
    return expected === null ? null : { line: this.events + 1, expected, got: null }
  }

  /** Another version of the program may still do the same. */
  #firstLine(): string {
    return JSON.stringify({ ...this.#start, version: packageVersion() })
  }

  /** Whether from this line on a trace tells only of its interruption: what was still to be told, and the end. */
  #isInterruption(line: string): boolean {
    const event = parse(line)
    if (event?.kind === 'run-ended') return event.reason === 'interrupted' && this.#isJudgement(this.#lines.next())
    const next = event?.kind === 'check-ins-idle' ? this.#lines.next() : null
    return next !== null && this.#isInterruption(next)
  }

  #isJudgement(line: string | null): boolean {
    return line !== null && parse(line)?.kind === 'run-judged' && this.#lines.next() === null
  }
}

function parse(line: string): RunEvent | null {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

async function replayCounts(file: string, start: RunStarted, time: 'settled' | 'wall'): Promise<Replay> {
  const traced = createSummary()
  let judged: Judged = null
  for await (const event of readTrace(file)) {
    traced.sink(event)
    if (event.kind === 'run-judged') judged = event
  }
  const { summary: replayed } = await runScenario({ scenario: start.scenario, time: 'virtual' })
  const { reason } = traced.result()
  const replayedCounts = new Map(countsOf(replayed))
  const counts = countsOf(traced.result()).map(([name, count]) => ({
    name,
    traced: count,
    replayed: replayedCounts.get(name) ?? 0,
  }))
  const identical = counts.every((count) => count.traced === count.replayed)
  return { time, start, identical, judged, counts, reason }
}

function countsOf({ ready, pulls, registry, prunedImages }: Summary): [name: string, count: number][] {
  return [
    ['agents ready', ready.agents],
    ['pulls succeeded', pulls.succeeded],
    ['pulls that downloaded', pulls.downloaded],
    ['pulls failed', pulls.failed],
    ['pulls denied', pulls.denied],
    ['pulls refused for want of disk', pulls.refused],
    ['bytes downloaded', pulls.downloadedBytes],
    ['manifest requests', registry.byClass.manifest ?? 0],
    ['requests denied', registry.denied],
    ['images pruned', prunedImages],
  ]
}
