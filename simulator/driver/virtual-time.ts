// Runs a fleet in virtual time: the same agents, web-app model and registry policy as in real time, moved by a queue of moments.
// A check-in that changes nothing is counted, not carried out; docs/model.md says why nobody can tell the difference.
import { setImmediate as breathe } from 'node:timers/promises'
import type { HeartbeatReply } from '../../server/api/manager.ts'
import type { EventQueue } from '../../server/kernel/event-queue.ts'
import { randomStream } from '../../server/kernel/random.ts'
import type { KasmModel, ModelCall } from '../../server/model/model.ts'
import type { CheckInAnswer, ImageDefinition } from '../agent/agent.ts'
import { ModelledPulls } from '../pull/modelled/pulls.ts'
import type { ModelledRegistry } from '../registry/modelled-registry.ts'
import { TrafficRecorder } from '../report/registry-traffic.ts'
import type { Scenario, TimelineAction } from '../scenario/scenario.ts'
import { AnswerReader, agentServerId, agentSource, coolDownOf, heartbeatOf } from './agent-messages.ts'
import { type AgentTimer, Fleet, type FleetAgent, type FleetPorts } from './fleet.ts'
import { IdleCheckIns } from './idle-check-ins.ts'
import type { ImageLibrary } from './image-library.ts'
import type { DriveOptions, EndReason } from './prepared-run.ts'
import { QuietRefreshPlanner, type UnchangedRefresh } from './quiet-refresh.ts'
import { carryOut, describe } from './timeline.ts'
import { CheckIn, TimerTask } from './virtual-tasks.ts'
import { WebAppError } from './web-app-client.ts'

export interface VirtualTimeOptions extends DriveOptions {
  scenario: Scenario
  /** The clock of the run. */
  queue: EventQueue
  model: KasmModel
  registry: ModelledRegistry
  library: ImageLibrary
  /** False carries out even the check-ins that change nothing: slower, and the same. */
  fastForward: boolean
}

/** Dates of the web app count from here, so that two runs show the same ones. */
const epochMs = Date.UTC(2026, 0, 1)
/** The web app forgets agents that are silent for an hour; parked ones are not silent. */
const reportIntervalMs = 1_800_000
/** After so many moments a run looks up, so that it can be interrupted. */
const breathInterval = 50_000

/** Runs the scenario to its end. */
export async function runVirtualTime(options: VirtualTimeOptions): Promise<EndReason> {
  return new VirtualDriver(options).run()
}

/** What the driver keeps of one agent besides its state. */
interface Host {
  timers: Record<AgentTimer, TimerTask>
  /** The check-in that has not been answered yet. */
  checkIn: CheckIn | null
  answer: CheckInAnswer | null
  /** Whether what it holds has changed since it last said so. */
  hasNews: boolean
  /** How many changes of the web app its last answer knew of. */
  changesKnown: number
}

class VirtualDriver implements FleetPorts {
  readonly #options: VirtualTimeOptions
  readonly #queue: EventQueue
  readonly #fleet: Fleet
  readonly #pulls: ModelledPulls
  readonly #quietRefreshes: QuietRefreshPlanner
  readonly #hosts: Host[]
  readonly #answers = new AnswerReader()
  readonly #idle: IdleCheckIns
  readonly #traffic = new TrafficRecorder()
  /** Whether anybody wants to know of each request: then every pull is carried out. */
  readonly #requestsTold: boolean
  readonly #halfRoundTripMs: number
  readonly #servedMs: number
  /** Raised by every action of the timeline. */
  #changes = 0
  #nextAction = 0

  constructor(options: VirtualTimeOptions) {
    const { scenario, queue, log, stepAgent } = options
    const { roundTripMs, serverLatencyMs } = scenario.network
    this.#options = options
    this.#queue = queue
    this.#halfRoundTripMs = roundTripMs / 2
    this.#servedMs = roundTripMs / 2 + serverLatencyMs
    this.#fleet = new Fleet({ scenario, ports: this, log, nowMs: () => queue.nowMs, stepAgent })
    this.#idle = new IdleCheckIns(this.#fleet.agents.length)
    this.#requestsTold = log.listens('registry-request')
    this.#hosts = this.#fleet.agents.map(({ index }) => this.#createHost(index))
    this.#pulls = this.#createPulls()
    this.#quietRefreshes = new QuietRefreshPlanner(this.#pulls)
  }

