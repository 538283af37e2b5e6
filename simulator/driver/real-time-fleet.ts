// A fleet in real time: timers on a clock that can be frozen, check-ins with a web app, pulls over sockets. Whatever it asks of others
// is bracketed as work under way, so that a clock that is moved on stands still until it is over.
import type { HeartbeatRequest } from '../../server/api/manager.ts'
import { randomStream } from '../../server/kernel/random.ts'
import type { Appointment, Timekeeper } from '../../server/kernel/timekeeper.ts'
import { turnOf } from '../../server/kernel/turns.ts'
import type { CheckInAnswer, ImageDefinition } from '../agent/agent.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Peer } from '../events/events.ts'
import type { Engine } from '../pull/engine.ts'
import { PullError, type PullProgress } from '../pull/protocol/outcome.ts'
import { createRegistryEngine } from '../pull/wires/socket/registry-engine.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { AnswerReader, agentSource, coolDownOf, heartbeatOf, imageReportOf } from './agent-messages.ts'
import { agentHostname, agentServerId } from './agent-names.ts'
import { pullStreamName, startUpDelayMs } from './agent-streams.ts'
import { type AgentTimer, Fleet, type FleetAgent, type FleetPorts, type StepAgent } from './fleet.ts'
import type { EngineOf } from './group-engines.ts'
import { type Wait, waitOn } from './wait.ts'
import { type WebAppClient, WebAppError } from './web-app-client.ts'

/** The web app as agents see it; a clock that is moved on waits for its answers. */
export type CheckInDesk = Pick<WebAppClient, 'agentConfig' | 'heartbeat'>

export interface RealTimeFleetOptions {
  scenario: Pick<Scenario, 'seed' | 'groups' | 'network'>
  timekeeper: Timekeeper
  /** The moment of the timekeeper that is 0 to the fleet. */
  originMs: number
  webApp: CheckInDesk
  /** Where every image reference leads to, whatever host it names. */
  registryUrl: string
  /** Null for an agent whose pulls this program makes, as for all by default. */
  engineOf?: EngineOf
  contentDirectory?: string | undefined
  log: EventLog
  stepAgent?: StepAgent | undefined
  /** Everything that happens to the fleet happens within a call of this. */
  enter(happen: () => void): void
  /** Told how long the web app took to answer a check-in. */
  onAnswered?: ((durationMs: number) => void) | undefined
  /** Told what an exchange of an agent that got no answer died of. */
  onNoAnswer?: ((error: unknown, exchange: { agent: number; peer: Peer }) => void) | undefined
  /** Told of what must not be: an engine that fails otherwise than with a `PullError`. */
  fail(error: unknown): void
}

/** What is kept of one agent besides its state. */
interface AgentHost {
  engine: Engine
  start: Appointment | undefined
  timers: Map<AgentTimer, Appointment>
  /** By pull id. */
  pulls: Map<number, AbortController>
  /** By pull id: how far each running pull is. */
  progress: Map<number, PullProgress>
  /** Raised by every stop, so that an answer to an earlier life is dropped. */
  life: number
}

/**
 * The agents of a scenario, all stopped at first.
 *
 * @example
 * const agents = new RealTimeFleet({ scenario, timekeeper, originMs: 0, webApp, registryUrl: registry.url, ... })
 * agents.startLater(0, 500)
 * await agents.close()
 */
export class RealTimeFleet implements FleetPorts {
  readonly fleet: Fleet
  readonly #options: RealTimeFleetOptions
  readonly #hosts: AgentHost[] = []
  readonly #answers = new AnswerReader()
  readonly #wait: Wait
  /** Aborted once nothing more is to happen. */
  readonly #over = new AbortController()
  readonly #appointments = new Set<Appointment>()

  constructor(options: RealTimeFleetOptions) {
    this.#options = options
    this.#wait = waitOn(options.timekeeper)
    const { scenario, log, stepAgent } = options
    this.fleet = new Fleet({ scenario, ports: this, log, nowMs: () => this.nowMs(), stepAgent })
    for (const agent of this.fleet.agents) this.#host(agent.index)
  }

  /** The fleet's own time. */
  nowMs(): number {
    return this.#options.timekeeper.nowMs() - this.#options.originMs
  }

  /** Has something happen at a moment of the fleet's time. */
  at(atMs: number, happen: () => void, turn?: number): Appointment {
    const { timekeeper, originMs, enter } = this.#options
    const due = () => {
      this.#appointments.delete(appointment)
      enter(happen)
    }
    const appointment = timekeeper.at(originMs + atMs, due, turn)
    this.#appointments.add(appointment)
    return appointment
  }

