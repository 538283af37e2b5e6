// The agents of a run. Takes what happens to an agent through `step`, tells those who listen, and passes what the agent asks for
// to the driver's ports. Both kinds of time run this same file.
import { invariant } from '../../server/kernel/errors.ts'
import {
  type AgentCommand,
  type AgentConfig,
  type AgentInput,
  type AgentState,
  type CheckInAnswer,
  createAgentState,
  type ImageDefinition,
  type RunningPull,
} from '../agent/agent.ts'
import { step } from '../agent/step.ts'
import type { Emit, EventLog } from '../events/event-log.ts'
import type { WaitingAgent } from '../events/events.ts'
import type { PullError, PullResult } from '../pull/protocol/outcome.ts'
import type { AgentSelection, FleetGroup, Scenario } from '../scenario/scenario.ts'
import { agentServerId } from './agent-names.ts'
import { type QuietRefresh, QuietRefreshes } from './quiet-refreshes.ts'

/** What a driver does for the agents. Every call returns at once; what follows from it comes back through the fleet's methods. */
export interface FleetPorts {
  setTimer(agent: number, timer: AgentTimer, atMs: number): void
  clearTimers(agent: number): void
  checkIn(agent: number): void
  startPull(agent: number, pull: { pullId: number; definition: ImageDefinition }): void
  abortPull(agent: number, pullId: number): void
  removeImage(agent: number, image: { reference: string | null; digest: string }): void
}

/** How many agents are named that never got ready: enough to see why. */
const waitingToldMax = 10

export type AgentTimer = 'check-in' | 'refresh'

/** The agent's rules; only tests of the checks give others than `step`. */
export type StepAgent = typeof step

export interface FleetAgent {
  index: number
  group: FleetGroup
  /** Its place in its group, from 0: with the group's name what its draws are named by. */
  member: number
  state: AgentState
  /** Counted from what was asked of the driver, apart from what the rules believe. */
  pullsRunning: number
}

/**
 * The agents and what can happen to them. They are all stopped at first.
 *
 * @example
 * const fleet = new Fleet({ scenario, ports, log, nowMs: () => clock.nowMs() })
 * fleet.start(0)
 */
export class Fleet {
  readonly #agents: FleetAgent[] = []
  /** How many agents each group has had. */
  readonly #members = new Map<string, number>()
  /** By server id. */
  readonly #numbers = new Map<string, number>()
  readonly #ports: FleetPorts
  readonly #emit: Emit
  /** Events that a fleet makes by the million are built only where somebody wants them. */
  readonly #wanted: Record<'pull-queued' | 'pull-started' | 'pull-succeeded' | 'check-in-answered', boolean>
  readonly #nowMs: () => number
  readonly #step: StepAgent
  readonly #started = new Set<number>()
  #readyAgents = 0
  #running = 0
  readonly #quiet = new QuietRefreshes()

