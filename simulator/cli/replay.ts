// `kasm-sim replay`: a trace, run again.
import { exitCodes } from '../../server/kernel/errors.ts'
import { writeHar } from '../reporters/journal-file.ts'
import { describeVerdict } from '../reporters/verdict-text.ts'
import { type Replay, replayTrace } from '../run/replay.ts'

/** A line of a trace can be long: its first one holds the whole scenario. */
const shownCharactersMax = 400

/**
 * Replays a trace and returns the exit code: the same, or parted.
 *
 * @throws KasmSimError TRACE_INVALID | FILE_NOT_WRITABLE
 */
export async function replay(file: string, flags: { json?: true; har?: string }): Promise<number> {
  if (flags.har !== undefined) return exportHar(file, flags.har)
  const outcome = await replayTrace(file)
  const exitCode = outcome.identical ? exitCodes.passed : exitCodes.checkMissed
  if (flags.json) {
    const { start, ...rest } = outcome
    const { version, seed, speed } = start
    const report = { scenario: start.scenario.name, version, seed, speed, ...rest, exitCode }
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    return exitCode
  }
  const { scenario, seed, version } = outcome.start
  const lines = outcome.time === 'virtual' ? describeVirtual(outcome) : describeCounts(outcome)
  if (outcome.judged) lines.push(`the traced run: ${describeVerdict(outcome.judged)}`)
  process.stdout.write(`${[`${scenario.name}, seed ${seed}, traced by kasm-sim ${version}`, ...lines].join('\n')}\n`)
  return exitCode
}

async function exportHar(traceFile: string, harFile: string): Promise<number> {
  const requests = await writeHar(traceFile, harFile)
  process.stdout.write(`archive  ${harFile}  ${requests} requests\n`)
  return exitCodes.passed
}

function describeVirtual({ events, divergence, interrupted }: Extract<Replay, { time: 'virtual' }>): string[] {
  if (interrupted) return [`identical: ${events} events, up to where the run was interrupted`]
  if (divergence === null) return [`identical: ${events} events`]
  const { line, expected, got } = divergence
  return [
    `diverged at line ${line}, after ${events} events that are the same`,
    `  expected  ${shown(expected, 'the end of the trace')}`,
    `  got       ${shown(got, 'the end of the run')}`,
  ]
}

function describeCounts({ time, counts, reason, identical }: Extract<Replay, { counts: unknown }>): string[] {
  const width = Math.max(...counts.map(({ name }) => name.length))
  const row = (name: string, traced: string, replayed: string) =>
    `  ${name.padEnd(width)}  ${traced.padStart(14)}  ${replayed.padStart(14)}`
  return [
    `The trace is of a run over sockets (${time} time). It was run again in virtual time, and only counts are compared.`,
    ...(reason === 'unfinished' || reason === 'interrupted' ? [`The traced run is ${reason}, the replay is not.`] : []),
    row('', 'traced', 'replayed'),
    ...counts.map(({ name, traced, replayed }) => {
      const mark = traced === replayed ? '' : '  differs'
      return `${row(name, String(traced), String(replayed))}${mark}`
    }),
    identical ? 'the counts are equal' : 'the counts differ',
  ]
}

function shown(line: string | null, none: string): string {
  if (line === null) return none
  return line.length <= shownCharactersMax
    ? line
    : `${line.slice(0, shownCharactersMax)} ... (${line.length} characters)`
}
