// A scenario as the simulator runs it: every default filled, every duration in milliseconds, every size in bytes,
// nothing optional. People write the source form of schema.ts; compile.ts turns one into the other.
import type { PruneImagesMode } from '../agent/agent.ts'
import type { Expectation } from '../checks/expectation.ts'
import type { PersonaName } from '../pull/protocol/personas.ts'
import type { Fault } from '../registry/faults/registry-fault.ts'

export interface Scenario {
  name: string
  description: string
  seed: number
  /** How many times faster than the wall the real-time driver runs it, unless `--speed` says otherwise. */
  speed: number
  groups: FleetGroup[]
  registry: ScenarioRegistry
  network: ScenarioNetwork
  webApp: ScenarioWebApp
  images: ScenarioImage[]
  timeline: TimelineAction[]
  end: { afterMs: number; when: 'never' | 'all-agents-ready' }
  expect: Expectation[]
}

/** How the fake Kasm is set up. */
export interface ScenarioWebApp {
  autoEnableAgents: boolean
  pruneImagesMode: PruneImagesMode
  /** Beside those that every Kasm has; absent: none. */
  groups?: string[]
  /** Beside those that every Kasm has; absent: none. */
  users?: ScenarioUser[]
}

/** Someone who asks for sessions. */
export interface ScenarioUser {
  name: string
  /** Beside the group of all users, by name. */
  groups: string[]
}

/** What holds the images behind the registry's front. In virtual time it makes no difference. */
export type ScenarioBackend =
  | 'embedded'
  | { kind: 'container'; image: string }
  | {
      kind: 'upstream'
      /** Without a path. */
      url: string
      /** False: the images of the scenario must be there already. */
      push: boolean
      account: { username: string; password: string } | null
    }

/** The local registry that every image reference of the scenario leads to, whatever host it names. */
export interface ScenarioRegistry {
  backend: ScenarioBackend
  /** Name of a profile of simulator/registry/policy/. */
  profile: string
  /** Who can log in. */
  accounts: RegistryAccount[]
  /** What goes wrong; absent: nothing from the start. */
  faults?: Fault[]
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
  /** Other passwords of the same account, such as personal access tokens. */
  tokens?: AccountToken[]
  /** `paid`: no pull limit of Docker Hub; absent: a free one. */
  plan?: 'personal' | 'paid'
}

/** A password beside an account's own. */
export interface AccountToken {
  token: string
  /** Absent: whatever the account may. */
  access?: 'read-only' | 'read-write'
  /** As of a password. */
  lifetimeSeconds?: number
}

/** The Docker Engines of a group, over which its agents are spread in turn. */
export interface DockerEnginesSpec {
  /** `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2375`; empty: those that `DOCKER_HOST` names. */
  hosts: string[]
  /** The name under which engines elsewhere find this machine; null: they are on it. */
  registryHost: string | null
  keepImages: boolean
}

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
  /** From a restart until an agent first looks at its images. */
  restartLookDelayMs: number
  /** `shared`: all agents behind one address; `own`: an address each; else the address itself. */
  egressAddress: string
  /** Whose pulls the agents make, request for request (docs/pull.md). */
  persona: PersonaName
  /** Real Docker Engines make the pulls instead; absent: this program does. */
  dockerEngines?: DockerEnginesSpec
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
  /** `tags` are references of the same repository; one that is there moves. */
  | { do: 'push-image'; image: ScenarioImage; tags: string[] }
  | {
      do: 'edit-agent-config'
      agents: AgentSelection
      cap: number | null
      refreshIntervalMs: number | null
      checkInIntervalMs: number | null
    }
  /** Each agent stops at a drawn moment within the spread. */
  | { do: 'restart-agent'; agents: AgentSelection; downtimeMs: number; spreadMs: number }
  | { do: 'create-definition'; image: ScenarioImage }
  | {
      do: 'update-definition'
      image: string
      /** Only the named fields change. */
      set: { name?: string; enabled?: boolean; registry?: string | null; user?: string | null; token?: string | null }
    }
  | { do: 'delete-definition'; image: string }
  | { do: 'update-agent'; agents: AgentSelection; enabled: boolean | null; pruneImagesMode: PruneImagesMode | null }
  | { do: 'create-group'; name: string; members: string[] }
  | { do: 'assign-image' | 'unassign-image'; image: string; group: string }
  /** `as`: the user; `name`: what the scenario calls the session. */
  | { do: 'request-session'; as: string; image: string; name: string }
  | { do: 'destroy-session'; name: string }
  /** Until the web app knows that the agents hold what the reference stands for. */
  | { do: 'wait-for'; image: string; agents: AgentSelection; withinMs: number }
  | { do: 'inject-fault'; fault: Fault }
  | { do: 'clear-fault'; name: string }
)
