// `kasm-sim fuzz`: seeds of drawn scenarios, or one scenario, held against every invariant.
import { stringify } from 'yaml'
import { createClock } from '../../server/kernel/clock.ts'
import { exitCodes } from '../../server/kernel/errors.ts'
import { formatDuration } from '../../server/kernel/units.ts'
import { type FuzzOutcome, fuzz } from '../fuzz/fuzz.ts'
import type { FuzzFailure } from '../fuzz/fuzz-seed.ts'
import { invariants } from '../fuzz/invariants/invariant.ts'
import { judge } from '../fuzz/judge.ts'
import { type MutantName, mutationOf } from '../fuzz/mutants.ts'
import { compileScenario } from '../scenario/compile.ts'
import { loadScenario } from '../scenario/load.ts'
import { assertFolderWritable, writeText } from './files.ts'
import { onStopRequest } from './signals.ts'

interface FuzzFlags {
  seeds: { first: number; last: number }
  scenario?: string
  jobs: number
  mutant?: MutantName
  output: string
  json?: true
}

/**
 * Tries seeds, or one scenario, and returns the exit code: passed, an invariant broken, or interrupted.
 *
 * @throws KasmSimError where a scenario or a file cannot be used
 */
export async function fuzzCommand(flags: FuzzFlags): Promise<number> {
  if (flags.scenario !== undefined) return judgeScenario(flags.scenario, flags.mutant ?? null)
  assertFolderWritable(flags.output)
  const clock = createClock()
  const startMs = clock.nowMs()
  const stop = new AbortController()
  const forget = onStopRequest(() => {
    process.stderr.write('Stopping after the seeds at hand. Press Ctrl-C again to end at once.\n')
    stop.abort()
  })
  let outcome: FuzzOutcome
  try {
    outcome = await fuzz({
      ...{ seeds: flags.seeds, jobs: flags.jobs, mutant: flags.mutant ?? null, signal: stop.signal },
      onProgress: createProgress(flags, () => clock.nowMs() - startMs),
    })
  } finally {
    forget()
  }
  const failures = outcome.failures.map((failure) => ({ ...failure, ...keep(failure, flags) }))
  const tookMs = Math.round(clock.nowMs() - startMs)
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ seedsTried: outcome.seedsTried, tookMs, failures }, null, 2)}\n`
      : describe(failures, {
          untried: seedCount(flags) - outcome.seedsTried,
          held: outcome.seedsTried - failures.length,
          tookMs,
        }),
  )
  if (failures.length > 0) return exitCodes.invariantBroken
  return stop.signal.aborted ? exitCodes.interrupted : exitCodes.passed
}

async function judgeScenario(name: string, mutant: MutantName | null): Promise<number> {
  const scenario = compileScenario(await loadScenario(name))
  const violation = await judge(scenario, mutationOf(mutant))
  if (violation === null) {
    process.stdout.write(`${scenario.name}: every invariant held\n`)
    return exitCodes.passed
  }
  const { invariant, atMs, statement } = violation
  process.stdout.write(`${scenario.name}: ${invariant} broken at ${formatDuration(atMs)}: ${statement}\n`)
  return exitCodes.invariantBroken
}

/** A failure is said as soon as it is known; how far the seeds are, about every tenth of them. */
function createProgress(flags: FuzzFlags, elapsedMs: () => number) {
  const count = seedCount(flags)
  let saidTenths = 0
  return (done: number, failures: readonly FuzzFailure[]) => {
    for (const { seed, violation } of failures) process.stderr.write(`seed ${seed} breaks ${violation.invariant}\n`)
    const tenths = Math.floor((done / count) * 10)
    if (tenths <= saidTenths || tenths === 10) return
    saidTenths = tenths
    const leftMs = Math.round(((count - done) * elapsedMs()) / done / 1_000) * 1_000
    process.stderr.write(`${done} of ${count} seeds, about ${formatDuration(leftMs)} left\n`)
  }
}

type KeptFailure = FuzzFailure & { file: string; reproduce: string }

/** Writes the shrunk scenario and says how to see its failure again. */
function keep(failure: FuzzFailure, { output, mutant }: FuzzFlags): { file: string; reproduce: string } {
  const { seed, violation, source } = failure
  const suffix = mutant === undefined ? '' : `-${mutant}`
  const file = `${output}/seed-${seed}${suffix}.yaml`
  const flag = mutant === undefined ? '' : ` --mutant ${mutant}`
  const comment = [
    `Breaks ${violation.invariant} (${invariants[violation.invariant]}):`,
    `${violation.statement}, at ${formatDuration(violation.atMs)}.`,
    `Judged by: kasm-sim fuzz --scenario ${file}${flag}`,
  ]
  const name = `fuzz-seed-${seed}`
  writeText(file, `${comment.map((line) => `# ${line}\n`).join('')}${stringify({ ...source, name })}`)
  return { file, reproduce: `kasm-sim fuzz --seeds ${seed}..${seed}${flag}` }
}

function seedCount({ seeds }: FuzzFlags): number {
  return seeds.last - seeds.first + 1
}

function describe(
  failures: readonly KeptFailure[],
  { untried, held, tookMs }: { untried: number; held: number; tookMs: number },
): string {
  const rest = untried === 0 ? '' : `, ${untried} not tried`
  const total = `${held} seeds held every invariant, ${failures.length} failed${rest}`
  return `${[...failures.flatMap(describeKept), `${total} (${formatDuration(Math.round(tookMs / 100) * 100)})`].join('\n')}\n`
}

function describeKept({ seed, violation, source, tries, file, reproduce }: KeptFailure): string[] {
  const fleet = [source.fleet].flat()
  const agents = fleet.reduce((sum, group) => sum + group.agents, 0)
  const images = Array.isArray(source.images) ? source.images.length : 0
  const size = `agents ${agents}, images ${images}, actions ${source.timeline?.length ?? 0}, end ${source.end.after}`
  return [
    `seed ${seed}: ${violation.invariant} broken at ${formatDuration(violation.atMs)}: ${violation.statement}`,
    `  reproduce  ${reproduce}`,
    `  shrunk     ${file} (${size}; ${tries} tries)`,
    '',
  ]
}
