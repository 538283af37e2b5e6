// What a percentile is, decided once for reports, checks and what-if: the nearest rank, that is, a value that there was.

/**
 * The place, counted from 1, of a percentile among ordered values: the first that at least this share of them do not exceed.
 *
 * @example
 * percentileRank(0.95, 60) // 57
 */
export function percentileRank(share: number, count: number): number {
  // A share such as 0.07 is a little more or less than it says, and must not push the rank beyond what it means.
  return Math.max(1, Math.ceil(share * count - 1e-9))
}

/**
 * The smallest value that at least `share` of the values do not exceed; null of none.
 *
 * @example
 * percentile([30, 10, 20, 40], 0.5) // 20
 */
export function percentile(values: Iterable<number>, share: number): number | null {
  const ordered = Float64Array.from(values).sort()
  return ordered[percentileRank(share, ordered.length) - 1] ?? null
}
