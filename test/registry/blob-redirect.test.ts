// Blobs that are redirected to a second origin: its signed addresses, what it refuses, and that no client of ours brings its credentials.
import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import type { EmbeddedRegistry } from '../../simulator/registry/registry.ts'
import { test as base, pushImage, send, sha256 } from './registry-client.ts'

const accounts = [{ username: 'AWS', password: 'p' }]
const authorization = `Basic ${Buffer.from('AWS:p').toString('base64')}`
const content = '0123456789'

const test = base
  .extend('clock', () => createManualClock(Date.parse('2026-01-01T00:00:00Z')))
  .extend('ecr', async ({ start, clock }) => {
    const open = await start()
    await pushImage(open, 'team/app', { reference: '1', content })
    const ecr = await start({ profile: 'ecr-private', accounts, clock })
    const headers = { authorization }
    const path = `/v2/team/app/blobs/uploads/?digest=${sha256(content)}`
    expect((await send(ecr, path, { method: 'POST', body: content, headers })).status).toBe(201)
    return ecr
  })

async function locationOf(ecr: EmbeddedRegistry, method: 'GET' | 'HEAD', host?: string): Promise<string> {
  const headers = host === undefined ? { authorization } : { authorization, host }
  const answer = await send(ecr, `/v2/team/app/blobs/${sha256(content)}`, { method, headers })
  expect([answer.status, answer.text]).toEqual([307, ''])
  return answer.headers.location ?? ''
}

async function fetched(url: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  const answer = await fetch(url, options)
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

test('sends the caller of a blob to another host, which gives it without credentials', async ({ ecr }) => {
  const location = await locationOf(ecr, 'GET')
  expect(new URL(location).host).not.toBe(new URL(ecr.url).host)
  expect(new URL(location).hostname).toBe('localhost')
  expect(await fetched(location)).toMatchObject({ status: 200, text: content })
  const range = await fetched(location, { headers: { range: 'bytes=3-5' } })
  expect([range.status, range.headers.get('content-range'), range.text]).toEqual([206, 'bytes 3-5/10', '345'])
  expect((await fetched(location, { headers: { range: 'bytes=10-' } })).status).toBe(416)
  const head = await fetched(await locationOf(ecr, 'HEAD'), { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '10', ''])
})

test('names the other host as clients can tell it apart', async ({ ecr }) => {
  const nameFor = async (host: string) => new URL(await locationOf(ecr, 'GET', host)).hostname
  expect(await nameFor('localhost:5000')).toBe('127.0.0.1')
  expect(await nameFor('[::1]:5000')).toBe('localhost')
  expect(await nameFor('registry.test')).toBe('registry.test')
  expect(await nameFor('a b')).toBe('127.0.0.1')
})

test('refuses whoever brings an Authorization header, as S3 does', async ({ ecr }) => {
  const answer = await fetched(await locationOf(ecr, 'GET'), { headers: { authorization } })
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('<Code>InvalidArgument</Code>')])
})

test('refuses addresses that it did not sign, for another method too', async ({ ecr }) => {
  const location = await locationOf(ecr, 'GET')
  const forged = [
    location.replace(/Signature=./, (start) => (start.endsWith('0') ? 'Signature=1' : 'Signature=0')),
    location.replace(/Expires=\d/, 'Expires=9'),
    location.replace('team/app', 'team/other'),
    location.replace(/\?.*/, ''),
  ]
  for (const url of forged) {
    expect(await fetched(url)).toMatchObject({ status: 403, text: expect.stringContaining('SignatureDoesNotMatch') })
  }
  expect((await fetched(location, { method: 'DELETE' })).status).toBe(403)
})

test('lets an address end', async ({ ecr, clock }) => {
  const location = await locationOf(ecr, 'GET')
  clock.advance(3_599_999)
  expect((await fetched(location)).status).toBe(200)
  clock.advance(1)
  expect(await fetched(location)).toMatchObject({ status: 403, text: expect.stringContaining('Request has expired') })
})

test('redirects nobody to what is not there, and nobody without a login', async ({ ecr }) => {
  const headers = { authorization }
  expect((await send(ecr, `/v2/team/app/blobs/${sha256('other')}`, { headers })).status).toBe(404)
  expect((await send(ecr, `/v2/team/app/blobs/${sha256(content)}`)).status).toBe(401)
})

test('writes both requests down as requests for a blob', async ({ ecr }) => {
  await fetched(await locationOf(ecr, 'GET'))
  await expect.poll(() => ecr.journal.total).toBe(3)
  expect(ecr.journal.records().slice(1)).toMatchObject([
    { class: 'blob', status: 307, bytes: 0, authenticated: true, repository: 'team/app', reference: sha256(content) },
    { class: 'blob', status: 200, bytes: 10, authenticated: false, repository: 'team/app', reference: sha256(content) },
  ])
})

test('ends with its registry', async ({ start }) => {
  const registry = await start({ profile: 'ecr-private', accounts })
  const path = `/v2/team/app/blobs/uploads/?digest=${sha256(content)}`
  await send(registry, path, { method: 'POST', body: content, headers: { authorization } })
  const location = new URL(await locationOf(registry, 'GET'))
  await registry.close()
  const answer = new Promise((resolve, reject) => {
    const call = httpRequest(location, (response) => resolve(text(response)))
    call.on('error', reject).end()
  })
  await expect(answer).rejects.toThrow('ECONNREFUSED')
})

test('lets faults have the second origin too', async ({ start }) => {
  const asked: string[] = []
  const faults = {
    decide: (request: { class: string }) => {
      asked.push(request.class)
      return null
    },
    nowMs: () => 0,
    delay: async () => {},
  }
  const registry = await start({ profile: 'ecr-private', accounts, faults })
  const path = `/v2/team/app/blobs/uploads/?digest=${sha256(content)}`
  await send(registry, path, { method: 'POST', body: content, headers: { authorization } })
  expect(await fetched(await locationOf(registry, 'GET'))).toMatchObject({ status: 200 })
  expect(asked).toEqual(['push', 'blob', 'blob'])
})
