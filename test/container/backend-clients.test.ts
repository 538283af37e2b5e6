// Real clients through a front whose images are in a registry in a container: Docker Engine, skopeo, podman and buildah log in to the
// front, pull what it published there, push to it, and get back what they pushed.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startContainerBackend } from '../../simulator/registry/backend/container.ts'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { type EmbeddedRegistry, startRegistry } from '../../simulator/registry/registry.ts'
import { registryImage } from './registry-image.ts'
import { canUseBuildah, canUseDocker, canUsePodman, canUseSkopeo } from './requirements.ts'

const run = promisify(execFile)
const account = { username: 'ada', password: 's3:cret' }
const image = {
  repository: 'kasmweb/chrome',
  tag: '1.16.1',
  seed: 12,
  layers: [
    { name: 'base', sizeBytes: 3_000_000 },
    { name: 'own', sizeBytes: 1_000_000 },
  ],
}
const built = canUseDocker() ? registryImage() : null

describe.skipIf(built === null)('through a front over a container', () => {
  let registry: EmbeddedRegistry
  let host: string
  let digest: string
  let directory: string
  const docker = async (...parameters: string[]) =>
    (await run('docker', ['--config', directory, ...parameters])).stdout.trim()

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kasm-sim-backend-clients-'))
    const backend = await startContainerBackend({ image: built?.name ?? '' })
    registry = await startRegistry({ profile: findProfile('docker-hub-anonymous'), accounts: [account], backend })
    host = new URL(registry.url).host
    digest = (await registry.publish(image)).digest
  })

  afterAll(async () => {
    const ids = (await docker('images', '--quiet', '--filter', `reference=${host}/*/*`)).split('\n').filter(Boolean)
    if (ids.length > 0) await docker('rmi', '--force', ...new Set(ids))
    await registry.close()
    await rm(directory, { recursive: true, force: true })
    built?.remove()
  })

  test('Docker Engine pulls, logs in, pushes and pulls back by digest', async () => {
    const from = `${host}/kasmweb/chrome:1.16.1`
    const to = `${host}/docker/mine:1.0`
    expect(await docker('pull', from)).toContain(`Digest: ${digest}`)
    await docker('tag', from, to)
    await expect(docker('push', to)).rejects.toThrow('denied: requested access to the resource is denied')
    await docker('login', '--username', account.username, '--password', account.password, host)
    const [, pushed] = /digest: (sha256:[0-9a-f]{64})/.exec(await docker('push', to)) ?? []
    const id = await docker('image', 'inspect', '--format', '{{.Id}}', to)
    await docker('rmi', from, to)
    await docker('pull', `${host}/docker/mine@${pushed}`)
    expect(await docker('image', 'inspect', '--format', '{{.Id}}', `${host}/docker/mine@${pushed}`)).toBe(id)
    const [remaining] = registry.journal.records().flatMap(({ rateLimitRemaining }) => rateLimitRemaining ?? [])
    expect(remaining).toBe(100)
  })

  test.skipIf(!canUseSkopeo())('skopeo copies all platforms in and out without a change', async () => {
    const to = `docker://${host}/skopeo/mine:1.0`
    const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false']
    const copy = ['copy', '--all', '--preserve-digests', ...insecure]
    const from = `docker://${host}/kasmweb/chrome:1.16.1`
    await expect(run('skopeo', [...copy, from, to])).rejects.toThrow(/denied|unauthorized/)
    await run('skopeo', [...copy, '--dest-creds', 'ada:s3:cret', from, to])
    await run('skopeo', [...copy, to, `oci:${directory}/layout:chrome`])
    const { stdout } = await run('skopeo', ['inspect', '--tls-verify=false', '--format', '{{.Digest}}', to])
    expect(stdout.trim()).toBe(digest)
  })

  for (const [client, canUse] of [
    ['podman', canUsePodman],
    ['buildah', canUseBuildah],
  ] as const) {
    test.skipIf(!canUse())(`${client} pulls and pushes`, async () => {
      const from = `${host}/kasmweb/chrome:1.16.1`
      const { stdout } = await run(client, ['pull', '--quiet', '--tls-verify=false', from])
      const credentials = ['--tls-verify=false', '--creds', 'ada:s3:cret']
      await run(client, ['push', ...credentials, from, `docker://${host}/${client}/mine:1.0`])
      await run(client, ['rmi', '--force', stdout.trim()])
      expect(await registry.find({ repository: `${client}/mine`, tag: '1.0' })).toMatch(/^sha256:/)
    })
  }
})
