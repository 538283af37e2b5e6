// Runs one scenario from its compiled form to its outcome: gives the events to everyone who listens, and lets a driver move time.
import { packageVersion } from '../../server/kernel/version.ts'
import { createChecks } from '../checks/checks.ts'
import { GeneratorFailures } from '../checks/generator-failures.ts'
import { type Judgement, judgeRun } from '../checks/verdict.ts'
import type { StepAgent } from '../driver/fleet.ts'
import type { EndReason, RunTime } from '../driver/prepared-run.ts'
import type { RealRunOptions } from '../driver/real-run.ts'
import type { VirtualRunOptions } from '../driver/virtual-run.ts'
import { createEventLog } from '../events/event-log.ts'
import { type EventSink, eventVersion, type Subscription } from '../events/events.ts'
import { createSummary, type Summary, summaryKinds } from '../report/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { withoutSecrets } from '../scenario/secrets.ts'
import { timeOf } from './time.ts'

export interface RunOptions extends Omit<RealRunOptions, 'speed'>, VirtualRunOptions {
  scenario: Scenario
  /**
   * Default: `settled` where all parts are in this process, else `wall`, which a speed asks for. Speed and web app are for `wall`,
   * a content directory for both, `fastForward` for `virtual`.
   */
  time?: RunTime
  /** How many times faster than the wall. Default: the scenario's. */
  speed?: number
  /** Default: the scenario's. */
  seed?: number
  sinks?: (EventSink | Subscription)[]
  /** Ends the run early and cleanly; the outcome is then `interrupted`, with what was seen so far. */
  signal?: AbortSignal
  /** Other rules for the agents than the product's: for tests of the checks. */
  stepAgent?: StepAgent
  /** Told once of each sink that threw; the run goes on without it. */
  onSinkError?: (error: unknown) => void
}

export interface RunOutcome extends Judgement {
  reason: EndReason
  summary: Summary
}

/**
 * Runs a scenario and judges it.
 *
 * @throws KasmSimError where it cannot run; InvariantError where the program itself is wrong
 * @example
 * const { checks } = await runScenario({ scenario: compileScenario(await loadScenario('tag-drift')) })
 */
export async function runScenario(options: RunOptions): Promise<RunOutcome> {
  const { stepAgent, signal = new AbortController().signal, sinks = [], onSinkError = () => {} } = options
  const scenario = { ...options.scenario, seed: options.seed ?? options.scenario.seed }
  const run = await prepare(scenario, options)
  try {
    const checks = createChecks(scenario)
    const summary = createSummary()
    const generator = new GeneratorFailures()
    const log = createEventLog({
      sinks: [
        checks,
        { sink: generator.take, kinds: generator.kinds },
        run.time === 'virtual' ? { sink: summary.sink, kinds: summaryKinds } : summary.sink,
        ...sinks,
      ],
      nowMs: run.nowMs,
      onSinkError,
    })
    const { time, speed, published } = run
    const version = packageVersion()
    const drive = () => run.drive({ log, signal, stepAgent })
    log.emit({
      kind: 'run-started',
      eventVersion,
      version,
      time,
      speed,
      seed: scenario.seed,
      scenario: withoutSecrets(scenario),
    })
    for (const { image, digest } of published)
      log.emit({ kind: 'image-published', image, digest, previousDigest: null })
    const reason = await drive()
    log.emit({ kind: 'run-ended', reason })
    const judgement = judgeRun(checks.results(), [...generator.doubts(), ...run.doubts()])
    log.emit({ kind: 'run-judged', ...toldOf(judgement) })
    log.close()
    return { reason, ...judgement, summary: summary.result() }
  } finally {
    await run.close()
  }
}

/** What the trace keeps of a judgement; its numbers follow from the events before. */
function toldOf({ verdict, doubts, checks }: Judgement) {
  return { verdict, doubts, checks: checks.map(({ name, status, reason }) => ({ name, status, reason })) }
}

/** Each kind of time is loaded only where it is wanted: the one has servers, the other has none. */
async function prepare(scenario: Scenario, options: RunOptions) {
  const time = timeOf(scenario, options)
  if (time === 'virtual') {
    const { prepareVirtualRun } = await import('../driver/virtual-run.ts')
    return prepareVirtualRun(scenario, options)
  }
  const { prepareRealRun } = await import('../driver/real-run.ts')
  return prepareRealRun(scenario, { ...options, speed: time === 'settled' ? null : (options.speed ?? scenario.speed) })
}
