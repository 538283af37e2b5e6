// Both wires run scripts alike: drawn scripts of asks, bodies, waits, places, forks and joins ask for the same, hear the same and end
// the same, over sockets and in virtual time. What is answered is drawn too.
import { hash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FaultDecision } from '../../server/faults/fault.ts'
import { EventQueue } from '../../server/kernel/event-queue.ts'
import { SharedLink } from '../../simulator/network/shared-link.ts'
import { RegistryFailure } from '../../simulator/pull/protocol/failure.ts'
import { sideBySide } from '../../simulator/pull/protocol/join.ts'
import { endpointOf } from '../../simulator/pull/protocol/names.ts'
import { Places } from '../../simulator/pull/protocol/places.ts'
import type { PullThread, ThreadOwner } from '../../simulator/pull/protocol/pull-thread.ts'
import { blobRequest, documentRequest } from '../../simulator/pull/protocol/requests.ts'
import { BlobBody, inTime, type Script } from '../../simulator/pull/protocol/steps.ts'
import { SocketThread } from '../../simulator/pull/wires/socket/socket-thread.ts'
import { Transport } from '../../simulator/pull/wires/socket/transport.ts'
import { AnswerFacts } from '../../simulator/pull/wires/virtual/answer-facts.ts'
import type { FleetWire } from '../../simulator/pull/wires/virtual/fleet-wire.ts'
import { Flows } from '../../simulator/pull/wires/virtual/flows.ts'
import { RequestLedger } from '../../simulator/pull/wires/virtual/request-ledger.ts'
import { VirtualThread } from '../../simulator/pull/wires/virtual/virtual-thread.ts'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { VirtualRegistry } from '../../simulator/registry/virtual/virtual-registry.ts'
import { TrafficRecorder } from '../../simulator/report/registry-traffic.ts'

/** What a script does, one act after the other. Forks run side by side and are joined. */
type Act =
  | { do: 'ask'; statuses: number[] }
  | { do: 'fetch'; sizeBytes: number; cut: boolean }
  | { do: 'wait'; durationMs: number }
  | { do: 'fail' }
  | { do: 'fork'; works: Act[][] }

const { acts } = fc.letrec<{ acts: Act[]; act: Act }>((tie) => ({
  acts: fc.array(tie('act'), { maxLength: 4 }),
  act: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      do: fc.constant('ask' as const),
      statuses: fc.array(fc.constantFrom(404, 429, 503), { maxLength: 3 }),
    }),
    fc.record({ do: fc.constant('fetch' as const), sizeBytes: fc.integer({ min: 2, max: 5_000 }), cut: fc.boolean() }),
    fc.record({ do: fc.constant('wait' as const), durationMs: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ do: fc.constant('fork' as const), works: fc.array(tie('acts'), { minLength: 1, maxLength: 3 }) }),
    fc.constant({ do: 'fail' as const }),
  ),
}))

const endpoint = endpointOf('registry.test')
const blobOf = (sizeBytes: number, name: string) => Buffer.alloc(sizeBytes, name)
const digestOf = (bytes: Buffer) => `sha256:${hash('sha256', bytes)}`

/** Carries a plan out in either kind of time; says on the way what it asked and heard. */
class Planned implements ThreadOwner<void> {
  readonly said: string[] = []
  readonly ended = Promise.withResolvers<void>()
  readonly #acts: readonly Act[]
  readonly #places: Places
  readonly #url: string

  constructor(acts: readonly Act[], places: number, url: string) {
    this.#acts = acts
    this.#places = new Places(places)
    this.#url = url
  }

  *script(thread: PullThread): Script {
    yield* this.#run(thread, this.#acts, 'root')
    yield inTime
  }

  scriptEnded(): void {
    this.said.push('ended')
    this.ended.resolve()
  }

  scriptFailed(error: unknown): void {
    if (error instanceof RegistryFailure) this.said.push(`failed: ${error.message}`)
    if (error instanceof RegistryFailure) this.ended.resolve()
    else this.ended.reject(error)
  }

  *#run(thread: PullThread, acts: readonly Act[], path: string): Script {
    for (const [index, act] of acts.entries()) {
      const name = `${path}.${index}`
      if (act.do === 'fork') {
        const works = act.works.map((work, branch) => (fork: PullThread) => this.#run(fork, work, `${name}-${branch}`))
        try {
          yield* sideBySide(thread, works)
          this.said.push(`${name} joined`)
        } catch (error) {
          this.said.push(`${name} fell apart: ${(error as Error).message}`)
          if (path === 'root') throw error
        }
        continue
      }
      yield* this.#places.take(thread)
      try {
        yield* this.#carryOut(act, name)
      } finally {
        this.#places.give(thread.nowMs)
      }
    }
  }

  *#carryOut(act: Exclude<Act, { do: 'fork' }>, name: string): Script {
    const registry = { ...endpoint, url: this.#url }
    if (act.do === 'wait') yield act.durationMs
    else if (act.do === 'fail') throw new RegistryFailure('DISK', `${name} gave up`)
    else if (act.do === 'ask') {
      for (const expected of [...act.statuses, 404]) {
        const request = documentRequest('document', 'GET', 'team/app', `${name}-${expected}`)
        request.registry = registry
        const answer = yield request
        this.said.push(`${name} hears ${answer.status} ${answer.statusText}`)
      }
    } else {
      const { sizeBytes } = act
      const digest = digestOf(blobOf(sizeBytes, name))
      const request = blobRequest('layer', 'team/app', { mediaType: '', digest, size: sizeBytes }, 0)
      request.registry = registry
      const body = new BlobBody(request, yield request)
      yield body
      this.said.push(`${name} got ${body.receivedBytes}, ${body.broken?.message ?? body.digest === digest}`)
    }
  }
}

