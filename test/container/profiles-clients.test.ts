// Every profile before real clients: Docker Engine, skopeo, podman and buildah log in, pull, push, list, copy and delete with the
// right and the wrong credentials, and are refused over the limit. What they print is what people will see.
import { execFile } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test as base, describe, expect } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import type { Profile } from '../../simulator/registry/policy/policy.ts'
import { type ProfileSource, profileOf } from '../../simulator/registry/policy/profile-source.ts'
import { profiles } from '../../simulator/registry/policy/profiles.ts'
import { type EmbeddedRegistry, type RegistryOptions, startRegistry } from '../../simulator/registry/registry.ts'
import { canUseBuildah, canUseDocker, canUsePodman, canUseSkopeo } from './requirements.ts'

const run = promisify(execFile)
const usable = { docker: canUseDocker(), skopeo: canUseSkopeo(), podman: canUsePodman(), buildah: canUseBuildah() }
const repository = 'kasmweb/chrome'
const hubLimit =
  'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'
const denied = 'denied: requested access to the resource is denied'

interface Outcome {
  user?: string
  password?: string
  /** What the engine prints at a login with a wrong password; null where nobody is asked for one. */
  wrongLogin?: string | null
  /** What it prints when it pulls without an account; absent where it may. */
  anonymousPull?: string
  anonymousPush?: string | null
  /** Over the limit: what the engine prints, and headers of the refusal (null for one that it must not have). */
  overLimit?: { docker: string; headers?: Record<string, string | null> }
}

