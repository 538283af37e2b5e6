// What the head of an answer says of limits and of where to go: read from the headers as they go out, by whatever rule wrote them.

/** What is not there is absent. */
interface AnswerFacts {
  /** The limit in whole requests or pulls, without its window. */
  rateLimitLimit?: number
  /** How long after the answer the next request is permitted. */
  retryAfterMs?: number
  /** Without its query, which may hold a signature. */
  location?: string
}

type Headers = Readonly<Record<string, string | number | undefined>>

/**
 * Reads headers. `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3); of other values nothing is known.
 *
 * @example
 * readAnswerFacts({ 'Retry-After': '60', 'ratelimit-limit': '100;w=21600' }, 0) // { rateLimitLimit: 100, retryAfterMs: 60000 }
 */
export function readAnswerFacts(headers: Headers, nowMs: number): AnswerFacts {
  const facts: AnswerFacts = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const text = String(value).trim()
    switch (name.toLowerCase()) {
      case 'ratelimit-limit':
      case 'x-ratelimit-limit': {
        const limit = Number.parseInt(text, 10)
        if (Number.isSafeInteger(limit)) facts.rateLimitLimit = limit
        break
      }
      case 'retry-after': {
        const afterMs = retryAfterMs(text, nowMs)
        if (afterMs !== null) facts.retryAfterMs = afterMs
        break
      }
      case 'location':
        facts.location = text.replace(/[?#].*$/s, '').replace(/^(https?:\/\/)[^/@]*@/, '$1')
        break
    }
  }
  return facts
}

function retryAfterMs(text: string, nowMs: number): number | null {
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  // A date always has a name of a month; without it a number with a fraction would pass as a year.
  const atMs = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? null : Math.max(0, Math.round(atMs - nowMs))
}
