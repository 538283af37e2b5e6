// One pull in virtual time: who pulls what, and how it ends. The requests in between are its persona's (docker-pull.ts, client-pull.ts).
import type { Task } from '../../../server/kernel/event-queue.ts'
import type { RandomStream } from '../../../server/kernel/random.ts'
import { type ImageReference, parseReference } from '../../../server/kernel/reference.ts'
import type { ImageDefinition } from '../../agent/agent.ts'
import type { ModelledImage, ModelledLayer, ModelledReference } from '../../registry/modelled-images.ts'
import type { ModelledLogin } from '../../registry/modelled-registry.ts'
import type { CoolDown } from '../cool-down.ts'
import { PullError } from '../engine.ts'
import { explain, RegistryFailure } from '../failure.ts'
import { type Endpoint, endpointOf, loginHost } from '../names.ts'
import type { Persona } from '../personas.ts'
import { PullAsks } from './asks.ts'
import { type Download, Downloads, type LayerWatcher } from './downloads.ts'
import type { ModelledEngine } from './engine.ts'
import { Slots } from './slots.ts'
import { type Script, Strand, type StrandOwner } from './strand.ts'
import type { World } from './world.ts'

/** How a persona pulls: the image, once its engine has it. Throws RegistryFailure. */
type PullScript = (pull: ModelledPull, strand: Strand) => Script<ModelledImage>

export class ModelledPull implements Task, LayerWatcher, StrandOwner<ModelledImage> {
  readonly agent: number
  readonly pullId: number
  readonly persona: Persona
  readonly engine: ModelledEngine
  readonly asks: PullAsks
  readonly reference: ModelledReference
  readonly endpoint: Endpoint
  /** Whose log-in comes first, and where. */
  readonly login: ModelledLogin | null
  readonly loginEndpoint: Endpoint | null
  /** The same where it is of the reference's own registry. */
  readonly ownLogin: ModelledLogin | null
  readonly #world: World
  readonly #definition: ImageDefinition
  readonly #place: number
  readonly #strand: Strand<ModelledImage>
  readonly #pullImage: PullScript
  #downloads: readonly Download[] = []
  #image: ModelledImage | null = null
  #error: PullError | null = null
  #ended = false
  #slots: Slots | null = null

  constructor(
    world: World,
    options: {
      agent: number
      pullId: number
      definition: ImageDefinition
      engine: ModelledEngine
      script: PullScript
      place: number
      nowMs: number
    },
  ) {
    const { agent, pullId, definition, place, nowMs } = options
    const { user, token, registry } = definition
    this.#world = world
    this.agent = agent
    this.pullId = pullId
    this.#definition = definition
    this.#place = place
    this.persona = world.personas[agent] as Persona
    this.engine = options.engine
    this.#pullImage = options.script
    this.reference = world.registry.read(definition.name)
    this.asks = new PullAsks(world, { agent, repository: this.reference.repository, image: definition.name })
    this.endpoint = endpointTo(this.reference.host)
    this.login = user ? { username: user, password: token ?? '' } : null
    this.loginEndpoint = this.login && endpointTo(loginHost(registry ?? ''))
    this.ownLogin = this.loginEndpoint?.host === this.reference.host ? this.login : null
    this.#strand = new Strand<ModelledImage>(world, this, { id: 0, nowMs, place })
  }

  start(nowMs: number): void {
    const refusal = this.#coolDown?.refusal(this.reference.host, nowMs) ?? null
    if (refusal === null) {
      this.#strand.wake(nowMs)
      return
    }
    this.#error = refusal
    this.#world.schedule(nowMs, this)
  }

  /** Counts the exchanges that were passed over and are served by now. */
  settle(nowMs: number): void {
    this.asks.settle(nowMs)
  }

  /** What the agent's stop does: nothing of the pull stays, and nobody is told. */
  drop(nowMs: number): void {
    this.#ended = true
    this.asks.drop(nowMs)
    this.#strand.drop(nowMs)
    this.releaseLayers(nowMs)
    this.#world.end(this)
  }

