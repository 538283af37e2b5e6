// The faults of one registry: who is hit by what, at a moment that it is told. The HTTP front and the registry of virtual time both
// ask it. The draws of each pull of a caller are its own, so that nothing else moves any of them.
import { createStreams, type RandomStream, streamName } from '../../../server/kernel/random.ts'
import type { RequestClass } from '../request-class.ts'
import type { DelayDistribution, Fault, FaultDecision, FaultEffect, FaultKind, FaultRequest } from './fault.ts'

/** A fault that began or is over. */
export interface FaultChange {
  kind: 'fault-started' | 'fault-ended'
  fault: Fault
}

interface FaultsOptions {
  seed: number
  /** Name of the registry's profile: faults of other profiles are passed over. */
  profile: string
  faults?: readonly Fault[]
  /** What agents are called in the names of draws; by default they are numbers. */
  agentNames?: readonly string[]
  /** Told of each start and each end, in their order, once time has come so far. */
  onChange?: (change: FaultChange) => void
}

/**
 * Decides which requests are hit. Where several faults hit one request, the one that was given first has it. Time must not run
 * backwards.
 *
 * @example
 * const faults = new Faults({ seed: 1, profile: 'ghcr', faults: [outage] })
 * const pull = 'kasmweb/chrome:1.16.1'
 * faults.decide({ class: 'manifest', repository: 'kasmweb/chrome', reference: '1.16.1', agent: 7, source: '192.0.2.1', pull }, 60_000)
 * // { fault: 'gone', effect: { kind: 'connection-drop' } }
 */
export class Faults {
  readonly #options: FaultsOptions
  /** In the order in which they were given. */
  #live: LiveFault[] = []

  constructor(options: FaultsOptions) {
    this.#options = options
    for (const fault of options.faults ?? []) this.#add(fault)
  }

  /** When the next fault starts or ends; infinite where none does. */
  get nextChangeMs(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#live.map(({ nextChangeMs }) => nextChangeMs))
  }

  /** Adds a fault; one of the same name is over. */
  inject(fault: Fault, nowMs: number): void {
    this.clear(fault.name, nowMs)
    this.#add(fault)
    this.settle(nowMs)
  }

  /** Ends a fault; false where there is none of this name. */
  clear(name: string, nowMs: number): boolean {
    this.settle(nowMs)
    const cleared = this.#live.find(({ fault }) => fault.name === name)
    if (cleared === undefined) return false
    this.#live = this.#live.filter((live) => live !== cleared)
    if (cleared.started) this.#tell({ kind: 'fault-ended', fault: cleared.fault })
    return true
  }

  /** Tells what started and what ended until now. */
  settle(nowMs: number): void {
    for (let changeMs = this.nextChangeMs; changeMs <= nowMs; changeMs = this.nextChangeMs) {
      // What ends makes way before what starts at the same moment.
      const changing = this.#live.filter(({ nextChangeMs }) => nextChangeMs === changeMs)
      const live = changing.find(({ started }) => started) ?? (changing[0] as LiveFault)
      if (live.started) this.#live = this.#live.filter((other) => other !== live)
      this.#tell({ kind: live.started ? 'fault-ended' : 'fault-started', fault: live.fault })
      live.started = true
    }
  }

  /** What happens to a request; null where no fault hits it. */
  decide(request: FaultRequest, nowMs: number): FaultDecision | null {
    if (this.#live.length === 0) return null
    this.settle(nowMs)
    let decision: FaultDecision | null = null
    // Each fault draws for each request in its scope, whether another has it already, so that no fault moves another's draws.
    for (const live of this.#live) {
      const effect = live.hit(request, nowMs)
      if (effect !== null) decision ??= { fault: live.fault.name, effect }
    }
    return decision
  }

  #add(fault: Fault): void {
    const { profile } = this.#options
    if (fault.scope.profile !== null && fault.scope.profile !== profile) return
    if (fault.untilMs !== null && fault.untilMs <= fault.fromMs) return
    this.#live.push(new LiveFault(fault, this.#options))
  }

  #tell(change: FaultChange): void {
    this.#options.onChange?.(change)
  }
}

class LiveFault {
  readonly fault: Fault
  started = false
  readonly #streams: (name: string) => RandomStream
  readonly #agentNames: readonly string[]
  /** How many requests of each caller have been spared. */
  readonly #spared = new Map<number | string, number>()

  constructor(fault: Fault, { seed, agentNames = [] }: FaultsOptions) {
    this.fault = fault
    this.#streams = createStreams(seed)
    this.#agentNames = agentNames
  }

  get nextChangeMs(): number {
    if (!this.started) return this.fault.fromMs
    return this.fault.untilMs ?? Number.POSITIVE_INFINITY
  }

  hit(request: FaultRequest, nowMs: number): FaultEffect | null {
    const { fault } = this
    if (!this.started || !concerns(fault, request)) return null
    const strength = fault.rampMs === 0 ? 1 : Math.min(1, (nowMs - fault.fromMs) / fault.rampMs)
    if (this.#isSpared(request)) return null
    const random = this.#streamOf(request)
    const growsInTime = fault.rule.kind === 'latency' || fault.rule.kind === 'slow-body'
    const probability = growsInTime ? fault.probability : fault.probability * strength
    if (random.uniform() >= probability) return null
    return growsInTime && strength === 0 ? null : effectOf(fault, strength, random)
  }

  #isSpared({ agent, source }: FaultRequest): boolean {
    const caller = agent ?? source
    const spared = this.#spared.get(caller) ?? 0
    if (spared >= this.fault.succeedFirst) return false
    this.#spared.set(caller, spared + 1)
    return true
  }

  /** Those who do not say what they pull are told apart by what they ask for. */
  #streamOf({ agent, source, pull, repository }: FaultRequest): RandomStream {
    const caller = agent === null ? `source/${source}` : (this.#agentNames[agent] ?? `agent/${agent}`)
    return this.#streams(streamName('fault', this.fault.name, caller, pull ?? repository ?? ''))
  }
}

function effectOf({ rule }: Fault, strength: number, random: RandomStream): FaultEffect {
  switch (rule.kind) {
    case 'latency':
      return { kind: 'latency', delayMs: Math.round(strength * drawMs(rule.delay, random)) }
    case 'slow-body':
      return { kind: 'slow-body', bytesPerSecond: rule.bytesPerSecond / strength }
    case 'outage':
      return { kind: 'connection-drop' }
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

/** What digests are checked of, and what takes long: the other answers have no body to speak of. */
const bodyClasses: readonly RequestClass[] = ['manifest', 'blob']
const bodyKinds: readonly FaultKind[] = ['truncated-body', 'wrong-digest', 'slow-body']

/** Whether a fault concerns a request. */
function concerns({ rule, scope }: Fault, request: FaultRequest): boolean {
  const { images, agents, sources, classes } = scope
  if (bodyKinds.includes(rule.kind) && !bodyClasses.includes(request.class)) return false
  if (classes !== null && !classes.includes(request.class)) return false
  if (sources !== null && !sources.includes(request.source)) return false
  if (agents !== null && !agents.some((span) => isWithin(request.agent, span))) return false
  return images === null || images.some((image) => isOf(image, request))
}

function isWithin(agent: number | null, { first, last }: { first: number; last: number }): boolean {
  return agent !== null && agent >= first && agent <= last
}

function isOf(image: { repository: string; tag: string | null }, { repository, reference }: FaultRequest): boolean {
  if (image.repository !== repository) return false
  return image.tag === null || reference === null || reference === image.tag || reference.includes(':')
}
