// `kasm-sim run`: one scenario, watched on stderr and reported on stdout.
import { exitCodes, KasmSimError } from '../../server/kernel/errors.ts'
import { defaultCredentials } from '../../server/model/access/credentials.ts'
import type { Verdict } from '../checks/verdict.ts'
import type { RunTime } from '../driver/prepared-run.ts'
import type { WebAppAddress } from '../driver/web-app-client.ts'
import type { EventSink, Subscription } from '../events/events.ts'
import { journalOfRun, openJournal, writeHar } from '../reporters/journal-file.ts'
import { formatRunReport, type RunReport } from '../reporters/json.ts'
import { formatSummary } from '../reporters/summary-text.ts'
import { openTrace } from '../reporters/trace-file.ts'
import { latenessWarning } from '../run/capacity.ts'
import { type RunOutcome, runScenario } from '../run/run.ts'
import { timeOf } from '../run/time.ts'
import { compileScenario } from '../scenario/compile.ts'
import { loadScenario } from '../scenario/load.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { openAgentLogs } from './agent-logs.ts'
import { type BackendFlags, backendOf } from './backend.ts'
import { describeFailure } from './failure.ts'
import { assertFolderWritable, assertWritable, nextRunFolder, writeText } from './files.ts'
import { onStopRequest } from './signals.ts'
import { watchRun } from './watch.ts'

interface RunFlags extends BackendFlags {
  registryBackend?: string
  time?: RunTime
  /** False only by `--no-fast-forward`. */
  fastForward: boolean
  speed?: number
  seed?: number
  trace?: string
  summary?: string
  logs?: string
  journal?: string
  har?: string
  content?: string
  webApp?: string
  apiKey?: string
  apiKeySecret?: string
  managerToken?: string
  json?: true
}

/**
 * Runs a scenario and returns the exit code: passed, a check missed, inconclusive, or interrupted.
 *
 * @throws KasmSimError when the scenario or a file cannot be used; InvariantError when the program is wrong
 */
export async function run(name: string, flags: RunFlags): Promise<number> {
  assertSensible(flags)
  const scenario = withBackend(compileScenario(await loadScenario(name)), flags)
  if (flags.content !== undefined) assertFolderWritable(flags.content)
  const logs = flags.logs === undefined ? null : openAgentLogs(flags.logs, scenario)
  const paths = choosePaths(scenario, flags)
  assertWritable(paths.summary)
  assertWritable(paths.trace)
  if (flags.har !== undefined) assertWritable(flags.har)
  const journal = flags.journal === undefined ? null : openJournal(flags.journal, { atOnce: false })
  const trace = openTrace(paths.trace)
  const watch = watchRun()
  warnOfLateness(scenario, flags, watch.note)
  const sinks: (EventSink | Subscription)[] = [watch.sink, trace.sink]
  if (journal) sinks.push(journalOfRun(journal))
  if (logs) sinks.push(logs.sink)
  // A full disk must not cost the result of the run: what failed is said at once and decides the exit code at the end.
  const failures: unknown[] = []
  const onSinkError = (error: unknown) => {
    failures.push(error)
    watch.note(describeFailure(error).text.trimEnd())
  }
  let outcome: RunOutcome
  try {
    outcome = await runUntilStopped(scenario, flags, { sinks, onSinkError, note: watch.note })
  } finally {
    watch.close()
    failures.push(...(await closeAll([trace, ...(logs ? [logs] : []), ...(journal ? [journal] : [])])))
  }
  const report = createReport(scenario, flags, outcome)
  process.stdout.write(flags.json ? formatRunReport(report) : describeEnd(outcome, paths, flags))
  writeText(paths.summary, formatRunReport(report))
  if (flags.har !== undefined) await writeHar(paths.trace, flags.har)
  if (failures.length > 0) throw failures[0]
  return report.exitCode
}

function withBackend(scenario: Scenario, flags: RunFlags): Scenario {
  const { registryBackend: named, registryImage, allowPush } = flags
  if (named === undefined && (registryImage !== undefined || allowPush)) {
    const flag = allowPush ? '--allow-push' : '--registry-image'
    throw new KasmSimError('USAGE', `Failed to use ${flag}: it says more about --registry-backend. Add that flag.`)
  }
  if (named === undefined) return scenario
  return { ...scenario, registry: { ...scenario.registry, backend: backendOf(named, flags) } }
}

