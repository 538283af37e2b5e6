// The same seed and scenario give the same bytes: again, in another process, on another core, with and without the shortcut for idle
// check-ins, and as they were when the golden digests were written.
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { scenarioArbitrary } from '../../simulator/fuzz/scenario-arbitrary.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { listScenarios, loadScenario } from '../../simulator/scenario/load.ts'
import { type Digests, digestsOf, shippedDigests } from './digests.ts'

const golden = new URL('golden/digests.json', import.meta.url)
const program = fileURLToPath(new URL('digest-process.ts', import.meta.url))
/** Pins a process to a core, on Linux. */
const pin = 'taskset'
const names = (await listScenarios()).map(({ name }) => name)
/** However busy the machine. */
const patienceMs = 300_000
let first: Record<string, Digests> = {}

beforeAll(async () => {
  first = await shippedDigests()
}, patienceMs)

test('every shipped scenario has the digests that were written down', () => {
  // KASM_SIM_UPDATE_GOLDEN=1 writes them anew: for a change that is meant to change what happens in a run.
  if (process.env['KASM_SIM_UPDATE_GOLDEN'] === '1') writeFileSync(golden, `${JSON.stringify(first, null, 2)}\n`)
  expect(first).toEqual(JSON.parse(readFileSync(golden, 'utf8')))
})

test.for(names)('%s: carrying out idle check-ins changes no byte', { timeout: patienceMs }, async (name) => {
  const scenario = compileScenario(await loadScenario(name))
  expect(await digestsOf(scenario, { fastForward: false })).toEqual(first[name])
})

test('every shipped scenario gives the same bytes on each core', { timeout: patienceMs }, async () => {
  const cores = Array.from({ length: Math.min(2, availableParallelism()) }, (_, core) => core)
  const digests = await Promise.all(cores.map(digestsOnCore))
  for (const each of digests) expect(each).toEqual(first)
})

test('another seed gives other bytes', async () => {
  const scenario = compileScenario(await loadScenario('tag-drift'))
  expect((await digestsOf({ ...scenario, seed: 2 })).trace).not.toBe(first['tag-drift']?.trace)
})

test('drawn scenarios give the same bytes with the shortcut and without', { timeout: patienceMs }, async () => {
  await fc.assert(
    fc.asyncProperty(scenarioArbitrary, async (source) => {
      const scenario = compileScenario({ source })
      const digests = await digestsOf(scenario)
      expect(await digestsOf(scenario, { fastForward: false })).toEqual(digests)
      expect(await digestsOf(scenario)).toEqual(digests)
    }),
    { numRuns: 60 },
  )
})

/** Pinned where the system can; elsewhere only in a process of its own. */
async function digestsOnCore(core: number): Promise<Record<string, Digests>> {
  const pinned = canPin() ? [pin, ['-c', `${core}`, process.execPath, program]] : [process.execPath, [program]]
  const [command, args] = pinned as [string, string[]]
  const { stdout } = await promisify(execFile)(command, args)
  return JSON.parse(stdout)
}

function canPin(): boolean {
  try {
    execFileSync(pin, ['-c', '0', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