  /** The answer to its last request is here. */
  due(nowMs: number): void {
    if (!this.#ended) this.#end(nowMs)
  }

  layerSettled(_download: Download, nowMs: number): void {
    this.#strand.wake(nowMs)
  }

  hasImage(image: ModelledImage): boolean {
    return this.#world.disks.has(this.agent, image)
  }

  /** The places for downloads: the engine's, or its own. */
  get slots(): Slots {
    const { max, across } = this.persona.downloads
    this.#slots ??= across === 'engine' ? this.engine.slots : new Slots(max)
    return this.#slots
  }

  get tokenPath(): string {
    return this.#world.registry.access.tokenPath ?? '/token'
  }

  get imageReference(): ImageReference {
    return parseReference(this.#definition.name)
  }

  /** The draws of its engine for this image. */
  random(): RandomStream {
    return this.#world.random(this.agent, this.#definition.name)
  }

  /** The image of a digest that the engine has. */
  heldByDigest(digest: string): ModelledImage | null {
    const image = this.#world.registry.find(this.reference.repository, digest)
    return image !== null && this.hasImage(image) ? image : null
  }

  /** Fetches the layers that the engine lacks, or joins those who do. */
  watchLayers(
    image: ModelledImage,
    fetch: (strand: Strand, layer: ModelledLayer) => Script,
    strand: Strand,
  ): readonly Download[] {
    const { asks, engine, persona } = this
    const inChains = this.#inChains
    const layers = this.#world.disks.missingLayers(this.agent, image, persona.downloads.layersBy).map((index) => ({
      layer: image.layers[index] as ModelledLayer,
      key: inChains ? (image.chains[index] as number) : (image.layers[index] as ModelledLayer).number,
    }))
    const order = { asks, watcher: this, slots: this.slots, inChains, fetch }
    const downloads = persona.downloads.shared ? engine.downloads : new Downloads(this.#world)
    this.#downloads = downloads.watch(layers, order, strand.clientMs)
    return this.#downloads
  }

  script(strand: Strand): Script<ModelledImage> {
    return this.#pullImage(this, strand)
  }

  scriptEnded(result: ModelledImage | RegistryFailure, clientMs: number): void {
    const { nowMs, schedule } = this.#world
    if (result instanceof RegistryFailure) this.#error = this.#pullErrorOf(result)
    else this.#image = result
    if (clientMs <= nowMs()) this.#end(clientMs)
    else schedule(clientMs, this, this.#place)
  }

  #pullErrorOf(failure: RegistryFailure): PullError {
    const said = this.#inChains ? explain(failure, this.imageReference) : failure
    const { code, message, status, retryAfterMs } = said
    return new PullError(code, message, { status, retryAfterMs })
  }

  get #inChains(): boolean {
    return this.persona.downloads.layersBy === 'chain'
  }

  get #coolDown(): CoolDown | null {
    return this.#world.coolDowns[this.agent] ?? null
  }

  #end(nowMs: number): void {
    const { agent, pullId } = this
    const { onFailed, onSucceeded, disks, end, heldDigest } = this.#world
    const { host } = this.reference
    const { name } = this.#definition
    this.asks.settle(Number.POSITIVE_INFINITY)
    const { requests, receivedBytes: downloadedBytes } = this.asks
    this.#ended = true
    end(this)
    if (this.#error !== null) {
      const { code, message, status, retryAfterMs } = this.#error
      if (code === 'TOOMANYREQUESTS' && requests > 0) this.#coolDown?.denied(host, nowMs, retryAfterMs)
      this.releaseLayers(nowMs)
      onFailed(agent, pullId, name, new PullError(code, message, { status, requests, retryAfterMs }))
      return
    }
    const image = this.#image as ModelledImage
    const { digest, sizeBytes } = image
    const outcome = heldDigest(agent, name) === digest ? 'up-to-date' : 'downloaded'
    disks.add(agent, image)
    if (outcome === 'downloaded') this.#coolDown?.granted(host)
    this.releaseLayers(nowMs)
    onSucceeded(agent, pullId, name, { outcome, digest, downloadedBytes, sizeBytes, requests })
  }

  releaseLayers(nowMs: number): void {
    for (const download of this.#downloads) download.release(this, nowMs)
    this.#downloads = []
  }
}

const endpoints = new Map<string, Endpoint>()

/** Made once for each host: pulls ask for them by the million. */
function endpointTo(host: string): Endpoint {
  const endpoint = endpoints.get(host) ?? endpointOf(host, () => '')
  endpoints.set(host, endpoint)
  return endpoint
}
