// Real clients against the embedded registry: Docker Engine, skopeo, podman and buildah pull what it publishes, push to it, and get
// back what they pushed.
import { execFile } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test as base, describe, expect } from 'vitest'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { type EmbeddedRegistry, startRegistry } from '../../simulator/registry/registry.ts'
import { canUseBuildah, canUseDocker, canUsePodman, canUseSkopeo } from './requirements.ts'

const run = promisify(execFile)
const image = {
  repository: 'kasmweb/chrome',
  tag: '1.16.1',
  layers: [
    { name: 'base', sizeBytes: 3_000_000 },
    { name: 'own', sizeBytes: 1_000_000 },
  ],
}

/** What became of the requests for blobs: the second origin refuses with 400 whoever brings an Authorization header. */
function blobStatusesOf(registry: EmbeddedRegistry): number[] {
  const blobs = registry.journal.records().filter((record) => record.class === 'blob' && record.method === 'GET')
  return [...new Set(blobs.map(({ status }) => status))].sort()
}

/**
 * A registry that holds the image, as clients name it. Its content is new each time: an engine that has met a manifest before takes it
 * from its own store for a while, and then asks for none.
 */
async function startNamed(profile: string) {
  const accounts = [{ username: profile === 'ecr-private' ? 'AWS' : 'ada', password: 's3:cret' }]
  const registry = await startRegistry({ profile: findProfile(profile), accounts })
  const { digest } = await registry.publish({ ...image, seed: randomInt(2 ** 31) })
  return { registry, digest, host: new URL(registry.url).host }
}

const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of other fixtures from this pattern.
  .extend('registries', async ({}, { onCleanup }) => {
    const started: EmbeddedRegistry[] = []
    onCleanup(async () => {
      for (const each of started) await each.close()
    })
    return started
  })
  .extend('start', ({ registries }) => async (profile = 'none') => {
    const named = await startNamed(profile)
    registries.push(named.registry)
    return named
  })
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  .extend('directory', async ({}, { onCleanup }) => {
    const directory = await mkdtemp(join(tmpdir(), 'kasm-sim-clients-'))
    onCleanup(() => rm(directory, { recursive: true, force: true }))
    return directory
  })
  .extend('docker', async ({ directory, registries }, { onCleanup }) => {
    const docker = async (...parameters: string[]) =>
      (await run('docker', ['--config', directory, ...parameters])).stdout.trim()
    onCleanup(async () => {
      for (const { url } of registries) {
        const filter = `reference=${new URL(url).host}/*/*`
        const ids = (await docker('images', '--quiet', '--filter', filter)).split('\n').filter((id) => id !== '')
        if (ids.length > 0) await docker('rmi', '--force', ...new Set(ids))
      }
    })
    return docker
  })

function requestsOf(registry: EmbeddedRegistry, method: string): string[] {
  return registry.journal
    .records()
    .filter((record) => record.method === method)
    .map(({ path }) => path)
}

