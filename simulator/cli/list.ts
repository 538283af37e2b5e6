// `kasm-sim list`: the scenarios that come with the program.
import { listScenarios } from '../scenario/load.ts'

export async function list(flags: { json?: true }): Promise<void> {
  const scenarios = await listScenarios()
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(scenarios, null, 2)}\n`)
    return
  }
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  for (const { name, description } of scenarios) process.stdout.write(`${name.padEnd(width)}  ${description}\n`)
}
