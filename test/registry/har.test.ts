// Archives hold what HAR 1.2 requires of them: checked against the fields that the format's specification does not call optional.
import { expect, test } from 'vitest'
import { formatHar } from '../../simulator/registry/har.ts'
import type { JournalEntry } from '../../simulator/registry/journal.ts'

const entry: JournalEntry = {
  ...{ agent: 3, source: '192.0.2.1', method: 'GET', path: '/v2/a/blobs/sha256:1', class: 'blob' },
  ...{ repository: 'a', reference: 'sha256:1', status: 307, bytes: 0, authenticated: true, rateLimitRemaining: 7 },
  ...{ startedAtMs: 1_000, endedAtMs: 1_250, waitMs: 200, action: 'blob', actionNumber: 4 },
  ...{ userAgent: 'docker/29.7.0', location: 'https://cdn.example/1', rateLimitLimit: 100 },
}
const origin = { baseUrl: 'http://127.0.0.1:5055', version: '1.2.3' }

type Shape = 'string' | 'number' | 'array' | { [field: string]: Shape }
const message: Shape = {
  httpVersion: 'string',
  cookies: 'array',
  headers: 'array',
  headersSize: 'number',
  bodySize: 'number',
}
const required: Shape = {
  startedDateTime: 'string',
  time: 'number',
  request: { ...message, method: 'string', url: 'string', queryString: 'array' },
  response: {
    ...{ ...message, status: 'number', statusText: 'string', redirectURL: 'string' },
    content: { size: 'number', mimeType: 'string' },
  },
  cache: {},
  timings: { send: 'number', wait: 'number', receive: 'number' },
}

function lacks(value: unknown, shape: Shape, at = 'entry'): string[] {
  if (shape === 'array') return Array.isArray(value) ? [] : [at]
  if (typeof shape === 'string') return typeof value === shape ? [] : [at]
  if (typeof value !== 'object' || value === null) return [at]
  return Object.entries(shape).flatMap(([field, of]) =>
    lacks((value as Record<string, unknown>)[field], of, `${at}.${field}`),
  )
}

test('has every field that the format requires, whatever the entry', () => {
  const cut: JournalEntry = { ...entry, status: 0, agent: null, repository: null }
  delete cut.waitMs
  delete cut.userAgent
  delete cut.location
  const { log } = JSON.parse(formatHar([entry, cut], origin))
  expect(log).toMatchObject({ version: '1.2', creator: { name: 'kasm-sim', version: '1.2.3' } })
  expect(log.entries).toHaveLength(2)
  for (const each of log.entries) {
    expect(lacks(each, required)).toEqual([])
    expect(new Date(each.startedDateTime).toISOString()).toBe(each.startedDateTime)
    const { send, wait, receive } = each.timings
    expect(send + wait + receive).toBe(each.time)
  }
})

test('tells of redirects, timings, and what the journal knows beside', () => {
  const [first] = JSON.parse(formatHar([entry], origin)).log.entries
  expect(first).toMatchObject({
    ...{ startedDateTime: '1970-01-01T00:00:01.000Z', time: 250, timings: { send: 0, wait: 200, receive: 50 } },
    request: {
      url: 'http://127.0.0.1:5055/v2/a/blobs/sha256:1',
      headers: [{ name: 'User-Agent', value: 'docker/29.7.0' }],
    },
    response: { status: 307, statusText: 'Temporary Redirect', redirectURL: 'https://cdn.example/1' },
    ...{
      _agent: 3,
      _source: '192.0.2.1',
      _action: 'blob',
      _actionNumber: 4,
      _rateLimitLimit: 100,
      _rateLimitRemaining: 7,
    },
  })
})

test('of nothing it is an archive without entries, and odd paths are still URLs', () => {
  expect(JSON.parse(formatHar([], origin)).log.entries).toEqual([])
  const [odd] = JSON.parse(formatHar([{ ...entry, path: '/v2/ä b/\ud800?x' }], origin)).log.entries
  expect(URL.canParse(odd.request.url)).toBe(true)
  expect(odd.request.url).not.toMatch(/[ ?]/)
})
