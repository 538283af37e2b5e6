// The pull limit of docker-hub-anonymous over HTTP: what a client sees before and after it is reached.
import { expect } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import type { EmbeddedRegistry } from '../../simulator/registry/registry.ts'
import { test as base, send } from './registry-client.ts'

const image = { repository: 'kasmweb/chrome', tag: '1.16.1', seed: 1, layers: [{ name: 'base', sizeBytes: 2_048 }] }
const windowMs = 6 * 3_600_000

const test = base
  .extend('clock', () => createManualClock(1_000_000))
  .extend('hub', async ({ start, clock }) => {
    const accounts = [{ username: 'alice', password: 'secret' }]
    const hub = await start({ profile: 'docker-hub-anonymous', accounts, clock, trustSimulationHeaders: true })
    await hub.publish(image)
    return hub
  })

async function authorization(hub: EmbeddedRegistry, headers: Record<string, string> = {}) {
  const answer = await send(hub, '/token?scope=repository:kasmweb/chrome:pull', { headers })
  return { authorization: `Bearer ${(answer.json as { token: string }).token}` }
}

/** Pulls as an engine does until a manifest is refused, and gives how many pulls went through. */
async function pullUntilDenied(hub: EmbeddedRegistry, headers: Record<string, string>) {
  for (let pulls = 0; pulls < 1_000; pulls += 1) {
    let reference = '1.16.1'
    for (const step of ['index', 'manifest']) {
      const answer = await send(hub, `/v2/kasmweb/chrome/manifests/${reference}`, { headers })
      if (answer.status !== 200) return { pulls, step, answer }
      reference = (answer.json as { manifests?: { digest: string }[] }).manifests?.[0]?.digest ?? ''
    }
  }
  throw new Error('the limit was never reached')
}

test('lets exactly 100 anonymous pulls of an address through and refuses the 201st manifest', async ({
  hub,
  clock,
}) => {
  const headers = { ...(await authorization(hub)), 'x-kasm-sim-source': '192.0.2.1' }
  const { pulls, step, answer } = await pullUntilDenied(hub, headers)
  expect({ pulls, step }).toEqual({ pulls: 100, step: 'index' })
  expect(answer.status).toBe(429)
  expect(answer.text).toBe(
    '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"}]}',
  )
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json',
    'ratelimit-limit': '100;w=21600',
    'ratelimit-remaining': '0;w=21600',
    'docker-ratelimit-source': '192.0.2.1',
  })
  expect(answer.headers['retry-after']).toBeUndefined()

  const check = await send(hub, '/v2/kasmweb/chrome/manifests/1.16.1', { method: 'HEAD', headers })
  expect(check).toMatchObject({ status: 200, headers: { 'ratelimit-remaining': '0;w=21600' } })
  const elsewhere = await send(hub, '/v2/kasmweb/chrome/manifests/1.16.1', {
    headers: { ...headers, 'x-kasm-sim-source': '192.0.2.2' },
  })
  expect(elsewhere).toMatchObject({ status: 200, headers: { 'ratelimit-remaining': '100;w=21600' } })

  clock.advance(windowMs)
  const renewed = { ...(await authorization(hub)), 'x-kasm-sim-source': '192.0.2.1' }
  expect((await pullUntilDenied(hub, renewed)).pulls).toBe(100)
})

test('lets an account pull 200 times, whatever its address', async ({ hub }) => {
  const basic = { authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}` }
  const token = await authorization(hub, basic)
  await send(hub, '/v2/kasmweb/chrome/manifests/1.16.1', { headers: { ...token, 'x-kasm-sim-source': '192.0.2.9' } })
  await send(hub, '/v2/kasmweb/chrome/manifests/1.16.1', { headers: { ...token, 'x-kasm-sim-source': '192.0.2.8' } })
  const { pulls, answer } = await pullUntilDenied(hub, token)
  expect(pulls).toBe(199)
  expect(answer.json).toMatchObject({
    errors: [
      {
        code: 'TOOMANYREQUESTS',
        message: expect.stringMatching(
          /^You have reached your pull rate limit as 'alice': dckr_jti_[\w-]+=\. You may increase the limit by upgrading\. https:\/\/www\.docker\.com\/increase-rate-limit$/,
        ),
      },
    ],
  })
  expect(answer.headers['ratelimit-limit']).toBe('200;w=21600')
  expect(answer.headers['docker-ratelimit-source']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
})

test('counts neither blobs nor what is not there', async ({ hub }) => {
  const headers = await authorization(hub)
  const { digest } = await hub.publish({ ...image, tag: 'other' })
  await send(hub, `/v2/kasmweb/chrome/blobs/${digest}`, { headers })
  await send(hub, '/v2/kasmweb/chrome/manifests/absent', { headers })
  const { headers: limits } = await send(hub, '/v2/kasmweb/chrome/manifests/1.16.1', { method: 'HEAD', headers })
  expect(limits['ratelimit-remaining']).toBe('100;w=21600')
})

test('says nothing of limits on the profile "none"', async ({ registry }) => {
  await registry.publish(image)
  const { headers } = await send(registry, '/v2/kasmweb/chrome/manifests/1.16.1')
  expect(Object.keys(headers).filter((name) => name.includes('ratelimit'))).toEqual([])
})
