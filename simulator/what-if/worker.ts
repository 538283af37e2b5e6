// What a worker thread does: one run in virtual time, handed back as numbers.
import { runScenario } from '../run/run.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type Measurement, measure } from './metrics.ts'
import { Readiness } from './readiness.ts'

export interface RunTask {
  scenario: Scenario
  seed: number
}

/** What one run came to. A run that broke says how; an error object would lose its kind on its way between threads. */
export type RunAnswer =
  | { measurement: Measurement; checksMissed: string[] }
  | { broke: { name: string; message: string; stack: string } }

/** Runs one scenario with one seed. */
export async function runTask({ scenario, seed }: RunTask): Promise<RunAnswer> {
  try {
    const readiness = new Readiness(scenario.groups.reduce((sum, { agents }) => sum + agents, 0))
    const outcome = await runScenario({ scenario, seed, time: 'virtual', sinks: [readiness.subscription] })
    const checksMissed = outcome.checks.filter(({ status }) => status !== 'held').map(({ name }) => name)
    return { measurement: measure(outcome, readiness), checksMissed }
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
    return { broke: { name, message, stack: stack ?? message } }
  }
}
