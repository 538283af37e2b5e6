// What virtual time carries out of a pull: all that a socket does. The scripts are the same, so that a few pulls tell of each wire.
import { expect, test } from 'vitest'
import type { FaultDecision } from '../../server/faults/fault.ts'
import { EventQueue } from '../../server/kernel/event-queue.ts'
import { randomStream } from '../../server/kernel/random.ts'
import type { PullError, PullResult } from '../../simulator/pull/protocol/outcome.ts'
import { type PersonaName, personas } from '../../simulator/pull/protocol/personas.ts'
import { VirtualPulls } from '../../simulator/pull/wires/virtual/virtual-pulls.ts'
import type { FaultRequest } from '../../simulator/registry/faults/registry-fault.ts'
import type { RequestRecord } from '../../simulator/registry/journal.ts'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { VirtualRegistry } from '../../simulator/registry/virtual/virtual-registry.ts'
import { TrafficRecorder } from '../../simulator/report/registry-traffic.ts'
import { startEngine, startTestRegistry } from './support.ts'

type Decide = (request: FaultRequest, time: number) => FaultDecision['effect'] | null

/** One engine in virtual time, and what its registry was asked. */
function startVirtual(
  persona: PersonaName,
  options: { profile?: string; unpackBytesPerSecond?: number; decide?: Decide } = {},
) {
  const { profile = 'none', unpackBytesPerSecond = null, decide = () => null } = options
  const queue = new EventQueue()
  const registry = new VirtualRegistry({ profile: findProfile(profile), accounts: [] })
  const seen: RequestRecord[] = []
  const ends = new Map<number, PullResult | PullError>()
  const times = new Map<string, number>()
  const pulls = new VirtualPulls({
    registry,
    faults: {
      decide: (request) => {
        const key = `${request.class} ${request.reference}`
        times.set(key, (times.get(key) ?? 0) + 1)
        const effect = decide(request, times.get(key) ?? 1)
        return effect && { fault: 'test', effect }
      },
    },
    network: {
      ...{ uplinkBytesPerSecond: 1e6, connectionBytesPerSecond: null, roundTripMs: 2, serverLatencyMs: 1 },
      unpackBytesPerSecond,
    },
    ...{ sources: ['198.51.100.1'], personas: [personas[persona]], coolDowns: [null], downlinkBytesPerMs: [1_000] },
    random: () => randomStream(1, 'pull'),
    nowMs: () => queue.nowMs,
    schedule: (atMs, task, place) => queue.schedule(atMs, task, place),
    traffic: new TrafficRecorder(),
    onRequest: (record) => void seen.push(record),
    onSucceeded: (_agent, pullId, _reference, result) => void ends.set(pullId, result),
    onFailed: (_agent, pullId, _reference, error) => void ends.set(pullId, error),
  })
  const run = () => {
    while (Math.min(queue.nextMs, pulls.nextReceivedMs) < Number.POSITIVE_INFINITY) {
      if (pulls.nextReceivedMs < queue.nextMs) {
        queue.advance(pulls.nextReceivedMs)
        pulls.receive(queue.nowMs)
      } else queue.runNext()
    }
  }
  const begin = (name: string) => {
    pullId += 1
    const definition = { name } as Parameters<VirtualPulls['start']>[1]['definition']
    pulls.start(0, { pullId, definition }, queue.nowMs)
    return pullId
  }
  let pullId = 0
  return {
    ...{ registry, seen, begin, run, pulls, end: (id: number) => ends.get(id), nowMs: () => queue.nowMs },
    publish: (reference: string, layers: string[], attestation = false) => {
      const [repository = '', tag = ''] = reference.split(':')
      const sizes = layers.map((name) => ({ name, sizeBytes: 2_048 }))
      return registry.publish({ repository, tag, seed: 1, attestation, layers: sizes })
    },
    pull: (name: string) => {
      const id = begin(name)
      run()
      return ends.get(id)
    },
  }
}

const lineOf = ({ method, path }: { method: string; path: string }) =>
  `${method} ${path.replace(/sha256:\w+/, '<digest>')}`

