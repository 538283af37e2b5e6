import { expect, test } from 'vitest'
import { readAnswerFacts } from '../../simulator/registry/answer-facts.ts'

test('reads the limit without its window, however its header is called and written', () => {
  expect(readAnswerFacts({ 'ratelimit-limit': '100;w=21600' }, 0)).toEqual({ rateLimitLimit: 100 })
  expect(readAnswerFacts({ 'X-RateLimit-Limit': 44_000 }, 0)).toEqual({ rateLimitLimit: 44_000 })
  expect(readAnswerFacts({ 'RateLimit-Limit': 'many' }, 0)).toEqual({})
})

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:01:40 GMT', 60_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['1.5', undefined],
  ['-3', undefined],
  ['soon', undefined],
])('Retry-After: %s', (value, retryAfterMs) => {
  expect(readAnswerFacts({ 'Retry-After': value }, 40_000).retryAfterMs).toBe(retryAfterMs)
})

test('keeps no signature and no password of where an answer leads', () => {
  const location = 'https://me:secret@cdn.example/blob/1?X-Signature=secret#secret'
  expect(readAnswerFacts({ location }, 0)).toEqual({ location: 'https://cdn.example/blob/1' })
})