describe.skipIf(!canUseDocker())('Docker Engine', () => {
  test('pulls a synthetic image and unpacks it', async ({ start, docker }) => {
    const { host, digest } = await start()
    const reference = `${host}/kasmweb/chrome:1.16.1`
    expect(await docker('pull', reference)).toContain(`Digest: ${digest}`)
    const [inspected] = JSON.parse(await docker('image', 'inspect', reference)) as {
      RepoDigests: string[]
      Os: string
      Config: { Labels: Record<string, string> }
      RootFS: { Layers: string[] }
    }[]
    expect(inspected).toMatchObject({ Os: 'linux', Config: { Labels: { 'com.kasmweb.image': 'true' } } })
    expect(inspected?.RepoDigests).toContain(`${host}/kasmweb/chrome@${digest}`)
    expect(inspected?.RootFS.Layers).toHaveLength(2)
    const container = await docker('create', reference, 'nothing')
    const { stdout } = await run('sh', ['-c', `docker export ${container} | tar -tvf - | grep ' opt/kasm-sim/'`])
    await docker('rm', container)
    expect(stdout.match(/ (2998784|998912) .* opt\/kasm-sim\/[0-9a-f]{24}\n/g)).toHaveLength(2)
  })

  test('pushes an image and pulls it back by digest', async ({ start, docker }) => {
    const source = await start()
    const target = await start()
    const from = `${source.host}/kasmweb/chrome:1.16.1`
    const to = `${target.host}/team/pushed:1.0`
    await docker('pull', from)
    await docker('tag', from, to)
    const [, digest] = /digest: (sha256:[0-9a-f]{64})/.exec(await docker('push', to)) ?? []
    expect(requestsOf(target.registry, 'PATCH')).toHaveLength(3)
    const id = await docker('image', 'inspect', '--format', '{{.Id}}', to)
    await docker('rmi', from, to)
    await docker('pull', `${target.host}/team/pushed@${digest}`)
    expect(await docker('image', 'inspect', '--format', '{{.Id}}', `${target.host}/team/pushed@${digest}`)).toBe(id)
  })

  test('logs in to docker-hub-anonymous, and only then pushes', async ({ start, docker }) => {
    const { host } = await start('docker-hub-anonymous')
    const from = `${host}/kasmweb/chrome:1.16.1`
    const to = `${host}/ada/mine:1.0`
    await docker('pull', from)
    await docker('tag', from, to)
    await expect(docker('push', to)).rejects.toThrow('denied: requested access to the resource is denied')
    await expect(docker('login', '--username', 'ada', '--password', 'wrong', host)).rejects.toThrow(
      'unauthorized: incorrect username or password',
    )
    expect(await docker('login', '--username', 'ada', '--password', 's3:cret', host)).toContain('Login Succeeded')
    expect(await docker('push', to)).toContain('digest: sha256:')
  })

  test('pulls from ecr-private, and follows its redirects without a password', async ({ start, docker }) => {
    const { host, registry, digest } = await start('ecr-private')
    await docker('login', '--username', 'AWS', '--password', 's3:cret', host)
    expect(await docker('pull', `${host}/kasmweb/chrome:1.16.1`)).toContain(`Digest: ${digest}`)
    expect(blobStatusesOf(registry)).toEqual([200, 307])
  })

  test('logs in for a refresh token and pulls and pushes with it', async ({ start, docker }) => {
    const { host, registry } = await start('docker-hub-personal')
    await docker('login', '--username', 'ada', '--password', 's3:cret', host)
    const from = `${host}/kasmweb/chrome:1.16.1`
    await docker('pull', from)
    await docker('tag', from, `${host}/ada/mine:1.0`)
    expect(await docker('push', `${host}/ada/mine:1.0`)).toContain('digest: sha256:')
    expect(requestsOf(registry, 'POST').filter((path) => path === '/token').length).toBeGreaterThan(0)
  })

  test('prints what Docker Hub says when the pull limit is reached', async ({ start, docker }) => {
    const { registry, host } = await start('docker-hub-anonymous')
    const answer = await fetch(`${registry.url}/token?scope=repository:kasmweb/chrome:pull`)
    const { token } = (await answer.json()) as { token: string }
    for (let get = 0; get < 200; get += 1) {
      const headers = { authorization: `Bearer ${token}` }
      const manifest = await fetch(`${registry.url}/v2/kasmweb/chrome/manifests/1.16.1`, { headers })
      expect(manifest.status).toBe(200)
      await manifest.arrayBuffer()
    }
    await expect(docker('pull', `${host}/kasmweb/chrome:1.16.1`)).rejects.toThrow(
      'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
    )
    await expect(docker('pull', `${host}/kasmweb/absent:1.0`)).rejects.toThrow(
      `pull access denied for ${host}/kasmweb/absent, repository does not exist or may require 'docker login'`,
    )
  })
})

describe.skipIf(!canUseDocker() || !canUseSkopeo())('docs/registries.md', () => {
  test('shows command lines for clients that work', async ({ registries, docker }) => {
    const page = await readFile(new URL('../../docs/registries.md', import.meta.url), 'utf8')
    const [, section = ''] = page.split('\n## 12. ')
    const lines = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'))
    const accounts = [{ username: 'me', password: 'secret' }]
    const registry = await startRegistry({ profile: findProfile('docker-hub-personal'), accounts })
    registries.push(registry)
    await registry.publish({ ...image, repository: 'team/app', tag: '1.0', seed: randomInt(2 ** 31) })
    const [server, ...clients] = lines.filter((line) => !line.startsWith('docker run'))
    expect(server).toBe('kasm-sim registry --profile docker-hub-personal --account me:secret --image team/app:1.0')
    expect(clients.length).toBeGreaterThan(6)
    for (const line of clients) {
      const [client = '', ...parameters] = line.replaceAll('127.0.0.1:5055', new URL(registry.url).host).split(' ')
      if (client === 'docker') await docker(...parameters)
      else
        await run(
          client,
          parameters.map((parameter) => parameter.replaceAll("'", '')),
        )
    }
    expect(await registry.find({ repository: 'me/mine', tag: '1.0' })).toMatch(/^sha256:/)
  })
})

