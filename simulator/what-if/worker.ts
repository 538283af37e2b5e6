// What a worker thread does: one run in virtual time, handed back as numbers.
import { drawsSoFar } from '../../server/kernel/random.ts'
import type { CheckResult } from '../checks/expectation.ts'
import { createMetrics } from '../checks/metrics.ts'
import type { Signal } from '../checks/signals.ts'
import type { RunEventKind, Subscription } from '../events/events.ts'
import { PullSums } from '../report/pull-sums.ts'
import { summaryKinds } from '../report/summary.ts'
import { runScenario } from '../run/run.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { grounds, type Readings, readRun } from './metrics.ts'
import { Readiness } from './readiness.ts'

export interface RunTask {
  scenario: Scenario
  seed: number
}

/** What one run came to. */
export interface RunResult {
  readings: Readings
  /** Whether it drew a random number: one that drew none is the same with every seed. */
  random: boolean
  checksMissed: string[]
  /** Checks of which the run shows neither. */
  checksInconclusive: string[]
}

/** A run that broke says how; an error object would lose its kind on its way between threads. */
export type RunAnswer = RunResult | { broke: { name: string; message: string; stack: string } }

/** Runs one scenario with one seed. */
export async function runTask({ scenario, seed }: RunTask): Promise<RunAnswer> {
  try {
    const readiness = new Readiness(scenario.groups.reduce((sum, { agents }) => sum + agents, 0))
    const pulls = new PullSums()
    const occurrences = watchGrounds(scenario)
    const sinks = [readiness.subscription, { sink: pulls.take.bind(pulls), kinds: summaryKinds }, occurrences.watch]
    const drawsBefore = drawsSoFar()
    const outcome = await runScenario({ scenario, seed, time: 'virtual', sinks })
    const random = drawsSoFar() > drawsBefore
    const timings = pulls.timings(outcome.summary.durationMs)
    const readings = readRun({ outcome, readiness, pulls: timings, occurred: (signal) => occurrences.seen.has(signal) })
    const named = (status: CheckResult['status']) =>
      outcome.checks.filter((check) => check.status === status).map(({ name }) => name)
    return { readings, random, checksMissed: named('missed'), checksInconclusive: named('inconclusive') }
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
    return { broke: { name, message, stack: stack ?? message } }
  }
}

/** Long stretches in which nothing new happens; what they repeat has been told singly before. */
const repetitions: ReadonlySet<RunEventKind> = new Set(['check-ins-idle', 'refresh-unchanged'])

/** Notes which grounds of the metrics did occur, by the samples of the checks. */
function watchGrounds(scenario: Scenario): { watch: Subscription; seen: ReadonlySet<Signal> } {
  const seen = new Set<Signal>()
  const { sink, kinds } = createMetrics({ scenario, wanted: grounds, take: (signal) => seen.add(signal) })
  return { watch: { sink, kinds: new Set([...kinds].filter((kind) => !repetitions.has(kind))) }, seen }
}
