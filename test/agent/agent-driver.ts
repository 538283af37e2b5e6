// Drives one agent's rules by hand: what the tests of the rules say to it, and what it said last.
import {
  type AgentCommand,
  type AgentConfig,
  type AgentInput,
  type AgentState,
  createAgentState,
  type ImageDefinition,
  type PruneImagesMode,
} from '../../simulator/agent/agent.ts'
import { defaultAgentConfig } from '../../simulator/agent/config.ts'
import { step } from '../../simulator/agent/step.ts'

export const gigabyte = 1_000_000_000

/** A definition that may be pulled, but for what `over` says otherwise. */
export function define(name: string, over: Partial<ImageDefinition> = {}): ImageDefinition {
  return {
    imageId: `id-of-${name}`,
    name,
    enabled: true,
    registry: 'https://index.docker.io/v1/',
    user: null,
    token: null,
    uncompressedSizeBytes: gigabyte,
    ...over,
  }
}

export const digestOf = (text: string) => `digest-of-${text}`

export class AgentDriver {
  readonly state: AgentState
  /** What the agent asked for at the last input. */
  commands: AgentCommand[] = []
  nowMs = 0

  constructor(options: Partial<AgentConfig> & { diskSizeBytes?: number; diskUsedBytes?: number } = {}) {
    const { diskSizeBytes = 100 * gigabyte, diskUsedBytes = 0, ...config } = options
    this.state = createAgentState({
      config: { ...defaultAgentConfig, restartLookDelayMs: 0, ...config },
      diskSizeBytes,
      diskUsedBytes,
    })
  }

  tell(input: AgentInput): AgentCommand[] {
    this.commands = step(this.state, input, { nowMs: this.nowMs })
    return this.commands
  }

  start(): this {
    this.tell({ kind: 'start' })
    return this
  }

  /** An answer to a check-in. */
  answer(
    definitions: readonly ImageDefinition[],
    { enabled = true, mode = 'Off', inUse = [] }: { enabled?: boolean; mode?: PruneImagesMode; inUse?: string[] } = {},
  ): AgentCommand[] {
    const answer = { agentEnabled: enabled, pruneImagesMode: mode, imagesInUse: inUse, definitions }
    return this.tell({ kind: 'check-in-answered', answer })
  }

  refresh(): AgentCommand[] {
    return this.tell({ kind: 'refresh-due' })
  }

  /** Ends the running pull of an image well. */
  succeed(name: string, digest = digestOf(name), sizeBytes = gigabyte): AgentCommand[] {
    return this.tell({ kind: 'pull-succeeded', pullId: this.#pullId(name), name, digest, sizeBytes })
  }

  fail(name: string, cause = 'toomanyrequests'): AgentCommand[] {
    return this.tell({ kind: 'pull-failed', pullId: this.#pullId(name), name, cause })
  }

  /** Answers with these definitions and lets every pull succeed. */
  stage(definitions: readonly ImageDefinition[]): this {
    this.answer(definitions)
    for (let name = this.running[0]; name !== undefined; name = this.running[0]) this.succeed(name)
    return this
  }

  get running(): string[] {
    return [...this.state.pulls.keys()]
  }

  get queued(): string[] {
    return [...this.state.queue.keys()]
  }

  get held(): string[] {
    return [...this.state.held.keys()]
  }

  /** What the last commands of a kind were about, in order. */
  said(kind: AgentCommand['kind']): (string | null)[] {
    return this.commands.flatMap((command) => {
      if (command.kind !== kind) return []
      if (command.kind === 'start-pull') return [command.definition.name]
      return 'name' in command ? [command.name] : [command.kind]
    })
  }

  #pullId(name: string): number {
    const pull = this.state.pulls.get(name)
    if (!pull) throw new Error(`no pull of ${name} runs`)
    return pull.pullId
  }
}
