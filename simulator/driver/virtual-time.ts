// Runs a fleet in virtual time: the same agents, web-app model and registry policy as in real time, moved by a queue of moments.
import { setImmediate as breathe } from 'node:timers/promises'
import type { EventQueue } from '../../server/kernel/event-queue.ts'
import { createStreams } from '../../server/kernel/random.ts'
import type { KasmModel } from '../../server/model/model.ts'
import type { ImageDefinition } from '../agent/agent.ts'
import { groupsByAgent } from '../checks/signals.ts'
import type { LinkRates } from '../network/shared-link.ts'
import { personas } from '../pull/protocol/personas.ts'
import { VirtualPulls } from '../pull/wires/virtual/virtual-pulls.ts'
import type { VirtualRegistry } from '../registry/virtual/virtual-registry.ts'
import { TrafficRecorder } from '../report/registry-traffic.ts'
import type { Scenario, TimelineAction } from '../scenario/scenario.ts'
import { agentSource, coolDownOf } from './agent-messages.ts'
import { agentServerId } from './agent-names.ts'
import { pullStreamName, startUpDelayMs } from './agent-streams.ts'
import type { FaultWatch } from './fault-watch.ts'
import { type AgentTimer, Fleet, type FleetAgent, type FleetPorts } from './fleet.ts'
import type { ImageLibrary } from './image-library.ts'
import { Office } from './office.ts'
import { createPeople } from './people.ts'
import type { DriveOptions, EndReason } from './prepared-run.ts'
import { modelledPublisher } from './push.ts'
import { QuietRefreshPlanner, type UnchangedRefresh } from './quiet-refresh.ts'
import { carryOut, describe, timelineOf } from './timeline.ts'
import { VirtualCheckIns } from './virtual-check-ins.ts'
import { TimerTask } from './virtual-tasks.ts'
import { VirtualWebApp } from './virtual-web-app.ts'

export interface VirtualTimeOptions extends DriveOptions {
  scenario: Scenario
  /** The clock of the run. */
  queue: EventQueue
  model: KasmModel
  registry: VirtualRegistry
  library: ImageLibrary
  faults: FaultWatch
  /** False carries out even the check-ins that change nothing: slower, and the same. */
  fastForward: boolean
  /** Another network than the scenario's: for tests of what measures it. */
  changeRates?: ((planned: LinkRates) => LinkRates) | undefined
}

/** The web app forgets agents that are silent for an hour; parked ones are not silent. */
const reportIntervalMs = 1_800_000
/** After so many moments a run looks up, so that it can be interrupted. */
const breathInterval = 50_000

/** Whether anything can go wrong at the registry of a scenario. */
function mayFail({ registry, timeline }: Scenario): boolean {
  return (registry.faults?.length ?? 0) > 0 || timeline.some((action) => action.do === 'inject-fault')
}

/** Runs the scenario to its end. */
export async function runVirtualTime(options: VirtualTimeOptions): Promise<EndReason> {
  return new VirtualDriver(options).run()
}

class VirtualDriver implements FleetPorts {
  readonly #options: VirtualTimeOptions
  readonly #queue: EventQueue
  readonly #fleet: Fleet
  readonly #pulls: VirtualPulls
  readonly #quietRefreshes: QuietRefreshPlanner
  readonly #timers: Record<AgentTimer, TimerTask>[]
  readonly #webApp: VirtualWebApp
  readonly #checkIns: VirtualCheckIns
  readonly #traffic: TrafficRecorder
  /** Whether anybody wants to know of each request: then every pull is carried out. */
  readonly #requestsTold: boolean
  readonly #halfRoundTripMs: number
  readonly #servedMs: number
  readonly #timeline: readonly TimelineAction[]
  readonly #office: Office
  #nextAction = 0

  constructor(options: VirtualTimeOptions) {
    const { scenario, queue, log, fastForward, model, stepAgent } = options
    const { network } = scenario
    const { roundTripMs, serverLatencyMs } = network
    this.#options = options
    this.#queue = queue
    this.#halfRoundTripMs = roundTripMs / 2
    this.#servedMs = roundTripMs / 2 + serverLatencyMs
    this.#fleet = new Fleet({ scenario, ports: this, log, nowMs: () => queue.nowMs, stepAgent })
    this.#timeline = timelineOf(scenario, this.#fleet)
    this.#webApp = new VirtualWebApp({ model, queue })
    model.askAgents((serverId) => this.#fleet.silenceOf(serverId))
    const agents = this.#fleet.agents.length
    this.#office = new Office({ administrator: this.#webApp, agents, emit: log.emit, nowMs: () => queue.nowMs })
    this.#checkIns = new VirtualCheckIns({
      ...{ queue, network, fleet: this.#fleet, webApp: this.#webApp, emit: log.emit, fastForward },
      setNext: (agent, atMs) => this.setTimer(agent, 'check-in', atMs),
    })
    const groups = groupsByAgent(scenario)
    this.#traffic = new TrafficRecorder((agent) => groups[agent] ?? null, { measured: true })
    this.#requestsTold = log.listens('registry-request')
    this.#timers = this.#fleet.agents.map(({ index }) => this.#createTimers(index))
    this.#pulls = this.#createPulls()
    this.#quietRefreshes = new QuietRefreshPlanner(this.#pulls)
  }

