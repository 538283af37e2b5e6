// How benchmarks print: a row holds a figure of this project, and what it is to the same figure of its peers in the same run.

import { percentile } from '../server/kernel/percentile.ts'

/** A figure beside its peers'. */
export interface Row {
  name: string
  value: number
  unit: 'ms' | 'MB' | '/s' | '% of a core'
  /** The same figure of others, by name. */
  peers: Record<string, number>
}

/**
 * The text of rows, in columns: name, value, ratio to each peer.
 *
 * @example
 * formatRows([{ name: 'ready', value: 100, unit: 'ms', peers: { 'bare Fastify': 80 } }])
 * // 'ready  100 ms  1.25 x bare Fastify (80 ms)\n'
 */
export function formatRows(rows: Row[]): string {
  const cells = rows.map(({ name, value, unit, peers }) => {
    const ratios = Object.entries(peers).map(
      ([peer, peerValue]) => `${(value / peerValue).toFixed(2)} x ${peer} (${figure(peerValue, unit)})`,
    )
    return [name, figure(value, unit), ratios.join(', ')] as const
  })
  const nameWidth = Math.max(...cells.map(([name]) => name.length))
  const valueWidth = Math.max(...cells.map(([, value]) => value.length))
  return cells
    .map(([name, value, ratios]) => `${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${ratios}\n`)
    .join('')
}

function figure(value: number, unit: Row['unit']): string {
  return unit === '/s' ? `${Math.round(value)}/s` : `${value.toFixed(unit === 'ms' ? 0 : 1)} ${unit}`
}

/** The middle of several measurements, which one slow round does not move. */
export function median(values: number[]): number {
  return percentile(values, 0.5) ?? Number.NaN
}