test.for<PersonaName>(['containerd', 'containerd-legacy', 'docker'])(
  '%s asks for attestations and referrers as over sockets, first and again',
  async (persona) => {
    await using registry = await startTestRegistry()
    await using agent = startEngine(registry, { persona })
    const virtual = startVirtual(persona)
    virtual.publish('team/app:1', ['a', 'b'], true)
    await registry.publish('team/app:1', ['a', 'b'], { attestation: true })
    for (const outcome of ['downloaded', 'up-to-date']) {
      registry.seen.length = 0
      virtual.seen.length = 0
      const real = await agent.pull('team/app:1')
      const result = virtual.pull('team/app:1')
      expect(result).toMatchObject({ outcome, requests: real.requests, downloadedBytes: real.downloadedBytes })
      expect(virtual.seen.map(lineOf).sort()).toEqual(registry.seen.map(lineOf).sort())
    }
  },
)

const sentTo = (location: string): FaultDecision['effect'] => ({
  ...{ kind: 'status', status: 307, headers: { Location: location }, body: '', operationDone: false },
})

test('follows several redirects, and gives up after ten', () => {
  const virtual = startVirtual('docker', {
    decide: ({ class: what, reference }, time) =>
      what === 'version-check' && (reference === 'far' || time < 4)
        ? sentTo(`/v2/team/app/manifests/${reference}`)
        : null,
  })
  virtual.publish('team/app:1', ['a'])
  expect(virtual.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
  expect(virtual.seen.map(({ method, status }) => `${method} ${status}`).slice(0, 5)).toEqual([
    ...['GET 200', 'HEAD 307', 'HEAD 307', 'HEAD 307', 'HEAD 200'],
  ])
  expect(virtual.pull('team/app:far')).toMatchObject({
    message: 'Head "https://registry-1.docker.io/v2/team/app/manifests/far": stopped after 10 redirects',
    requests: 11,
  })
})

test('finds nobody where a redirect leads to no registry', () => {
  const virtual = startVirtual('docker', {
    decide: ({ class: what }) => (what === 'version-check' ? sentTo('https://elsewhere.test/x') : null),
  })
  virtual.publish('team/app:1', ['a'])
  expect(virtual.pull('team/app:1')).toMatchObject({
    code: 'UNAVAILABLE',
    message:
      'Head "https://registry-1.docker.io/v2/team/app/manifests/1": dial tcp: lookup elsewhere.test: no such host',
  })
})

test('downloads a blob once that is twice in one image, and nothing of an image that another name stands for', () => {
  const virtual = startVirtual('docker')
  virtual.publish('team/app:1', ['x', 'tools', 'y', 'tools'])
  virtual.publish('team/app:2', ['x', 'tools', 'y', 'tools'])
  virtual.pull('team/app:1')
  expect(virtual.seen.filter((request) => request.class === 'blob')).toHaveLength(4)
  expect(virtual.pull('team/app:2')).toMatchObject({ outcome: 'downloaded', downloadedBytes: 0 })
})

test('a shared layer is there for a pull although the one that began it fails of another', () => {
  const virtual = startVirtual('containerd', {
    decide: ({ class: what, repository }, time) =>
      what === 'blob' && repository === 'team/broken' && time === 1
        ? { kind: 'status', status: 404, headers: {}, body: '', operationDone: false }
        : null,
  })
  virtual.publish('team/broken:1', ['only-here', 'shared'])
  virtual.publish('team/app:1', ['shared'])
  const broken = virtual.begin('team/broken:1')
  virtual.run()
  expect(virtual.end(broken)).toMatchObject({ code: 'NOT_FOUND' })
  expect(virtual.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
})

test.for<PersonaName>(['docker', 'containerd', 'podman'])('%s unpacks layer by layer from below', (persona) => {
  const quick = startVirtual(persona)
  const slow = startVirtual(persona, { unpackBytesPerSecond: 2_048 })
  for (const virtual of [quick, slow]) {
    virtual.publish('team/app:1', ['a', 'b', 'c'])
    expect(virtual.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
  }
  expect(Math.round((slow.nowMs() - quick.nowMs()) / 100)).toBe(30)
})

test('an agent that stops drops what it waits for, and takes no place with it', () => {
  const virtual = startVirtual('containerd')
  virtual.publish('team/app:1', ['a', 'b', 'c', 'd'])
  const dropped = virtual.begin('team/app:1')
  virtual.pulls.abort(0, dropped, virtual.nowMs())
  virtual.run()
  expect(virtual.end(dropped)).toBeUndefined()
  expect(virtual.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
})
