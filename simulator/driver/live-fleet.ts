// A fleet without an end: agents that live as long as the web app that they check in with, and that whoever holds the fleet starts,
// stops, restarts and changes. The rules of the agents and all that carries them out are those of a run.
import type { Timekeeper } from '../../server/kernel/timekeeper.ts'
import type { AgentConfig } from '../agent/agent.ts'
import { createEventLog } from '../events/event-log.ts'
import type { EventSink, Subscription } from '../events/events.ts'
import type { AgentSelection, FleetGroup, Scenario } from '../scenario/scenario.ts'
import { agentHostname, agentServerId } from './agent-names.ts'
import type { FleetAgent } from './fleet.ts'
import { type CheckInDesk, RealTimeFleet } from './real-time-fleet.ts'

export interface LiveFleetOptions {
  /** Agents are numbered through all groups in order, from 0. */
  scenario: Pick<Scenario, 'seed' | 'groups' | 'network'>
  /** The clock of the web app. */
  timekeeper: Timekeeper
  webApp: CheckInDesk
  /** Where every image reference leads to, whatever host it names. */
  registryUrl: string
  /** Told of everything that happens to the agents; moments are those of the clock. */
  sinks?: (EventSink | Subscription)[]
}

/** An agent as it is now. */
export interface LiveAgent {
  /** Its number; numbers are never used again. */
  agent: number
  hostname: string
  serverId: string
  group: string
  running: boolean
  /** Whether it holds every image that it should. */
  ready: boolean
  /** By docker reference: the digest that it holds. */
  images: Record<string, string>
  /** Docker references whose pulls wait, run, or failed with a cause. */
  queued: string[]
  pulling: string[]
  failing: Record<string, string>
  /** In force since its last start. */
  config: AgentConfig
}

/**
 * A fleet, stopped at first.
 *
 * @example
 * const fleet = new LiveFleet({ scenario, timekeeper, webApp, registryUrl: registry.url })
 * fleet.start()
 * await timekeeper.advance(30_000)
 * fleet.agents[0]?.images // { 'kasmweb/chrome:1.16.1': 'sha256:…' }
 */
export class LiveFleet {
  readonly #agents: RealTimeFleet
  readonly #removed = new Set<number>()

  constructor({ sinks = [], ...options }: LiveFleetOptions) {
    const { timekeeper } = options
    const log = createEventLog({ sinks, nowMs: () => timekeeper.nowMs(), onSinkError: raise })
    this.#agents = new RealTimeFleet({ ...options, originMs: 0, log, enter: (happen) => happen(), fail: raise })
  }

  /** Those that were not removed. */
  get agents(): LiveAgent[] {
    return this.#select('all').map(describe)
  }

  /** Why an agent does not answer the web app's call before a launch; null where it does, or is none of this fleet. */
  silenceOf(serverId: string): string | null {
    return this.#agents.fleet.silenceOf(serverId)
  }

  /** Starts agents, each at its moment within the start-up spread of its group. */
  start(selection: AgentSelection = 'all'): void {
    for (const agent of this.#select(selection)) {
      this.#agents.startLater(agent.index, this.#agents.startUpDelayMs(agent))
    }
  }

  /** Stops agents: their pulls are dropped and they fall silent; what they hold stays on their disks. */
  stop(selection: AgentSelection = 'all'): void {
    for (const { index } of this.#select(selection)) this.#agents.stop(index)
  }

  /** Stops agents and starts them again after a while, with what their configuration files say by then. */
  restart(selection: AgentSelection = 'all', { downtimeMs = 5_000 } = {}): void {
    for (const { index } of this.#select(selection)) {
      this.#agents.stop(index)
      this.#agents.startLater(index, downtimeMs)
    }
  }

  /** Edits the configuration files of agents, which read them at their next start. */
  editConfig(selection: AgentSelection, change: Partial<AgentConfig>): void {
    for (const { index } of this.#select(selection)) this.#agents.fleet.editConfig(index, change)
  }

  /** Adds a group of agents and starts them; returns their numbers. */
  add(group: FleetGroup): number[] {
    const added = this.#agents.fleet.add(group)
    for (const agent of added) this.#agents.startLater(agent.index, this.#agents.startUpDelayMs(agent))
    return added.map(({ index }) => index)
  }

  /** Takes agents away for good, disks and all. The web app is not told, as it would not be of a host that burnt down. */
  remove(selection: AgentSelection): void {
    for (const { index } of this.#select(selection)) {
      this.#agents.stop(index)
      this.#removed.add(index)
    }
  }

  /** Leaves nothing running. */
  close(): Promise<void> {
    return this.#agents.close()
  }

  #select(selection: AgentSelection): FleetAgent[] {
    return this.#agents.fleet.select(selection).filter(({ index }) => !this.#removed.has(index))
  }
}

function describe({ index, group, state }: FleetAgent): LiveAgent {
  return {
    agent: index,
    hostname: agentHostname(index),
    serverId: agentServerId(index),
    group: group.name,
    running: state.running,
    ready: state.ready,
    images: Object.fromEntries(Array.from(state.held, ([name, { digest }]) => [name, digest])),
    queued: [...state.queue.keys()],
    pulling: [...state.pulls.keys()],
    failing: Object.fromEntries(state.failing),
    config: state.config,
  }
}

/** Observers and rules that throw are broken: nothing is to go on as if they were not. */
function raise(error: unknown): never {
  throw error
}
