// Our own engine logs in and pulls where profiles authenticate in their own way; what it says of a refusal is what people search for.
import { expect, onTestFinished, test } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import { createRegistryEngine } from '../../simulator/pull/wires/socket/registry-engine.ts'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { startRegistry } from '../../simulator/registry/registry.ts'

const key = `${JSON.stringify({ client_email: 'a@b.test', private_key: '-----BEGIN\n:x\n-----END\n' }, null, 2)}\n`
const image = { repository: 'acme/tools/app', tag: '1', seed: 1, layers: [{ name: 'base', sizeBytes: 2_048 }] }

async function begin(name: string, account: { username: string; password: string }) {
  const clock = createManualClock(1_000_000)
  const registry = await startRegistry({ profile: findProfile(name), accounts: [account], clock })
  await registry.publish(image)
  const engine = createRegistryEngine({
    resolve: () => registry.url,
    delay: async () => undefined,
    nowMs: () => clock.nowMs(),
  })
  onTestFinished(async () => {
    await engine.close()
    await registry.close()
  })
  const pull = (username: string, password: string) => {
    const credentials = { username, password, registry: 'registry.test' }
    return engine.pull({ reference: 'registry.test/acme/tools/app:1', credentials }, new AbortController().signal)
  }
  return { clock, registry, pull }
}

test('pulls with the key file of Google, line ends and colons and all, in both forms', async () => {
  const { registry, pull } = await begin('google-artifact-registry', { username: '_json_key', password: key })
  expect(await pull('_json_key', key)).toMatchObject({ outcome: 'downloaded' })
  expect(await pull('_json_key_base64', Buffer.from(key).toString('base64'))).toMatchObject({ outcome: 'up-to-date' })
  await expect(pull('_json_key', key.slice(0, -9))).rejects.toThrow('unknown: Unable to parse json key.')
  expect(registry.journal.records().filter(({ class: each }) => each === 'token')).not.toHaveLength(0)
})

test('prints that it cannot parse the page of nginx with which Quay refuses', async () => {
  const { pull, registry } = await begin('quay', { username: 'acme', password: 'p' })
  const [, ...refused] = await Promise.allSettled(Array.from({ length: 12 }, () => pull('acme', 'p')))
  const words = refused.flatMap((each) => (each.status === 'rejected' ? [String(each.reason.message)] : []))
  expect(words.length).toBeGreaterThan(0)
  expect(words[0]).toContain(
    "error parsing HTTP 429 response body: invalid character '<' looking for beginning of value: \"<html>",
  )
  expect(registry.journal.records().filter(({ status }) => status === 429).length).toBeGreaterThan(0)
})

test('pulls with a password of Amazon until it is twelve hours old', async () => {
  const { clock, registry, pull } = await begin('ecr-private', { username: 'AWS', password: 'p' })
  expect(await pull('AWS', 'p')).toMatchObject({ outcome: 'downloaded' })
  expect(registry.journal.records().map(({ class: each, status }) => `${each} ${status}`)).toEqual([
    'ping 401',
    'ping 200',
    'ping 401',
    'version-check 200',
    'manifest 200',
    'manifest 200',
    ...['blob 307', 'blob 307', 'blob 200', 'blob 200'],
  ])
  clock.advance(12 * 3_600_000)
  await expect(pull('AWS', 'p')).rejects.toThrow('failed with status: 403 Forbidden')
})
