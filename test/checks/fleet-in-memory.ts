// A fleet that runs the agent's own rules against a registry of random moods, in no time: legal event streams for property tests,
// and illegal ones once the rules are broken on purpose.
import type { ImageDefinition } from '../../simulator/agent/agent.ts'
import { step } from '../../simulator/agent/step.ts'
import { Fleet, type StepAgent } from '../../simulator/driver/fleet.ts'
import { createEventLog } from '../../simulator/events/event-log.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { PullError } from '../../simulator/pull/protocol/outcome.ts'
import { group, image, scenarioOf } from '../scenario/compiled.ts'

/** What is drawn at random: how a pull goes, one after the other and over again. */
interface PullMood {
  durationMs: number
  fails: boolean
  /** Registry requests within the pull: where they begin and end, as shares of its length. */
  requests: [from: number, to: number][]
}

export interface FleetMoods {
  agents: number
  cap: number
  images: number
  pulls: PullMood[]
  /** Restarts of agents. */
  restarts: { agent: number; atMs: number }[]
}

/** Agents that run one pull more than their cap. */
export const overCap: StepAgent = (state, input, context) => {
  const { config } = state
  state.config = { ...config, maxConcurrentPulls: config.maxConcurrentPulls + 1 }
  const commands = step(state, input, context)
  if (input.kind !== 'start') state.config = config
  else state.config = state.configOnDisk
  return commands
}

const endMs = 200_000

/** The events of a run of 200 seconds. */
export function runFleet(moods: FleetMoods, stepAgent: StepAgent = step): RunEvent[] {
  return new FleetInMemory(moods, stepAgent).run()
}

export function fleetScenario({ agents, cap, images }: FleetMoods) {
  return scenarioOf({
    groups: [group('all', agents, { cap, checkInIntervalMs: 10_000, refreshIntervalMs: 60_000 })],
    images: Array.from({ length: images }, (_, index) => image(`kasmweb/image-${index}:1`)),
  })
}

interface Task {
  atMs: number
  order: number
  run(): void
}

class FleetInMemory {
  readonly #moods: FleetMoods
  readonly #events: RunEvent[] = []
  readonly #emit
  readonly #fleet: Fleet
  readonly #definitions: ImageDefinition[]
  /** Bumped by whatever ends the timers or pulls of an agent. */
  readonly #lives: number[]
  #tasks: Task[] = []
  #nowMs = 0
  #order = 0
  #pulls = 0

  constructor(moods: FleetMoods, stepAgent: StepAgent) {
    this.#moods = moods
    const scenario = fleetScenario(moods)
    this.#lives = Array.from({ length: moods.agents }, () => 0)
    this.#definitions = scenario.images.map(({ name }) => ({
      ...{ imageId: name, name, enabled: true, registry: 'https://index.docker.io/v1/' },
      ...{ user: null, token: null, uncompressedSizeBytes: 1 },
    }))
    const nowMs = () => this.#nowMs
    const log = createEventLog({
      sinks: [(event) => this.#events.push(event)],
      nowMs,
      onSinkError: (error) => {
        throw error
      },
    })
    this.#emit = log.emit
    this.#fleet = new Fleet({ scenario, log, nowMs, stepAgent, ports: this.#ports() })
  }

  run(): RunEvent[] {
    for (let agent = 0; agent < this.#moods.agents; agent += 1) this.#at(agent * 7, () => this.#fleet.start(agent))
    for (const { agent, atMs } of this.#moods.restarts) {
      this.#at(1_000 + atMs, () => {
        this.#fleet.stop(agent)
        this.#at(this.#nowMs + 500, () => this.#fleet.start(agent))
      })
    }
    for (let task = this.#next(); task && task.atMs <= endMs; task = this.#next()) {
      this.#nowMs = task.atMs
      task.run()
    }
    this.#nowMs = endMs
    this.#emit({ kind: 'run-ended', reason: 'end-reached' })
    return this.#events
  }

  #ports() {
    return {
      setTimer: (agent: number, timer: 'check-in' | 'refresh', atMs: number) =>
        this.#while(agent, atMs, () => this.#fleet.timerDue(agent, timer, atMs)),
      clearTimers: (agent: number) => {
        this.#lives[agent] = (this.#lives[agent] ?? 0) + 1
      },
      checkIn: (agent: number) =>
        this.#while(agent, this.#nowMs, () =>
          this.#fleet.checkInAnswered(
            agent,
            { agentEnabled: true, pruneImagesMode: 'Normal', imagesInUse: [], definitions: this.#definitions },
            { told: true },
          ),
        ),
      startPull: (agent: number, pull: { pullId: number; definition: ImageDefinition }) => this.#pull(agent, pull),
      abortPull: () => {},
      removeImage: () => {},
    }
  }

  #pull(agent: number, { pullId, definition: { name } }: { pullId: number; definition: ImageDefinition }): void {
    const { durationMs, fails, requests } = this.#moods.pulls[this.#pulls++ % this.#moods.pulls.length] as PullMood
    const beganMs = this.#nowMs
    const repository = name.slice(0, name.indexOf(':'))
    this.#request(agent, { class: 'ping', repository: null, startedAtMs: beganMs })
    for (const [from, to] of requests) {
      const startedAtMs = beganMs + Math.round(durationMs * Math.min(from, to))
      this.#while(agent, beganMs + Math.round(durationMs * Math.max(from, to)), () =>
        this.#request(agent, { class: 'blob', repository, startedAtMs }),
      )
    }
    this.#while(agent, beganMs + durationMs, () => {
      if (fails) this.#fleet.pullFailed(agent, pullId, name, new PullError('NOT_FOUND', 'manifest unknown'))
      else {
        const digest = `sha256:${'0'.repeat(64)}`
        const result = { outcome: 'downloaded', digest, downloadedBytes: 1, sizeBytes: 1, requests: 1 } as const
        this.#fleet.pullSucceeded(agent, pullId, name, result)
      }
    })
  }

  #request(agent: number, what: { class: 'ping' | 'blob'; repository: string | null; startedAtMs: number }): void {
    this.#emit({
      ...{ kind: 'registry-request', agent, source: '10.0.0.1', method: 'GET', path: '/', reference: null },
      ...{ status: 200, bytes: 1, authenticated: false, rateLimitRemaining: null },
      ...what,
    })
  }

  /** Only if the agent was not stopped in the meantime. */
  #while(agent: number, atMs: number, run: () => void): void {
    const life = this.#lives[agent]
    this.#at(atMs, () => {
      if (this.#lives[agent] === life) run()
    })
  }

  #at(atMs: number, run: () => void): void {
    this.#tasks.push({ atMs, order: this.#order++, run })
  }

  #next(): Task | undefined {
    const next = this.#tasks.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
    this.#tasks = this.#tasks.filter((task) => task !== next)
    return next
  }
}
