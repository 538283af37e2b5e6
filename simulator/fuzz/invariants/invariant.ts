// What an invariant is: something that must hold in every run, whatever the scenario; judged from events and the scenario alone.
import type { RunEvent } from '../../events/events.ts'
import type { Scenario } from '../../scenario/scenario.ts'
import type { Administration } from './administration.ts'
import type { AgentView } from './agent-view.ts'

/** Every invariant, in a few words; docs/fuzz.md explains each, and a test compares the two. */
export const invariants = {
  'runs-through': 'nothing inside the program breaks',
  'events-well-formed': 'events are numbered, ordered in time, and agree with each other',
  'cap-kept': 'no agent runs more pulls than the cap that its last start read',
  'registry-sees-cap': 'the registry sees no agent pull from more repositories than its cap',
  'only-pullable': 'no pull starts of an image that is undefined, disabled, without a registry or not for the agent',
  'slots-used': 'no pull waits while its agent has a slot free',
  'nothing-lost': 'every image that an agent may pull is held, on its way, or was tried at the last check-in',
  'looks-in-time': 'an agent that was restarted looks at its images after its delay and not before',
  'held-until-pruned': 'an image on disk stays until a prune that the administrator asked for',
  'disk-limit-kept': 'no pull starts that would fill the disk beyond its limit, and none is refused that would not',
  'rate-limit-exact': 'a rate limit lets through as much as it says, no more and no less',
  'bandwidth-kept': 'no transfer is faster than its max-min fair share of uplink, downlink and connection',
  'bandwidth-used': 'no transfer is slower than that share: no line is idle while it is wanted',
  'layers-shared':
    'a layer that is held is not fetched again, and none twice at once where the client shares downloads',
  'tags-current': 'a pull brings what its tag stood for, and drift is told as the disks show it',
  'used-images-kept': 'an image that a session runs is not pruned',
  'checks-in': 'a running agent checks in at every interval',
  'summary-adds-up': 'the summary says what the events say',
  'shortcut-invisible': 'the run is the same with the fast-forward of idle check-ins and without',
  'watching-changes-nothing': 'the summary is the same whether or not anybody listens to the events',
} as const

export type InvariantName = keyof typeof invariants

/** An invariant that did not hold. */
export interface Violation {
  invariant: InvariantName
  atMs: number
  statement: string
}

/** What is known of a run before the event at hand. */
export interface World {
  scenario: Scenario
  administration: Administration
  agents: readonly AgentView[]
  /** How long ago what an agent does now may have been decided: since the check-in before its last one. */
  sinceMs(agent: AgentView, nowMs: number): number
}

/** Judges one invariant. Both return a statement of what is wrong, null while all is well. */
export interface Judge {
  invariant: InvariantName
  /** Called before the world takes the event in. */
  take(event: RunEvent, world: World): string | null
  finish?(world: World, endMs: number): string | null
}
