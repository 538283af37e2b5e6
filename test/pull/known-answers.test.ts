// Answers that are known in advance (docs/registries.md, section on what follows). Each test says in its name whether the answer is
// documented, read from the client's source, or inferred.
import { expect, test } from 'vitest'
import type { PersonaName } from '../../simulator/pull/protocol/personas.ts'
import { buildImage, type SyntheticImage } from '../../simulator/registry/content/synthetic.ts'
import { answerError, type SeenRequest, startEngine, startTestRegistry, type TestRegistry } from './support.ts'

const manifestGets = ({ seen }: TestRegistry) =>
  seen.filter(({ method, path }) => method === 'GET' && path.includes('/manifests/'))
const isLayer = (path: string, configs: readonly string[]) =>
  path.includes('/blobs/') && !configs.some((config) => path.endsWith(config))

/** Pulls one new image after the other until one is refused; the number that were not. */
async function pullUntilRefused(persona: PersonaName, options: { attestation: boolean; referrers: boolean }) {
  const registry = await startTestRegistry('docker-hub-anonymous')
  const agent = startEngine(registry, { persona })
  registry.intercept = ({ path }, response) =>
    path.includes('/referrers/') && !options.referrers && answerError(response, 404, 'NOT_FOUND', 'page not found')
  let pulled = 0
  for (; pulled < 200; pulled += 1) {
    const layers = [{ name: `app-${pulled}`, sizeBytes: 2_048 }]
    const image = { repository: `team/app-${pulled}`, tag: '1', seed: 1, layers, attestation: options.attestation }
    // Straight into the registry: what the test asked for itself would count.
    await registry.registry.publish(image)
    if (!options.referrers) await pushFallbackTag(registry, image)
    const failure = await agent.pull(`${image.repository}:1`).then(
      () => null,
      (error: unknown) => error,
    )
    if (failure) break
  }
  const close = async () => {
    await agent[Symbol.asyncDispose]()
    await registry[Symbol.asyncDispose]()
  }
  return { pulled, registry, agent, [Symbol.asyncDispose]: close }
}

