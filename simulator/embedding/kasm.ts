// A whole Kasm in this process: the web app, agents that check in with it and pull, and the registry that they pull from, all on one
// clock that can be frozen and moved on.
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../../server/app.ts'
import { checkFaultSource } from '../../server/control/checks.ts'
import { Control } from '../../server/control/control.ts'
import { fetchFrom } from '../../server/in-process.ts'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { parseDurationMs } from '../../server/kernel/units.ts'
import { awaited, listen } from '../../server/main.ts'
import { type Credentials, defaultCredentials } from '../../server/model/access/credentials.ts'
import { createKasmModel, type KasmModel } from '../../server/model/model.ts'
import { callAgentOverHttp } from '../../server/routes/call-back.ts'
import { fetchListOverHttp } from '../../server/routes/registry-lists.ts'
import { createKasmClient, type KasmClient } from '../client/client.ts'
import { definedImages, zonesOf } from '../driver/agent-messages.ts'
import { LiveFleet } from '../driver/live-fleet.ts'
import { WebAppClient } from '../driver/web-app-client.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { LiveRegistry } from './live-registry.ts'
import { checkOptions, type KasmOptions, scenarioOf } from './options.ts'

/** What the fake calls itself where it does not listen. */
const nowhere = 'http://kasm-sim.invalid'
/** For agents that are there with no registry: every pull is refused. */
const noRegistry = 'http://127.0.0.1:9'

/** The clock of a fake, of its agents and its registry. */
class KasmClock {
  readonly #timekeeper: Timekeeper

  constructor(timekeeper: Timekeeper) {
    this.#timekeeper = timekeeper
  }

  nowMs(): number {
    return this.#timekeeper.nowMs()
  }

  freeze(): void {
    this.#timekeeper.freeze()
  }

  /** Runs from now on, `speed` times as fast as the wall. */
  run(speed?: number): void {
    this.#timekeeper.run(speed)
  }

  /**
   * Moves on by a duration (`1h30m`, or milliseconds), through everything that is due until then in its order, and answers once that
   * has settled: check-ins, pulls, refreshes.
   *
   * @throws KasmSimError DURATION_INVALID
   */
  async advance(duration: string | number): Promise<void> {
    await this.#timekeeper.advance(typeof duration === 'number' ? duration : parseDurationMs(duration))
  }
}

interface Parts {
  scenario: Scenario
  options: KasmOptions
  timekeeper: Timekeeper
  credentials: Credentials
  app: FastifyInstance
  control: Control
  registry: LiveRegistry | null
  url: string
}

/** A fake Kasm in this process. Dispose of it, or close it, and nothing is left. */
export class Kasm implements AsyncDisposable {
  /** `http://127.0.0.1:43217`; leads nowhere where the fake does not listen. */
  readonly url: string
  readonly apiKey: string
  readonly apiKeySecret: string
  readonly managerToken: string
  /** Of the developer API, with types. */
  readonly client: KasmClient
  readonly clock: KasmClock
  /** Reset, snapshots, faults, the journal and waits: what the control API offers. */
  readonly control: Control
  readonly #parts: Parts
  readonly #agentClient: WebAppClient
  #fleet: LiveFleet

  constructor(parts: Parts) {
    const { url, credentials, timekeeper, control, app } = parts
    this.#parts = parts
    this.url = url
    this.apiKey = credentials.apiKey
    this.apiKeySecret = credentials.apiKeySecret
    this.managerToken = credentials.managerToken
    this.clock = new KasmClock(timekeeper)
    this.control = control
    const listens = url !== nowhere
    this.client = createKasmClient({ url, ...credentials, ...(listens ? {} : { fetch: this.fetch }) })
    const send = async (request: {
      method: 'GET' | 'POST'
      path: string
      headers: Record<string, string>
      body: string | null
    }) => {
      const { path, body, ...rest } = request
      const answer = await app.inject({ ...rest, url: path, ...(body === null ? {} : { payload: body }) })
      return { status: answer.statusCode, text: answer.payload }
    }
    this.#agentClient = new WebAppClient({ url, ...credentials }, { send: listens ? undefined : send, timekeeper })
    this.#fleet = this.#createFleet()
  }

  /** The agents. */
  get fleet(): LiveFleet {
    return this.#fleet
  }

  /** Where agents pull from. */
  get registry(): LiveRegistry {
    const { registry } = this.#parts
    if (registry) return registry
    throw new KasmSimError('USAGE', 'Failed to use the registry: there is none. Leave out `registry: false`.')
  }

