// The pulls of a fleet in virtual time: starts and drops them, and gives them one registry and one shared link.
// docs/model.md states what is modelled and what is left out.
import { tickAt } from '../../../../server/kernel/event-queue.ts'
import type { RandomStream } from '../../../../server/kernel/random.ts'
import type { ImageDefinition } from '../../../agent/agent.ts'
import type { RequestClass } from '../../../events/events.ts'
import { type LinkRates, SharedLink } from '../../../network/shared-link.ts'
import type { ScenarioNetwork } from '../../../scenario/scenario.ts'
import type { CoolDown } from '../../protocol/cool-down.ts'
import { SharedImages } from '../../protocol/local-images.ts'
import { type Endpoint, endpointOf } from '../../protocol/names.ts'
import { PullError, type PullResult } from '../../protocol/outcome.ts'
import type { Persona } from '../../protocol/personas.ts'
import { type EngineSettings, PullEngine } from '../../protocol/pull-engine.ts'
import { type PulledReference, readReference } from '../../protocol/pulled-reference.ts'
import { AnswerFacts } from './answer-facts.ts'
import type { FleetWire, FleetWireOptions } from './fleet-wire.ts'
import { Flows } from './flows.ts'
import { type PullEnd, VirtualPull } from './virtual-pull.ts'

export interface VirtualPullsOptions extends FleetWireOptions {
  network: ScenarioNetwork
  /** The address that each agent comes from. */
  sources: readonly string[]
  /** Whose pulls each agent makes. */
  personas: readonly Persona[]
  /** The patience of each agent whose persona has any. */
  coolDowns: readonly (CoolDown | null)[]
  /** The draws of an agent's engine in its pulls of a docker reference. */
  random: (agent: number, reference: string) => RandomStream
  /** Bytes per millisecond that each agent can receive. */
  downlinkBytesPerMs: ArrayLike<number>
  /** Another network than the scenario's: for tests of what measures it. */
  changeRates?: ((planned: LinkRates) => LinkRates) | undefined
  onSucceeded: (agent: number, pullId: number, reference: string, result: PullResult) => void
  onFailed: (agent: number, pullId: number, reference: string, error: PullError) => void
}

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
 * const pulls = new VirtualPulls({ registry, network, schedule: queue.schedule, ... })
 * pulls.start(0, { pullId: 1, definition }, queue.nowMs)
 */
export class VirtualPulls {
  readonly #options: VirtualPullsOptions
  readonly #wire: FleetWire
  /** By agent: its running pulls, by pull id. */
  readonly #running: Map<number, VirtualPull>[]
  /** By agent, once it has pulled. */
  readonly #engines: (PullEngine | undefined)[] = []
  readonly #settings = new Map<Persona, EngineSettings>()
  /** By what tells layers apart: the same image has other layers to other stores. */
  readonly #images = new Map<string, SharedImages>()
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #references = new Map<string, PulledReference>()
  /** At one moment pulls come after the check-ins, in the order of their starts, whichever exchanges were passed over. */
  #nextPlace: number
  #nextId = 1

