// How fast virtual time is: a day of large fleets beside a bare queue that carries out the same number of check-ins and does nothing
// else, each in a process of its own so that memory is its own. The cost of an agent's hour should not depend on the fleet.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { MinHeap } from '../server/kernel/min-heap.ts'
import { runScenario } from '../simulator/run/run.ts'
import { compileScenario } from '../simulator/scenario/compile.ts'
import type { Row } from './rows.ts'

const hours = 24
const fleets = [1_000, 10_000, 100_000]

interface Measured {
  durationMs: number
  /** The most resident memory of the process, in bytes. */
  residentBytes: number
  checkIns: number
}

/** A day of fleets of three sizes: 24 images each, refreshed hourly. */
export async function benchVirtual(): Promise<Row[]> {
  const rows: Row[] = []
  let smallestAgentHourMs: number | null = null
  for (const agents of fleets) {
    const run = inProcess('run', agents)
    const queue = inProcess('queue', agents)
    const name = `${agents.toLocaleString('en-US')} agents x 24 images x ${hours} h`
    rows.push({ name: `${name}: time`, value: run.durationMs, unit: 'ms', peers: { 'bare queue': queue.durationMs } })
    rows.push({
      name: `${name}: memory`,
      value: run.residentBytes / 1e6,
      unit: 'MB',
      peers: { 'bare queue': queue.residentBytes / 1e6 },
    })
    const agentHourMs = run.durationMs / (agents * hours)
    smallestAgentHourMs ??= agentHourMs
    rows.push({
      name: `${name}: a million agent-hours`,
      value: agentHourMs * 1e6,
      unit: 'ms',
      peers: { [`${fleets[0]} agents`]: smallestAgentHourMs * 1e6 },
    })
  }
  return rows
}

function inProcess(what: 'run' | 'queue', agents: number): Measured {
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), what, String(agents)], {
    encoding: 'utf8',
  })
  return JSON.parse(output) as Measured
}

async function runFleet(agents: number): Promise<number> {
  const scenario = compileScenario({
    source: {
      name: 'day',
      fleet: { agents, startupSpread: '30m' },
      webApp: { pruneImages: 'Normal' },
      images: { catalogue: 'enabled', scale: 1 },
      end: { after: `${hours}h` },
    },
  })
  const { summary } = await runScenario({ scenario, time: 'virtual' })
  return summary.checkIns.answered
}

/** Every check-in of a day as one turn of the queue. */
function runQueue(agents: number): number {
  const heap = new MinHeap()
  const endMs = hours * 3_600_000
  for (let agent = 0; agent < agents; agent += 1) heap.push((agent * 1_800_000) / agents, agent)
  let checkIns = 0
  while (heap.firstKey < endMs) {
    const atMs = heap.firstKey
    heap.push(atMs + 30_000, heap.pop())
    checkIns += 1
  }
  return checkIns
}

const [what, agents] = process.argv.slice(2)
if (import.meta.main && what !== undefined) {
  const startMs = performance.now()
  const checkIns = what === 'run' ? await runFleet(Number(agents)) : runQueue(Number(agents))
  const durationMs = performance.now() - startMs
  // Linux counts in kilobytes.
  const residentBytes = process.resourceUsage().maxRSS * 1_024
  process.stdout.write(JSON.stringify({ durationMs, residentBytes, checkIns }))
}
