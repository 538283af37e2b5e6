// Runs a fleet over sockets to the end of its scenario: the timeline, the condition that ends it, and leaving nothing behind.
import type { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { turnOf } from '../../server/kernel/turns.ts'
import type { EventLog } from '../events/event-log.ts'
import type { EmbeddedRegistry } from '../registry/registry.ts'
import type { Scenario, TimelineAction } from '../scenario/scenario.ts'
import type { FaultWatch } from './fault-watch.ts'
import type { StepAgent } from './fleet.ts'
import type { EngineOf } from './group-engines.ts'
import type { ImageLibrary, Publisher } from './image-library.ts'
import { Office } from './office.ts'
import type { EndReason } from './prepared-run.ts'
import { RealTimeFleet, type RealTimeFleetOptions } from './real-time-fleet.ts'
import { carryOut, describe, timelineOf } from './timeline.ts'
import type { WebAppClient } from './web-app-client.ts'

export interface RealTimeOptions {
  scenario: Scenario
  timekeeper: Timekeeper
  /** The moment of the timekeeper at which the run begins. */
  originMs: number
  client: WebAppClient
  registry: Pick<EmbeddedRegistry, 'url'> & Publisher
  library: ImageLibrary
  faults: FaultWatch
  engineOf: EngineOf
  /** Tells what the registry was asked, once nobody asks any more. */
  tellTraffic: () => void
  /** Takes who knows which agents are silent. */
  askAgents: (silenceOf: (serverId: string) => string | null) => void
  log: EventLog
  signal: AbortSignal
  contentDirectory?: string | undefined
  /** Told each time that all work of a moment has settled, where the clock waits for it, and when the run has ended. */
  settled: () => void
  onAnswered?: ((durationMs: number) => void) | undefined
  onNoAnswer?: RealTimeFleetOptions['onNoAnswer']
  stepAgent?: StepAgent | undefined
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

class RealTimeDriver {
  readonly #options: RealTimeOptions
  readonly #agents: RealTimeFleet
  readonly #end = Promise.withResolvers<EndReason>()
  #ended = false
  readonly #office: Office
  readonly #timeline: readonly TimelineAction[]
  #actionsLeft: number

  constructor(options: RealTimeOptions) {
    this.#options = options
    const { client, registry } = options
    this.#agents = new RealTimeFleet({
      ...options,
      webApp: client,
      registryUrl: registry.url,
      enter: (happen) => this.#enter(happen),
      fail: (error) => this.#fail(error),
    })
    options.askAgents((serverId) => this.#agents.fleet.silenceOf(serverId))
    this.#timeline = timelineOf(options.scenario, this.#agents.fleet)
    this.#actionsLeft = this.#timeline.length
    this.#office = new Office({
      administrator: client,
      agents: this.#agents.fleet.agents.length,
      emit: options.log.emit,
      nowMs: () => this.#agents.nowMs(),
    })
  }

  async run(): Promise<EndReason> {
    const { scenario, signal } = this.#options
    const { fleet } = this.#agents
    const interrupt = () => this.#finish('interrupted')
    signal.addEventListener('abort', interrupt)
    if (signal.aborted) interrupt()
    for (const agent of fleet.agents) this.#agents.startLater(agent.index, this.#agents.startUpDelayMs(agent))
    this.#agents.at(scenario.end.afterMs, () => this.#finish('end-reached'), turnOf('end'))
    this.#watchFaults()
    const timeline = this.#runTimeline()
    if (this.#options.timekeeper.state.isFrozen) void this.#moveOn()
    let reason: EndReason | null = null
    try {
      reason = await this.#end.promise
    } finally {
      this.#options.settled()
      signal.removeEventListener('abort', interrupt)
      await this.#agents.close()
      await timeline
    }
    this.#options.tellTraffic()
    if (reason === 'end-reached' && scenario.end.when !== 'never') fleet.tellWaiting()
    return reason
  }

  /** Moves the clock from moment to moment, as fast as the work of each is done. */
  async #moveOn(): Promise<void> {
    const { timekeeper, settled } = this.#options
    try {
      await timekeeper.drive({ isOver: () => this.#ended, settled: () => this.#ended || settled() })
    } catch (error) {
      this.#fail(error)
    }
  }

  #watchFaults(): void {
    const { faults, log } = this.#options
    const schedule = (atMs: number, due: () => void) => void this.#agents.at(atMs, due)
    faults.begin({ nowMs: () => this.#agents.nowMs(), emit: log.emit, schedule })
  }

  /** Actions run one after the other, so that two of the same moment keep their order. */
  async #runTimeline(): Promise<void> {
    try {
      for (const action of this.#timeline) {
        await this.#until(action.atMs)
        if (this.#ended) return
        await this.#act(action)
        this.#actionsLeft -= 1
        this.#enter(() => {})
      }
      await this.#until(Number.POSITIVE_INFINITY)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Carries out an action, and waits where it is one that waits. */
  async #act(action: TimelineAction): Promise<void> {
    const { client, log } = this.#options
    const { fleet } = this.#agents
    log.emit({ kind: 'timeline-action', action: action.do, detail: describe(action) })
    await carryOut(action, {
      ...this.#options,
      fleet,
      administrator: client,
      office: this.#office,
      emit: log.emit,
      nowMs: () => this.#agents.nowMs(),
      startLater: this.#agents.startLater.bind(this.#agents),
    })
    await this.#office.sessions.look()
    while (this.#office.isWaiting && !this.#ended) await this.#lookAt(this.#office.nextLookMs)
  }

  /** Waits for a moment, or the end, and until then looks after what has to be looked after. */
  async #until(atMs: number): Promise<void> {
    while (this.#office.nextLookMs < atMs && !this.#ended) await this.#lookAt(this.#office.nextLookMs)
    if (Number.isFinite(atMs)) await this.#due(atMs, turnOf('action'))
  }

  async #lookAt(atMs: number): Promise<void> {
    await this.#due(atMs, turnOf('look'))
    if (!this.#ended) await this.#office.look()
  }

  /** Resolves at a moment, or at the end of the run where that is sooner. */
  async #due(atMs: number, turn: number): Promise<void> {
    const due = Promise.withResolvers<void>()
    this.#agents.at(atMs, due.resolve, turn)
    await Promise.race([due.promise, this.#end.promise.catch(() => {})])
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
    const { fleet } = this.#agents
    return fleet.readyAgents === fleet.agents.length
  }

  #finish(reason: EndReason): void {
    this.#ended = true
    this.#end.resolve(reason)
  }

  #fail(error: unknown): void {
    this.#ended = true
    this.#end.reject(error)
  }
}