describe.skipIf(!canUseSkopeo())('skopeo', () => {
  test('copies all platforms out and in again without a change', async ({ start, directory }) => {
    const source = await start()
    const target = await start()
    const from = `docker://${source.host}/kasmweb/chrome:1.16.1`
    const to = `docker://${target.host}/copied/chrome:1.16.1`
    const layout = `oci:${directory}/layout:chrome`
    await run('skopeo', ['copy', '--all', '--preserve-digests', '--src-tls-verify=false', from, layout])
    await run('skopeo', ['copy', '--all', '--preserve-digests', '--dest-tls-verify=false', layout, to])
    const { stdout } = await run('skopeo', ['inspect', '--tls-verify=false', '--format', '{{.Digest}}', to])
    expect(stdout.trim()).toBe(source.digest)
    await run('skopeo', ['delete', '--tls-verify=false', to])
    await expect(run('skopeo', ['inspect', '--tls-verify=false', to])).rejects.toThrow('manifest unknown')
  })

  test('copies from ecr-private, and follows its redirects without a password', async ({ start, directory }) => {
    const { host, registry } = await start('ecr-private')
    const from = `docker://${host}/kasmweb/chrome:1.16.1`
    const flags = ['--all', '--src-tls-verify=false', '--src-creds', 'AWS:s3:cret']
    await run('skopeo', ['copy', ...flags, from, `oci:${directory}/layout:chrome`])
    expect(blobStatusesOf(registry)).toEqual([200, 307])
  })

  test('pushes to docker-hub-anonymous with an account', async ({ start }) => {
    const { host } = await start('docker-hub-anonymous')
    const from = `docker://${host}/kasmweb/chrome:1.16.1`
    const copy = (...flags: string[]) =>
      run('skopeo', [
        'copy',
        '--src-tls-verify=false',
        '--dest-tls-verify=false',
        ...flags,
        from,
        `docker://${host}/ada/mine:1`,
      ])
    await expect(copy()).rejects.toThrow(/denied|unauthorized/)
    await expect(copy('--dest-creds', 'ada:wrong')).rejects.toThrow('incorrect username or password')
    await copy('--dest-creds', 'ada:s3:cret')
    const { stdout } = await run('skopeo', ['list-tags', '--tls-verify=false', `docker://${host}/ada/mine`])
    expect(JSON.parse(stdout)).toMatchObject({ Tags: ['1'] })
  })
})

describe.for([
  ['podman', canUsePodman],
  ['buildah', canUseBuildah],
] as const)('%s', ([client, canUse]) => {
  test.skipIf(!canUse())('pulls a synthetic image and pushes it elsewhere', async ({ start }) => {
    const source = await start()
    const target = await start()
    const from = `${source.host}/kasmweb/chrome:1.16.1`
    const { stdout } = await run(client, ['pull', '--quiet', '--tls-verify=false', from])
    await run(client, ['push', '--tls-verify=false', from, `docker://${target.host}/team/pushed:1.0`])
    await run(client, ['rmi', '--force', stdout.trim()])
    const answer = await fetch(`${target.registry.url}/v2/team/pushed/manifests/1.0`)
    const { config, layers } = (await answer.json()) as { config: { digest: string }; layers: object[] }
    expect(config.digest).toBe(`sha256:${stdout.trim()}`)
    expect(layers).toHaveLength(2)
  })

  test.skipIf(!canUse())('pulls from ecr-private, and follows its redirects without a password', async ({ start }) => {
    const { host, registry } = await start('ecr-private')
    const flags = ['--quiet', '--tls-verify=false', '--creds', 'AWS:s3:cret']
    const { stdout } = await run(client, ['pull', ...flags, `${host}/kasmweb/chrome:1.16.1`])
    await run(client, ['rmi', '--force', stdout.trim()])
    expect(blobStatusesOf(registry)).toEqual([200, 307])
  })
})
