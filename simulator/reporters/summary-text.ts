// The summary and the checks of a run as text for a terminal, without colours, on one screen.
import { formatBytes, formatDuration } from '../../server/kernel/units.ts'
import type { CheckResult } from '../checks/expectation.ts'
import { describeGeneratorFailure } from '../checks/generator-failures.ts'
import type { Judgement } from '../checks/verdict.ts'
import type { RegistryDemand } from '../events/events.ts'
import type { PullSummary } from '../report/pull-sums.ts'
import type { DriftSummary, Summary } from '../report/summary.ts'
import { describeLateness } from './lateness-text.ts'
import { describeVerdict, statusWords } from './verdict-text.ts'

const labelWidth = 10
const textWidth = 100
const shownMax = 4

/**
 * The text that ends a run: what happened, then each check with what it observed and how far that is from its limit.
 *
 * @example
 * process.stdout.write(formatSummary(outcome.summary, outcome))
 */
export function formatSummary(summary: Summary, judgement: Judgement): string {
  const lines = [
    headline(summary),
    '',
    ...fleetRows(summary),
    ...pullRows(summary),
    ...registryRows(summary),
    ...driftRows(summary),
    ...failureRows(summary),
    ...generatorRows(summary),
    ...latenessRows(summary),
    ...checkRows(judgement),
  ]
  return `${lines.join('\n')}\n`
}

function headline({ scenario, durationMs, reason, speed, seed, time, version }: Summary): string {
  const ended = {
    'end-reached': 'to its end',
    'condition-met': 'until its end condition was met',
    interrupted: 'until it was interrupted',
    stalled: 'until it stalled',
    unfinished: 'and is not finished',
  }[reason]
  const how = time === 'wall' ? `speed ${speed}` : `${time} time`
  return `${scenario} ran ${formatDuration(durationMs)} ${ended} (${how}, seed ${seed}, kasm-sim ${version})`
}

function fleetRows({ agents, ready, waiting, checkIns, prunedImages }: Summary): string[] {
  const times = ready.timeMs && ready.agents > 0 ? `; ready after ${spread(ready.timeMs)}` : ''
  return [
    row('Agents', `${number(ready.agents)} of ${number(agents)} became ready${times}`),
    ...waitingRows(waiting),
    row(
      'Check-ins',
      `${number(checkIns.answered)} answered${checkIns.failed > 0 ? `, ${number(checkIns.failed)} failed` : ''}`,
    ),
    ...(prunedImages > 0 ? [row('Pruned', plural(prunedImages, 'image'))] : []),
  ]
}

/** What was not the fleet's doing. */
function generatorRows({ generatorFailures }: Summary): string[] {
  const rows = generatorFailures.slice(0, shownMax).map(describeGeneratorFailure)
  return block('Generator', rows, generatorFailures.length)
}

/** Of a run by the wall alone: others are never late. */
function latenessRows({ lateness }: Summary): string[] {
  return lateness === null ? [] : [row('Lateness', describeLateness(lateness))]
}

function waitingRows(waiting: Summary['waiting']): string[] {
  if (waiting === null) return []
  const rows = waiting.first
    .slice(0, shownMax)
    .map(({ agent, image, cause }) => `agent ${agent}${image ? ` for ${image}` : ''}: ${cause}`)
  return block('Waiting', rows, waiting.agents)
}