  constructor(options: VirtualPullsOptions) {
    const { network, sources, registry } = options
    const { uplinkBytesPerSecond, connectionBytesPerSecond, roundTripMs, serverLatencyMs } = network
    const rates = {
      uplinkBytesPerMs: bytesPerMs(uplinkBytesPerSecond),
      connectionBytesPerMs: bytesPerMs(connectionBytesPerSecond),
      downlinkBytesPerMs: options.downlinkBytesPerMs,
    }
    const { changeRates = (planned: LinkRates) => planned, traffic } = options
    const link = new SharedLink(changeRates(rates), (served) => traffic.addServed(served))
    this.#options = options
    this.#running = sources.map(() => new Map())
    this.#nextPlace = 2 * sources.length
    this.#wire = {
      ...options,
      flows: new Flows(link),
      answers: new AnswerFacts(registry),
      servedMs: roundTripMs / 2 + serverLatencyMs,
      halfRoundTripMs: roundTripMs / 2,
      serverLatencyMs,
      nextId: () => this.#nextId++,
    }
  }

  /** When the next layer has all its bytes; Infinity when none is under way. */
  get nextReceivedMs(): number {
    return tickAt(this.#wire.flows.nextMs)
  }

  /** Takes in the layers that have all their bytes by now. */
  receive(nowMs: number): void {
    this.#wire.flows.receive(nowMs)
  }

  /** Raised by every publication. */
  get registryVersion(): number {
    return this.#wire.registry.version
  }

  /** Whose pulls an agent makes. */
  personaOf(agent: number): Persona {
    return this.#options.personas[agent] as Persona
  }

  /**
   * What the pull of an image does to an agent that holds it up to date; null where that cannot be said ahead of its time. It is said of
   * pulls that need no account and ask for nothing but what the tag stands for.
   */
  upToDatePull(persona: Persona, { name, user }: ImageDefinition): UpToDatePull | null {
    const { registry, faults, servedMs, halfRoundTripMs } = this.#wire
    if (user || faults !== null) return null
    const { repository, tag, digest } = this.#read(name).reference
    const document = registry.find(repository, digest ?? String(tag))
    if (document === null || !registry.access.allowsAnybody(repository)) return null
    const exchanges = warmExchanges(persona, registry.access.scheme === 'none')
    if (!exchanges?.every((exchange) => registry.isFree(exchange.class))) return null
    return { digest: document.digest, pullMs: exchanges.length * (servedMs + halfRoundTripMs), exchanges }
  }

  start(agent: number, { pullId, definition }: { pullId: number; definition: ImageDefinition }, nowMs: number): void {
    const { name: reference, user, token: password, registry } = definition
    const credentials = user ? { registry: registry ?? '', username: user, password: password ?? '' } : null
    const pull = new VirtualPull(this.#wire, {
      agent,
      source: this.#options.sources[agent] as string,
      pullId,
      order: { reference, credentials },
      engine: this.#engineOf(agent),
      place: this.#nextPlace++,
      onEnd: this.#onEnd,
    })
    this.#running[agent]?.set(pullId, pull)
    pull.start(nowMs)
  }

  abort(agent: number, pullId: number, nowMs: number): void {
    this.#running[agent]?.get(pullId)?.drop(nowMs)
    this.#running[agent]?.delete(pullId)
  }

  /** Counts what running pulls have asked and got by now, where that is not told as it happens. */
  settle(nowMs: number): void {
    this.#wire.flows.settle(nowMs)
    for (const pulls of this.#running) for (const pull of pulls.values()) pull.settle(nowMs)
  }

  /** Takes an image off an agent's disk: a reference, or with null whatever the digest led to. */
  remove(agent: number, { reference, digest }: { reference: string | null; digest: string }): void {
    const { images } = this.#engineOf(agent)
    if (reference === null) images.removeUntagged(digest)
    else images.removeReference(this.#read(reference))
  }

  readonly #onEnd = ({ agent, pullId, order }: VirtualPull, end: PullEnd): void => {
    const { onFailed, onSucceeded } = this.#options
    this.#running[agent]?.delete(pullId)
    if (end instanceof PullError) onFailed(agent, pullId, order.reference, end)
    else onSucceeded(agent, pullId, order.reference, end)
  }

  #engineOf(agent: number): PullEngine {
    let engine = this.#engines[agent]
    if (engine === undefined) {
      engine = new PullEngine(this.#settingsOf(this.personaOf(agent)), {
        coolDown: this.#options.coolDowns[agent] ?? null,
        random: (reference) => this.#options.random(agent, reference),
      })
      this.#engines[agent] = engine
    }
    return engine
  }

  #settingsOf(persona: Persona): EngineSettings {
    let settings = this.#settings.get(persona)
    if (settings === undefined) {
      settings = {
        persona,
        attestations: persona.attestations,
        platform: { os: 'linux', architecture: 'amd64' },
        downloadsMax: persona.downloads.max,
        unpackMsPerByte: 1 / bytesPerMs(this.#options.network.unpackBytesPerSecond),
        endpointOf: (host) => this.#endpointOf(host),
        read: (reference) => this.#read(reference),
        images: this.#imagesOf(persona),
      }
      this.#settings.set(persona, settings)
    }
    return settings
  }

  #imagesOf({ downloads: { layersBy } }: Persona): SharedImages {
    const images = this.#images.get(layersBy) ?? new SharedImages()
    this.#images.set(layersBy, images)
    return images
  }

  /** Made once for each host: pulls ask for them by the million. */
  #endpointOf(host: string): Endpoint {
    let endpoint = this.#endpoints.get(host)
    if (endpoint === undefined) {
      endpoint = endpointOf(host)
      this.#endpoints.set(host, endpoint)
    }
    return endpoint
  }

  /** Read once: doing so anew for each of millions of pulls would cost more than the rest of it. */
  #read(text: string): PulledReference {
    let reference = this.#references.get(text)
    if (reference === undefined) {
      reference = readReference(text)
      this.#references.set(text, reference)
    }
    return reference
  }
}

function bytesPerMs(bytesPerSecond: number | null): number {
  return bytesPerSecond === null ? Number.POSITIVE_INFINITY : bytesPerSecond / 1_000
}