  async run(): Promise<EndReason> {
    const { scenario, signal } = this.#options
    for (const { index, group } of this.#fleet.agents) {
      const stream = randomStream(scenario.seed, `agent/${index}/start-up`)
      this.#startLater(index, stream.integer({ low: 0, high: group.startupSpreadMs }))
    }
    this.#queue.schedule(reportIntervalMs, { due: (nowMs) => this.#reportParked(nowMs) })
    for (let moments = 1; ; moments += 1) {
      const action = this.#dueAction()
      const reason = action === null ? this.#advance() : await this.#act(action)
      if (reason !== null) return this.#end(reason)
      if (moments % breathInterval !== 0) continue
      await breathe()
      if (signal.aborted) return this.#end('interrupted')
    }
  }

  /** The next action of the timeline where nothing comes before it; the end does at an equal moment, what was scheduled does not. */
  #dueAction(): TimelineAction | null {
    const { timeline, end } = this.#options.scenario
    const action = timeline[this.#nextAction]
    if (action === undefined || action.atMs >= end.afterMs) return null
    return action.atMs <= Math.min(this.#queue.nextMs, this.#pulls.nextReceivedMs) ? action : null
  }

  /** Takes the nearest moment. */
  #advance(): EndReason | null {
    const { end } = this.#options.scenario
    const queue = this.#queue
    const receivedMs = this.#pulls.nextReceivedMs
    if (end.afterMs <= Math.min(queue.nextMs, receivedMs)) {
      queue.advance(end.afterMs)
      return 'end-reached'
    }
    if (receivedMs < queue.nextMs) {
      queue.advance(receivedMs)
      this.#pulls.receive(receivedMs)
    } else queue.runNext()
    return this.#conditionMet() ? 'condition-met' : null
  }

  #conditionMet(): boolean {
    const { timeline, end } = this.#options.scenario
    if (end.when === 'never' || this.#nextAction < timeline.length) return false
    return this.#fleet.readyAgents === this.#fleet.agents.length
  }

  setTimer(agent: number, timer: AgentTimer, atMs: number): void {
    this.#host(agent).timers[timer].arm(atMs, this.#queue)
  }

  clearTimers(agent: number): void {
    const host = this.#host(agent)
    for (const timer of Object.values(host.timers)) timer.disarm()
    host.checkIn?.drop()
    host.checkIn = null
    host.hasNews = true
  }

  checkIn(agent: number): void {
    this.#host(agent).hasNews = false
    this.#send(agent, this.#queue.nowMs)
  }

  startPull(agent: number, pull: { pullId: number; definition: ImageDefinition }): void {
    this.#pulls.start(agent, pull, this.#queue.nowMs)
  }

  abortPull(agent: number, pullId: number): void {
    this.#pulls.abort(agent, pullId, this.#queue.nowMs)
  }

  removeImage(agent: number, { digest }: { reference: string | null; digest: string }): void {
    const { held, dangling } = this.#agent(agent).state
    this.#host(agent).hasNews = true
    if (dangling.some((image) => image.digest === digest)) return
    for (const image of held.values()) if (image.digest === digest) return
    this.#pulls.removeImage(agent, digest)
  }

