// Experiments on a terminal: the progress while they run, the tables when they are done.
import { formatDuration } from '../../server/kernel/units.ts'
import type { Table } from '../report/table.ts'

const barWidth = 24

/**
 * A table with aligned columns.
 *
 * @example
 * formatTable({ title: 'Pulls started', columns: ['fleet.cap', 'pulls'], rows: [['2', '600']] })
 */
export function formatTable({ title, columns, rows }: Table): string {
  const lines = [columns, ...rows]
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  const formatted = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${[title, ...formatted.map((line) => `  ${line}`)].join('\n')}\n`
}

/** How far an experiment has come. */
export interface WhatIfProgress {
  done: number
  planned: number
  /** Milliseconds of wall time since its start. */
  elapsedMs: number
  /** Wall time that is left, as far as it can be told; null at first. */
  leftMs: number | null
  /** The point that ended last, in words. */
  latest: string
}

/**
 * One line of progress.
 *
 * @example
 * formatWhatIfProgress({ done: 30, planned: 90, elapsedMs: 5_000, leftMs: 10_000, latest: 'fleet.cap=2' })
 * // '[########----------------] 30 of 90 runs, 6.0 runs/s, about 10s left (fleet.cap=2)'
 */
export function formatWhatIfProgress({ done, planned, elapsedMs, leftMs, latest }: WhatIfProgress): string {
  const filled = planned === 0 ? 0 : Math.round((done / planned) * barWidth)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`
  const rate = elapsedMs > 0 ? `, ${((done * 1_000) / elapsedMs).toFixed(1)} runs/s` : ''
  const left = leftMs === null || done === planned ? '' : `, about ${formatDuration(roughly(leftMs))} left`
  return `${bar} ${done} of ${planned} runs${rate}${left}${latest === '' ? '' : ` (${latest})`}`
}

/** To whole seconds: nobody believes more of a guess. */
function roughly(durationMs: number): number {
  return Math.max(1_000, Math.ceil(durationMs / 1_000) * 1_000)
}
