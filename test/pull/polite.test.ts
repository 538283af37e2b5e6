// The polite persona: patience after a denial, in both kinds of time.
import { expect, test } from 'vitest'
import { randomStream } from '../../server/kernel/random.ts'
import { CoolDown } from '../../simulator/pull/cool-down.ts'
import { type Engine, PullError, type PullResult } from '../../simulator/pull/engine.ts'
import { createPoliteEngine } from '../../simulator/pull/polite-engine.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

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
  let nowMs = 0
  let asked = 0
  const result: PullResult = { outcome: 'downloaded', digest: '', downloadedBytes: 1, sizeBytes: 1, requests: 5 }
  const inner: Engine = {
    pull: async () => {
      asked += 1
      if (asked === 1) throw new PullError('TOOMANYREQUESTS', 'toomanyrequests: slow down', { status: 429 })
      return result
    },
    remove: () => {},
    close: async () => {},
  }
  const engine = createPoliteEngine(inner, { coolDown: coolDown(), nowMs: () => nowMs })
  const pull = () => engine.pull({ reference: 'kasmweb/chrome:1', credentials: null }, new AbortController().signal)
  await expect(pull()).rejects.toThrow('slow down')
  await expect(pull()).rejects.toThrow(/waits \d+(\.\d)?s before asking docker\.io again/)
  nowMs = minuteMs
  expect(await pull()).toBe(result)
  expect(asked).toBe(2)
})

const denied = (persona: 'docker' | 'polite'): ScenarioSource => ({
  name: 'denied',
  fleet: { agents: 30, startupSpread: '1m', persona },
  registry: { profile: 'docker-hub-anonymous' },
  images: Array.from({ length: 5 }, (_, index) => ({ name: `kasmweb/image-${index}:1`, size: '20kB', layers: 2 })),
  end: { after: '8h', when: 'all-agents-ready' },
})

test.each(['virtual', 'settled'] as const)('a polite fleet is refused far less often, in %s time', async (time) => {
  const [docker, polite] = await Promise.all(
    (['docker', 'polite'] as const).map(async (persona) => {
      return (await runScenario({ scenario: compileScenario({ source: denied(persona) }), time })).summary
    }),
  )
  expect(polite?.registry.denied).toBeGreaterThan(0)
  expect(polite?.registry.denied).toBeLessThan((docker?.registry.denied ?? 0) / 5)
  expect(polite?.pulls.denied).toBeGreaterThan(polite?.registry.denied ?? 0)
  expect(polite?.ready.agents).toBe(30)
})
