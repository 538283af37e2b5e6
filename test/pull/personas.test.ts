// What each persona sends, request by request, against golden files: method, path, status, authorization; then how the pull ended, in
// the client's own words, and what it waited. test/container compares the `docker` and `podman` personas with the real clients.
import { describe, expect, test } from 'vitest'
import { type PersonaName, personaNames, personas } from '../../simulator/pull/protocol/personas.ts'
import { answerError, formatTrace, type PublishedImage, startEngine, startTestRegistry, tokenDesk } from './support.ts'

const image = 'kasmweb/chrome:1'
type Images = Record<string, PublishedImage>

/** A registry, an engine of the persona and a way to write down what happened. */
async function startBench(persona: PersonaName, profile = 'docker-hub-anonymous') {
  const registry = await startTestRegistry(profile)
  const agent = startEngine(registry, { persona })
  const pull = async (reference: string, login = '') => {
    const result = await agent.pull(reference, { login }).catch((error: unknown) => error as Error & { code: string })
    if (!(result instanceof Error)) return `${result.outcome}, ${result.requests} requests`
    return `${result.code}: ${result.message}`
  }
  return {
    ...{ registry, agent, pull },
    /** Refuses what matches with 429. */
    refuse: (matches: (path: string, method: string) => boolean, ready: () => boolean = () => true) => {
      registry.intercept = async ({ path, method }, response) => {
        if (!matches(path, method)) return false
        await expect.poll(ready).toBe(true)
        return answerError(response, 429, 'TOOMANYREQUESTS', 'slow down')
      }
    },
    expectGolden: async (name: string, outcomes: string[], images: Images = {}) => {
      const waits = agent.waits.length > 0 ? `= waited ${agent.waits.map(Math.round).join(', ')} ms\n` : ''
      const lines = outcomes.map((outcome) => `= ${nameDigests(outcome, images)}\n`).join('')
      const trace = (formatTrace(registry.seen, images) + lines + waits).replaceAll(
        registry.url,
        'http://registry.test',
      )
      await expect(trace).toMatchFileSnapshot(`./golden/${persona}/${name}.txt`)
    },
    [Symbol.asyncDispose]: async () => {
      await agent[Symbol.asyncDispose]()
      await registry[Symbol.asyncDispose]()
    },
  }
}

function nameDigests(text: string, images: Images): string {
  let named = text
  for (const [name, { layers, ...digests }] of Object.entries(images)) {
    for (const [what, digest] of Object.entries(digests)) named = named.replaceAll(digest, `<${name} ${what}>`)
    for (const [index, digest] of layers.entries()) named = named.replaceAll(digest, `<${name} layer ${index + 1}>`)
  }
  return named
}

