// A run of virtual time as digests: of its trace and of its summary with the checks.
import { createHash } from 'node:crypto'
import { type RunOptions, runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { listScenarios, loadScenario } from '../../simulator/scenario/load.ts'
import type { Scenario } from '../../simulator/scenario/scenario.ts'

export interface Digests {
  events: number
  trace: string
  summary: string
}

/** The program's version is left out of what is digested: a release changes nothing of a run. */
export async function digestsOf(scenario: Scenario, options: Pick<RunOptions, 'fastForward'> = {}): Promise<Digests> {
  const trace = createHash('sha256')
  let events = 0
  const { summary, checks, reason } = await runScenario({
    ...options,
    scenario,
    time: 'virtual',
    sinks: [
      (event) => {
        events += 1
        trace.update(`${JSON.stringify(event.kind === 'run-started' ? { ...event, version: '' } : event)}\n`)
      },
    ],
  })
  const outcome = JSON.stringify({ reason, summary: { ...summary, version: '' }, checks })
  return { events, trace: trace.digest('hex'), summary: createHash('sha256').update(outcome).digest('hex') }
}

/** Every shipped scenario. */
export async function shippedDigests(): Promise<Record<string, Digests>> {
  const digests: Record<string, Digests> = {}
  for (const { name } of await listScenarios()) {
    digests[name] = await digestsOf(compileScenario(await loadScenario(name)))
  }
  return digests
}
