// The maintenance process against fakes that are wrong: each must fail the check that is about it. And a wait that is not met.
import { afterEach, expect, test, vi } from 'vitest'
import { Groups } from '../../server/model/groups.ts'
import { KasmModel } from '../../server/model/model.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { loadScenario } from '../../simulator/scenario/load.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const process = compileScenario(await loadScenario('build-push-test-deploy'))

/** The names of the checks that fail. */
async function failures(): Promise<string[]> {
  const { checks } = await runScenario({ scenario: process, time: 'virtual' })
  return checks.filter(({ status }) => status !== 'held').map(({ name }) => name)
}

interface Kasm {
  image: { name: string }
  image_digest: string
}

/** A fake that shows its sessions otherwise than they are. */
function showSessions(change: (kasms: Kasm[], model: KasmModel, calls: string[]) => Kasm[]): void {
  const { handle } = KasmModel.prototype
  const calls: string[] = []
  vi.spyOn(KasmModel.prototype, 'handle').mockImplementation(function (this: KasmModel, call) {
    const reply = handle.call(this, call)
    calls.push(call.operation)
    if (call.operation !== 'get_kasms') return reply
    const body = structuredClone(reply.body) as { kasms: Kasm[] }
    return { ...reply, body: { ...body, kasms: change(body.kasms, this, calls) } }
  })
}

afterEach(() => {
  vi.restoreAllMocks()
})

test('a fake that lets everybody in is caught', async () => {
  vi.spyOn(Groups.prototype, 'mayLaunch').mockReturnValue(true)
  expect(await failures()).toEqual(['somebody else is refused: Image Not Authorized', 'nobody else is refused'])
})

test('a fake that lets nobody in is caught', async () => {
  vi.spyOn(Groups.prototype, 'mayLaunch').mockReturnValue(false)
  expect(await failures()).toContain('a tester launches what was pushed')
})

test('a fake whose running sessions follow a tag that moves is caught', async () => {
  showSessions((kasms, model) => {
    const hashes = new Map([...model.areas.images.list()].map(({ name, hash }) => [name, hash]))
    return kasms.map((kasm) => ({ ...kasm, image_digest: hashes.get(kasm.image.name) ?? kasm.image_digest }))
  })
  expect(await failures()).toEqual(['a tag that moves changes no running session'])
})

test('a fake whose new sessions run an old image is caught', async () => {
  let first: string | undefined
  showSessions((kasms) =>
    kasms.map((kasm) => {
      first ??= kasm.image_digest
      return { ...kasm, image_digest: first }
    }),
  )
  expect(await failures()).toEqual([
    'a tester launches what was pushed',
    'after the update the next session runs the new image',
    'the next session of the moved tag runs what was pushed last',
  ])
})

test('a fake that ends sessions when their Workspace changes is caught', async () => {
  showSessions((kasms, _model, calls) => (calls.includes('update_image') ? [] : kasms))
  expect(await failures()).toEqual(expect.arrayContaining(['the old session lives on', 'and keeps its digest']))
})

const hopeless: ScenarioSource = {
  name: 'hopeless',
  fleet: { agents: 2, startupSpread: '1s' },
  speed: 150,
  webApp: { users: [{ name: 'ada' }] },
  images: [{ name: 'acme/office:1', size: '20kB', layers: 1, published: false }],
  timeline: [
    { at: '10s', do: 'wait-for', image: 'acme/office:1', within: '2m' },
    { at: '20s', do: 'request-session', name: 'early', as: 'ada', image: 'acme/office:1' },
  ],
  end: { after: '10m' },
}

test.each(['settled', 'virtual'] as const)(
  'a wait that misses its deadline fails a run in %s time, which goes on',
  async (time) => {
    const events: RunEvent[] = []
    const scenario = compileScenario({ source: hopeless })
    const { checks, reason } = await runScenario({ scenario, time, sinks: [(event) => events.push(event)] })
    expect(reason).toBe('end-reached')
    expect(checks).toMatchObject([{ name: 'every wait-for is met in time', status: 'missed' }])
    const ended = events.find((event) => event.kind === 'wait-ended')
    expect(ended).toMatchObject({ met: false, behind: 2 })
    expect(ended?.atMs).toBeGreaterThanOrEqual(130_000)
    expect(events.find((event) => event.kind === 'session-refused')).toMatchObject({ code: 'NO_RESOURCES' })
  },
)

test('pushes over the wire in real time, as an account that may, and publishes the same tags in both kinds of time', async () => {
  /** Ends once so many tags are there. */
  const tagsOf = async (time: 'settled' | 'virtual', tagsMax: number) => {
    const events: RunEvent[] = []
    const end = new AbortController()
    const sink = (event: RunEvent) => {
      events.push(event)
      if (events.filter(({ kind }) => kind === 'image-published').length === tagsMax) end.abort()
    }
    const scenario = {
      ...process,
      timeline: process.timeline.slice(0, 3),
      end: { ...process.end, afterMs: 3_600_000 },
      expect: [],
    }
    await runScenario({ scenario, time, sinks: [sink], signal: end.signal })
    const tags = events.filter((event) => event.kind === 'image-published').map(({ image }) => image)
    const digests = new Set(events.filter((event) => event.kind === 'image-published').map(({ digest }) => digest))
    const pushes = events.filter((event) => event.kind === 'registry-request' && event.class === 'push')
    return { tags, digests: digests.size, pushes }
  }
  const real = await tagsOf('settled', 3)
  const virtual = await tagsOf('virtual', Number.POSITIVE_INFINITY)
  expect(real.tags).toEqual(virtual.tags)
  expect([real.digests, virtual.digests]).toEqual([2, 2])
  expect(
    real.pushes.some((event) => event.kind === 'registry-request' && event.method === 'PUT' && event.status === 201),
  ).toBe(true)
  expect(virtual.pushes).toEqual([])
})
