// How long a registry wants to be left alone: Retry-After in both forms of RFC 9110, 10.2.3, and the duration that GHCR puts into its
// words instead (docs/registries.md 2).

const unitMs: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}
const inText = /retry-after:\s*((?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+)/i

/**
 * The wait that a `Retry-After` header asks for, in ms; null without one that can be read.
 *
 * @example
 * retryAfterHeaderMs('60', 0) // 60000
 */
export function retryAfterHeaderMs(header: string | string[] | undefined, nowMs: number): number | null {
  const text = String([header ?? ''].flat()[0]).trim()
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  const atMs = Date.parse(text)
  return /[a-z]/i.test(text) && Number.isFinite(atMs) ? Math.max(0, atMs - nowMs) : null
}

/**
 * The wait that an error's words ask for, in ms; null where they name none.
 *
 * @example
 * retryAfterTextMs('retry-after: 333.939671ms, allowed: 44000/minute') // 333.939671
 */
export function retryAfterTextMs(text: string): number | null {
  const duration = inText.exec(text)?.[1]
  if (duration === undefined) return null
  let sumMs = 0
  for (const [, count, unit = ''] of duration.matchAll(/([\d.]+)([a-zµμ]+)/gi))
    sumMs += Number(count) * (unitMs[unit] ?? 0)
  return sumMs
}