/** Tags the manifest that stands in for the referrers of the attestation; one that is not there would be asked for free of charge. */
async function pushFallbackTag({ registry: { url } }: TestRegistry, image: SyntheticImage): Promise<void> {
  const [platform, , attestation] = buildImage(image).manifests
  const account = { authorization: `Basic ${btoa('ada:s3cret')}` }
  const query = `service=registry.docker.io&scope=repository:${image.repository}:pull,push`
  const { token } = (await (await fetch(`${url}/token?${query}`, { headers: account })).json()) as { token: string }
  const answer = await fetch(`${url}/v2/${image.repository}/manifests/${attestation?.blob.digest.replace(':', '-')}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': platform?.mediaType ?? '' },
    body: Buffer.concat([...(platform?.blob.read(0, platform.blob.sizeBytes) ?? [])]),
  })
  expect(answer.status).toBe(201)
}

test('documented: 100 anonymous pulls of images with an index are 200 manifests, and the next is denied', async () => {
  await using run = await pullUntilRefused('docker', { attestation: false, referrers: true })
  expect(run.pulled).toBe(100)
  const statuses = manifestGets(run.registry).map(({ status }) => status)
  expect(statuses.indexOf(429)).toBe(200)
  expect(new Set(statuses.slice(0, 200))).toEqual(new Set([200]))
})

test('documented: checking an image that is up to date costs nothing, also when nothing is left', async () => {
  await using run = await pullUntilRefused('docker', { attestation: false, referrers: true })
  run.registry.seen.length = 0
  expect(await run.agent.pull('team/app-0:1')).toMatchObject({ outcome: 'up-to-date' })
  expect(manifestGets(run.registry)).toEqual([])
})

test('inferred: images with attestations are 3 manifests each from Engine 29.1 on, 4 without a referrers API', async () => {
  await using three = await pullUntilRefused('containerd-legacy', { attestation: true, referrers: true })
  await using four = await pullUntilRefused('containerd-legacy', { attestation: true, referrers: false })
  const perPull = ({ registry }: typeof three) =>
    manifestGets(registry).filter(({ path }) => path.includes('/app-0/')).length
  expect([perPull(three), perPull(four)]).toEqual([3, 4])
  expect([three.pulled, four.pulled]).toEqual([66, 50])
})

test('inferred: an image with attestations that is up to date still asks who refers to the attestation', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona: 'containerd' })
  await using without = startEngine(registry, { persona: 'containerd', attestations: false })
  await registry.publish('team/app:1', ['a'], { attestation: true })
  const again = async (engine: typeof agent) => {
    await engine.pull('team/app:1')
    registry.seen.length = 0
    await engine.pull('team/app:1')
    return registry.seen.map(({ method, path }) => `${method} ${path.replace(/sha256:\w+/, '<digest>')}`)
  }
  expect(await again(agent)).toEqual(['HEAD /v2/team/app/manifests/1', 'GET /v2/team/app/referrers/<digest>'])
  expect(await again(without)).toEqual(['HEAD /v2/team/app/manifests/1'])
})

/** The methods of the manifest requests of one refused pull. */
async function refusedManifests(persona: PersonaName, refuses: (request: SeenRequest) => boolean, profile = 'none') {
  await using registry = await startTestRegistry(profile)
  await using agent = startEngine(registry, { persona })
  await registry.publish('team/app:1', ['a'])
  registry.intercept = (request, response) => {
    if (!request.path.includes('/manifests/') || !refuses(request)) return false
    return answerError(response, 429, 'TOOMANYREQUESTS', 'slow down')
  }
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ code: 'TOOMANYREQUESTS' })
  const manifests = registry.seen.filter(({ path }) => path.includes('/manifests/'))
  return manifests.map(({ method, status }) => `${method} ${status}`)
}

const times = (count: number, line: string) => Array<string>(count).fill(line)

test.for<[PersonaName, string[]]>([
  ['docker', ['HEAD 429', 'GET 429']],
  ['containerd', times(5, 'HEAD 429')],
  ['containerd-legacy', times(6, 'HEAD 429')],
])('read from source: where HEAD is refused too, %s asks for manifests as often as %j', async ([persona, expected]) => {
  expect(await refusedManifests(persona, () => true)).toEqual(expected)
})

test.for<[PersonaName, string[]]>([
  ['docker', ['HEAD 200', 'GET 429']],
  ['containerd', ['HEAD 200', ...times(5, 'GET 429')]],
  ['containerd-legacy', ['HEAD 200', ...times(6, 'GET 429')]],
])('inferred: where only the quota is used up, %s asks for manifests as often as %j', async ([persona, expected]) => {
  expect(await refusedManifests(persona, ({ method }) => method === 'GET')).toEqual(expected)
})

test.for<[PersonaName, number]>([
  ['containerd', 4],
  ['containerd-legacy', 5],
])(
  'read from source: the 401 before a token is one of the attempts of %s, which leaves %i',
  async ([persona, left]) => {
    const authorized = ({ authorization }: SeenRequest) => authorization === 'Bearer'
    const manifests = await refusedManifests(persona, authorized, 'docker-hub-anonymous')
    expect(manifests).toEqual(['HEAD 401', ...times(left, 'HEAD 429')])
  },
)

/** The most layers in flight when four images of six layers are pulled at once, each held until more would be there. */
async function mostLayersInFlight(persona: PersonaName, enough: number): Promise<number> {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona })
  const names = ['a', 'b', 'c', 'd']
  const images = await Promise.all(
    names.map((name) =>
      registry.publish(
        `team/${name}:1`,
        [1, 2, 3, 4, 5, 6].map((layer) => `${name}${layer}`),
      ),
    ),
  )
  const configs = images.map(({ config }) => config)
  let inFlight = 0
  let most = 0
  let asked = 0
  registry.intercept = async ({ path }, response) => {
    if (!isLayer(path, configs)) return false
    asked += 1
    inFlight += 1
    most = Math.max(most, inFlight)
    response.on('close', () => {
      inFlight -= 1
    })
    // Held until as many as may be are there; the last ones find no more company.
    await expect.poll(() => most >= enough && (inFlight >= Math.min(3, enough) || asked > 20)).toBe(true)
    return false
  }
  await Promise.all(names.map((name) => agent.pull(`team/${name}:1`)))
  expect(asked).toBe(24)
  return most
}

test('documented: the graphdriver engine has 3 layers in flight over all of its pulls', async () => {
  expect(await mostLayersInFlight('docker', 3)).toBe(3)
})

test('read from source: Engine 29.0 to 29.6 has more than 3, as nothing holds it back', async () => {
  expect(await mostLayersInFlight('containerd-legacy', 4)).toBeGreaterThan(3)
})

test('read from source: Engine 29.7 has 3 requests with a body in flight over all of its pulls', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona: 'containerd' })
  const names = ['a', 'b', 'c', 'd']
  for (const name of names) await registry.publish(`team/${name}:1`, [`${name}1`, `${name}2`, `${name}3`])
  let inFlight = 0
  let most = 0
  registry.intercept = async ({ method }, response) => {
    if (method === 'HEAD') return false
    inFlight += 1
    most = Math.max(most, inFlight)
    response.on('close', () => {
      inFlight -= 1
    })
    await expect.poll(() => most).toBeGreaterThanOrEqual(3)
    return false
  }
  await Promise.all(names.map((name) => agent.pull(`team/${name}:1`)))
  expect(most).toBe(3)
})

/** How often the blob of a layer is asked for. */
const asked = ({ seen }: TestRegistry, digest: string) => seen.filter(({ path }) => path.endsWith(digest)).length

test.for<PersonaName>(['docker', 'containerd'])(
  'documented: two pulls of %s at once download the base that they share once',
  async (persona) => {
    await using registry = await startTestRegistry()
    await using agent = startEngine(registry, { persona })
    const one = await registry.publish('team/one:1', ['os', 'desktop', 'one'])
    await registry.publish('team/two:1', ['os', 'desktop', 'two'])
    await Promise.all([agent.pull('team/one:1'), agent.pull('team/two:1')])
    expect(one.layers.map((layer) => asked(registry, layer))).toEqual([1, 1, 1])
  },
)

test.for<[PersonaName, number]>([
  ['docker', 2],
  ['containerd', 1],
  ['containerd-legacy', 1],
  ['podman', 1],
])('documented: %s downloads a blob over another parent %i time(s)', async ([persona, expected]) => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona })
  const one = await registry.publish('team/one:1', ['os', 'tool'])
  await registry.publish('team/two:1', ['tool'])
  await agent.pull('team/one:1')
  await agent.pull('team/two:1')
  expect(asked(registry, one.layers[1] as string)).toBe(expected)
})

test.for<[PersonaName, 'before' | 'after']>([
  ['docker', 'before'],
  ['containerd', 'before'],
  ['crane', 'after'],
  ['podman', 'after'],
])('inferred: a tag that moves before the first GET brings %s what it stood for %s', async ([persona, expected]) => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona })
  const before = await registry.publish('team/app:1', ['a'])
  let after = before
  registry.intercept = async ({ method, path }) => {
    const isFirst = method === 'GET' && path.includes('/manifests/') && after === before
    if (isFirst) after = await registry.publish('team/app:1', ['b'])
    return false
  }
  const { digest } = await agent.pull('team/app:1')
  expect(digest).toBe(expected === 'before' ? before.digest : after.digest)
  expect(after.digest).not.toBe(before.digest)
})