/** What the registry has for each blob of a plan. */
function blobsOf(acts: readonly Act[], path: string): Map<string, { bytes: Buffer; cut: boolean }> {
  const blobs = new Map<string, { bytes: Buffer; cut: boolean }>()
  for (const [index, act] of acts.entries()) {
    const name = `${path}.${index}`
    if (act.do === 'fetch') {
      const bytes = blobOf(act.sizeBytes, name)
      blobs.set(digestOf(bytes), { bytes, cut: act.cut })
    } else if (act.do === 'fork') {
      for (const [branch, work] of act.works.entries()) {
        for (const [digest, blob] of blobsOf(work, `${name}-${branch}`)) blobs.set(digest, blob)
      }
    }
  }
  return blobs
}

async function overSockets(plan: readonly Act[], places: number): Promise<string[]> {
  const blobs = blobsOf(plan, 'root')
  const server = createServer(({ url = '' }, response) => {
    const name = url.split('/').at(-1) ?? ''
    const blob = blobs.get(name)
    if (blob === undefined) response.writeHead(Number(name.split('-').at(-1))).end()
    else send(response, blob)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const transport = new Transport({ headers: {}, connections: null })
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const planned = new Planned(plan, places, url)
    const wire = { transport, content: null, delay: async () => {}, nowMs: () => 0, onBytes: () => {} }
    new SocketThread(planned, { requests: 0, receivedBytes: 0 }, wire).wake(0)
    await planned.ended.promise
    return planned.said
  } finally {
    await transport.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

function send(response: ServerResponse, { bytes, cut }: { bytes: Buffer; cut: boolean }): void {
  response.writeHead(200, { 'content-length': bytes.length })
  if (!cut) response.end(bytes)
  else response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => setImmediate(() => response.destroy()))
}

function inVirtualTime(plan: readonly Act[], places: number): string[] {
  const queue = new EventQueue()
  const blobs = blobsOf(plan, 'root')
  const registry = new VirtualRegistry({ profile: findProfile('none'), accounts: [] })
  const effectOf = (reference: string): FaultDecision['effect'] | null => {
    if (blobs.has(reference)) return blobs.get(reference)?.cut ? { kind: 'truncated-body', share: 0.5 } : null
    return { kind: 'status', status: Number(reference.split('-').at(-1)), headers: {}, body: '', operationDone: false }
  }
  let lastId = 0
  const limits = { uplinkBytesPerMs: 1_000, connectionBytesPerMs: 1_000, downlinkBytesPerMs: [1_000] }
  const wire: FleetWire = {
    ...{ registry, servedMs: 2, halfRoundTripMs: 1, serverLatencyMs: 1, onRequest: null },
    traffic: new TrafficRecorder(),
    faults: {
      decide: ({ reference }) => {
        const effect = effectOf(reference ?? '')
        return effect && { fault: 'drawn', effect }
      },
    },
    nowMs: () => queue.nowMs,
    schedule: (atMs, task, place) => queue.schedule(atMs, task, place),
    flows: new Flows(new SharedLink(limits)),
    answers: new AnswerFacts(registry),
    nextId: () => {
      lastId += 1
      return lastId
    },
  }
  const planned = new Planned(plan, places, endpoint.url)
  new VirtualThread(planned, new RequestLedger(wire, { agent: 0, source: '', pulled: '' }), wire, { nowMs: 0 }).wake(0)
  while (Math.min(queue.nextMs, wire.flows.nextMs) < Number.POSITIVE_INFINITY) {
    if (wire.flows.nextMs < queue.nextMs) {
      queue.advance(wire.flows.nextMs)
      wire.flows.receive(queue.nowMs)
    } else queue.runNext()
  }
  return planned.said
}

/** What each thread said, in its order. */
function byThread(said: readonly string[]): Record<string, string[]> {
  const threads: Record<string, string[]> = {}
  for (const line of said) {
    const thread = line.replace(/\.\d+ .*$/, '')
    threads[thread] = [...(threads[thread] ?? []), line]
  }
  return threads
}

const hasFailure = (acts: readonly Act[]): boolean =>
  acts.some((act) => act.do === 'fail' || (act.do === 'fork' && act.works.some(hasFailure)))

test('with one place everything that is drawn is asked and heard in the same order', { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (plan) => {
      expect(await overSockets(plan, 1)).toEqual(inVirtualTime(plan, 1))
    }),
    { numRuns: 100 },
  )
})

test('with more places each thread asks and hears the same', { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(acts, fc.integer({ min: 2, max: 4 }), async (plan, places) => {
      fc.pre(!hasFailure(plan))
      expect(byThread(await overSockets(plan, places))).toEqual(byThread(inVirtualTime(plan, places)))
    }),
    { numRuns: 100 },
  )
})

test('the first that fails ends what runs beside it, and its place is another one’s', async () => {
  const plan: Act[] = [
    {
      do: 'fork',
      works: [
        [{ do: 'ask', statuses: [503] }, { do: 'fail' }],
        [{ do: 'fork', works: [[], [{ do: 'ask', statuses: [429] }]] }],
      ],
    },
  ]
  const said = inVirtualTime(plan, 1)
  expect(said).toEqual(await overSockets(plan, 1))
  expect(said.at(-1)).toBe('failed: root.0-0.1 gave up')
})
