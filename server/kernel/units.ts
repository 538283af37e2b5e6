// Durations, sizes and rates as people write them (`30s`, `1h30m`, `2.3GB`, `100Mbit/s`) and as the program keeps them (milliseconds,
// bytes, bytes per second).
import { KasmSimError } from './errors.ts'

const durationUnitsMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const sizeUnitsBytes: Record<string, number> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}
/** Lines are sold in bits, disks and downloads are measured in bytes. */
const rateUnitsBytes: Record<string, number> = {
  kbit: 125,
  Mbit: 125e3,
  Gbit: 125e6,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
}

/** The pattern of a duration; also used by the scenario schema. */
export const durationPattern = '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$'
/** The pattern of a size; also used by the scenario schema. */
export const sizePattern = '^\\d+(\\.\\d+)?(B|[kK]B|[MGT]B|[KMGT]iB)$'
/** The pattern of a rate; also used by the scenario schema. */
export const ratePattern = '^\\d+(\\.\\d+)?([kMG](bit|B)|[KMG]iB)/s$'

/**
 * Milliseconds of a written duration.
 *
 * @throws KasmSimError DURATION_INVALID
 * @example
 * parseDurationMs('1h30m') // 5400000
 */
export function parseDurationMs(text: string): number {
  if (!new RegExp(durationPattern).test(text)) {
    throw new KasmSimError(
      'DURATION_INVALID',
      `Failed to read the duration "${text}": it needs a number and a unit. Write it like 250ms, 30s, 5m, 1h30m or 2d.`,
    )
  }
  let totalMs = 0
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    totalMs += Number(count) * (durationUnitsMs[unit as string] as number)
  }
  return Math.round(totalMs)
}

/**
 * Bytes of a written size; kB, MB, GB are powers of 1000 and KiB, MiB, GiB powers of 1024.
 *
 * @throws KasmSimError SIZE_INVALID
 * @example
 * parseSizeBytes('2.3GB') // 2300000000
 */
export function parseSizeBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([a-zA-Z]+)$/.exec(text)
  const unitBytes = match && sizeUnitsBytes[match[2] as string]
  if (!match || !unitBytes) {
    throw new KasmSimError(
      'SIZE_INVALID',
      `Failed to read the size "${text}": it needs a number and a unit. Write it like 512B, 40MB, 2.3GB or 1GiB.`,
    )
  }
  return Math.round(Number(match[1]) * unitBytes)
}

/**
 * Bytes per second of a written rate; kbit, Mbit, Gbit, kB, MB and GB are powers of 1000, KiB, MiB and GiB powers of 1024.
 *
 * @throws KasmSimError RATE_INVALID
 * @example
 * parseRateBytesPerSecond('1Gbit/s') // 125000000
 */
export function parseRateBytesPerSecond(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([a-zA-Z]+)\/s$/.exec(text)
  const unitBytes = match && rateUnitsBytes[match[2] as string]
  if (!match || !unitBytes) {
    throw new KasmSimError(
      'RATE_INVALID',
      `Failed to read the rate "${text}": it needs a number, a unit and "/s". Write it like 100Mbit/s, 1Gbit/s, 50MB/s or 20MiB/s.`,
    )
  }
  return Math.round(Number(match[1]) * unitBytes)
}

/**
 * A duration for people: two units at most.
 *
 * @example
 * formatDuration(5_400_000) // '1h 30m'
 */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)}ms`
  if (durationMs < 60_000) return `${(durationMs / 1_000).toFixed(durationMs % 1_000 === 0 ? 0 : 1)}s`
  const totalSeconds = Math.round(durationMs / 1_000)
  const parts = [
    [Math.floor(totalSeconds / 86_400), 'd'],
    [Math.floor(totalSeconds / 3_600) % 24, 'h'],
    [Math.floor(totalSeconds / 60) % 60, 'm'],
    [totalSeconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ')
}

/**
 * A size for people, in powers of 1000.
 *
 * @example
 * formatBytes(2_300_000_000) // '2.30 GB'
 */
export function formatBytes(sizeBytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = sizeBytes
  let unit = 0
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(2)} ${units[unit]}`
}

/**
 * A rate for people, in bytes as downloads are measured.
 *
 * @example
 * formatRate(125_000_000) // '125.00 MB/s'
 */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}