  constructor(options: {
    scenario: Pick<Scenario, 'groups'>
    ports: FleetPorts
    log: EventLog
    nowMs: () => number
    stepAgent?: StepAgent | undefined
  }) {
    for (const group of options.scenario.groups) this.add(group)
    this.#ports = options.ports
    const { emit, listens } = options.log
    this.#emit = emit
    this.#wanted = {
      'pull-queued': listens('pull-queued'),
      'pull-started': listens('pull-started'),
      'pull-succeeded': listens('pull-succeeded'),
      'check-in-answered': listens('check-in-answered'),
    }
    this.#nowMs = options.nowMs
    this.#step = options.stepAgent ?? step
  }

  get agents(): readonly FleetAgent[] {
    return this.#agents
  }

  /** Adds agents, stopped at first. */
  add(group: FleetGroup): FleetAgent[] {
    const before = this.#members.get(group.name) ?? 0
    const added = Array.from({ length: group.agents }, (_, position) =>
      createAgent(group, { index: this.#agents.length + position, member: before + position }),
    )
    this.#members.set(group.name, before + group.agents)
    for (const agent of added) {
      this.#agents.push(agent)
      this.#numbers.set(agentServerId(agent.index), agent.index)
    }
    return added
  }

  /** How many agents hold every image they should. */
  get readyAgents(): number {
    return this.#readyAgents
  }

  /** Why an agent does not answer the web app's call before a launch; null where it does, or is none of this fleet. */
  silenceOf(serverId: string): string | null {
    const index = this.#numbers.get(serverId)
    return index === undefined || this.agents[index]?.state.running ? null : 'the agent is stopped'
  }

  /** The agents that an action of the timeline touches. */
  select(selection: AgentSelection): readonly FleetAgent[] {
    if (selection === 'all') return this.agents
    return this.agents.filter(({ index, group }) =>
      'group' in selection ? group.name === selection.group : selection.agents.includes(index),
    )
  }

  /** One that runs already goes on: two restarts may overlap. */
  start(index: number): void {
    const agent = this.#agentAt(index)
    if (agent.state.running) return
    const cap = agent.state.configOnDisk.maxConcurrentPulls
    const restart = this.#started.has(index)
    this.#started.add(index)
    this.#emit({ kind: 'agent-started', agent: index, group: agent.group.name, cap, restart })
    this.#deliver(agent, { kind: 'start' })
  }

  stop(index: number): void {
    const agent = this.#agentAt(index)
    if (!agent.state.running) return
    this.#emit({ kind: 'agent-stopped', agent: index, pullsDropped: agent.state.pulls.size })
    this.#deliver(agent, { kind: 'stop' })
  }

  /** Edits the agent's configuration file; the agent reads it at its next start. */
  editConfig(index: number, change: Partial<AgentConfig>): void {
    const agent = this.#agentAt(index)
    const config = { ...agent.state.configOnDisk, ...change }
    this.#emit({ kind: 'agent-config-edited', agent: index, cap: config.maxConcurrentPulls })
    this.#deliver(agent, { kind: 'config-edited', config })
  }

  /** `dueMs` is when the timer was due: the agent keeps its phase even where the driver is a little late. */
  timerDue(index: number, timer: AgentTimer, dueMs: number): void {
    this.#deliver(this.#agentAt(index), { kind: timer === 'check-in' ? 'check-in-due' : 'refresh-due' }, dueMs)
  }

  /** `told` is false where a check-in changes nothing and is counted instead. */
  checkInAnswered(index: number, answer: CheckInAnswer, { told }: { told: boolean }): void {
    const agent = this.#agentAt(index)
    const changed = answer.definitions !== agent.state.definitions
    if (told && this.#wanted['check-in-answered']) {
      this.#emit({ kind: 'check-in-answered', agent: index, definitions: answer.definitions.length, changed })
    }
    this.#deliver(agent, { kind: 'check-in-answered', answer })
  }

  checkInFailed(index: number, cause: string): void {
    this.#emit({ kind: 'check-in-failed', agent: index, cause })
    this.#deliver(this.#agentAt(index), { kind: 'check-in-failed', cause })
  }

  pullSucceeded(index: number, pullId: number, name: string, result: PullResult): void {
    const agent = this.#agentAt(index)
    const running = agent.state.pulls.get(name)
    if (running?.pullId !== pullId) return
    const { outcome, digest, downloadedBytes, requests } = result
    const definedBytes = agent.state.pullable.get(name)?.uncompressedSizeBytes ?? 0
    const sizeBytes = definedBytes > 0 ? definedBytes : result.sizeBytes
    const ended = this.#ended(agent, running)
    if (this.#wanted['pull-succeeded']) {
      this.#emit({ kind: 'pull-succeeded', ...ended, outcome, digest, downloadedBytes, requests })
    }
    this.#deliver(agent, { kind: 'pull-succeeded', pullId, name, digest, sizeBytes })
  }

  pullFailed(index: number, pullId: number, name: string, error: PullError): void {
    const agent = this.#agentAt(index)
    const running = agent.state.pulls.get(name)
    if (running?.pullId !== pullId) return
    const { code, message: cause, requests } = error
    this.#emit({ kind: 'pull-failed', ...this.#ended(agent, running), code, cause, requests })
    this.#deliver(agent, { kind: 'pull-failed', pullId, name, cause })
  }

  /** Takes note of a refresh whose pulls are not carried out one by one, since none of them would find anything new. */
  refreshUnchanged(index: number, refresh: QuietRefresh & { requestsPerPull: number }): void {
    this.#quiet.add(refresh)
    const runningInFleet = this.#running + this.#quiet.running(refresh.fromMs)
    this.#emit({ kind: 'refresh-unchanged', agent: index, runningInFleet, ...refresh })
  }

  /** Tells which agents are not ready and why, if there are any. */
  tellWaiting(): void {
    const waiting = this.agents.filter(({ state }) => !state.ready)
    if (waiting.length === 0) return
    const first = waiting.slice(0, waitingToldMax).map(waitingOf)
    this.#emit({ kind: 'agents-waiting', agents: waiting.length, first })
  }

  #count(agent: FleetAgent, change: 1 | -1): void {
    agent.pullsRunning += change
    this.#running += change
  }

  #ended(agent: FleetAgent, { name, pullId, reason, startedAtMs }: RunningPull) {
    this.#count(agent, -1)
    const durationMs = Math.round(this.#nowMs() - startedAtMs)
    return { agent: agent.index, image: name, pull: pullId, reason, durationMs, running: agent.pullsRunning }
  }

  #deliver(agent: FleetAgent, input: AgentInput, atMs = this.#nowMs()): void {
    const wasReady = agent.state.ready
    const commands = this.#step(agent.state, input, { nowMs: atMs })
    if (agent.state.ready !== wasReady) this.#readyAgents += wasReady ? -1 : 1
    for (const command of commands) {
      this.#tell(agent, command)
      this.#ask(agent.index, command)
    }
  }

  /** The commands that others may want to know of. */
  #tell(agent: FleetAgent, command: AgentCommand): void {
    const { index, state } = agent
    const emit = this.#emit
    switch (command.kind) {
      case 'queued': {
        if (!this.#wanted['pull-queued']) break
        const { name: image, reason } = command
        emit({ kind: 'pull-queued', agent: index, image, reason, queued: state.queue.size })
        break
      }
      case 'cancelled':
        emit({ kind: 'pull-cancelled', agent: index, image: command.name, cause: command.cause })
        break
      case 'refused': {
        const { name: image, reason, diskUsedBytes, diskUsedAfterBytes } = command
        const disk = { diskUsedBytes, diskUsedAfterBytes, diskSizeBytes: state.diskSizeBytes }
        emit({ kind: 'pull-refused', agent: index, image, reason, ...disk })
        break
      }
      case 'start-pull': {
        const { pullId: pull, definition, reason } = command
        this.#count(agent, 1)
        if (!this.#wanted['pull-started']) break
        const runningInFleet = this.#running + this.#quiet.running(this.#nowMs())
        const counts = { running: agent.pullsRunning, runningInFleet, queued: state.queue.size }
        const authenticated = definition.user !== null && definition.user !== ''
        const { diskUsedBytes, diskSizeBytes } = state
        const diskUsedAfterBytes = diskUsedBytes + definition.uncompressedSizeBytes
        const disk = { diskUsedBytes, diskUsedAfterBytes, diskSizeBytes }
        emit({
          kind: 'pull-started',
          agent: index,
          image: definition.name,
          pull,
          reason,
          ...counts,
          authenticated,
          ...disk,
        })
        break
      }
      case 'abort-pull':
        this.#count(agent, -1)
        emit({
          ...{ kind: 'pull-dropped', agent: index, image: command.name },
          ...{ pull: command.pullId, running: agent.pullsRunning },
        })
        break
      case 'remove-image':
        emit({ kind: 'image-pruned', agent: index, image: command.name, digest: command.digest, mode: command.mode })
        break
      case 'ready':
        emit({ kind: 'agent-ready', agent: index, images: state.pullable.size })
        break
    }
  }

  /** The commands that the driver carries out. */
  #ask(agent: number, command: AgentCommand): void {
    const ports = this.#ports
    switch (command.kind) {
      case 'set-timer':
        ports.setTimer(agent, command.timer, command.atMs)
        break
      case 'clear-timers':
        ports.clearTimers(agent)
        break
      case 'check-in':
        ports.checkIn(agent)
        break
      case 'start-pull':
        ports.startPull(agent, { pullId: command.pullId, definition: command.definition })
        break
      case 'abort-pull':
        ports.abortPull(agent, command.pullId)
        break
      case 'remove-image':
        ports.removeImage(agent, { reference: command.name, digest: command.digest })
        break
    }
  }

  #agentAt(index: number): FleetAgent {
    const agent = this.agents[index]
    invariant(agent, `there is no agent ${index}`)
    return agent
  }
}

