// The faults of one server: who is hit by what, at a moment that it is told. The API of the fake, the HTTP front of a registry and the
// registry of virtual time all ask it. A caller's draws are its own, so that what others do moves none of them.
import { type RandomStream, randomStream, streamName } from '../kernel/random.ts'
import type { DelayDistribution, Fault, FaultDecision, FaultEffect } from './fault.ts'

/** A fault that began or is over. */
export interface FaultChange<Scope> {
  kind: 'fault-started' | 'fault-ended'
  fault: Fault<Scope>
}

/** A fault that is not over, and how many requests it has hit. */
export interface StandingFault<Scope> {
  fault: Fault<Scope>
  hits: number
}

interface FaultsOptions<Scope, Request> {
  /** Of the draws of faults that have none of their own. */
  seed?: number
  /** Whether a fault has to do with a request at all. */
  concerns: (fault: Fault<Scope>, request: Request) => boolean
  /** Names the caller whose requests are spared together. */
  callerOf: (request: Request) => string
  /** Names what has draws of its own, by parts as of a stream; default: the caller. */
  drawnFor?: (request: Request) => string
  /** Of how many callers each fault remembers the draws; those that have not called for longest are forgotten. Default: of all. */
  callersMax?: number
  /** Those of the start, which `reset` goes back to. */
  faults?: readonly Fault<Scope>[]
  /** Told of each start and each end, in their order, once time has come so far. */
  onChange?: (change: FaultChange<Scope>) => void
}

/**
 * Decides which requests are hit. Where several faults hit one request, the one that was given first has it. Time must not run
 * backwards.
 *
 * @example
 * const faults = new Faults({ seed: 1, concerns: concernsRegistry, callerOf: ({ source }) => source, faults: [outage] })
 * faults.decide(request, 60_000) // { fault: 'gone', effect: { kind: 'connection-drop', operationDone: false } }
 */
export class Faults<Scope, Request> {
  readonly #options: FaultsOptions<Scope, Request>
  /** In the order in which they were given. */
  #live: LiveFault<Scope>[] = []
  #named = 0

  constructor(options: FaultsOptions<Scope, Request>) {
    this.#options = options
    for (const fault of options.faults ?? []) this.#add(fault)
  }

  get isEmpty(): boolean {
    return this.#live.length === 0
  }

