// Bans of those who log in wrongly too often, told the time.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FailedLogins } from '../../../simulator/registry/policy/failed-logins.ts'

const caller = { source: '2001:db8::1', username: 'alice' }

test('bans whoever fails so often within the time, for the time that it says', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 80 }), (gaps) => {
      const failed = new FailedLogins({ attempts: 3, perSeconds: 0.1, banSeconds: 0.15, key: 'username' })
      let failures: number[] = []
      let bannedUntilMs = 0
      let nowMs = 0
      for (const gap of gaps) {
        nowMs += gap
        const isBanned = nowMs < bannedUntilMs
        expect(failed.isBanned(caller, nowMs)).toBe(isBanned)
        if (isBanned) continue
        failed.fail(caller, nowMs)
        failures = [...failures, nowMs].filter((atMs) => atMs > nowMs - 100)
        if (failures.length >= 3) bannedUntilMs = nowMs + 150
      }
    }),
  )
})

test.for([
  ['address', { source: '2001:db8::2', username: 'bob' }, { source: '192.0.2.1', username: 'alice' }],
  ['username', { source: '192.0.2.1', username: 'alice' }, { source: '2001:db8::1', username: 'bob' }],
] as const)('counts by %s', ([key, same, other]) => {
  const failed = new FailedLogins({ attempts: 1, perSeconds: 60, banSeconds: 60, key })
  failed.fail(caller, 0)
  expect([failed.isBanned(same, 1), failed.isBanned(other, 1)]).toEqual([true, false])
})
