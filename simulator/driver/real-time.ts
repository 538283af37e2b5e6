// Runs a fleet in real time: real sockets, real timers, every interval divided by the speed.
// It and wait.ts beside it are the only places outside the kernel that set timers.
import type { Clock } from '../../server/kernel/clock.ts'
import { randomStream } from '../../server/kernel/random.ts'
import type { ImageDefinition } from '../agent/agent.ts'
import type { EventLog } from '../events/event-log.ts'
import { type Engine, PullError } from '../pull/engine.ts'
import { createPoliteEngine } from '../pull/polite-engine.ts'
import { createRegistryEngine } from '../pull/registry-engine.ts'
import type { EmbeddedRegistry } from '../registry/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { AnswerReader, agentServerId, agentSource, coolDownOf, heartbeatOf } from './agent-messages.ts'
import { type AgentTimer, Fleet, type FleetAgent, type FleetPorts, type StepAgent } from './fleet.ts'
import type { ImageLibrary } from './image-library.ts'
import type { EndReason } from './prepared-run.ts'
import { carryOut, describe } from './timeline.ts'
import { createWait, type Wait } from './wait.ts'
import type { WebAppClient } from './web-app-client.ts'

export interface RealTimeOptions {
  scenario: Scenario
  speed: number
  /** Tells the time of the run, from 0. */
  clock: Clock
  client: WebAppClient
  registry: EmbeddedRegistry
  library: ImageLibrary
  log: EventLog
  signal: AbortSignal
  contentDirectory?: string | undefined
  stepAgent?: StepAgent | undefined
}

/** What the driver keeps of one agent besides its state. */
interface AgentHost {
  engine: Engine
  timers: Map<AgentTimer, NodeJS.Timeout>
  /** By pull id. */
  pulls: Map<number, AbortController>
  /** Raised by every stop, so that an answer to an earlier life is dropped. */
  life: number
}

/**
 * Runs the scenario to its end and leaves nothing running: no timer, no socket, no pull.
 *
 * @throws whatever broke the run: a broken invariant, or a timeline action that the web app refused
 */
export async function runRealTime(options: RealTimeOptions): Promise<EndReason> {
  const driver = new RealTimeDriver(options)
  return driver.run()
}

class RealTimeDriver implements FleetPorts {
  readonly #options: RealTimeOptions
  readonly #fleet: Fleet
  readonly #hosts: AgentHost[]
  readonly #answers = new AnswerReader()
  readonly #wait: Wait
  /** Aborted once nothing more is to happen. */
  readonly #over = new AbortController()
  readonly #end = Promise.withResolvers<EndReason>()
  readonly #runTimers = new Set<NodeJS.Timeout>()
  #ended = false
  #actionsLeft: number