function pullRows({ pulls }: Summary): string[] {
  const ends = list([
    [pulls.downloaded, 'downloaded'],
    [pulls.upToDate, 'up to date'],
    [pulls.failed, 'failed'],
    [pulls.dropped, 'dropped'],
    [pulls.unfinished, 'running at the end'],
  ])
  const neverStarted = list([
    [pulls.refused, 'refused for want of disk'],
    [pulls.cancelled, 'cancelled'],
  ])
  const rows = [`${number(pulls.started)} started${ends && `: ${ends}`}`]
  if (pulls.failed > 0) rows.push(`failed with ${counts(pulls.failedByCode)}`)
  if (neverStarted) rows.push(`never started: ${neverStarted}`)
  if (pulls.durationMs) rows.push(`a pull took ${spread(pulls.durationMs)}`)
  if (pulls.queueWaitMs) rows.push(`waiting took ${spread(pulls.queueWaitMs)}`)
  const perPull = pulls.requestsPerPull === null ? '' : `; ${pulls.requestsPerPull.toFixed(1)} requests per pull`
  return [
    ...block('Pulls', rows, rows.length),
    ...peakRows(pulls),
    row('Bytes', `${formatBytes(pulls.downloadedBytes)} downloaded${perPull}`),
  ]
}

function peakRows({ agentPeak, fleetPeak }: PullSummary): string[] {
  if (!agentPeak) return []
  const { pulls, agent } = agentPeak
  return [row('At once', `${number(fleetPeak)} in the fleet, ${pulls} on one agent (first on agent ${agent})`)]
}

function registryRows({ registry }: Summary): string[] {
  if (registry.requests === 0) return []
  return [
    row(
      'Registry',
      `${plural(registry.requests, 'request')}, ${number(registry.denied)} answered with 429, ${formatBytes(registry.sentBytes)} sent`,
    ),
    row('', `by class: ${counts(registry.byClass)}`),
    row('', `by status: ${counts(registry.byStatus)}`),
    ...demandRows(registry.demand),
  ]
}

function demandRows(demand: RegistryDemand): string[] {
  const { amplification, versionChecks, pullsByTag, pullsByDigest, manifestGets, manifestHeads, tokenRequests } = demand
  if (amplification === null) return []
  const actions = versionChecks + pullsByTag + pullsByDigest
  const each = (requests: number) => number(requests / actions)
  const wanted = list([
    [pullsByTag + pullsByDigest, 'pulls'],
    [versionChecks, 'version checks'],
  ])
  const manifests = `${each(manifestHeads)} HEAD, ${each(manifestGets)} GET of manifests`
  return [
    row('', `for ${wanted}: ${number(amplification)} requests each (${manifests}, ${each(tokenRequests)} for tokens)`),
    ...(demand.byGroup.length < 2 ? [] : [row('', `by group: ${demand.byGroup.map(groupDemand).join(', ')}`)]),
    ...retryRows(demand),
  ]
}

function groupDemand({ group, amplification }: RegistryDemand['byGroup'][number]): string {
  return `${group ?? 'others'} ${amplification === null ? 'none' : number(amplification)}`
}

function retryRows({ retries, retriesTold, retriesEarly, retriesAtOnce, earliestCaller }: RegistryDemand): string[] {
  if (retries === 0) return []
  const rows = [row('', `${plural(retries, 'request')} again after a refusal, at most ${retriesAtOnce} within 0.1 s`)]
  if (retriesTold === 0) return rows
  const share = Math.round((100 * retriesEarly) / retriesTold)
  const { agent, source, retriesEarly: most } = earliestCaller ?? { agent: null, source: '', retriesEarly: 0 }
  const worst = most === 0 ? '' : `, most by ${agent === null ? source : `agent ${agent}`} (${number(most)})`
  const soon = `${number(retriesEarly)} of ${number(retriesTold)} came too soon (${share} %)${worst}`
  return [...rows, row('', `Retry-After: ${soon}`)]
}

function driftRows({ drift }: Summary): string[] {
  const rows = drift.slice(0, shownMax).map(({ image, movedAtMs, agents, convergedAfterMs, behind }) => {
    const state = driftState({ agents, convergedAfterMs, behind })
    return `${image} moved at ${formatDuration(movedAtMs)}: ${state}`
  })
  return block('Drift', rows, drift.length)
}

function driftState({ agents, convergedAfterMs, behind }: Omit<DriftSummary, 'image' | 'movedAtMs'>): string {
  if (convergedAfterMs === null) {
    return behind > 0
      ? `${plural(behind, 'agent')} still behind at the end`
      : 'pulls of it still to end at the end of the run'
  }
  if (agents === 0) return 'no agent was behind'
  return `${plural(agents, 'agent')} behind, the last for ${formatDuration(convergedAfterMs)}`
}

