// How well virtual time foretells what happens over sockets: the same scenarios settled, with shaped bandwidth, and in virtual time, side
// by side. Counts must be equal and times within 1 %; where one is not, the exit code is 2. What else the machine does makes it slower
// and changes no figure. `npm run fidelity`, or `npm run fidelity -- <name>` for some.

import type { Summary } from '../simulator/report/summary.ts'
import { runScenario } from '../simulator/run/run.ts'
import { compileScenario } from '../simulator/scenario/compile.ts'
import { fidelityScenarios } from './fidelity-scenarios.ts'

const toleranceShare = 0.01

interface Figure {
  name: string
  kind: 'count' | 'time'
  of(summary: Summary): number
}

const figures: Figure[] = [
  { name: 'all agents ready after, s', kind: 'time', of: ({ ready }) => (ready.timeMs?.max ?? 0) / 1_000 },
  { name: 'agent ready after, p50, s', kind: 'time', of: ({ ready }) => (ready.timeMs?.p50 ?? 0) / 1_000 },
  { name: 'agent ready after, p95, s', kind: 'time', of: ({ ready }) => (ready.timeMs?.p95 ?? 0) / 1_000 },
  { name: 'agents ready', kind: 'count', of: ({ ready }) => ready.agents },
  { name: 'pulls that succeeded', kind: 'count', of: ({ pulls }) => pulls.succeeded },
  { name: 'manifest requests', kind: 'count', of: ({ registry }) => registry.byClass.manifest ?? 0 },
  { name: 'version checks', kind: 'count', of: ({ registry }) => registry.byClass['version-check'] ?? 0 },
  { name: '429s', kind: 'count', of: ({ registry }) => registry.denied },
  { name: 'bytes downloaded', kind: 'count', of: ({ pulls }) => pulls.downloadedBytes },
]

const wanted = process.argv.slice(2)
let missed = 0
for (const source of fidelityScenarios) {
  if (wanted.length > 0 && !wanted.includes(source.name)) continue
  const scenario = compileScenario({ source })
  const { summary: virtual } = await runScenario({ scenario, time: 'virtual' })
  const { summary: settled } = await runScenario({ scenario, time: 'settled' })
  process.stdout.write(`\n${source.name}: ${scenario.description}\n`)
  process.stdout.write(
    `  ${'figure'.padEnd(28)}${'settled'.padStart(14)}${'virtual'.padStart(14)}${'difference'.padStart(12)}\n`,
  )
  for (const { name, kind, of } of figures) {
    const [inSockets, inVirtual] = [of(settled), of(virtual)]
    const share = inSockets === inVirtual ? 0 : (inVirtual - inSockets) / (inSockets || 1)
    const holds = kind === 'count' ? inSockets === inVirtual : Math.abs(share) <= toleranceShare
    if (!holds) missed += 1
    const difference = `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)} %`
    const row = [format(inSockets, kind).padStart(14), format(inVirtual, kind).padStart(14), difference.padStart(12)]
    process.stdout.write(`  ${name.padEnd(28)}${row.join('')}${holds ? '' : '  MISS'}\n`)
  }
}
process.stdout.write(missed === 0 ? '\nCounts are equal and times within 1 %.\n' : `\n${missed} figures missed.\n`)
process.exitCode = missed === 0 ? 0 : 2

function format(value: number, kind: Figure['kind']): string {
  return kind === 'count' ? value.toLocaleString('en-US') : value.toFixed(2)
}
