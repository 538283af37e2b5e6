// The polite persona: patience after a denial, in both kinds of time.
import { expect, test } from 'vitest'
import { randomStream } from '../../server/kernel/random.ts'
import { CoolDown } from '../../simulator/pull/protocol/cool-down.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'
import { answerError, startEngine, startTestRegistry } from './support.ts'

const minuteMs = 60_000
const coolDown = () => new CoolDown(() => randomStream(1, 'polite'))

test('waits between half and all of a span that doubles with every denial, up to an hour', () => {
  const patience = coolDown()
  let nowMs = 0
  const waits = Array.from({ length: 10 }, () => {
    patience.denied('docker.io', nowMs)
    const startMs = nowMs
    while (patience.refusal('docker.io', nowMs) !== null) nowMs += 1_000
    return nowMs - startMs
  })
  for (const [index, waitMs] of waits.entries()) {
    const wholeMs = Math.min(minuteMs * 2 ** index, 60 * minuteMs)
    expect(waitMs).toBeGreaterThanOrEqual(wholeMs / 2)
    expect(waitMs).toBeLessThanOrEqual(wholeMs + 1_000)
  }
})

test('is patient with each registry on its own, and starts over once one has given something', () => {
  const patience = coolDown()
  patience.denied('docker.io', 0)
  expect(patience.refusal('ghcr.io', 0)).toBeNull()
  expect(patience.refusal('docker.io', 0)).toMatchObject({ code: 'TOOMANYREQUESTS', requests: 0 })
  patience.granted('docker.io')
  expect(patience.refusal('docker.io', 0)).toBeNull()
})

test('asks nothing while it waits, and then asks again', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona: 'polite', coolDown: coolDown() })
  const image = await registry.publish('kasmweb/chrome:1', ['a'])
  registry.intercept = ({ path, time }, response) =>
    path.endsWith(image.digest) && time === 1 && answerError(response, 429, 'TOOMANYREQUESTS', 'slow down')
  await expect(agent.pull('kasmweb/chrome:1')).rejects.toThrow('slow down')
  const asked = registry.seen.length
  await expect(agent.pull('kasmweb/chrome:1')).rejects.toThrow(/waits \d+(\.\d)?s before asking docker\.io again/)
  expect(registry.seen.length).toBe(asked)
  agent.clock.advance(minuteMs)
  expect(await agent.pull('kasmweb/chrome:1')).toMatchObject({ outcome: 'downloaded' })
})

const denied = (persona: 'docker' | 'polite', after: string): ScenarioSource => ({
  name: 'denied',
  fleet: { agents: 30, startupSpread: '1m', persona },
  registry: { profile: 'docker-hub-anonymous' },
  images: Array.from({ length: 5 }, (_, index) => ({ name: `kasmweb/image-${index}:1`, size: '20kB', layers: 2 })),
  end: { after, when: 'all-agents-ready' },
})

// Over sockets each of the many refusals is a request: a part of an hour shows it, too.
test.each([
  ['virtual', '8h', 30],
  ['settled', '20m', 0],
] as const)('a polite fleet is refused far less often, in %s time', async (time, after, readyAgentsMin) => {
  const [docker, polite] = await Promise.all(
    (['docker', 'polite'] as const).map(async (persona) => {
      return (await runScenario({ scenario: compileScenario({ source: denied(persona, after) }), time })).summary
    }),
  )
  expect(polite?.registry.denied).toBeGreaterThan(0)
  expect(polite?.registry.denied).toBeLessThan((docker?.registry.denied ?? 0) / 5)
  expect(polite?.pulls.denied).toBeGreaterThan(polite?.registry.denied ?? 0)
  expect(polite?.ready.agents).toBeGreaterThanOrEqual(readyAgentsMin)
})