  /** Starts an agent after a while; one that runs then goes on. */
  startLater(index: number, delayMs: number): void {
    const host = this.#host(index)
    host.start = this.at(this.nowMs() + delayMs, () => void this.#start(index))
  }

  /** Stops an agent, or keeps one from starting. */
  stop(index: number): void {
    const host = this.#host(index)
    host.life += 1
    this.#cancel(host.start)
    this.fleet.stop(index)
  }

  /** The moment within the start-up spread that is drawn for an agent, from the start of its group. */
  startUpDelayMs(agent: FleetAgent): number {
    return startUpDelayMs(this.#options.scenario.seed, agent)
  }

  setTimer(agent: number, timer: AgentTimer, atMs: number): void {
    const { timers } = this.#host(agent)
    this.#cancel(timers.get(timer))
    const turn = timer === 'check-in' ? turnOf('check-in-due', agent) : undefined
    timers.set(
      timer,
      this.at(atMs, () => this.fleet.timerDue(agent, timer, atMs), turn),
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

  /** Leaves nothing running: no timer, no socket, no pull. */
  async close(): Promise<void> {
    this.#over.abort()
    for (const appointment of this.#appointments) appointment.cancel()
    for (const { pulls } of this.#hosts) {
      for (const controller of pulls.values()) controller.abort(new Error('the run ended'))
    }
    await Promise.all(this.#hosts.map(({ engine }) => engine.close()))
  }

  async #start(index: number): Promise<void> {
    const { webApp, enter } = this.#options
    const host = this.#host(index)
    const { life } = host
    // The real agent asks for its configuration first and goes on whatever the answer is.
    await webApp.agentConfig(agentServerId(index)).catch(() => {})
    if (life === host.life) enter(() => this.fleet.start(index))
  }

  async #checkIn(index: number): Promise<void> {
    const host = this.#host(index)
    const { life } = host
    const { scenario, enter } = this.#options
    const agent = this.fleet.agents[index] as FleetAgent
    const images = imageReportOf(agent, { nowMs: this.nowMs(), progress: (pullId) => host.progress.get(pullId) })
    const heartbeat = { ...heartbeatOf(agent), ...images }
    const { roundTripMs, serverLatencyMs } = scenario.network
    const turn = turnOf('check-in', index)
    const isOver = () => life !== host.life || this.#over.signal.aborted
    // What is said is settled now; the network takes its time before the web app hears it, and before the agent hears its answer.
    await this.#travel(roundTripMs / 2 + serverLatencyMs, turn)
    if (isOver()) return
    const sentAtMs = this.nowMs()
    const answer = await this.#answerTo(index, heartbeat)
    if (isOver()) return
    if (answer instanceof Error) this.#noteNoAnswer(answer, { agent: index, peer: 'web-app' })
    this.#options.onAnswered?.(this.nowMs() - sentAtMs)
    await this.#travel(roundTripMs / 2, turn)
    if (isOver()) return
    enter(() => {
      if (answer instanceof Error)
        this.fleet.checkInFailed(index, answer instanceof WebAppError ? answer.statement : answer.message)
      else this.fleet.checkInAnswered(index, answer, { told: true })
    })
  }

  #noteNoAnswer(error: unknown, exchange: { agent: number; peer: Peer }): void {
    if (!this.#over.signal.aborted) this.#options.onNoAnswer?.(error, exchange)
  }

  async #travel(durationMs: number, turn: number): Promise<void> {
    await this.#wait(durationMs, this.#over.signal, turn).catch(() => undefined)
  }

  /** What the web app says, or why it says nothing. */
  async #answerTo(index: number, heartbeat: HeartbeatRequest): Promise<CheckInAnswer | Error> {
    try {
      return this.#answers.read(index, await this.#options.webApp.heartbeat(heartbeat))
    } catch (error) {
      return error as Error
    }
  }

  async #pull(index: number, { pullId, definition }: { pullId: number; definition: ImageDefinition }): Promise<void> {
    const { enter, fail } = this.#options
    const { engine, pulls, progress } = this.#host(index)
    const { name, registry, user, token } = definition
    const controller = new AbortController()
    const onNoAnswer = (error: unknown) => this.#noteNoAnswer(error, { agent: index, peer: 'registry' })
    const counted = { requests: 0, receivedBytes: 0, onNoAnswer }
    pulls.set(pullId, controller)
    progress.set(pullId, counted)
    try {
      const credentials = user ? { registry: registry ?? '', username: user, password: token ?? '' } : null
      const result = await engine.pull({ reference: name, credentials, progress: counted }, controller.signal)
      enter(() => this.fleet.pullSucceeded(index, pullId, name, result))
    } catch (error) {
      if (controller.signal.aborted) return
      if (error instanceof PullError) enter(() => this.fleet.pullFailed(index, pullId, name, error))
      else fail(error)
    } finally {
      pulls.delete(pullId)
      progress.delete(pullId)
    }
  }

  #cancel(appointment: Appointment | undefined): void {
    if (appointment === undefined) return
    appointment.cancel()
    this.#appointments.delete(appointment)
  }

  #createEngine(agent: FleetAgent): Engine {
    const { scenario, timekeeper, registryUrl, contentDirectory } = this.#options
    return createRegistryEngine({
      persona: agent.group.persona,
      coolDown: coolDownOf(agent, scenario.seed),
      random: (reference) => randomStream(scenario.seed, pullStreamName(agent, reference)),
      resolve: () => registryUrl,
      headers: { 'x-kasm-sim-agent': String(agent.index), 'x-kasm-sim-source': agentSource(agent) },
      pullHeader: 'x-kasm-sim-pull',
      delay: (durationMs, signal) => this.#wait(durationMs, signal, turnOf('exchange', timekeeper.work.takeNumber())),
      begin: (name) => timekeeper.begin(`${agentHostname(agent.index)}: ${name}`),
      nowMs: () => this.nowMs(),
      unpackBytesPerSecond: scenario.network.unpackBytesPerSecond,
      ...(contentDirectory === undefined ? {} : { contentDirectory: `${contentDirectory}/agent-${agent.index}` }),
    })
  }

  /** An agent that was added since gets its host with its first need of one. */
  #host(index: number): AgentHost {
    const known = this.#hosts[index]
    if (known) return known
    const agent = this.fleet.agents[index] as FleetAgent
    const engine = this.#options.engineOf?.(agent) ?? this.#createEngine(agent)
    const host: AgentHost = {
      engine,
      start: undefined,
      timers: new Map(),
      pulls: new Map(),
      progress: new Map(),
      life: 0,
    }
    this.#hosts[index] = host
    return host
  }
}