  #timerDue(agent: number, timer: AgentTimer, nowMs: number): void {
    if (timer === 'check-in' && this.#isIdle(agent)) {
      const { checkInIntervalMs: intervalMs } = this.#agent(agent).state.config
      if (!this.#idle.isParked(agent)) this.#idle.park(agent, { atMs: nowMs, intervalMs })
      if (this.#options.fastForward) return
    }
    if (timer === 'refresh' && this.#refreshUnchanged(agent, nowMs)) return
    this.#fleet.timerDue(agent, timer, nowMs)
  }

  /** Tells a refresh as one where it would find nothing new; false where it must be carried out. */
  #refreshUnchanged(agent: number, nowMs: number): boolean {
    if (!this.#options.fastForward || this.#requestsTold) return false
    // News that is on its way may start a pull while the refresh goes on.
    const { checkIn, changesKnown } = this.#host(agent)
    if (checkIn !== null || changesKnown !== this.#changes) return false
    const { timeline, end } = this.#options.scenario
    const untilMs = Math.min(timeline[this.#nextAction]?.atMs ?? Number.POSITIVE_INFINITY, end.afterMs)
    const { state } = this.#agent(agent)
    const refresh = this.#quietRefreshes.refreshOf(state, { fromMs: nowMs, untilMs })
    if (refresh === null) return false
    this.setTimer(agent, 'refresh', nowMs + state.config.refreshIntervalMs)
    const { exchanges, ...told } = refresh
    this.#fleet.refreshUnchanged(agent, told)
    this.#countRequests(refresh)
    return true
  }

  /** Each row of a refresh asks the same, so many pulls at a time. */
  #countRequests({ images, cap, fromMs, pullMs, exchanges }: UnchangedRefresh): void {
    const exchangeMs = this.#servedMs + this.#halfRoundTripMs
    const versionCheck = { class: 'version-check', status: 200 } as const
    for (let first = 0, rowMs = fromMs; first < images.length; first += cap, rowMs += pullMs) {
      const together = Math.min(cap, images.length - first)
      let atMs = rowMs + this.#servedMs
      for (const { class: requestClass, status } of [...exchanges, versionCheck]) {
        const request = { class: requestClass, status, bytes: 0, startedAtMs: atMs, atMs: Math.round(atMs) }
        this.#traffic.add(request, together)
        atMs += exchangeMs
      }
    }
  }

  /** With an image the agent has something to say; where one is missing, the end of any pull may leave it for the next check-in. */
  #pullEnds(agent: number, { news }: { news: boolean }): void {
    const { missing } = this.#agent(agent).state
    if (news || missing.size > 0) this.#wake(agent, { included: true })
    if (news) this.#host(agent).hasNews = true
  }

  /** Whether a check-in now would say nothing new, hear nothing new and start nothing new. */
  #isIdle(agent: number): boolean {
    if (this.#idle.isParked(agent)) return true
    const { state } = this.#agent(agent)
    const { checkIn, hasNews, changesKnown } = this.#host(agent)
    if (hasNews || checkIn !== null || changesKnown !== this.#changes || !state.enabled) return false
    if (state.pruneNeeded && state.pruneImagesMode !== 'Off') return false
    if (state.missing.size === 0) return state.ready
    for (const name of state.missing) if (!state.queue.has(name) && !state.pulls.has(name)) return false
    return true
  }

  /**
   * Tells what a parked agent has sent and lets it go on from there; a check-in that is still on its way is carried out.
   * `included`: one that falls due at this very moment has been sent already.
   */
  #wake(agent: number, { included }: { included: boolean }): void {
    const nowMs = this.#queue.nowMs
    const span = this.#idle.wake(agent, nowMs, { included })
    if (span === null) return
    const answeredMs = span.lastAtMs + this.#servedMs + this.#halfRoundTripMs
    const underWay = span.count > 0 && (included ? answeredMs > nowMs : answeredMs >= nowMs)
    const count = underWay ? span.count - 1 : span.count
    const { intervalMs } = span
    const firstAtMs = Math.round(span.firstAtMs + this.#servedMs + this.#halfRoundTripMs)
    if (count > 0) this.#options.log.emit({ kind: 'check-ins-idle', agent, count, firstAtMs, intervalMs })
    if (!this.#options.fastForward) return
    if (underWay) this.#send(agent, span.lastAtMs)
    this.setTimer(agent, 'check-in', span.nextAtMs)
  }

  /** One that was sent before now may have been served already, with the answer that the agent knows. */
  #send(agent: number, sentAtMs: number): void {
    const served = sentAtMs + this.#servedMs < this.#queue.nowMs
    const host = this.#host(agent)
    host.checkIn = new CheckIn({
      body: heartbeatOf(this.#agent(agent)),
      answer: served ? host.answer : null,
      serve: (checkIn) => this.#serve(agent, checkIn),
      take: (checkIn) => this.#takeAnswer(agent, checkIn),
    })
    const answeredMs = sentAtMs + this.#servedMs + this.#halfRoundTripMs
    this.#queue.schedule(served ? answeredMs : sentAtMs + this.#servedMs, host.checkIn, this.#checkInPlace(agent))
  }

  #serve(agent: number, checkIn: CheckIn): void {
    this.#host(agent).changesKnown = this.#changes
    const reply = this.#handle('heartbeat', checkIn.body)
    if (typeof reply === 'string') checkIn.refusal = reply
    else checkIn.answer = this.#answers.read(agent, reply as HeartbeatReply)
    this.#queue.schedule(this.#queue.nowMs + this.#halfRoundTripMs, checkIn, this.#checkInPlace(agent))
  }

  #takeAnswer(agent: number, checkIn: CheckIn): void {
    const { answer, refusal } = checkIn
    const host = this.#host(agent)
    // Where an answer takes longer than an interval, a later check-in may be on its way.
    if (host.checkIn === checkIn) host.checkIn = null
    host.answer = answer
    if (answer === null) this.#fleet.checkInFailed(agent, refusal ?? 'no answer')
    else this.#fleet.checkInAnswered(agent, answer, { told: !this.#idle.isParked(agent) })
  }

  /** At one moment all check-ins are due before any is on its way. */
  #checkInPlace(agent: number): number {
    return this.#hosts.length + agent
  }

  #startLater(agent: number, delayMs: number): void {
    const due = () => {
      this.#handle('agent_config', { server_id: agentServerId(agent) })
      this.#fleet.start(agent)
    }
    this.#queue.schedule(this.#queue.nowMs + delayMs, { due })
  }

  async #act(action: TimelineAction): Promise<EndReason | null> {
    const { log, registry, library } = this.#options
    this.#queue.advance(action.atMs)
    this.#noteReports(action.atMs)
    for (const { index } of this.#fleet.agents) this.#wake(index, { included: false })
    this.#changes += 1
    this.#nextAction += 1
    log.emit({ kind: 'timeline-action', action: action.do, detail: describe(action) })
    await carryOut(action, {
      fleet: this.#fleet,
      administrator: { developer: async (verb, body) => this.#developer(verb, body) },
      registry,
      library,
      emit: log.emit,
      startLater: (agent, delayMs) => this.#startLater(agent, delayMs),
    })
    return this.#conditionMet() ? 'condition-met' : null
  }

  #developer(verb: string, body: Record<string, unknown>): Record<string, unknown> {
    const reply = this.#handle(verb as ModelCall<'heartbeat'>['operation'], body)
    if (typeof reply === 'string') throw new WebAppError(`${verb} was refused: ${reply}`)
    return reply as Record<string, unknown>
  }

  /** The body of the model's reply; the words of its error where it refuses. */
  #handle(operation: string, body: unknown): unknown {
    const call = { operation, body, nowMs: epochMs + this.#queue.nowMs } as ModelCall<'heartbeat'>
    const reply = this.#options.model.handle(call)
    const message = (reply.body as { error_message?: string }).error_message
    return reply.status === 200 && message === undefined ? reply.body : (message ?? `status ${reply.status}`)
  }

  #reportParked(nowMs: number): void {
    this.#noteReports(nowMs)
    this.#queue.schedule(nowMs + reportIntervalMs, { due: (atMs) => this.#reportParked(atMs) })
  }

