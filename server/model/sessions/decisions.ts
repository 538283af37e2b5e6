// What became of the last requests for sessions, agent by agent: what the product keeps to itself. It is no part of the state, for it
// explains and decides nothing.
import type { Objection, ObjectionKind } from './objection.ts'

const decisionsMax = 200
/** How many agents a decision names; it counts all. */
const refusalsMax = 25

/** An agent that a session was not placed on, and why. */
export interface AgentRefusal {
  server_id: string
  hostname: string
  kind: ObjectionKind
  detail: string
}

/** One request for a session. */
export interface Decision {
  atMs: number
  image: string
  username: string | null
  /** By licences, before it; null where there is none. */
  seats: { taken: number; limit: number } | null
  /** The agent that got it, or null. */
  placedOn: { server_id: string; hostname: string } | null
  /** The agents looked at and passed over: the first of them, and how many for each reason. */
  refusals: readonly AgentRefusal[]
  refused: Readonly<Partial<Record<ObjectionKind, number>>>
}

/** Gathers what speaks against agents while a place is looked for. */
export class Refusals {
  readonly first: AgentRefusal[] = []
  readonly counts: Partial<Record<ObjectionKind, number>> = {}

  add(agent: { server_id: string; hostname: string }, { kind, detail }: Objection): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
    if (this.first.length < refusalsMax) this.first.push({ ...agent, kind, detail })
  }

  /** In a few words: how many agents have which problem, or the one that there is. */
  get summary(): string {
    const [only] = this.first
    if (!only) return 'no agent has checked in'
    const kinds = Object.entries(this.counts)
    const agents = kinds.reduce((sum, [, count]) => sum + count, 0)
    if (agents === 1) return `${only.hostname} is refused: ${only.kind} (${only.detail})`
    return `${agents} agents are refused: ${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')}`
  }
}

/** The last decisions, newest last. */
export class Decisions {
  #decisions: Decision[] = []

  add(decision: Decision): void {
    this.#decisions.push(decision)
    if (this.#decisions.length >= 2 * decisionsMax) this.#decisions = this.#decisions.slice(-decisionsMax)
  }

  list(): readonly Decision[] {
    return this.#decisions.slice(-decisionsMax)
  }
}

/**
 * A decision as the product's log tells it (docs/sessions.md, "Log lines"): of an agent it refuses, the product says no more than that it
 * was looked at.
 */
export function logLines({ image, seats, placedOn, refusals }: Decision): string[] {
  const looked = refusals.map(({ server_id }) => `Processing Server: (${server_id})`)
  const licence = seats
    ? [
        `License Check: Current Kasms (${seats.taken}) , License Limit (${seats.limit}) , Remaining (${seats.limit - seats.taken})`,
      ]
    : []
  return [
    ...licence,
    `Getting available slots for image: (${image})`,
    ...looked,
    ...(placedOn
      ? [
          `Processing Server: (${placedOn.server_id})`,
          `Server (${placedOn.server_id}) can support this container. Adding slot`,
        ]
      : ['No Agent slots available. No Agent can be contacted with enough available resources to provision the image']),
  ]
}
