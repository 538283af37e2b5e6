// Ids as Kasm shows them, 32 hex digits without dashes, and dates in its form.
import { createHash } from 'node:crypto'
import { internalErrorPage, Refusal } from './reply.ts'

/**
 * An id that follows from a name, so that a fresh start gives the same ids again. Shaped as a version 8 UUID.
 *
 * @example
 * stableId('image', 'kasmweb/chrome:1.16.1')
 */
export function stableId(...parts: string[]): string {
  const hex = createHash('sha256').update(parts.join('\n')).digest('hex')
  return `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17, 32)}`
}

/** The id without dashes and in lower case, or null where the text is no UUID. */
export function plainId(text: string): string | null {
  const plain = text.replaceAll('-', '').toLowerCase()
  return /^[0-9a-f]{32}$/.test(plain) ? plain : null
}

/** The id that a client sent. What is no UUID makes Kasm's database, and so its server, fail. */
export function requireId(field: string, text: string): string {
  const id = plainId(text)
  if (id !== null) return id
  const cause = `${field} is no UUID: ${JSON.stringify(text)}`
  throw new Refusal({ status: 500, body: internalErrorPage, cause }, 'malformed-id')
}

/** What is never over is over in the year 9999: later dates have five digits, or cannot be written at all. */
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * A date as Kasm writes it, in UTC.
 *
 * @example
 * formatDate(0) // '1970-01-01 00:00:00.000000'
 */
export function formatDate(atMs: number): string {
  return `${new Date(Math.min(atMs, lastMs)).toISOString().replace('T', ' ').replace('Z', '')}000`
}

/** The same, or null where there is no moment. */
export function formatOptionalDate(atMs: number | null): string | null {
  return atMs === null ? null : formatDate(atMs)
}

/**
 * The moment of a date as Kasm or ISO 8601 writes it, UTC unless it says otherwise; null where the text is none.
 *
 * @example
 * parseDate('1970-01-01 00:00:00.000000') // 0
 */
export function parseDate(text: string): number | null {
  const iso = text
    .trim()
    .replace(' ', 'T')
    .replace(/(\.\d{3})\d+/, '$1')
  const atMs = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(iso) || !iso.includes('T') ? iso : `${iso}Z`)
  return Number.isNaN(atMs) ? null : atMs
}