describe.each(personaNames)('the persona %s', (persona) => {
  const { ping, resolve, downloads } = personas[persona]

  test('pulls what is new, and again what is up to date', async () => {
    await using bench = await startBench(persona)
    const chrome = await bench.registry.publish(image, ['a', 'b', 'c', 'd'])
    await bench.expectGolden('cold', [await bench.pull(image)], { chrome })
    bench.registry.seen.length = 0
    await bench.expectGolden('warm', [await bench.pull(image)], { chrome })
  })

  test('fetches only what is new when the tag has moved', async () => {
    await using bench = await startBench(persona)
    const before = await bench.registry.publish(image, ['a', 'b', 'c'])
    await bench.pull(image)
    const after = await bench.registry.publish(image, ['a', 'b', 'd'])
    bench.registry.seen.length = 0
    await bench.expectGolden('tag-moved', [await bench.pull(image)], { before, after })
  })

  test('pulls by digest, twice', async () => {
    await using bench = await startBench(persona)
    const chrome = await bench.registry.publish(image, ['a'])
    const reference = `kasmweb/chrome@${chrome.digest}`
    await bench.expectGolden('by-digest', [await bench.pull(reference), await bench.pull(reference)], { chrome })
  })

  test('fetches of another image what its store lacks', async () => {
    await using bench = await startBench(persona)
    const chrome = await bench.registry.publish(image, ['os', 'desktop', 'chrome'])
    const firefox = await bench.registry.publish('kasmweb/firefox:1', ['os', 'desktop', 'firefox', 'chrome'])
    await bench.pull(image)
    bench.registry.seen.length = 0
    await bench.expectGolden('shared-layers', [await bench.pull('kasmweb/firefox:1')], { chrome, firefox })
  })

  test('pulls with an account', async () => {
    await using bench = await startBench(persona)
    const chrome = await bench.registry.publish(image, ['a'])
    await bench.expectGolden('log-in', [await bench.pull(image, 'ada:s3cret')], { chrome })
  })

  test('ends where the account is refused', async () => {
    await using bench = await startBench(persona)
    await bench.registry.publish(image, ['a'])
    await bench.expectGolden('unauthorized', [await bench.pull(image, 'ada:wrong')])
  })

  test('ends where the tag is unknown', async () => {
    await using bench = await startBench(persona)
    await bench.registry.publish(image, ['a'])
    await bench.expectGolden('unknown-tag', [await bench.pull('kasmweb/chrome:nope')])
  })

  if (ping)
    test('is refused at the ping with 429', async () => {
      await using bench = await startBench(persona, 'none')
      const chrome = await bench.registry.publish(image, ['a'])
      bench.refuse((path) => path === '/v2/')
      await bench.expectGolden('429-ping', [await bench.pull(image)], { chrome })
    })

  test('is refused a token with 429', async () => {
    await using bench = await startBench(persona)
    await bench.registry.publish(image, ['a'])
    bench.refuse((path) => path === '/token')
    await bench.expectGolden('429-token', [await bench.pull(image)])
  })

  test('is refused the tag with 429', async () => {
    await using bench = await startBench(persona)
    const chrome = await bench.registry.publish(image, ['a'])
    bench.refuse((path) => path.endsWith('/manifests/1'))
    await bench.expectGolden('429-tag', [await bench.pull(image)], { chrome })
  })

  if (resolve === 'head')
    test('is refused the index with 429', async () => {
      await using bench = await startBench(persona)
      const chrome = await bench.registry.publish(image, ['a'])
      bench.refuse((path, method) => path.endsWith(chrome.digest) && method === 'GET')
      await bench.expectGolden('429-index', [await bench.pull(image)], { chrome })
    })

  test('is refused the manifest of the platform with 429', async () => {
    await using bench = await startBench(persona)
    const chrome = await bench.registry.publish(image, ['a'])
    bench.refuse((path) => path.endsWith(chrome.manifest))
    await bench.expectGolden('429-platform', [await bench.pull(image)], { chrome })
  })

  test('is refused the configuration with 429', async () => {
    await using bench = await startBench(persona)
    const chrome = await bench.registry.publish(image, ['a', 'b'])
    const last = downloads.config === 'beside-layers'
    const arrived = () =>
      chrome.layers.every((layer) =>
        bench.registry.seen.some(({ path, status }) => path.endsWith(layer) && status === 200),
      )
    bench.refuse(
      (path) => path.endsWith(chrome.config),
      () => !last || arrived(),
    )
    await bench.expectGolden('429-config', [await bench.pull(image)], { chrome })
  })

  test('is refused a layer with 429', async () => {
    await using bench = await startBench(persona)
    const chrome = await bench.registry.publish(image, ['a', 'b'])
    const others = [chrome.config, chrome.layers[0] as string]
    const arrived = () =>
      others.every((digest) => bench.registry.seen.some(({ path, status }) => path.endsWith(digest) && status === 200))
    bench.refuse((path) => path.endsWith(chrome.layers[1] as string), arrived)
    await bench.expectGolden('429-layer', [await bench.pull(image)], { chrome })
  })

  test('renews a token of 60 seconds exactly once in a pull of 90', async () => {
    await using bench = await startBench(persona, 'none')
    const chrome = await bench.registry.publish(image, ['a', 'b', 'c'])
    const desk = tokenDesk(bench.registry, { lifetimeMs: 60_000, nowMs: () => bench.agent.clock.nowMs() })
    bench.registry.intercept = (request, response) => {
      if (request.path.endsWith(chrome.manifest) && request.time === 1) bench.agent.clock.advance(90_000)
      return desk.intercept(request, response)
    }
    await bench.expectGolden('expired-token', [await bench.pull(image)], { chrome })
    expect(desk.issued).toBe(2)
  })
})
