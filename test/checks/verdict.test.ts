// What a run is worth: the worst word of its checks, and what a doubt about the run leaves of them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CheckResult } from '../../simulator/checks/expectation.ts'
import { type Doubt, judgeRun, type Verdict } from '../../simulator/checks/verdict.ts'

type Status = CheckResult['status']

function result(status: Status, hangsOnTime = false): CheckResult {
  return {
    ...{ name: 'a check', status, reason: status === 'held' ? null : `it is ${status}`, hangsOnTime },
    ...{ observed: 2, highWater: 2, limit: 2, bound: 'at-most', slack: 0, unit: 'count' },
    occurred: { passed: true, samples: 1, statement: '1 sample' },
    violation: null,
  }
}

test.each([
  [[], 'passed'],
  [['held', 'held'], 'passed'],
  [['held', 'inconclusive'], 'inconclusive'],
  [['inconclusive', 'missed', 'held'], 'missed'],
] as [Status[], Verdict][])('checks that are %j make the run %s', (statuses, verdict) => {
  expect(judgeRun(statuses.map((status) => result(status)))).toMatchObject({ verdict, doubts: [] })
})

const late: Doubt = { reason: 'this machine was 4s late', about: 'time' }
const failed: Doubt = { reason: 'this machine ran out of files', about: 'everything' }

test('a machine that was late leaves checks that do not hang on time as they are', () => {
  const { verdict, checks, doubts } = judgeRun([result('held'), result('missed', true), result('held', true)], [late])
  expect(checks.map(({ status, reason }) => [status, reason])).toEqual([
    ['held', null],
    ['inconclusive', late.reason],
    ['inconclusive', late.reason],
  ])
  expect({ verdict, doubts }).toEqual({ verdict: 'inconclusive', doubts: [late.reason] })
  expect(judgeRun([result('missed'), result('held', true)], [late]).verdict).toBe('missed')
})

test('a generator that failed leaves no check as it was', () => {
  const { verdict, checks } = judgeRun([result('held'), result('missed'), result('missed', true)], [failed])
  expect(checks.map(({ status }) => status)).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
  expect(verdict).toBe('inconclusive')
})

test('a run in doubt never passes, whatever its checks', () => {
  const status = fc.constantFrom<Status[]>('held', 'missed', 'inconclusive')
  const results = fc.array(fc.tuple(status, fc.boolean()).map(([word, hangs]) => result(word, hangs)))
  const doubts = fc.array(fc.constantFrom(late, failed), { minLength: 1 })
  fc.assert(
    fc.property(results, doubts, (drawn, reasons) => {
      const { verdict, checks } = judgeRun(drawn, reasons)
      expect(verdict).not.toBe('passed')
      expect(verdict === 'missed').toBe(checks.some((check) => check.status === 'missed'))
      for (const check of checks) if (check.hangsOnTime) expect(check.status).toBe('inconclusive')
    }),
  )
})
