// `kasm-sim validate`: a line for each scenario, and exit code 1 when one of them cannot be run.
import { exitCodes, KasmSimError } from '../../server/kernel/errors.ts'
import { capacityWarning, measureCapacity } from '../run/capacity.ts'
import { compileScenario } from '../scenario/compile.ts'
import { loadScenario } from '../scenario/load.ts'
import { describeFailure } from './failure.ts'

export async function validate(names: string[]): Promise<number> {
  let exitCode: number = exitCodes.passed
  for (const name of names) {
    try {
      const scenario = compileScenario(await loadScenario(name))
      const { groups, images, expect } = scenario
      const agents = groups.reduce((sum, group) => sum + group.agents, 0)
      process.stdout.write(`${name}: ok (agents: ${agents}, images: ${images.length}, checks: ${expect.length})\n`)
      const warning = capacityWarning(scenario, { speed: scenario.speed, bytesPerSecond: measureCapacity() })
      if (warning !== null) process.stderr.write(`Warning, for --time wall: ${warning}\n`)
    } catch (error) {
      if (!(error instanceof KasmSimError)) throw error
      const failure = describeFailure(error)
      process.stderr.write(failure.text)
      exitCode = failure.exitCode
    }
  }
  return exitCode
}