const hub: Outcome = { overLimit: { docker: hubLimit, headers: { 'retry-after': null } } }
const open: Outcome = { wrongLogin: null, anonymousPush: null }
const outcomes: Record<string, Outcome> = {
  none: open,
  'docker-hub-anonymous': hub,
  'docker-hub-personal': hub,
  'docker-hub-2025-plan': hub,
  'docker-hub-lockout': hub,
  'docker-hub-abuse': {
    overLimit: {
      docker: `error parsing HTTP 429 response body: invalid character 'T' looking for beginning of value: "Too Many Requests (HAP429).\\n"`,
      headers: { 'retry-after': '60', 'docker-distribution-api-version': null },
    },
  },
  'docker-hub-abuse-bare-lf': {
    overLimit: {
      docker: `error parsing HTTP 429 response body: invalid character 'T' looking for beginning of value: "Too Many Requests (HAP429).\\n"`,
    },
  },
  ghcr: {
    overLimit: { docker: 'toomanyrequests: retry-after: 3s, allowed: 44000/minute', headers: { 'retry-after': null } },
  },
  'ecr-public': { overLimit: { docker: 'toomanyrequests: Rate exceeded' } },
  'ecr-private': {
    user: 'AWS',
    wrongLogin: 'failed with status: 401 Unauthorized',
    anonymousPull: 'no basic auth credentials',
    anonymousPush: 'no basic auth credentials',
    overLimit: { docker: 'toomanyrequests: Rate exceeded' },
  },
  'google-artifact-registry': {
    user: '_json_key',
    password: JSON.stringify({ client_email: 'kasm@project.example', private_key: 'a:b\nc' }),
    wrongLogin: 'unknown: Unable to parse json key.',
    anonymousPull: 'denied: Unauthenticated request. Unauthenticated requests do not have permission',
    anonymousPush: 'denied: Unauthenticated request. Unauthenticated requests do not have permission',
    overLimit: { docker: "toomanyrequests: Quota exceeded for quota metric 'Requests per project per user'" },
  },
  quay: {
    overLimit: {
      docker: `error parsing HTTP 429 response body: invalid character '<' looking for beginning of value: "<html>`,
      headers: { server: 'nginx', 'retry-after': null, 'docker-distribution-api-version': null },
    },
  },
  gitlab: {
    overLimit: {
      docker: `error parsing HTTP 429 response body: invalid character 'R' looking for beginning of value: "Retry later\\n"`,
      headers: { 'retry-after': '15', 'ratelimit-limit': '1000', 'ratelimit-remaining': '0' },
    },
  },
  'harbor-proxy': { overLimit: { docker: 'toomanyrequests: too many requests to upstream registry' } },
  acr: {
    anonymousPull: denied,
    anonymousPush: denied,
    overLimit: {
      docker: 'toomanyrequests: Too many requests. Please visit https://aka.ms/acr/skus#sku-feature-matrix',
    },
  },
  'retry-after-seconds': { ...open, overLimit: { docker: 'toomanyrequests', headers: { 'retry-after': '60' } } },
  'retry-after-date': {
    ...open,
    overLimit: { docker: 'toomanyrequests', headers: { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' } },
  },
}

const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of other fixtures from this pattern.
  .extend('start', async ({}, { onCleanup }) => {
    const started: EmbeddedRegistry[] = []
    onCleanup(async () => {
      for (const { url, close } of started) {
        await close()
        await removeImages(new URL(url).host)
      }
    })
    return async (options: RegistryOptions, sizeBytes = 300_000) => {
      const registry = await startRegistry(options)
      started.push(registry)
      // New content each time: an engine asks for no manifest that it has met before.
      const layers = ['base', 'own'].map((name) => ({ name, sizeBytes }))
      const { digest } = await registry.publish({ repository, tag: '1', seed: randomInt(2 ** 31), layers })
      return { registry, digest, host: new URL(registry.url).host }
    }
  })
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  .extend('docker', async ({}, { onCleanup }) => {
    const directory = await mkdtemp(join(tmpdir(), 'kasm-sim-profiles-'))
    onCleanup(() => rm(directory, { recursive: true }))
    return async (...parameters: string[]) =>
      (await run('docker', ['--config', directory, ...parameters])).stdout.trim()
  })

/** Engines refuse to remove what another tag needs, so all tags go at once. */
async function removeImages(host: string): Promise<void> {
  if (usable.docker) {
    const { stdout } = await run('docker', ['images', '--quiet', '--filter', `reference=${host}/*/*`])
    const ids = new Set(stdout.split('\n').filter((id) => id !== ''))
    if (ids.size > 0) await run('docker', ['rmi', '--force', ...ids])
  }
  if (usable.podman) await run('podman', ['rmi', '--force', `${host}/${repository}:1`]).catch(() => {})
}

async function skopeo(command: string, ...parameters: string[]): Promise<string> {
  return (await run('skopeo', [command, ...parameters])).stdout.trim()
}

test('every profile is here', () => {
  expect(Object.keys(outcomes).sort()).toEqual(profiles.map(({ name }) => name).sort())
})

function accountOf({ user = 'ada', password = 's3:cret' }: Outcome) {
  return { username: user, password }
}

describe.for(profiles.map((profile) => [profile.name, profile] as const))('%s', ([name, profile]) => {
  const outcome = outcomes[name] ?? {}
  const { wrongLogin = 'unauthorized: incorrect username or password', anonymousPull } = outcome
  const { anonymousPush = 'unauthorized: authentication required' } = outcome
  const account = accountOf(outcome)
  const credentials = `${account.username}:${account.password}`

  test.skipIf(!usable.docker)('a Docker Engine logs in, pulls and pushes', async ({ start, docker }) => {
    const { host, digest } = await start({ profile, accounts: [account] })
    const [theirs, mine] = [`${host}/${repository}:1`, `${host}/ada/mine:1`]
    const logIn = (password: string) => docker('login', '--username', account.username, '--password', password, host)
    if (wrongLogin === null) expect(await logIn('wrong')).toContain('Login Succeeded')
    else await expect(logIn('wrong')).rejects.toThrow(wrongLogin)
    expect(await logIn(account.password)).toContain('Login Succeeded')
    expect(await docker('pull', theirs)).toContain(`Digest: ${digest}`)
    await docker('tag', theirs, mine)
    const [, pushed] = /digest: (sha256:[0-9a-f]{64})/.exec(await docker('push', mine)) ?? []
    expect(await docker('pull', mine)).toContain(`Digest: ${pushed}`)
    await docker('logout', host)
    if (anonymousPull === undefined) expect(await docker('pull', theirs)).toContain('Image is up to date')
    else await expect(docker('pull', theirs)).rejects.toThrow(anonymousPull)
    if (anonymousPush === null) expect(await docker('push', mine)).toContain(`digest: ${pushed}`)
    else await expect(docker('push', mine)).rejects.toThrow(anonymousPush)
  })

  test.skipIf(!usable.skopeo)('skopeo inspects, copies, lists and deletes', async ({ start }) => {
    const { host, digest } = await start({ profile, accounts: [account] })
    const [theirs, mine] = [`docker://${host}/${repository}:1`, `docker://${host}/ada/copied`]
    const flags = ['--tls-verify=false', '--creds', credentials]
    const inspect = (image: string, ...others: string[]) =>
      skopeo('inspect', '--format', '{{.Digest}}', ...others, image)
    expect(await inspect(theirs, ...flags)).toBe(digest)
    const wrong = inspect(theirs, '--tls-verify=false', '--creds', `${account.username}:wrong`)
    if (wrongLogin === null) expect(await wrong).toBe(digest)
    else await expect(wrong).rejects.toThrow(/unauthorized|unknown: Unable to parse json key\./)
    const anonymous = inspect(theirs, '--tls-verify=false')
    if (anonymousPull === undefined) expect(await anonymous).toBe(digest)
    else await expect(anonymous).rejects.toThrow(/denied|unauthorized/)
    const ends = ['src', 'dest'].flatMap((end) => [`--${end}-tls-verify=false`, `--${end}-creds`, credentials])
    await skopeo('copy', '--all', '--preserve-digests', ...ends, theirs, `${mine}:1`)
    expect(await inspect(`${mine}:1`, ...flags)).toBe(digest)
    expect(JSON.parse(await skopeo('list-tags', ...flags, mine))).toMatchObject({ Tags: ['1'] })
    await skopeo('delete', ...flags, `${mine}:1`)
    await expect(inspect(`${mine}:1`, ...flags)).rejects.toThrow('manifest unknown')
  })

  test.skipIf(!usable.podman || !usable.buildah)('podman pulls and buildah pushes', async ({ start }) => {
    const { host, registry } = await start({ profile, accounts: [account] })
    const image = `${host}/${repository}:1`
    const flags = ['--tls-verify=false', '--creds', credentials]
    const { stdout } = await run('podman', ['pull', '--quiet', ...flags, image])
    await run('buildah', ['push', ...flags, image, `docker://${host}/team/built:1`])
    expect(await registry.find({ repository: 'team/built', tag: '1' })).toMatch(/^sha256:/)
    expect(stdout.trim()).toMatch(/^[0-9a-f]{64}$/)
    const wrong = run('podman', ['pull', '--tls-verify=false', '--creds', `${account.username}:wrong`, image])
    if (wrongLogin === null) await wrong
    else await expect(wrong).rejects.toThrow(/unauthorized|unknown: Unable to parse json key\./)
  })

  const { overLimit } = outcome
  if (overLimit === undefined) return
  test.skipIf(!usable.docker)('over its limit says no as the real one', async ({ start, docker }) => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const limited = { profile: withSmallLimits(profile), accounts: [account], clock }
    const { registry, host } = await start(limited, 30_000_000)
    // What is counted by account is reached with one.
    const isAnonymous = anonymousPull === undefined && name !== 'gitlab'
    if (!isAnonymous) await docker('login', '--username', account.username, '--password', account.password, host)
    const headers = await authorizationOf(registry, profile, isAnonymous ? null : credentials)
    const refused = await exhaust(registry, headers)
    for (const [header, value] of Object.entries(overLimit.headers ?? {})) {
      expect([header, refused?.headers.get(header)]).toEqual([header, value])
    }
    await expect(docker('pull', `${host}/${repository}:1`)).rejects.toThrow(overLimit.docker)
    expect(registry.journal.records().at(-1)?.status).toBe(429)
  })
})

/** So small that few requests reach them; what the refusals say stays as it is. */
function withSmallLimits({ createPolicy: _, ...data }: Profile): Profile {
  const limits = data.limits.map((limit) => {
    if (limit.kind === 'connections') return { ...limit, connections: 1 }
    if (limit.kind === 'docker-hub-pulls') {
      return data.name.includes('abuse') ? limit : { ...limit, anonymousPulls: 1, accountPulls: 1 }
    }
    return { ...limit, requests: Math.min(limit.requests, 20), ...('burst' in limit ? { burst: 1 } : {}) }
  })
  return profileOf({ ...data, limits } as ProfileSource, data.name)
}

async function authorizationOf(
  { url }: EmbeddedRegistry,
  { authentication }: Profile,
  credentials: string | null,
): Promise<Record<string, string>> {
  const basic = credentials === null ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  if (authentication.scheme !== 'bearer') return basic
  const answer = await fetch(`${url}${authentication.tokenPath ?? '/token'}?scope=repository:${repository}:pull`, {
    headers: basic,
  })
  return { authorization: `Bearer ${((await answer.json()) as { token: string }).token}` }
}

/** Asks until it is refused, and gives the refusal; null where no client of this process can read it. A limit of answers is held by one. */
async function exhaust({ url }: EmbeddedRegistry, headers: Record<string, string>): Promise<Response | null> {
  const get = (path: string) => fetch(`${url}/v2/${repository}/${path}`, { headers })
  const index = (await (await get('manifests/1')).json()) as { manifests: { digest: string }[] }
  const manifest = await get(`manifests/${index.manifests[0]?.digest}`)
  if (manifest.status === 200) {
    const { layers } = (await manifest.json()) as { layers: { digest: string }[] }
    const lines = Object.entries({ host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
    socket.write(`GET /v2/${repository}/blobs/${layers[0]?.digest} HTTP/1.1\r\n${lines.join('')}\r\n`)
    await once(socket, 'readable')
  }
  for (let request = 0; request < 30; request += 1) {
    const answer = await get('manifests/1').catch(() => null)
    if (answer === null || answer.status === 429) return answer
    await answer.arrayBuffer()
  }
  throw new Error('nothing was refused')
}