  #noteReports(nowMs: number): void {
    for (const { index } of this.#fleet.agents) {
      if (!this.#idle.isParked(index)) continue
      this.#options.model.noteReport(agentServerId(index), epochMs + this.#idle.lastSentMs(index, nowMs))
    }
  }

  #end(reason: EndReason): EndReason {
    this.#pulls.settle(this.#queue.nowMs)
    this.#options.log.emit({ kind: 'registry-traffic', ...this.#traffic.result() })
    for (const { index } of this.#fleet.agents) this.#wake(index, { included: false })
    return reason
  }

  #createHost(agent: number): Host {
    return {
      timers: {
        // The order of check-ins at one moment must not hang on when they were scheduled: parked ones are scheduled anew.
        'check-in': new TimerTask((nowMs) => this.#timerDue(agent, 'check-in', nowMs), agent),
        refresh: new TimerTask((nowMs) => this.#timerDue(agent, 'refresh', nowMs)),
      },
      checkIn: null,
      answer: null,
      hasNews: true,
      changesKnown: -1,
    }
  }

  #createPulls(): ModelledPulls {
    const { scenario, registry, log } = this.#options
    const { agents } = this.#fleet
    return new ModelledPulls({
      registry,
      network: scenario.network,
      sources: agents.map(agentSource),
      coolDowns: agents.map((agent) => coolDownOf(agent, scenario.seed)),
      downlinkBytesPerMs: agents.map(({ group }) => (group.downlinkBytesPerSecond ?? Number.POSITIVE_INFINITY) / 1_000),
      imagesMax: scenario.images.length + scenario.timeline.length,
      schedule: (atMs, task, place) => this.#queue.schedule(atMs, task, place),
      traffic: this.#traffic,
      onRequest: this.#requestsTold ? (record) => log.emit({ kind: 'registry-request', ...record }) : null,
      onSucceeded: (agent, pullId, reference, result) => {
        this.#pullEnds(agent, { news: result.outcome === 'downloaded' })
        this.#fleet.pullSucceeded(agent, pullId, reference, result)
      },
      onFailed: (agent, pullId, reference, error) => {
        this.#pullEnds(agent, { news: false })
        this.#fleet.pullFailed(agent, pullId, reference, error)
      },
      heldDigest: (agent, reference) => this.#agent(agent).state.held.get(reference)?.digest,
    })
  }

  #agent(index: number): FleetAgent {
    return this.#fleet.agents[index] as FleetAgent
  }

  #host(index: number): Host {
    return this.#hosts[index] as Host
  }
}