  /** When the next fault starts or ends; infinite where none does. */
  get nextChangeMs(): number {
    let nextMs = Number.POSITIVE_INFINITY
    for (const live of this.#live) nextMs = Math.min(nextMs, live.nextChangeMs)
    return nextMs
  }

  /** A name for a fault that was given none. */
  nextName(): string {
    this.#named += 1
    return `fault-${this.#named}`
  }

  /** Adds a fault; one of the same name is over. */
  inject(fault: Fault<Scope>, nowMs: number): void {
    this.clear(fault.name, nowMs)
    this.#add(fault)
    this.settle(nowMs)
  }

  /** Ends a fault; false where there is none of this name. */
  clear(name: string, nowMs: number): boolean {
    this.settle(nowMs)
    const cleared = this.#live.find(({ fault }) => fault.name === name)
    if (cleared !== undefined) this.#end(cleared)
    return cleared !== undefined
  }

  clearAll(nowMs: number): void {
    this.settle(nowMs)
    for (const live of [...this.#live]) this.#end(live)
  }

  /** Goes back to the faults of the start, as if none had hit anything. */
  reset(nowMs: number): void {
    this.clearAll(nowMs)
    this.#named = 0
    for (const fault of this.#options.faults ?? []) this.#add(fault)
    this.settle(nowMs)
  }

  /** Those that are not over, in the order in which they were given. */
  list(nowMs: number): StandingFault<Scope>[] {
    this.settle(nowMs)
    return this.#live.map(({ fault, hits }) => ({ fault, hits }))
  }

  /** Tells what started and what ended until now. */
  settle(nowMs: number): void {
    for (let changeMs = this.nextChangeMs; changeMs <= nowMs; changeMs = this.nextChangeMs) {
      // What ends makes way before what starts at the same moment.
      const changing = this.#live.filter(({ nextChangeMs }) => nextChangeMs === changeMs)
      const live = changing.find(({ started }) => started) ?? (changing[0] as LiveFault<Scope>)
      if (live.started) {
        this.#end(live)
      } else {
        live.started = true
        this.#options.onChange?.({ kind: 'fault-started', fault: live.fault })
      }
    }
  }

  /** What happens to a request; null where no fault hits it. */
  decide(request: Request, nowMs: number): FaultDecision | null {
    if (this.#live.length === 0) return null
    this.settle(nowMs)
    const { concerns, callerOf, drawnFor = callerOf } = this.#options
    let hit: { live: LiveFault<Scope>; effect: FaultEffect } | null = null
    // Each fault draws for each request in its scope, whether another has it already, so that no fault moves another's draws.
    for (const live of this.#live) {
      if (!live.started || !concerns(live.fault, request)) continue
      const effect = live.isSpared(callerOf(request)) ? null : live.draw(drawnFor(request), nowMs)
      if (effect !== null) hit ??= { live, effect }
    }
    if (hit === null) return null
    const { live, effect } = hit
    live.hits += 1
    if (live.hits === live.fault.times) this.#end(live)
    return { fault: live.fault.name, effect }
  }

  #add(fault: Fault<Scope>): void {
    if (fault.untilMs !== null && fault.untilMs <= fault.fromMs) return
    const { seed = 1, callersMax = Number.POSITIVE_INFINITY } = this.#options
    this.#live.push(new LiveFault(fault, { seed: fault.seed ?? seed, callersMax }))
  }

  #end(ended: LiveFault<Scope>): void {
    this.#live = this.#live.filter((live) => live !== ended)
    if (ended.started) this.#options.onChange?.({ kind: 'fault-ended', fault: ended.fault })
  }
}

class LiveFault<Scope> {
  readonly fault: Fault<Scope>
  started = false
  hits = 0
  readonly #seed: number
  /** How many requests of each caller have been spared. */
  readonly #spared: Recent<number>
  readonly #streams: Recent<RandomStream>

  constructor(fault: Fault<Scope>, { seed, callersMax }: { seed: number; callersMax: number }) {
    this.fault = fault
    this.#seed = seed
    this.#spared = new Recent(callersMax)
    this.#streams = new Recent(callersMax)
  }

  get nextChangeMs(): number {
    if (!this.started) return this.fault.fromMs
    return this.fault.untilMs ?? Number.POSITIVE_INFINITY
  }

  /** Whether a request of a caller is one of the first. */
  isSpared(caller: string): boolean {
    const { succeedFirst } = this.fault
    if (succeedFirst === 0) return false
    const spared = this.#spared.get(caller, () => 0)
    if (spared >= succeedFirst) return false
    this.#spared.set(caller, spared + 1)
    return true
  }

  /** What a request in its scope gets; null where it is not hit. */
  draw(drawnFor: string, nowMs: number): FaultEffect | null {
    const { name, rule, probability, rampMs, fromMs } = this.fault
    const strength = rampMs === 0 ? 1 : Math.min(1, (nowMs - fromMs) / rampMs)
    const random = this.#streams.get(drawnFor, () =>
      randomStream(this.#seed, `${streamName('fault', name)}/${drawnFor}`),
    )
    const growsInTime = rule.kind === 'latency' || rule.kind === 'slow-body'
    if (random.uniform() >= (growsInTime ? probability : probability * strength)) return null
    return growsInTime && strength === 0 ? null : effectOf(rule, strength, random)
  }
}

/** Values by name. Of more than so many, that which has not been asked for longest is forgotten. */
class Recent<Value> {
  readonly #max: number
  readonly #values = new Map<string, Value>()

  constructor(max: number) {
    this.#max = max
  }

  get(name: string, create: () => Value): Value {
    const known = this.#values.get(name)
    if (known !== undefined && this.#max === Number.POSITIVE_INFINITY) return known
    const value = known ?? create()
    this.set(name, value)
    return value
  }

  set(name: string, value: Value): void {
    if (this.#max !== Number.POSITIVE_INFINITY) this.#values.delete(name)
    this.#values.set(name, value)
    if (this.#values.size > this.#max) this.#values.delete(this.#values.keys().next().value as string)
  }
}

function effectOf(rule: Fault<unknown>['rule'], strength: number, random: RandomStream): FaultEffect {
  switch (rule.kind) {
    case 'latency':
      return { kind: 'latency', delayMs: Math.round(strength * drawMs(rule.delay, random)) }
    case 'slow-body':
      return { kind: 'slow-body', bytesPerSecond: rule.bytesPerSecond / strength }
    case 'outage':
      return { kind: 'connection-drop', operationDone: false }
    default:
      return rule
  }
}

/** No answer is held back longer: the far tail of a distribution would outlive every run. */
const delayMsMax = 24 * 3_600_000

function drawMs(delay: DelayDistribution, random: RandomStream): number {
  return Math.min(delayMsMax, drawUnboundedMs(delay, random))
}

function drawUnboundedMs(delay: DelayDistribution, random: RandomStream): number {
  switch (delay.distribution) {
    case 'constant':
      return delay.delayMs
    case 'uniform':
      return delay.lowMs + random.uniform() * (delay.highMs - delay.lowMs)
    case 'exponential':
      return -delay.meanMs * Math.log(1 - random.uniform())
    case 'lognormal':
      return delay.medianMs * Math.exp(delay.sigma * drawNormal(random))
    default:
      return delay satisfies never
  }
}

/** By Box and Muller's transform. */
function drawNormal(random: RandomStream): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()))
  return radius * Math.cos(2 * Math.PI * random.uniform())
}