  constructor(options: RealTimeOptions) {
    this.#options = options
    this.#wait = createWait(options.speed)
    this.#actionsLeft = options.scenario.timeline.length
    this.#fleet = new Fleet({
      scenario: options.scenario,
      ports: this,
      log: options.log,
      nowMs: () => options.clock.nowMs(),
      stepAgent: options.stepAgent,
    })
    this.#hosts = this.#fleet.agents.map((agent) => this.#createHost(agent))
  }

  async run(): Promise<EndReason> {
    const { scenario, signal } = this.#options
    const interrupt = () => this.#finish('interrupted')
    signal.addEventListener('abort', interrupt)
    if (signal.aborted) interrupt()
    for (const { index, group } of this.#fleet.agents) {
      const stream = randomStream(scenario.seed, `agent/${index}/start-up`)
      this.#startLater(index, stream.integer({ low: 0, high: group.startupSpreadMs }))
    }
    this.#at(scenario.end.afterMs, () => {
      if (scenario.end.when !== 'never') this.#fleet.tellWaiting()
      this.#finish('end-reached')
    })
    const timeline = this.#runTimeline()
    try {
      return await this.#end.promise
    } finally {
      signal.removeEventListener('abort', interrupt)
      await this.#tearDown()
      await timeline
    }
  }

  setTimer(agent: number, timer: AgentTimer, atMs: number): void {
    const { timers } = this.#host(agent)
    this.#cancel(timers.get(timer))
    timers.set(
      timer,
      this.#at(atMs, () => this.#fleet.timerDue(agent, timer, atMs)),
    )
  }

  clearTimers(agent: number): void {
    const host = this.#host(agent)
    host.life += 1
    for (const timer of host.timers.values()) this.#cancel(timer)
    host.timers.clear()
  }

  checkIn(agent: number): void {
    void this.#checkIn(agent)
  }

  startPull(agent: number, pull: { pullId: number; definition: ImageDefinition }): void {
    void this.#pull(agent, pull)
  }

  abortPull(agent: number, pullId: number): void {
    this.#host(agent).pulls.get(pullId)?.abort(new Error('the agent stopped'))
  }

  removeImage(agent: number, image: { reference: string | null; digest: string }): void {
    this.#host(agent).engine.remove(image)
  }

  async #checkIn(index: number): Promise<void> {
    const host = this.#host(index)
    const { life } = host
    const heartbeat = heartbeatOf(this.#fleet.agents[index] as FleetAgent)
    const { roundTripMs, serverLatencyMs } = this.#options.scenario.network
    try {
      // What is said is settled now; the network takes its time before the web app hears it.
      await this.#wait(roundTripMs + serverLatencyMs, this.#over.signal)
      if (life !== host.life) return
      const reply = await this.#options.client.heartbeat(heartbeat)
      if (life === host.life)
        this.#enter(() => this.#fleet.checkInAnswered(index, this.#answers.read(index, reply), { told: true }))
    } catch (error) {
      if (life === host.life) this.#enter(() => this.#fleet.checkInFailed(index, (error as Error).message))
    }
  }

  async #pull(index: number, { pullId, definition }: { pullId: number; definition: ImageDefinition }): Promise<void> {
    const { engine, pulls } = this.#host(index)
    const { name, registry, user, token } = definition
    const controller = new AbortController()
    pulls.set(pullId, controller)
    try {
      const credentials = user ? { registry: registry ?? '', username: user, password: token ?? '' } : null
      const result = await engine.pull({ reference: name, credentials }, controller.signal)
      this.#enter(() => this.#fleet.pullSucceeded(index, pullId, name, result))
    } catch (error) {
      if (controller.signal.aborted) return
      if (error instanceof PullError) this.#enter(() => this.#fleet.pullFailed(index, pullId, name, error))
      else this.#fail(error)
    } finally {
      pulls.delete(pullId)
    }
  }

  async #start(index: number): Promise<void> {
    // The real agent asks for its configuration first and goes on whatever the answer is.
    await this.#options.client.agentConfig(agentServerId(index)).catch(() => {})
    this.#enter(() => this.#fleet.start(index))
  }

  #startLater(index: number, delayMs: number): void {
    this.#at(this.#options.clock.nowMs() + delayMs, () => void this.#start(index))
  }

  /** Actions run one after the other, so that two of the same moment keep their order. */
  async #runTimeline(): Promise<void> {
    const { scenario, registry, library, client, log } = this.#options
    const { emit } = log
    const startLater = this.#startLater.bind(this)
    for (const action of scenario.timeline) {
      const due = Promise.withResolvers<void>()
      this.#at(action.atMs, due.resolve)
      await Promise.race([due.promise, this.#end.promise.catch(() => {})])
      if (this.#ended) return
      emit({ kind: 'timeline-action', action: action.do, detail: describe(action) })
      try {
        await carryOut(action, { fleet: this.#fleet, administrator: client, registry, library, emit, startLater })
      } catch (error) {
        return this.#fail(error)
      }
      this.#actionsLeft -= 1
      this.#enter(() => {})
    }
  }

  #at(atMs: number, callback: () => void): NodeJS.Timeout {
    const delayMs = Math.max(0, (atMs - this.#options.clock.nowMs()) / this.#options.speed)
    const timer = setTimeout(() => {
      this.#runTimers.delete(timer)
      this.#enter(callback)
    }, delayMs)
    this.#runTimers.add(timer)
    return timer
  }

  #cancel(timer: NodeJS.Timeout | undefined): void {
    if (timer === undefined) return
    clearTimeout(timer)
    this.#runTimers.delete(timer)
  }

  /** Everything that happens comes in here: nothing after the end, and nothing that throws is lost. */
  #enter(happen: () => void): void {
    if (this.#ended) return
    try {
      happen()
      if (this.#conditionMet()) this.#finish('condition-met')
    } catch (error) {
      this.#fail(error)
    }
  }

  #conditionMet(): boolean {
    if (this.#options.scenario.end.when === 'never' || this.#actionsLeft > 0) return false
    return this.#fleet.readyAgents === this.#fleet.agents.length
  }

  #finish(reason: EndReason): void {
    this.#ended = true
    this.#end.resolve(reason)
  }

  #fail(error: unknown): void {
    this.#ended = true
    this.#end.reject(error)
  }

  async #tearDown(): Promise<void> {
    this.#over.abort()
    for (const timer of this.#runTimers) clearTimeout(timer)
    for (const { pulls } of this.#hosts) {
      for (const controller of pulls.values()) controller.abort(new Error('the run ended'))
    }
    await Promise.all(this.#hosts.map(({ engine }) => engine.close()))
  }

  #createHost(agent: FleetAgent): AgentHost {
    const { scenario, registry, clock, contentDirectory } = this.#options
    const docker = createRegistryEngine({
      resolve: () => registry.url,
      headers: { 'x-kasm-sim-agent': String(agent.index), 'x-kasm-sim-source': agentSource(agent) },
      delay: this.#wait,
      nowMs: () => clock.nowMs(),
      unpackBytesPerSecond: scenario.network.unpackBytesPerSecond,
      ...(contentDirectory === undefined ? {} : { contentDirectory: `${contentDirectory}/agent-${agent.index}` }),
    })
    const nowMs = () => clock.nowMs()
    const coolDown = coolDownOf(agent, scenario.seed)
    const engine = coolDown === null ? docker : createPoliteEngine(docker, { coolDown, nowMs })
    return { engine, timers: new Map(), pulls: new Map(), life: 0 }
  }

  #host(index: number): AgentHost {
    return this.#hosts[index] as AgentHost
  }
}