function waitingOf({ index: agent, state }: FleetAgent): WaitingAgent {
  const [image] = state.missing
  if (!state.running) return { agent, image: null, cause: 'it is stopped' }
  if (state.definitions.length === 0) return { agent, image: null, cause: 'no check-in has brought it a definition' }
  if (!state.enabled) return { agent, image: null, cause: 'the web app has disabled it' }
  if (image === undefined) return { agent, image: null, cause: 'its next check-in' }
  if (state.pulls.has(image)) return { agent, image, cause: 'its pull runs' }
  if (state.queue.has(image)) return { agent, image, cause: 'its pull is queued' }
  return { agent, image, cause: state.failing.get(image) ?? 'its pull was not tried yet' }
}

function createAgent(group: FleetGroup, place: { index: number; member: number }): FleetAgent {
  const config = {
    maxConcurrentPulls: group.cap,
    checkInIntervalMs: group.checkInIntervalMs,
    refreshIntervalMs: group.refreshIntervalMs,
    diskUsageLimit: group.diskUsageLimit,
    validateImages: group.validateImages,
    restartLookDelayMs: group.restartLookDelayMs,
  }
  const { diskSizeBytes, diskUsedBytes } = group
  return { ...place, group, pullsRunning: 0, state: createAgentState({ config, diskSizeBytes, diskUsedBytes }) }
}
