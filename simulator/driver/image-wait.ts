// Waits until agents hold an image, as an administrator would who asks the web app what each agent has reported.
import { parseReference } from '../../server/kernel/reference.ts'
import type { Emit } from '../events/event-log.ts'
import type { TimelineAction } from '../scenario/scenario.ts'
import { agentServerId } from './agent-names.ts'
import type { FleetAgent } from './fleet.ts'
import type { Publisher } from './image-library.ts'
import type { Administrator } from './people.ts'

/** How many times the web app is asked at most: for a large fleet an answer is long. */
const looksMax = 200
const lookMsMin = 1_000

export interface ImageWaitOptions {
  action: Extract<TimelineAction, { do: 'wait-for' }>
  agents: readonly FleetAgent[]
  administrator: Administrator
  registry: Pick<Publisher, 'find'>
  emit: Emit
  nowMs: () => number
}

/** One `wait-for` of a timeline, from when it began. */
export class ImageWait {
  readonly #options: ImageWaitOptions
  readonly #startedMs: number
  readonly #deadlineMs: number
  #nextLookMs: number

  constructor(options: ImageWaitOptions) {
    const { action, emit, nowMs } = options
    this.#options = options
    this.#startedMs = nowMs()
    this.#nextLookMs = this.#startedMs
    this.#deadlineMs = this.#startedMs + action.withinMs
    emit({ kind: 'wait-started', image: action.image, withinMs: action.withinMs })
  }

  get nextLookMs(): number {
    return this.#nextLookMs
  }

  /** Asks once more; true where the wait is over, met or missed. */
  async look(): Promise<boolean> {
    const { action, emit, nowMs } = this.#options
    const behind = await this.#behind()
    const atMs = nowMs()
    const everyMs = Math.max(lookMsMin, Math.ceil(action.withinMs / looksMax))
    this.#nextLookMs = Math.min(atMs + everyMs, this.#deadlineMs)
    if (behind > 0 && atMs < this.#deadlineMs) return false
    const waitedMs = Math.round(atMs) - Math.round(this.#startedMs)
    emit({ kind: 'wait-ended', image: action.image, met: behind === 0, waitedMs, behind })
    return true
  }

  /** How many agents have not reported what the reference stands for now. */
  async #behind(): Promise<number> {
    const { action, agents, administrator, registry } = this.#options
    const { repository, tag } = parseReference(action.image)
    const digest = await registry.find({ repository, tag: tag ?? 'latest' })
    const reply = (await administrator.developer('get_agents', {})) as {
      agents: { server_id: string; docker_images: { name: string; digest: string }[] }[]
    }
    const held = new Map(
      reply.agents.map(({ server_id, docker_images }) => [
        server_id.replaceAll('-', ''),
        docker_images.find(({ name }) => name === action.image)?.digest,
      ]),
    )
    return agents.filter(({ index }) => digest === null || held.get(agentServerId(index)) !== digest).length
  }
}