  /** Sends a request to the fake without a socket, whatever host it names: for clients that take a `fetch`. */
  readonly fetch = (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const target = typeof input === 'string' && input.startsWith('/') ? nowhere + input : input
    return fetchFrom(this.#parts.app, new Request(target, init))
  }

  /** The web app, for `createHandlers` of `kasm-sim/msw`. */
  get app(): FastifyInstance {
    return this.#parts.app
  }

  /** Puts the web app back to how it started, and new agents with empty disks in place of all others. The registry keeps its images. */
  async reset(): Promise<void> {
    const { control, registry } = this.#parts
    await this.#fleet.close()
    control.reset()
    registry?.journal.clear()
    this.#fleet = this.#createFleet()
    await this.begin()
  }

  /** Starts the agents and waits for their first check-ins. */
  async begin(): Promise<void> {
    this.#fleet.start()
    const { roundTripMs, serverLatencyMs } = this.#parts.scenario.network
    await this.#parts.timekeeper.advance(roundTripMs + serverLatencyMs)
  }

  async close(): Promise<void> {
    const { app, registry, timekeeper } = this.#parts
    await this.#fleet.close()
    await this.#agentClient.close()
    await app.close()
    await registry?.close()
    timekeeper.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #createFleet(): LiveFleet {
    const { scenario, timekeeper, registry, options } = this.#parts
    return new LiveFleet({
      scenario,
      timekeeper,
      webApp: this.#agentClient,
      registryUrl: registry?.url ?? noRegistry,
      sinks: options.sinks ?? [],
    })
  }
}

/** What `createKasm` does. */
export async function startKasm(options: KasmOptions): Promise<Kasm> {
  checkOptions(options)
  const scenario = scenarioOf(options)
  const timekeeper = timekeeperOf(options)
  const credentials = {
    apiKey: options.apiKey ?? defaultCredentials.apiKey,
    apiKeySecret: options.apiKeySecret ?? defaultCredentials.apiKeySecret,
    managerToken: options.managerToken ?? defaultCredentials.managerToken,
  }
  const model = createKasmModel({
    ...(options.quirks ? { quirks: options.quirks } : {}),
    ...(options.sessionDelays ? { sessionDelays: options.sessionDelays } : {}),
    ...{ images: definedImages(scenario), zones: zonesOf(scenario), credentials, autoEnableAgents: true },
  })
  if (options.users) await addUsers(model, options.users, timekeeper.nowMs())
  const control = new Control({ model, clock: timekeeper, checkFault: checkFaultSource })
  const app = buildApp({
    ...{ model, clock: timekeeper, control, allowOrigins: options.allowOrigins ?? [] },
    callAgent: awaited(callAgentOverHttp, timekeeper),
    fetchList: awaited(fetchListOverHttp, timekeeper),
  })
  const isShaped = options.network !== undefined
  const { listen: port = 0 } = options
  let registry: LiveRegistry | null = null
  try {
    if (options.registry !== false) registry = await LiveRegistry.start(scenario, { timekeeper, isShaped })
    const url = port === false ? nowhere : await listen(app, { port })
    const kasm = new Kasm({ scenario, options, timekeeper, credentials, app, control, registry, url })
    model.askAgents((serverId) => kasm.fleet.silenceOf(serverId))
    await kasm.begin()
    return kasm
  } catch (error) {
    await app.close()
    await registry?.close()
    timekeeper.close()
    throw error
  }
}

function timekeeperOf({ clock = 'running', now }: KasmOptions): Timekeeper {
  const startMs = now === undefined ? Date.now() : Date.parse(now)
  const speed = typeof clock === 'number' ? clock : 1
  if (!Number.isFinite(startMs)) {
    throw new KasmSimError('USAGE', `Failed to set the clock: "${now}" is no date. Write it like 2026-01-31T12:00:00Z.`)
  }
  if (!(speed > 0 && Number.isFinite(speed))) {
    throw new KasmSimError('USAGE', `Failed to set the clock: its speed is ${speed}. Give a number above 0.`)
  }
  return new Timekeeper({ startMs, speed, frozen: clock === 'frozen' })
}

async function addUsers(model: KasmModel, users: object[], nowMs: number): Promise<void> {
  const [{ applySeed }, { readSeedValue }, { seedError }] = await Promise.all([
    import('../../server/control/seed/apply.ts'),
    import('../../server/control/seed/read.ts'),
    import('../../server/control/seed/document.ts'),
  ])
  const { seed, document } = readSeedValue({ users })
  const withUsers = model.changed(model.snapshot(), (areas) => {
    const problems = applySeed(areas, seed, { generated: null, nowMs })
    if (problems.length > 0) throw seedError(document, problems)
  })
  model.restore(withUsers)
}
