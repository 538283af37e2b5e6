// What an agent is: its configuration, its state, what can happen to it and what it asks for.
// The rules themselves are in step.ts; docs/agent.md lists them with their sources.

/** What the web app tells an agent to remove: nothing, untagged images, or also those no definition names (docs/kasm.md 3.4). */
export type PruneImagesMode = 'Off' | 'Normal' | 'Aggressive'

/** The part of the agent's configuration file that governs pulls; the real keys are in config.ts. */
export interface AgentConfig {
  /** `max_concurrent_docker_pulls`: the cap. */
  maxConcurrentPulls: number
  /** `heartbeat_interval`, milliseconds. */
  checkInIntervalMs: number
  /** `images_interval`; the file has seconds, here milliseconds. */
  refreshIntervalMs: number
  /** `disk_usage_limit`: the share of the disk that may be used after a pull, 0 to 1. */
  diskUsageLimit: number
  /** `validate_images`: false switches the whole image loop off. */
  validateImages: boolean
  /** From a restart until the agent first looks at its images; no key of the file says it (docs/agent.md, A31). */
  restartLookDelayMs: number
}

/** What a check-in tells an agent of one Workspace image. */
export interface ImageDefinition {
  imageId: string
  /** The docker reference, exactly as `docker pull` would be given it. */
  name: string
  enabled: boolean
  /** `docker_registry`; null or empty means the image is never pulled. */
  registry: string | null
  user: string | null
  token: string | null
  uncompressedSizeBytes: number
}

/** The web app's answer to a check-in, as far as it concerns the agent. */
export interface CheckInAnswer {
  /** A disabled agent neither pulls nor prunes. */
  agentEnabled: boolean
  pruneImagesMode: PruneImagesMode
  /** Digests that containers on this host use, stopped ones included; the web app knows them, for it has started them. */
  imagesInUse: readonly string[]
  /** In catalogue order. The same array as last time means: nothing changed. */
  definitions: readonly ImageDefinition[]
}

/** An image on the agent's disk. */
export interface HeldImage {
  digest: string
  sizeBytes: number
}

export type PullReason = 'missing' | 'refresh'

/** A pull that runs now. */
export interface RunningPull {
  pullId: number
  name: string
  reason: PullReason
  startedAtMs: number
}

/** Everything an agent knows. `step` is the only writer. */
export interface AgentState {
  running: boolean
  /** Whether it has been started before: from then on every start is a restart. */
  hasRun: boolean
  /** Before this moment it leaves its images alone. */
  looksFromMs: number
  /** What the last answer said of the agent itself: a disabled agent leaves its images alone. */
  enabled: boolean
  /** In force since the last start. */
  config: AgentConfig
  /** On disk; read at the next start. */
  configOnDisk: AgentConfig
  definitions: readonly ImageDefinition[]
  /** By docker reference: what may be pulled (defined, enabled, with a registry). */
  pullable: Map<string, ImageDefinition>
  /** Docker references that may be pulled and are not on disk, in definition order: all that a check-in has to look at. */
  missing: Set<string>
  /** By docker reference: what is on disk under a tag. Tags of one digest share one object, which is on disk once. */
  held: Map<string, HeldImage>
  /** Images that lost their last tag to a newer pull: they cost disk until pruned. */
  dangling: HeldImage[]
  /** By docker reference: why its last pull failed or was refused; gone once a pull of it succeeds, or at a stop. */
  failing: Map<string, string>
  /** By docker reference, in the order in which the pulls will start. */
  queue: Map<string, PullReason>
  /** By docker reference: pulls that run now. */
  pulls: Map<string, RunningPull>
  nextPullId: number
  diskSizeBytes: number
  diskUsedBytes: number
  /** False once a prune has removed all it may and nothing has changed since. */
  pruneNeeded: boolean
  pruneImagesMode: PruneImagesMode
  /** Digests that the engine keeps whatever is asked, because containers use them. */
  imagesInUse: readonly string[]
  /** When the next refresh is due; null while the agent is stopped. */
  refreshAtMs: number | null
  /** Whether every image that may be pulled is present, and the agent has said so. */
  ready: boolean
}

/** What can happen to an agent. */
export type AgentInput =
  | { kind: 'start' }
  | { kind: 'stop' }
  | { kind: 'config-edited'; config: AgentConfig }
  | { kind: 'check-in-due' }
  | { kind: 'check-in-answered'; answer: CheckInAnswer }
  | { kind: 'check-in-failed'; cause: string }
  | { kind: 'refresh-due' }
  | { kind: 'pull-succeeded'; pullId: number; name: string; digest: string; sizeBytes: number }
  | { kind: 'pull-failed'; pullId: number; name: string; cause: string }

/** What an agent asks its driver to do, and what it tells those who watch. */
export type AgentCommand =
  | { kind: 'set-timer'; timer: 'check-in' | 'refresh'; atMs: number }
  | { kind: 'clear-timers' }
  | { kind: 'check-in' }
  | { kind: 'start-pull'; pullId: number; definition: ImageDefinition; reason: PullReason }
  | { kind: 'abort-pull'; pullId: number; name: string }
  | { kind: 'remove-image'; name: string | null; digest: string; mode: PruneImagesMode }
  | { kind: 'queued'; name: string; reason: PullReason }
  | { kind: 'cancelled'; name: string; cause: 'definition-gone' | 'agent-stopped' | 'agent-disabled' }
  | { kind: 'refused'; name: string; reason: PullReason; diskUsedBytes: number; diskUsedAfterBytes: number }
  | { kind: 'ready' }

/** What a step is told besides its input. */
export interface AgentContext {
  nowMs: number
}

/**
 * A new agent, stopped and with an empty disk but for `diskUsedBytes` of other things.
 *
 * @example
 * const state = createAgentState({ config: defaultAgentConfig, diskSizeBytes: 500e9 })
 * step(state, { kind: 'start' }, { nowMs: 0 })
 */
export function createAgentState(options: {
  config: AgentConfig
  diskSizeBytes: number
  diskUsedBytes?: number
}): AgentState {
  return {
    running: false,
    hasRun: false,
    looksFromMs: 0,
    enabled: false,
    config: options.config,
    configOnDisk: options.config,
    definitions: [],
    pullable: new Map(),
    missing: new Set(),
    held: new Map(),
    dangling: [],
    failing: new Map(),
    queue: new Map(),
    pulls: new Map(),
    nextPullId: 1,
    diskSizeBytes: options.diskSizeBytes,
    diskUsedBytes: options.diskUsedBytes ?? 0,
    pruneNeeded: false,
    pruneImagesMode: 'Off',
    imagesInUse: [],
    refreshAtMs: null,
    ready: false,
  }
}
