// `kasm-sim validate`: a line for each scenario, and exit code 1 when one of them cannot be run.
import { exitCodes, KasmSimError } from '../../server/kernel/errors.ts'
import { latenessWarning } from '../run/capacity.ts'
import { timeOf } from '../run/time.ts'
import { compileScenario } from '../scenario/compile.ts'
import { loadScenario } from '../scenario/load.ts'
import { describeFailure } from './failure.ts'

/** `speed` is one that the scenarios are to be run at by the wall; null where they run as they do by default. */
export async function validate(names: string[], { speed = null }: { speed?: number | null } = {}): Promise<number> {
  let exitCode: number = exitCodes.passed
  for (const name of names) {
    try {
      const scenario = compileScenario(await loadScenario(name))
      const { groups, images, expect } = scenario
      const agents = groups.reduce((sum, group) => sum + group.agents, 0)
      process.stdout.write(`${name}: ok (agents: ${agents}, images: ${images.length}, checks: ${expect.length})\n`)
      const isByWall = timeOf(scenario, speed === null ? {} : { speed }) === 'wall'
      const warning = isByWall ? latenessWarning(scenario, speed ?? scenario.speed) : null
      if (warning !== null) process.stderr.write(`Warning: ${warning}\n`)
    } catch (error) {
      if (!(error instanceof KasmSimError)) throw error
      const failure = describeFailure(error)
      process.stderr.write(failure.text)
      exitCode = failure.exitCode
    }
  }
  return exitCode
}