function failureRows({ failures, worstAgent }: Summary): string[] {
  const rows = failures
    .slice(0, shownMax)
    .map(({ image, code, count, cause }) => shortened(`${number(count)} × ${image} ${code}: ${cause}`))
  const lines = block('Failures', rows, failures.length)
  if (worstAgent) {
    const group = worstAgent.group === null ? '' : ` (group ${worstAgent.group})`
    lines.push(row('', `most on one agent: ${number(worstAgent.count)} on agent ${worstAgent.agent}${group}`))
  }
  return lines
}

function checkRows(judgement: Judgement): string[] {
  const { checks, doubts } = judgement
  const width = {
    word: Math.max(0, ...checks.map(({ status }) => statusWords[status].length)),
    name: Math.min(72, Math.max(0, ...checks.map(({ name }) => name.length))),
  }
  return ['', describeVerdict(judgement), ...checks.flatMap((check) => checkLines(check, { width, doubts }))]
}

function checkLines(
  check: CheckResult,
  { width, doubts }: { width: { word: number; name: number }; doubts: readonly string[] },
): string[] {
  const { name, status, reason, occurred, violation } = check
  const occasions = occurred.passed ? `, ${plural(occurred.samples, 'occasion')}` : ''
  const word = statusWords[status].padEnd(width.word)
  const line = `  ${word}  ${name.padEnd(width.name)}  ${measured(check)}${occasions}`
  // A doubt about the whole run is said once, above.
  if (reason === null || doubts.includes(reason)) return [line]
  const moment =
    violation?.statement === reason && violation.atMs !== null ? `at ${formatDuration(violation.atMs)}: ` : ''
  return [line, `    ${''.padEnd(width.word)}${moment}${reason}`]
}

function measured({ observed, highWater, bound, limit, slack, unit }: CheckResult): string {
  const shown = (value: number) =>
    unit === 'ms' ? formatDuration(value) : unit === 'bytes' ? formatBytes(value) : number(value)
  const sign = { 'at-most': '<=', 'at-least': '>=', exactly: '=', 'not-before': 'from' }[bound]
  const most = highWater === null || highWater === observed ? '' : `, at most ${shown(highWater)}`
  const amount = `${observed === null ? 'nothing' : shown(observed)} (${sign} ${shown(limit)}`
  if (slack === null || (bound === 'exactly' && slack === 0)) return `${amount})${most}`
  return `${amount}, ${slack < 0 ? `off by ${shown(-slack)}` : `slack ${shown(slack)}`})${most}`
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(labelWidth)}  ${text}`
}

/** Rows under one label; says how many of all are not shown. */
function block(label: string, rows: string[], total: number): string[] {
  const left = total - rows.length
  if (left > 0) rows.push(`and ${number(left)} more (see the JSON summary)`)
  return rows.map((text, index) => row(index === 0 ? label : '', text))
}

function spread({ p50, p95, max }: Record<'p50' | 'p95' | 'max', number | null>): string {
  const shown = (value: number | null) => (value === null ? 'never' : formatDuration(value))
  return `${shown(p50)} (median), ${shown(p95)} (95th percentile), ${shown(max)} (longest)`
}

/** Counts of 0 are left out. */
function list(entries: [count: number, what: string][]): string {
  return entries
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${number(count)} ${what}`)
    .join(', ')
}

function counts(byKey: Partial<Record<string, number>>): string {
  return Object.entries(byKey)
    .map(([key, count]) => `${number(count ?? 0)} × ${key}`)
    .join(', ')
}

function plural(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? '' : 's'}`
}

/** With a comma between thousands, whatever the language of the machine. */
function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 })
}

/** One line, cut where it would leave the screen. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > textWidth ? `${line.slice(0, textWidth - 1)}…` : line
}
