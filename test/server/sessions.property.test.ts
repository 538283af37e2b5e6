// Whatever is asked of sessions and agents in whatever order, at whatever times: no agent is ever overbooked, every session is in one
// place and one status that its past allows, and nothing is refused without a reason. A naive account of the same history judges.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SessionFleet, serverIdOf } from './session-fleet.ts'
import { chrome, digestOf, firefox } from './support.ts'

const agentCount = 3
const coresPerAgent = 8
const runs = { seed: 20_261_124, numRuns: 400 }

/** Which statuses may follow which, in whatever time passes; null is a session that is gone. */
const follows: Record<string, (string | null)[]> = {
  requested: ['requested', 'starting', 'running', 'deleting', null],
  starting: ['starting', 'running', 'stopped', 'deleting', null],
  running: ['running', 'stopped', 'paused', 'deleting', null],
  paused: ['paused', 'running', 'stopped', 'deleting', null],
  stopped: ['stopped', 'starting', 'running', 'deleting', null],
  deleting: ['deleting', null],
}

interface Seen {
  status: string
  host: string
  digest: string
}

/** What there is to say about a fleet after each step, from its public answers alone. */
class Account {
  readonly fleet: SessionFleet
  #seen = new Map<string, Seen>()
  /** Stopped, or on its way out from there. */
  readonly #idle = new Set<string>()

  constructor(fleet: SessionFleet) {
    this.fleet = fleet
  }

  get ids(): string[] {
    return [...this.#seen.keys()]
  }

  check(): void {
    const { kasms } = this.fleet.ask('get_kasms')
    const { agents } = this.fleet.ask('get_agents')
    const now = new Map<string, Seen>()
    const cores = new Map<string, number>()
    for (const { kasm_id, operational_status: status, hostname: host, image_digest: digest, cores: taken } of kasms) {
      expect(now.has(kasm_id), 'a session is listed twice').toBe(false)
      now.set(kasm_id, { status, host, digest })
      const isIdle = status === 'stopped' || (status === 'deleting' && this.#idle.has(kasm_id))
      this.#idle[isIdle ? 'add' : 'delete'](kasm_id)
      if (!isIdle) cores.set(host, (cores.get(host) ?? 0) + taken)
    }
    for (const [id, before] of this.#seen) {
      const after = now.get(id)
      expect(follows[before.status], `${before.status} became ${after?.status}`).toContain(after?.status ?? null)
      if (after) expect([after.host, after.digest]).toEqual([before.host, before.digest])
    }
    for (const host of cores.keys()) {
      const agent = agents.find(({ hostname }: { hostname: string }) => hostname === host)
      expect(agent, `${host} has sessions and is gone`).toBeDefined()
      expect(cores.get(host), `${host} is overbooked`).toBeLessThanOrEqual(coresPerAgent)
    }
    // What the fake believes of its agents is what a recount gives.
    for (const { hostname, sessions, cores: share } of this.fleet.model.agentsView(this.fleet.nowMs).agents) {
      expect(share.used).toBe(cores.get(hostname) ?? 0)
      expect(sessions).toBe(kasms.filter(({ hostname: host }: { hostname: string }) => host === hostname).length)
    }
    this.#seen = now
  }
}

type Step = (account: Account) => void

const agent = fc.nat(agentCount - 1)
const which = fc.nat(20)
const stepOf = <Value>(arbitrary: fc.Arbitrary<Value>, act: (value: Value, account: Account) => void) =>
  arbitrary.map(
    (value): Step =>
      (account) =>
        act(value, account),
  )

const request = stepOf(fc.constantFrom(0, 0, 0, 1), (index, { fleet }) => {
  const image_id = fleet.model.areas.images.list()[index]?.image_id
  const { body, cause } = fleet.request({ image_id })
  if ('kasm_id' in (body as object)) return
  expect(body).toEqual({ error_message: expect.stringMatching(/^No resources/) })
  expect(cause).toMatch(/\w/)
  const [decision] = fleet.model.agentsView(fleet.nowMs).decisions
  const agents = fleet.ask('get_agents').agents.length
  expect(Object.values(decision?.refused ?? {}).reduce((sum, count) => sum + count, 0)).toBe(agents)
})
const turn = stepOf(
  fc.tuple(fc.constantFrom('stop_kasm', 'pause_kasm', 'resume_kasm', 'destroy_kasm', 'keepalive'), which),
  ([verb, index], { fleet, ids }) => {
    const kasm_id = ids[index % Math.max(1, ids.length)]
    if (!kasm_id) return
    const { status, body } = fleet.call(verb as 'stop_kasm', { kasm_id })
    expect(status).toBe(200)
    const { error_message } = body as { error_message?: string }
    if (error_message !== undefined) expect(error_message).toMatch(/^(The session is |No resources|The agent of this)/)
  },
)
const advance = stepOf(fc.constantFrom(500, 2_000, 30_000, 700_000, 3_700_000), (ms, { fleet }) => {
  fleet.nowMs += ms
})
const heartbeat = stepOf(fc.tuple(agent, fc.constantFrom('', 'a', 'b', 'ab')), ([number, digits], { fleet }) => {
  const names = [chrome, firefox]
  const docker_images = [...digits].map((digit, index) => ({ name: names[index] as string, digest: digestOf(digit) }))
  fleet.heartbeat(number, { docker_images, cores: coresPerAgent })
})
const update = stepOf(
  fc.tuple(agent, fc.constantFrom({ enabled: true }, { enabled: false }, { drain: true }, { drain: false })),
  ([number, fields], { fleet }) => {
    if (fleet.agent(number)) fleet.updateAgent(number, fields)
  },
)
const remove = stepOf(agent, (number, { fleet }) => {
  fleet.ask('delete_server', { target_server: { server_id: serverIdOf(number) } })
})
const unreachable = stepOf(fc.tuple(agent, fc.constantFrom(null, 'no route')), ([number, cause], { fleet }) => {
  const known = fleet.model.areas.agents.find(serverIdOf(number))
  if (known) fleet.model.areas.agents.setUnreachable(known, cause)
})
const restart = stepOf(fc.constant(null), (_nothing, { fleet }) => {
  fleet.model.restore(JSON.parse(JSON.stringify(fleet.model.snapshot())))
})

const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: request },
    { weight: 6, arbitrary: turn },
    { weight: 3, arbitrary: advance },
    { weight: 4, arbitrary: heartbeat },
    { weight: 2, arbitrary: update },
    { weight: 1, arbitrary: remove },
    { weight: 1, arbitrary: unreachable },
    { weight: 1, arbitrary: restart },
  ),
  { maxLength: 50, size: 'max' },
)

const delays = fc.record({
  requestedMs: fc.constantFrom(0, 1_000),
  startingMs: fc.constantFrom(0, 1_000, 20_000),
  resumingMs: fc.constantFrom(0, 1_000),
  deletingMs: fc.constantFrom(0, 5_000),
})

test('never overbooks an agent, never has a session in two places or an impossible status, never refuses without a reason', () => {
  fc.assert(
    fc.property(steps, delays, fc.boolean(), (history, sessionDelays, waits) => {
      const images = [{ name: chrome }, { name: firefox, cores: 3 }]
      const quirks = waits ? ({ 'status.pendingStyle': 'requested' } as const) : {}
      const account = new Account(new SessionFleet({ agents: agentCount, images, sessionDelays, quirks }))
      for (const step of history) {
        step(account)
        account.check()
      }
    }),
    runs,
  )
})
