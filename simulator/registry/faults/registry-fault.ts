// Whom the faults of a registry concern: which of its requests, of which callers, about which images.
import { type Static, Type } from 'typebox'
import { type Fault as AnyFault, isOfBody } from '../../../server/faults/fault.ts'
import type { FaultControl } from '../../../server/faults/fault-control.ts'
import { faultName, faultSchema } from '../../../server/faults/fault-source.ts'
import { type FaultChange as AnyFaultChange, Faults } from '../../../server/faults/faults.ts'
import { streamName } from '../../../server/kernel/random.ts'
import { Count, own, Text } from '../../../server/kernel/schema-leaves.ts'
import { type RequestClass, requestClasses } from '../request-class.ts'

const ScopeSchema = Type.Object(
  {
    profile: Type.Optional(Text('Only where the registry has this profile.')),
    images: Type.Optional(
      Type.Array(Text('A docker reference, or a repository for all of its tags.'), { minItems: 1 }),
    ),
    agents: Type.Optional(
      Type.Union(
        [
          Type.Literal('all'),
          Type.Array(Count('Number of an agent, from 0 through all groups.', { minimum: 0 }), { minItems: 1 }),
          Type.Object({ group: Text('Name of a group.') }, own),
        ],
        { description: 'Which agents of the fleet. Default: all callers.' },
      ),
    ),
    sources: Type.Optional(Type.Array(Text('IP address of a caller.'), { minItems: 1 })),
    classes: Type.Optional(Type.Array(Type.Enum([...requestClasses]), { minItems: 1 })),
  },
  { ...own, description: 'Whom it concerns. Default: every request.' },
)

/** The schema of a fault of a registry. An answer that is no error would have to be a document, of which virtual time has none. */
export const FaultSchema = faultSchema({ name: faultName, scope: ScopeSchema, statusMin: 400 })
export type FaultSource = Static<typeof FaultSchema>

/** The schema of a list of them. */
export const FaultsSchema = Type.Array(FaultSchema, {
  description: 'What goes wrong at the registry (docs/faults.md).',
  default: [],
})

/** Whom a fault concerns: each part that is not null narrows it. */
export interface FaultScope {
  /** Only where the registry has this profile. */
  profile: string | null
  /** With a tag: requests by that tag, and all of the repository by digest. Without: all of the repository. */
  images: readonly FaultyImage[] | null
  /** Spans of agents' numbers, both ends included. */
  agents: readonly { first: number; last: number }[] | null
  /** Addresses of callers. */
  sources: readonly string[] | null
  classes: readonly RequestClass[] | null
}

export interface FaultyImage {
  repository: string
  /** Null: every tag. */
  tag: string | null
}

export type Fault = AnyFault<FaultScope>
export type FaultChange = AnyFaultChange<FaultScope>
export type RegistryFaultControl = FaultControl<FaultSource, FaultScope>

/** What a fault is told of a request. */
export interface FaultRequest {
  class: RequestClass
  /** Null where the request names none. */
  repository: string | null
  /** A tag or a digest. */
  reference: string | null
  /** Null where the caller is no agent of a run. */
  agent: number | null
  source: string
  /** The docker reference that the request is part of a pull of; null where the caller does not say so. */
  pull: string | null
}

interface RegistryFaultsOptions {
  seed: number
  /** Name of the registry's profile: faults of other profiles are passed over. */
  profile: string
  faults?: readonly Fault[]
  /** What agents are called in the names of draws; by default they are numbers. */
  agentNames?: readonly string[]
  onChange?: (change: FaultChange) => void
}

/**
 * The faults of one registry. The draws of each pull of a caller are its own, so that nothing else moves any of them.
 *
 * @example
 * const faults = createRegistryFaults({ seed: 1, profile: 'ghcr', faults: [outage] })
 * const pull = 'kasmweb/chrome:1.16.1'
 * faults.decide({ class: 'manifest', repository: 'kasmweb/chrome', reference: '1.16.1', agent: 7, source: '192.0.2.1', pull }, 60_000)
 */
export function createRegistryFaults(options: RegistryFaultsOptions): Faults<FaultScope, FaultRequest> {
  const { profile, faults = [], agentNames = [], ...rest } = options
  // Those who do not say what they pull are told apart by what they ask for.
  const drawnFor = ({ agent, source, pull, repository }: FaultRequest) => {
    const caller = agent === null ? `source/${source}` : (agentNames[agent] ?? `agent/${agent}`)
    return streamName(caller, pull ?? repository ?? '')
  }
  const ofProfile = faults.filter((fault) => isOfProfile(fault, profile))
  return new Faults({ ...rest, concerns, callerOf, drawnFor, faults: ofProfile })
}

/** Whether a fault has to do with a registry of this profile at all. */
export function isOfProfile({ scope }: Fault, profile: string): boolean {
  return scope.profile === null || scope.profile === profile
}

function callerOf({ agent, source }: FaultRequest): string {
  return agent === null ? `source/${source}` : `agent/${agent}`
}

/** What digests are checked of, and what takes long: the other answers have no body to speak of. */
const bodyClasses: readonly RequestClass[] = ['manifest', 'blob']

function concerns({ rule, scope }: Fault, request: FaultRequest): boolean {
  const { images, agents, sources, classes } = scope
  if (isOfBody(rule.kind) && !bodyClasses.includes(request.class)) return false
  if (classes !== null && !classes.includes(request.class)) return false
  if (sources !== null && !sources.includes(request.source)) return false
  if (agents !== null && !agents.some((span) => isWithin(request.agent, span))) return false
  return images === null || images.some((image) => isOf(image, request))
}

function isWithin(agent: number | null, { first, last }: { first: number; last: number }): boolean {
  return agent !== null && agent >= first && agent <= last
}

function isOf(image: FaultyImage, { repository, reference }: FaultRequest): boolean {
  if (image.repository !== repository) return false
  return image.tag === null || reference === null || reference === image.tag || reference.includes(':')
}
