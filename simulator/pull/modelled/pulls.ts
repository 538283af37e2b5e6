// The pulls of a fleet in virtual time: starts and drops them, and gives them one shared link and one set of disks.
// docs/model.md states what is modelled and what is left out.

import { tickAt } from '../../../server/kernel/event-queue.ts'
import type { ImageDefinition } from '../../agent/agent.ts'
import type { RequestClass } from '../../events/events.ts'
import { type LinkRates, SharedLink } from '../../network/shared-link.ts'
import type { Persona } from '../personas.ts'
import { pullAsContentClient } from './content-pull.ts'
import { Disks } from './disks.ts'
import { pullAsDocker } from './docker-pull.ts'
import { ModelledEngine } from './engine.ts'
import { Flows } from './flows.ts'
import { ModelledPull } from './pull.ts'
import type { ModelledPullsOptions, World } from './world.ts'

/** One request and its answer, of those that cost nothing. */
export interface Exchange {
  class: RequestClass
  status: number
}

/** A pull that finds nothing new. */
interface UpToDatePull {
  digest: string
  pullMs: number
  exchanges: readonly Exchange[]
}

const ping: Exchange = { class: 'ping', status: 200 }
const challenge: Exchange = { class: 'ping', status: 401 }
const token: Exchange = { class: 'token', status: 200 }
const versionCheck: Exchange = { class: 'version-check', status: 200 }
const challengedCheck: Exchange = { class: 'version-check', status: 401 }

/** What a persona asks that finds its image up to date; null where that hangs on more than the registry, or brings bytes. */
function warmExchanges({ resolve, token: { sharedBy }, ping: pings }: Persona, isOpen: boolean): Exchange[] | null {
  if (resolve !== 'head' || sharedBy !== 'pull') return null
  if (isOpen) return pings ? [ping, versionCheck] : [versionCheck]
  return [pings ? challenge : challengedCheck, token, versionCheck]
}

/**
 * Every pull of a fleet in virtual time.
 *
 * @example
 * const pulls = new ModelledPulls({ registry, network, schedule: queue.schedule, ... })
 * pulls.start(0, { pullId: 1, definition }, queue.nowMs)
 */
export class ModelledPulls {
  readonly #world: World
  /** By agent: its running pulls, by pull id. */
  readonly #running: Map<number, ModelledPull>[]
  readonly #engines = new Map<number, ModelledEngine>()
  /** At one moment pulls come after the check-ins, in the order of their starts, whichever exchanges were passed over. */
  #nextPlace: number
  #nextId = 1

  constructor(options: ModelledPullsOptions) {
    const { network, sources } = options
    const { uplinkBytesPerSecond, connectionBytesPerSecond, roundTripMs, serverLatencyMs } = network
    const rates = {
      uplinkBytesPerMs: bytesPerMs(uplinkBytesPerSecond),
      connectionBytesPerMs: bytesPerMs(connectionBytesPerSecond),
      downlinkBytesPerMs: options.downlinkBytesPerMs,
    }
    const { changeRates = (planned: LinkRates) => planned, traffic } = options
    const link = new SharedLink(changeRates(rates), (served) => traffic.addServed(served))
    this.#running = sources.map(() => new Map())
    this.#nextPlace = 2 * sources.length
    this.#world = {
      ...options,
      flows: new Flows(link),
      disks: new Disks({ agents: sources.length, imagesMax: options.imagesMax, images: options.registry.images }),
      servedMs: roundTripMs / 2 + serverLatencyMs,
      halfRoundTripMs: roundTripMs / 2,
      serverLatencyMs,
      unpackMsPerByte: 1 / bytesPerMs(network.unpackBytesPerSecond),
      nextId: () => this.#nextId++,
      end: (pull) => this.#end(pull),
    }
  }

  /** When the next layer has all its bytes; Infinity when none is under way. */
  get nextReceivedMs(): number {
    return tickAt(this.#world.flows.nextMs)
  }

  /** Takes in the layers that have all their bytes by now. */
  receive(nowMs: number): void {
    this.#world.flows.receive(nowMs)
  }

  /** Raised by every publication. */
  get registryVersion(): number {
    return this.#world.registry.images.length
  }

  /** Whose pulls an agent makes. */
  personaOf(agent: number): Persona {
    return this.#world.personas[agent] as Persona
  }

  /**
   * What the pull of an image does to an agent that holds it up to date; null where that cannot be said ahead of its time. It is said of
   * pulls that need no account and ask for nothing but what the tag stands for.
   */
  upToDatePull(persona: Persona, { name, user }: ImageDefinition): UpToDatePull | null {
    const { registry, faults, servedMs, halfRoundTripMs } = this.#world
    if (user || faults !== null) return null
    const { repository, name: tag } = registry.read(name)
    const image = registry.find(repository, tag)
    if (image === null || !registry.access.allowsAnybody(repository)) return null
    const exchanges = warmExchanges(persona, registry.access.scheme === 'none')
    if (!exchanges?.every((exchange) => registry.isFree(exchange.class))) return null
    return { digest: image.digest, pullMs: exchanges.length * (servedMs + halfRoundTripMs), exchanges }
  }

  start(agent: number, { pullId, definition }: { pullId: number; definition: ImageDefinition }, nowMs: number): void {
    const place = this.#nextPlace++
    const engine = this.#engineOf(agent)
    const script = this.personaOf(agent).downloads.layersBy === 'chain' ? pullAsDocker : pullAsContentClient
    const pull = new ModelledPull(this.#world, { agent, pullId, definition, engine, script, place, nowMs })
    this.#running[agent]?.set(pullId, pull)
    pull.start(nowMs)
  }

  abort(agent: number, pullId: number, nowMs: number): void {
    this.#running[agent]?.get(pullId)?.drop(nowMs)
  }

  /** Counts what running pulls have asked and got by now, where that is not told as it happens. */
  settle(nowMs: number): void {
    this.#world.flows.settle(nowMs)
    for (const pulls of this.#running) for (const pull of pulls.values()) pull.settle(nowMs)
  }

  /** Takes an image off an agent's disk. */
  removeImage(agent: number, digest: string): void {
    this.#world.disks.remove(agent, digest)
  }

  #engineOf(agent: number): ModelledEngine {
    let engine = this.#engines.get(agent)
    if (engine === undefined) {
      engine = new ModelledEngine(this.#world, this.personaOf(agent))
      this.#engines.set(agent, engine)
    }
    return engine
  }

  #end({ agent, pullId }: { agent: number; pullId: number }): void {
    const running = this.#running[agent]
    running?.delete(pullId)
    if (running?.size === 0 && this.#engines.get(agent)?.isIdle) this.#engines.delete(agent)
  }
}

function bytesPerMs(bytesPerSecond: number | null): number {
  return bytesPerSecond === null ? Number.POSITIVE_INFINITY : bytesPerSecond / 1_000
}
