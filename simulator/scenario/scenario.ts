// A scenario as the simulator runs it: every default filled, every duration in milliseconds, every size in bytes,
// nothing optional. People write the source form of schema.ts; compile.ts turns one into the other.
import type { PruneImagesMode } from '../agent/agent.ts'
import type { Expectation } from '../checks/expectation.ts'

export interface Scenario {
  name: string
  description: string
  seed: number
  /** How many times faster than the wall the real-time driver runs it, unless `--speed` says otherwise. */
  speed: number
  groups: FleetGroup[]
  registry: ScenarioRegistry
  network: ScenarioNetwork
  webApp: { autoEnableAgents: boolean; pruneImagesMode: PruneImagesMode }
  images: ScenarioImage[]
  timeline: TimelineAction[]
  end: { afterMs: number; when: 'never' | 'all-agents-ready' }
  expect: Expectation[]
}

/** The local registry that every image reference of the scenario leads to, whatever host it names. */
export interface ScenarioRegistry {
  backend: 'embedded'
  /** Name of a profile of simulator/registry/policy/. */
  profile: string
  /** Who can log in. */
  accounts: RegistryAccount[]
}

/** What lies between the registry and the agents. A rate of null is no limit. */
export interface ScenarioNetwork {
  /** What the registry can send in all. */
  uplinkBytesPerSecond: number | null
  /** What one connection can carry. */
  connectionBytesPerSecond: number | null
  roundTripMs: number
  /** From the arrival of a request at the registry to the start of its answer. */
  serverLatencyMs: number
  /** How fast an engine unpacks layers, in bytes on the wire. */
  unpackBytesPerSecond: number | null
}

export interface RegistryAccount {
  username: string
  password: string
  /** How long the password is good for, from the registry's start; absent: as its profile says, mostly for ever. */
  passwordLifetimeSeconds?: number
}

/** Whose pulls agents make; `polite` leaves a registry alone for a while once it was denied. */
type Persona = 'docker' | 'polite'

/** Agents that are alike. Agents are numbered through all groups in order, from 0. */
export interface FleetGroup {
  name: string
  agents: number
  cap: number
  checkInIntervalMs: number
  refreshIntervalMs: number
  /** Each agent starts at a seeded moment within this span. */
  startupSpreadMs: number
  diskSizeBytes: number
  diskUsedBytes: number
  diskUsageLimit: number
  validateImages: boolean
  /** `shared`: all agents behind one address; `own`: an address each; else the address itself. */
  egressAddress: string
  persona: Persona
  /** What one agent can receive; null is no limit. */
  downlinkBytesPerSecond: number | null
  zone: string
}

/** One image: what the registry holds and what the web app defines. */
export interface ScenarioImage {
  name: string
  friendlyName: string
  /** Compressed size on the wire, of all layers together. */
  sizeBytes: number
  /** What `uncompressed_size_mb` of the definition says, and what the image takes on an agent's disk. */
  uncompressedSizeBytes: number
  layers: number
  /** Images of one base share their first layers byte for byte; null shares nothing. */
  base: string | null
  /** The share of the layers that the base gives, 0 to 1. */
  baseShare: number
  /** `docker_registry` of the definition; null means the definition has none and the image is never pulled. */
  registry: string | null
  user: string | null
  token: string | null
  enabled: boolean
  /** False: the registry has it, the web app does not define it. */
  defined: boolean
  /** False: the web app defines it, the registry does not have it. */
  published: boolean
  /** Only agents of this zone get it; null means all. */
  zone: string | null
}

/** Agents that an action touches: all, one group, or listed numbers. */
export type AgentSelection = 'all' | { group: string } | { agents: number[] }

/** A change of the world at a moment of the run. `image` is a docker reference of the scenario. */
export type TimelineAction = { atMs: number } & (
  | { do: 'move-tag'; image: string; sharedLayers: number }
  | { do: 'publish-image'; image: ScenarioImage }
  | {
      do: 'edit-agent-config'
      agents: AgentSelection
      cap: number | null
      refreshIntervalMs: number | null
      checkInIntervalMs: number | null
    }
  | { do: 'restart-agent'; agents: AgentSelection; downtimeMs: number }
  | { do: 'create-definition'; image: ScenarioImage }
  | {
      do: 'update-definition'
      image: string
      /** Only the named fields change. */
      set: { name?: string; enabled?: boolean; registry?: string | null; user?: string | null; token?: string | null }
    }
  | { do: 'delete-definition'; image: string }
  | { do: 'update-agent'; agents: AgentSelection; enabled: boolean | null; pruneImagesMode: PruneImagesMode | null }
)
