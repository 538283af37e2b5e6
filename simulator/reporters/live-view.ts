// The picture of a run on a terminal: a pure function of its events so far, the moment and the width of the screen.
// Whoever owns the terminal decides when to draw it.
import { formatBytes, formatDuration } from '../../server/kernel/units.ts'
import { describeLateness } from './lateness-text.ts'
import type { Progress } from './progress.ts'
import { describeVerdict } from './verdict-text.ts'

const barCells = 24

/**
 * One frame of the live view, without a final line break; no line is wider than the screen.
 *
 * @example
 * formatFrame(progress, { width: 80, nowMs: 750_000 })
 * // storm  12m 30s of 2h, 60 times as fast as the wall, at most 1m 47s left
 * // agents    [############------------]  12 of 25 ready
 * // pulls     50 running, 413 queued, 120 done, 3 failed
 * // registry  84.20 MB/s, 12.30 GB so far, 7 refused with 429
 */
export function formatFrame(progress: Progress, { width, nowMs }: { width: number; nowMs: number }): string {
  const { scenario } = progress
  if (!scenario) return clip('starting ...', width)
  const { pullsRunning, pullsQueued, pullsSucceeded, pullsFailed, lastAction } = progress
  const lines = [
    `${scenario.name}  ${describeTime(progress, nowMs)}`,
    `agents    ${bar(progress.agentsReady, progress.agents)}  ${progress.agentsReady} of ${progress.agents} ready`,
    `pulls     ${pullsRunning} running, ${pullsQueued} queued, ${pullsSucceeded} done, ${pullsFailed} failed`,
    `registry  ${rate(progress, nowMs)}/s, ${formatBytes(progress.receivedBytes)} so far, ${progress.tooManyRequests} refused with 429`,
  ]
  const late = progress.lateness && describeLateness(progress.lateness)
  if (late) lines.push(`lateness  ${late}`)
  if (lastAction) lines.push(`action    ${lastAction.text}, at ${formatDuration(lastAction.atMs)}`)
  if (progress.judged) lines.push(`checks    ${describeVerdict(progress.judged)}`)
  return lines.map((line) => clip(line, width)).join('\n')
}

function describeTime(progress: Progress, nowMs: number): string {
  const end = progress.scenario?.end
  if (!end) return ''
  const passed = `${formatDuration(wholeSeconds(nowMs))} of ${formatDuration(end.afterMs)}`
  // Virtual time has no pace, so nobody knows what is left of it.
  if (progress.time === 'virtual') return `${passed}, in virtual time`
  if (progress.time === 'settled')
    return `${passed}, settled, ${factor(progress.speed)} times as fast as the wall so far`
  const leftMs = Math.max(0, end.afterMs - nowMs) / progress.speed
  const left = `${end.when === 'never' ? '' : 'at most '}${formatDuration(wholeSeconds(leftMs))} left`
  const pace = progress.speed === 1 ? '' : `, ${progress.speed} times as fast as the wall`
  return `${passed}${pace}, ${left}`
}

function factor(speed: number): string {
  return Number(speed.toPrecision(3)).toLocaleString('en-US')
}

/** Tenths of a second would flicker. */
function wholeSeconds(durationMs: number): number {
  return Math.floor(durationMs / 1_000) * 1_000
}

function rate(progress: Progress, nowMs: number): string {
  return formatBytes(Math.round(progress.bytesPerSecond(nowMs)))
}

function bar(count: number, total: number): string {
  const filled = total === 0 ? 0 : Math.floor((count / total) * barCells)
  return `[${'#'.repeat(filled)}${'-'.repeat(barCells - filled)}]`
}

/** A line that wraps would break the redrawing of the lines above it. */
function clip(line: string, width: number): string {
  return line.length <= width ? line : line.slice(0, Math.max(0, width))
}