/** What belongs to one kind of time says so where it meets the other. */
function assertSensible(flags: RunFlags): void {
  const { time, speed, content, webApp, fastForward } = flags
  const ofSockets = Object.entries({
    ...{ '--speed': speed, '--content': content, '--web-app': webApp },
    '--registry-backend': flags.registryBackend,
  })
  const [flag] = ofSockets.find(([, value]) => value !== undefined) ?? []
  if (time === 'virtual' && flag !== undefined) {
    const message = `Failed to run in virtual time with ${flag}: it is for runs over sockets. Leave out one of the two.`
    throw new KasmSimError('USAGE', message)
  }
  if (time !== 'virtual' && !fastForward) {
    const message =
      'Failed to run over sockets with --no-fast-forward: only virtual time is fast-forwarded. Add --time virtual.'
    throw new KasmSimError('USAGE', message)
  }
}

/** Says at once what a run by the wall would say after an hour: that this machine is too slow for it. */
function warnOfLateness(scenario: Scenario, flags: RunFlags, note: (text: string) => void): void {
  if (timeOf(scenario, flags) !== 'wall') return
  const warning = latenessWarning(scenario, flags.speed ?? scenario.speed)
  if (warning !== null) note(`Warning: ${warning}`)
}

/** Closes each file, whatever the others do, and returns what went wrong. */
async function closeAll(files: { close(): void | Promise<void> }[]): Promise<unknown[]> {
  const failures: unknown[] = []
  for (const file of files) {
    try {
      await file.close()
    } catch (error) {
      failures.push(error)
    }
  }
  return failures
}

function choosePaths({ name }: Scenario, { trace, summary }: RunFlags): { trace: string; summary: string } {
  if (trace !== undefined && summary !== undefined) return { trace, summary }
  const folder = nextRunFolder(name)
  return { trace: trace ?? `${folder}/trace.jsonl`, summary: summary ?? `${folder}/summary.json` }
}

async function runUntilStopped(
  scenario: Scenario,
  flags: RunFlags,
  watchers: {
    sinks: (EventSink | Subscription)[]
    onSinkError: (error: unknown) => void
    note: (text: string) => void
  },
): Promise<RunOutcome> {
  const { sinks, onSinkError, note } = watchers
  const stop = new AbortController()
  const forget = onStopRequest(() => {
    note('Stopping the run. Press Ctrl-C again to end at once.')
    stop.abort()
  })
  try {
    return await runScenario({
      scenario,
      sinks,
      onSinkError,
      signal: stop.signal,
      ...(flags.time === undefined ? {} : { time: flags.time }),
      fastForward: flags.fastForward,
      ...(flags.speed === undefined ? {} : { speed: flags.speed }),
      ...(flags.seed === undefined ? {} : { seed: flags.seed }),
      ...(flags.content === undefined ? {} : { contentDirectory: flags.content }),
      ...(flags.webApp === undefined ? {} : { webApp: webAppOf(flags.webApp, flags) }),
    })
  } finally {
    forget()
  }
}

/** @throws KasmSimError USAGE */
function webAppOf(url: string, flags: RunFlags): WebAppAddress {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new KasmSimError(
      'USAGE',
      `Failed to read --web-app ${url}: it is no URL. Write it like http://127.0.0.1:8080.`,
    )
  }
  return {
    url: new URL(url).origin,
    apiKey: flags.apiKey ?? defaultCredentials.apiKey,
    apiKeySecret: flags.apiKeySecret ?? defaultCredentials.apiKeySecret,
    managerToken: flags.managerToken ?? defaultCredentials.managerToken,
  }
}

const exitCodeOf = {
  passed: exitCodes.passed,
  missed: exitCodes.checkMissed,
  inconclusive: exitCodes.inconclusive,
} as const satisfies Record<Verdict, number>

function createReport(scenario: Scenario, flags: RunFlags, outcome: RunOutcome): RunReport {
  const { reason, verdict, doubts, checks, summary } = outcome
  return {
    scenario: scenario.name,
    seed: flags.seed ?? scenario.seed,
    speed: summary.speed,
    reason,
    verdict,
    doubts,
    exitCode: reason === 'interrupted' ? exitCodes.interrupted : exitCodeOf[verdict],
    checks,
    summary,
  }
}

function describeEnd(outcome: RunOutcome, paths: { trace: string; summary: string }, flags: RunFlags): string {
  const written = [`trace    ${paths.trace}`, `summary  ${paths.summary}`]
  if (flags.logs !== undefined) written.push(`logs     ${flags.logs}/`)
  if (flags.journal !== undefined) written.push(`journal  ${flags.journal}`)
  if (flags.har !== undefined) written.push(`archive  ${flags.har}`)
  const early =
    outcome.reason === 'interrupted' ? 'Interrupted: the summary covers the part of the run that happened.\n\n' : ''
  return `${early}${formatSummary(outcome.summary, outcome).trimEnd()}\n\n${written.join('\n')}\n`
}
