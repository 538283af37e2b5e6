// The faults of one fake: which call is hit by what. Every caller's draws are its own, so that what others do moves none of them.
import { KasmSimError } from '../kernel/errors.ts'
import { type RandomStream, randomStream } from '../kernel/random.ts'
import { hashOf } from '../model/secrets.ts'
import type { Fault, FaultCall, FaultEffect } from './fault.ts'

/** Each is asked at every call. */
const faultCountMax = 1_000
/** Of how many callers a fault remembers the draws: whoever calls may name herself anew each time. */
const callersMax = 20_000
/** Longer names are remembered by their hash. */
const nameLengthMax = 255

/** The fault that hits a call, and what it does. */
export interface FaultDecision {
  fault: string
  effect: FaultEffect
}

/** A fault as it stands. */
interface LiveFault {
  fault: Fault
  callers: Map<string, { random: RandomStream; seen: number }>
  hits: number
}

/**
 * Decides which calls are hit. Where several faults hit one call, the one that was injected first has it.
 *
 * @example
 * faults.inject(compileFault({ kind: 'status', status: 503, for: '5m' }, { name: 'down', nowMs }))
 * faults.decide({ operation: 'get_images', path: '/api/public/get_images', caller: 'me', agent: null, source: '127.0.0.1' }, nowMs)
 */
export class Faults {
  /** By name, in the order in which they were injected. */
  readonly #live = new Map<string, LiveFault>()
  #count = 0

  get isEmpty(): boolean {
    return this.#live.size === 0
  }

  /** A name for a fault that was given none. */
  nextName(): string {
    this.#count += 1
    return `fault-${this.#count}`
  }

  /**
   * Adds a fault; one of the same name is over.
   *
   * @throws KasmSimError CONTROL_INVALID where there are too many
   */
  inject(fault: Fault): void {
    if (!this.#live.has(fault.name) && this.#live.size >= faultCountMax) {
      const problem = `there are ${faultCountMax} already. Clear some first.`
      throw new KasmSimError('CONTROL_INVALID', `Failed to inject the fault "${fault.name}": ${problem}`)
    }
    this.#live.delete(fault.name)
    this.#live.set(fault.name, { fault, callers: new Map(), hits: 0 })
  }

  /** Ends a fault; false where there is none of this name. */
  clear(name: string, nowMs: number): boolean {
    this.#expire(nowMs)
    return this.#live.delete(name)
  }

  clearAll(): void {
    this.#live.clear()
    this.#count = 0
  }

  /** Those that are not over, with how many calls each has hit. */
  list(nowMs: number): { fault: Fault; hits: number }[] {
    this.#expire(nowMs)
    return [...this.#live.values()].map(({ fault, hits }) => ({ fault, hits }))
  }

  /** What happens to a call; null where no fault hits it. */
  decide(call: FaultCall, nowMs: number): FaultDecision | null {
    if (this.isEmpty) return null
    this.#expire(nowMs)
    let hit: { live: LiveFault; effect: FaultEffect } | null = null
    // Each fault draws for each call in its scope, whether another has it already, so that no fault moves another's draws.
    for (const live of this.#live.values()) {
      const effect = concerns(live.fault, call) ? draw(live, call) : null
      if (effect !== null) hit ??= { live, effect }
    }
    if (!hit) return null
    hit.live.hits += 1
    return { fault: hit.live.fault.name, effect: hit.effect }
  }

  #expire(nowMs: number): void {
    for (const [name, { fault, hits }] of this.#live) {
      const isOver = (fault.untilMs !== null && fault.untilMs <= nowMs) || (fault.times !== null && hits >= fault.times)
      if (isOver) this.#live.delete(name)
    }
  }
}

function draw({ fault, callers }: LiveFault, { agent, caller, source }: FaultCall): FaultEffect | null {
  const name = agent ? `agent/${agent.serverId}` : caller === null ? `source/${source}` : `caller/${caller}`
  const who = name.length <= nameLengthMax ? name : hashOf(name)
  const known = callers.get(who) ?? { random: randomStream(fault.seed, `fault/${fault.name}/${who}`), seen: 0 }
  // The one that has not called for longest is forgotten first.
  callers.delete(who)
  callers.set(who, known)
  if (callers.size > callersMax) callers.delete(callers.keys().next().value as string)
  known.seen += 1
  if (known.seen <= fault.succeedFirst || known.random.uniform() >= fault.probability) return null
  const { rule } = fault
  if (rule.kind !== 'latency') return rule
  return { kind: 'latency', delayMs: Math.round(rule.lowMs + known.random.uniform() * (rule.highMs - rule.lowMs)) }
}

function concerns({ scope }: Fault, { operation, path, caller, agent, source }: FaultCall): boolean {
  const { operations, prefixes, callers, agents, sources } = scope
  if (operations !== null && (operation === null || !operations.includes(operation))) return false
  if (prefixes !== null && !prefixes.some((prefix) => path.startsWith(prefix))) return false
  if (callers !== null && (caller === null || !callers.includes(caller))) return false
  if (sources !== null && !sources.includes(source)) return false
  return agents === null || (agent !== null && agents.some((name) => isNamed(agent, name)))
}

/** Server ids come with and without dashes. */
function isNamed({ serverId, hostname }: { serverId: string; hostname: string | null }, name: string): boolean {
  const plain = (text: string) => text.replaceAll('-', '').toLowerCase()
  return name === hostname || plain(name) === plain(serverId)
}
