// Journal entries in the HTTP archive format (HAR 1.2), for the tools that read it. Pure; fields of our own begin with "_", as the
// format asks. What the journal does not keep, headers and bodies, is not in it.
import { STATUS_CODES } from 'node:http'
import type { JournalEntry } from './journal.ts'

/** Where entries come from: their URLs begin with `baseUrl`, and the clock's 0 is `epochMs`. */
interface HarOrigin {
  baseUrl: string
  /** kasm-sim's own. */
  version: string
  /** Default 0: entries tell the time of day. Of a run, whose times begin at 0, the archive begins in 1970. */
  epochMs?: number
}

/**
 * The two ends of an archive; entries go between them, a comma between each two.
 *
 * @example
 * const [start, end] = harFrame({ baseUrl: registry.url, version: '1.0.0' })
 */
export function harFrame({ version }: HarOrigin): readonly [start: string, end: string] {
  const frame = JSON.stringify({ log: { version: '1.2', creator: { name: 'kasm-sim', version }, entries: [] } })
  const end = ']}}'
  return [frame.slice(0, -end.length), end]
}

/**
 * A whole archive.
 *
 * @example
 * writeFileSync('pulls.har', formatHar(registry.journal.records(), { baseUrl: registry.url, version: '1.0.0' }))
 */
export function formatHar(entries: readonly JournalEntry[], origin: HarOrigin): string {
  const [start, end] = harFrame(origin)
  return `${start}${entries.map((entry) => JSON.stringify(harEntry(entry, origin))).join(',')}${end}\n`
}

/** One entry of an archive. A status of 0 is what browsers write of a request that got no answer. */
export function harEntry(entry: JournalEntry, { baseUrl, epochMs = 0 }: HarOrigin): object {
  const { startedAtMs, endedAtMs, status, waitMs, method, path, bytes, location } = entry
  const { agent, source, action, actionNumber, authenticated, rateLimitRemaining, fault } = entry
  const timeMs = Math.max(0, endedAtMs - startedAtMs)
  const wait = Math.min(waitMs ?? timeMs, timeMs)
  return {
    startedDateTime: new Date(epochMs + startedAtMs).toISOString(),
    time: timeMs,
    request: {
      ...{ method, url: urlOf(baseUrl, path), httpVersion: 'HTTP/1.1', cookies: [] },
      headers: headersOf({ 'User-Agent': entry.userAgent }),
      ...{ queryString: [], headersSize: -1, bodySize: -1 },
    },
    response: {
      ...{ status, statusText: STATUS_CODES[status] ?? '', httpVersion: 'HTTP/1.1', cookies: [] },
      headers: headersOf({
        Location: location,
        'Retry-After': entry.retryAfterMs === undefined ? undefined : Math.ceil(entry.retryAfterMs / 1_000),
      }),
      content: { size: bytes, mimeType: 'application/octet-stream' },
      ...{ redirectURL: location ?? '', headersSize: -1, bodySize: bytes },
    },
    cache: {},
    timings: { send: 0, wait, receive: timeMs - wait },
    ...{ _agent: agent, _source: source, _class: entry.class, _action: action, _actionNumber: actionNumber },
    ...{ _authenticated: authenticated, _rateLimitLimit: entry.rateLimitLimit ?? null },
    ...{ _rateLimitRemaining: rateLimitRemaining, _fault: fault ?? null },
  }
}

/** Paths in the journal are decoded, and may be anything that a caller sent. */
function urlOf(baseUrl: string, path: string): string {
  return `${baseUrl}${path.split('/').map(encodeSegment).join('/') || '/'}`
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replaceAll('%3A', ':').replaceAll('%40', '@')
}

function headersOf(values: Record<string, string | number | undefined>): { name: string; value: string }[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value) }],
  )
}
