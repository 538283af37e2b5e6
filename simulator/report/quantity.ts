// Numbers with their units, as tables and plots show them.
import { formatBytes, formatDuration, formatRate } from '../../server/kernel/units.ts'

export type Unit = 'ms' | 'bytes' | 'bytes-per-second' | 'count' | 'per-second'

/**
 * A number in words.
 *
 * @example
 * formatQuantity(5_400_000, 'ms') // '1h 30m'
 */
export function formatQuantity(value: number, unit: Unit): string {
  if (value < 0) return `-${formatQuantity(-value, unit)}`
  switch (unit) {
    case 'ms':
      return formatDuration(value)
    case 'bytes':
      return formatBytes(value >= 1_000 ? value : Math.round(value))
    case 'bytes-per-second':
      return formatRate(value >= 1_000 ? value : Math.round(value))
    case 'per-second':
      return `${formatCount(value)}/s`
    case 'count':
      return formatCount(value)
  }
}

/** With a comma between thousands, whatever the language of the machine; small numbers keep what distinguishes them. */
function formatCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 })
}

/** How large numbers of a unit are written on an axis: divided by `divisor`, in units of `name`. */
export interface Scale {
  divisor: number
  name: string
}

const scales: Record<Unit, readonly Scale[]> = {
  ms: [
    { divisor: 86_400_000, name: 'days' },
    { divisor: 3_600_000, name: 'hours' },
    { divisor: 60_000, name: 'minutes' },
    { divisor: 1_000, name: 'seconds' },
    { divisor: 1, name: 'milliseconds' },
  ],
  bytes: [
    { divisor: 1e12, name: 'TB' },
    { divisor: 1e9, name: 'GB' },
    { divisor: 1e6, name: 'MB' },
    { divisor: 1e3, name: 'kB' },
    { divisor: 1, name: 'bytes' },
  ],
  'bytes-per-second': [
    { divisor: 1e9, name: 'GB/s' },
    { divisor: 1e6, name: 'MB/s' },
    { divisor: 1e3, name: 'kB/s' },
    { divisor: 1, name: 'bytes/s' },
  ],
  count: [{ divisor: 1, name: '' }],
  'per-second': [{ divisor: 1, name: 'per second' }],
}

/**
 * The largest scale in which a number is at least 2.
 *
 * @example
 * scaleOf(7_200_000, 'ms') // { divisor: 3600000, name: 'hours' }
 */
export function scaleOf(largest: number, unit: Unit): Scale {
  const [first = { divisor: 1, name: '' }, ...smaller] = scales[unit]
  return [first, ...smaller].find(({ divisor }) => largest >= 2 * divisor) ?? smaller.at(-1) ?? first
}
