import { expect, test } from 'vitest'
import { type RefusableRequest, RetryLedger } from '../../simulator/checks/retry-ledger.ts'

const chrome: RefusableRequest = {
  ...{ agent: 0, source: '192.0.2.1', method: 'GET', class: 'manifest', repository: 'kasmweb/chrome' },
  ...{ reference: '1.0', status: 200, startedAtMs: 0, atMs: 0 },
}
const ask = (startedAtMs: number, more: Partial<RefusableRequest> = {}) => ({
  ...{ ...chrome, startedAtMs, atMs: startedAtMs + 10 },
  ...more,
})
const refused = { status: 429, retryAfterMs: 60_000 }

test('what is asked for again after a refusal is a retry, early by what was left to wait', () => {
  const ledger = new RetryLedger()
  expect(ledger.take(ask(0, refused))).toBeNull()
  expect(ledger.take(ask(10, { ...refused, method: 'HEAD', class: 'version-check' }))).toEqual({ earlyMs: 60_000 })
  expect(ledger.take(ask(30_020))).toEqual({ earlyMs: 30_000 })
  expect(ledger.take(ask(30_040))).toBeNull()
})

test('a retry at the named moment or later is not early', () => {
  const ledger = new RetryLedger()
  ledger.take(ask(0, refused))
  expect(ledger.take(ask(60_010))?.earlyMs).toBe(0)
})

test('a refusal that names no moment makes retries of which nobody can say whether they are early', () => {
  const ledger = new RetryLedger()
  for (const status of [429, 500, 503]) {
    ledger.take(ask(0, { status, reference: `${status}` }))
    expect(ledger.take(ask(20, { reference: `${status}` }))).toEqual({ earlyMs: null })
  }
  ledger.take(ask(0, { status: 404 }))
  expect(ledger.take(ask(20))).toBeNull()
})

test('what was on its way before the refusal, is of others or for something else, is no retry', () => {
  const ledger = new RetryLedger()
  ledger.take(ask(0, refused))
  expect(ledger.take(ask(5, { ...refused, agent: 1 }))).toBeNull()
  expect(ledger.take(ask(20, { reference: '2.0' }))).toBeNull()
  expect(ledger.take(ask(20, { repository: 'kasmweb/firefox' }))).toBeNull()
  expect(ledger.take(ask(5, { atMs: 400 }))).toBeNull()
})