  async run(): Promise<EndReason> {
    const { scenario, signal } = this.#options
    await createPeople(this.#webApp, scenario.webApp)
    for (const agent of this.#fleet.agents) this.#startLater(agent.index, startUpDelayMs(scenario.seed, agent))
    this.#queue.schedule(reportIntervalMs, { due: () => this.#reportParked() })
    this.#watchFaults()
    for (let moments = 1; ; moments += 1) {
      const action = this.#dueAction()
      const reason =
        action !== null ? await this.#act(action) : this.#isLookDue() ? await this.#look() : this.#advance()
      if (reason !== null) return this.#end(reason)
      if (moments % breathInterval !== 0) continue
      await breathe()
      if (signal.aborted) return this.#end('interrupted')
    }
  }

  #watchFaults(): void {
    const { faults, log } = this.#options
    const schedule = (atMs: number, due: () => void) => this.#queue.schedule(atMs, { due })
    faults.begin({ nowMs: () => this.#queue.nowMs, emit: log.emit, schedule })
  }

  /** The next action of the timeline where nothing comes before it, a look at the sessions neither; the end does at an equal moment, what was scheduled does not. */
  #dueAction(): TimelineAction | null {
    const { end } = this.#options.scenario
    const action = this.#timeline[this.#nextAction]
    if (action === undefined || action.atMs >= end.afterMs || this.#office.isWaiting) return null
    return action.atMs <= Math.min(this.#queue.nextMs, this.#pulls.nextReceivedMs, this.#office.nextLookMs)
      ? action
      : null
  }

  /** Whether the administrator has to look at something before anything else happens. */
  #isLookDue(): boolean {
    const { nextLookMs } = this.#office
    return (
      nextLookMs < this.#options.scenario.end.afterMs &&
      nextLookMs <= Math.min(this.#queue.nextMs, this.#pulls.nextReceivedMs)
    )
  }

  async #look(): Promise<EndReason | null> {
    this.#queue.advance(this.#office.nextLookMs)
    if (await this.#office.look()) {
      this.#checkIns.wakeAll()
      this.#checkIns.noteChange()
    }
    return this.#conditionMet() ? 'condition-met' : null
  }

  /** Takes the nearest moment. */
  #advance(): EndReason | null {
    const { end } = this.#options.scenario
    const queue = this.#queue
    const receivedMs = this.#pulls.nextReceivedMs
    // No number is before or after it: the run would never end.
    if (Number.isNaN(receivedMs)) throw new Error('a download is to end at no moment')
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
    const { end } = this.#options.scenario
    if (end.when === 'never' || this.#nextAction < this.#timeline.length || this.#office.isWaiting) return false
    return this.#fleet.readyAgents === this.#fleet.agents.length
  }

  setTimer(agent: number, timer: AgentTimer, atMs: number): void {
    this.#timers[agent]?.[timer].arm(atMs, this.#queue)
  }

  clearTimers(agent: number): void {
    for (const timer of Object.values(this.#timers[agent] ?? {})) timer.disarm()
    this.#checkIns.stop(agent)
  }

  checkIn(agent: number): void {
    this.#checkIns.send(agent)
  }

  startPull(agent: number, pull: { pullId: number; definition: ImageDefinition }): void {
    this.#pulls.start(agent, pull, this.#queue.nowMs)
  }

  abortPull(agent: number, pullId: number): void {
    this.#pulls.abort(agent, pullId, this.#queue.nowMs)
  }

  removeImage(agent: number, image: { reference: string | null; digest: string }): void {
    this.#checkIns.noteNews(agent)
    this.#pulls.remove(agent, image)
  }

  #timerDue(agent: number, timer: AgentTimer, nowMs: number): void {
    if (timer === 'check-in' ? this.#checkIns.passOver(agent) : this.#refreshUnchanged(agent, nowMs)) return
    this.#fleet.timerDue(agent, timer, nowMs)
  }

  /** Tells a refresh as one where it would find nothing new; false where it must be carried out. */
  #refreshUnchanged(agent: number, nowMs: number): boolean {
    // A wait may be over at any moment, and what comes after it may move a tag.
    if (!this.#options.fastForward || this.#requestsTold || this.#office.isWaiting) return false
    // News that is on its way may start a pull while the refresh goes on.
    if (!this.#checkIns.isUpToDate(agent)) return false
    const { end } = this.#options.scenario
    const untilMs = Math.min(this.#timeline[this.#nextAction]?.atMs ?? Number.POSITIVE_INFINITY, end.afterMs)
    const { state } = this.#agent(agent)
    const refresh = this.#quietRefreshes.refreshOf(agent, state, { fromMs: nowMs, untilMs })
    if (refresh === null) return false
    this.setTimer(agent, 'refresh', nowMs + state.config.refreshIntervalMs)
    const { exchanges, ...told } = refresh
    this.#fleet.refreshUnchanged(agent, told)
    this.#countRequests(agent, refresh)
    return true
  }

  /** Each row of a refresh asks the same, so many pulls at a time. */
  #countRequests(agent: number, { images, cap, fromMs, pullMs, exchanges }: UnchangedRefresh): void {
    const exchangeMs = this.#servedMs + this.#halfRoundTripMs
    const told = { agent, source: '', method: '', repository: null, reference: null, bytes: 0 }
    const rows = { count: images.length, perRow: cap, everyMs: pullMs }
    let atMs = fromMs + this.#servedMs
    for (const { class: requestClass, status } of exchanges) {
      this.#traffic.addRows({ ...told, class: requestClass, status, startedAtMs: atMs, atMs }, rows)
      atMs += exchangeMs
    }
  }

  #startLater(agent: number, delayMs: number): void {
    const due = () => {
      this.#webApp.call('agent_config', { server_id: agentServerId(agent) })
      this.#fleet.start(agent)
    }
    this.#queue.schedule(this.#queue.nowMs + delayMs, { due })
  }

  async #act(action: TimelineAction): Promise<EndReason | null> {
    const { log } = this.#options
    // After a wait it may be later than the scenario thought.
    this.#queue.advance(Math.max(action.atMs, this.#queue.nowMs))
    this.#checkIns.noteReports()
    this.#checkIns.wakeAll()
    this.#checkIns.noteChange()
    this.#nextAction += 1
    log.emit({ kind: 'timeline-action', action: action.do, detail: describe(action) })
    await carryOut(action, {
      ...this.#options,
      fleet: this.#fleet,
      administrator: this.#webApp,
      registry: modelledPublisher(this.#options.registry),
      office: this.#office,
      emit: log.emit,
      nowMs: () => this.#queue.nowMs,
      startLater: (agent, delayMs) => this.#startLater(agent, delayMs),
    })
    await this.#office.sessions.look()
    return this.#conditionMet() ? 'condition-met' : null
  }

  #reportParked(): void {
    this.#checkIns.noteReports()
    this.#queue.schedule(this.#queue.nowMs + reportIntervalMs, { due: () => this.#reportParked() })
  }

  #end(reason: EndReason): EndReason {
    this.#pulls.settle(this.#queue.nowMs)
    this.#options.log.emit({ kind: 'registry-traffic', ...this.#traffic.result() })
    this.#checkIns.wakeAll()
    if (reason === 'end-reached' && this.#options.scenario.end.when !== 'never') this.#fleet.tellWaiting()
    return reason
  }

  #createTimers(agent: number): Record<AgentTimer, TimerTask> {
    return {
      // The order of check-ins at one moment must not hang on when they were scheduled: parked ones are scheduled anew.
      'check-in': new TimerTask((nowMs) => this.#timerDue(agent, 'check-in', nowMs), agent),
      refresh: new TimerTask((nowMs) => this.#timerDue(agent, 'refresh', nowMs)),
    }
  }

  #createPulls(): VirtualPulls {
    const { scenario, registry, log } = this.#options
    const { agents } = this.#fleet
    const streams = createStreams(scenario.seed)
    return new VirtualPulls({
      registry,
      network: scenario.network,
      sources: agents.map(agentSource),
      faults: mayFail(scenario) ? this.#options.faults : null,
      personas: agents.map(({ group }) => personas[group.persona]),
      coolDowns: agents.map((agent) => coolDownOf(agent, scenario.seed)),
      downlinkBytesPerMs: agents.map(({ group }) => (group.downlinkBytesPerSecond ?? Number.POSITIVE_INFINITY) / 1_000),
      changeRates: this.#options.changeRates,
      random: (agent, reference) => streams(pullStreamName(this.#agent(agent), reference)),
      nowMs: () => this.#queue.nowMs,
      schedule: (atMs, task, place) => this.#queue.schedule(atMs, task, place),
      traffic: this.#traffic,
      onRequest: this.#requestsTold ? (record) => log.emit({ kind: 'registry-request', ...record }) : null,
      onSucceeded: (agent, pullId, reference, result) => {
        this.#checkIns.pullEnds(agent, { news: result.outcome === 'downloaded' })
        this.#fleet.pullSucceeded(agent, pullId, reference, result)
      },
      onFailed: (agent, pullId, reference, error) => {
        this.#checkIns.pullEnds(agent, { news: false })
        this.#fleet.pullFailed(agent, pullId, reference, error)
      },
    })
  }

  #agent(index: number): FleetAgent {
    return this.#fleet.agents[index] as FleetAgent
  }
}
