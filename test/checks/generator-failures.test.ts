// Which failures are the generator's own, and what they make of a run.
import { expect, test } from 'vitest'
import { GeneratorFailures, generatorFailureOf } from '../../simulator/checks/generator-failures.ts'
import { judgeRun } from '../../simulator/checks/verdict.ts'
import { at } from './run-events.ts'

const failed = (code: string, more: object = {}) => Object.assign(new Error(`connect ${code}`), { code, ...more })

test.each(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])(
  '%s is this machine, whatever the scenario does to connections',
  (code) => {
    expect(generatorFailureOf(failed(code), { isOrdered: false })).toBe(code)
    expect(generatorFailureOf(failed(code), { isOrdered: true })).toBe(code)
  },
)

test.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ENOTFOUND', 'ETIMEDOUT'])(
  '%s is the generator unless a fault of the scenario breaks connections',
  (code) => {
    expect(generatorFailureOf(failed(code), { isOrdered: false })).toBe(code)
    expect(generatorFailureOf(failed(code), { isOrdered: true })).toBeNull()
  },
)

test('a cause is found behind whatever wraps it', () => {
  const wrapped = new Error('EOF', { cause: new AggregateError([failed('EMFILE')], 'all attempts failed') })
  expect(generatorFailureOf(wrapped, { isOrdered: true })).toBe('EMFILE')
  expect(generatorFailureOf(failed('UND_ERR_SOCKET', { cause: failed('EMFILE') }), { isOrdered: false })).toBeTruthy()
})

test.each([failed('UND_ERR_HEADERS_TIMEOUT'), failed('HPE_INVALID_HEADER_TOKEN'), new Error('no'), null, 'EMFILE'])(
  'what the registry did is the fleet to bear: %s',
  (error) => {
    expect(generatorFailureOf(error, { isOrdered: false })).toBeNull()
  },
)

test('one failure puts all of a run in doubt, and what ran out is said first', () => {
  const failures = new GeneratorFailures()
  expect(failures.doubts()).toEqual([])
  const gone = at(1, 'generator-failed', { code: 'ECONNRESET', peer: 'web-app' })
  for (const event of [gone, gone, at(2, 'generator-failed'), at(3, 'pull-failed')]) failures.take(event)
  expect(failures.result()).toEqual([
    { peer: 'registry', code: 'EMFILE', count: 1 },
    { peer: 'web-app', code: 'ECONNRESET', count: 2 },
  ])
  const { verdict, doubts } = judgeRun([], failures.doubts())
  expect(verdict).toBe('inconclusive')
  expect(doubts).toEqual([
    '1 failure of the generator to reach the registry (EMFILE, too many open files: raise the limit with ulimit -n), ' +
      '2 failures of the generator to reach the web app (ECONNRESET)',
  ])
})
