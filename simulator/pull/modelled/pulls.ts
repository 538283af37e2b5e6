// Pulls in virtual time: the `docker` persona's exchanges as moments, each asked of the registry's own policy, and layers as flows on a
// shared link. docs/model.md states what is modelled and what is left out. A pull is one small record: no bytes, no promises.

import type { ImageDefinition } from '../../agent/agent.ts'
import { type Task, tickAt } from '../../driver/event-queue.ts'
import { SharedLink } from '../../network/shared-link.ts'
import type { RequestRecord } from '../../registry/journal.ts'
import type { ModelledImage, ModelledLayer, ModelledRegistry } from '../../registry/modelled-registry.ts'
import type { TrafficRecorder } from '../../report/registry-traffic.ts'
import type { ScenarioNetwork } from '../../scenario/scenario.ts'
import type { CoolDown } from '../cool-down.ts'
import { PullError, type PullResult } from '../engine.ts'
import { loginHost } from '../names.ts'
import { type Download, type LayerWatcher, ModelledDownloads } from './downloads.ts'
import { type Exchange, type Prelude, preludeOf } from './prelude.ts'
import { loginError, missingError, refusalError } from './refusal.ts'

const maxConcurrentDownloads = 3

export interface ModelledPullsOptions {
  registry: ModelledRegistry
  network: ScenarioNetwork
  /** The address that each agent comes from. */
  sources: readonly string[]
  /** The patience of each agent whose persona has any. */
  coolDowns: readonly (CoolDown | null)[]
  /** Bytes per millisecond that each agent can receive. */
  downlinkBytesPerMs: ArrayLike<number>
  /** How many images the run publishes in all. */
  imagesMax: number
  schedule: (atMs: number, task: Task, place?: number) => void
  /** Counts every request. */
  traffic: TrafficRecorder
  /** Told of every request; null where nobody listens, and then exchanges without consequence take no task. */
  onRequest: ((record: RequestRecord) => void) | null
  onSucceeded: (agent: number, pullId: number, reference: string, result: PullResult) => void
  onFailed: (agent: number, pullId: number, reference: string, error: PullError) => void
  /** The digest that an agent holds under a reference. */
  heldDigest: (agent: number, reference: string) => string | undefined
}

/** A pull that finds nothing new. */
interface UpToDatePull {
  digest: string
  pullMs: number
  exchanges: readonly Exchange[]
}

/** What the pulls of a run share. */
interface World extends ModelledPullsOptions {
  downloads: ModelledDownloads
  disks: Disks
  /** From one request's service to the next one's, where each waits for the answer before. */
  exchangeMs: number
  halfRoundTripMs: number
  end(pull: ModelledPull): void
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
  /** At one moment pulls come after the check-ins, in the order of their starts, whichever exchanges were passed over. */
  #nextPlace: number

  constructor(options: ModelledPullsOptions) {
    const { network, schedule, sources } = options
    const { uplinkBytesPerSecond, connectionBytesPerSecond, roundTripMs, serverLatencyMs } = network
    const link = new SharedLink({
      uplinkBytesPerMs: bytesPerMs(uplinkBytesPerSecond),
      connectionBytesPerMs: bytesPerMs(connectionBytesPerSecond),
      downlinkBytesPerMs: options.downlinkBytesPerMs,
    })
    this.#running = sources.map(() => new Map())
    this.#nextPlace = 2 * sources.length
    this.#world = {
      ...options,
      downloads: new ModelledDownloads({
        ...{ link, schedule },
        downloadsMax: maxConcurrentDownloads,
        openingMs: roundTripMs + serverLatencyMs,
        unpackMsPerByte: 1 / bytesPerMs(network.unpackBytesPerSecond),
      }),
      disks: new Disks({ agents: sources.length, imagesMax: options.imagesMax, images: options.registry.images }),
      exchangeMs: roundTripMs + serverLatencyMs,
      halfRoundTripMs: roundTripMs / 2,
      end: (pull) => this.#running[pull.agent]?.delete(pull.pullId),
    }
  }

  /** When the next layer has all its bytes; Infinity when none is under way. */
  get nextReceivedMs(): number {
    return tickAt(this.#world.downloads.nextMs)
  }

  /** Takes in the layers that have all their bytes by now. */
  receive(nowMs: number): void {
    this.#world.downloads.receive(nowMs)
  }

  /** Raised by every publication. */
  get registryVersion(): number {
    return this.#world.registry.images.length
  }

  /** What the pull of an image does to an agent that holds it up to date; null where that cannot be said ahead of its time. */
  upToDatePull({ name, user }: ImageDefinition): UpToDatePull | null {
    const { registry, exchangeMs } = this.#world
    if (user || !registry.versionChecksAreFree) return null
    const { image } = registry.find(name)
    if (image === null) return null
    const { exchanges } = preludeOf({ scheme: registry.profile.authentication.scheme, login: null })
    return { digest: image.digest, pullMs: (exchanges.length + 1) * exchangeMs, exchanges }
  }

  start(agent: number, { pullId, definition }: { pullId: number; definition: ImageDefinition }, nowMs: number): void {
    const pull = new ModelledPull(this.#world, { agent, pullId, definition, place: this.#nextPlace++ })
    this.#running[agent]?.set(pullId, pull)
    pull.start(nowMs)
  }

  abort(agent: number, pullId: number, nowMs: number): void {
    this.#running[agent]?.get(pullId)?.drop(nowMs)
  }

  /** Counts what running pulls have asked by now, where that is not told as it happens. */
  settle(nowMs: number): void {
    for (const pulls of this.#running) for (const pull of pulls.values()) pull.settle(nowMs)
  }

  /** Takes an image off an agent's disk. */
  removeImage(agent: number, digest: string): void {
    this.#world.disks.remove(agent, digest)
  }
}

function bytesPerMs(bytesPerSecond: number | null): number {
  return bytesPerSecond === null ? Number.POSITIVE_INFINITY : bytesPerSecond / 1_000
}

/** Which images are whole on which disk: one bit each. */
class Disks {
  readonly #words: number
  readonly #bits: Uint32Array
  readonly #images: readonly ModelledImage[]

  constructor(options: { agents: number; imagesMax: number; images: readonly ModelledImage[] }) {
    this.#words = Math.ceil(options.imagesMax / 32)
    this.#bits = new Uint32Array(options.agents * this.#words)
    this.#images = options.images
  }

  has(agent: number, { number }: ModelledImage): boolean {
    return ((this.#bits[agent * this.#words + (number >> 5)] as number) & (1 << (number & 31))) !== 0
  }

  add(agent: number, { number }: ModelledImage): void {
    const index = agent * this.#words + (number >> 5)
    this.#bits[index] = (this.#bits[index] as number) | (1 << (number & 31))
  }

  remove(agent: number, digest: string): void {
    for (const image of this.#images) {
      if (image.digest !== digest) continue
      const index = agent * this.#words + (image.number >> 5)
      this.#bits[index] = (this.#bits[index] as number) & ~(1 << (image.number & 31))
    }
  }

  /** The layers of an image from the first one that no image on the disk has: chains share from below. */
  missingLayers(agent: number, image: ModelledImage): readonly ModelledLayer[] {
    const held = this.#images.filter((other) => this.has(agent, other))
    const first = image.layers.findIndex(
      (layer, index) => !held.some((other) => other.layers[index]?.number === layer.number),
    )
    return first === -1 ? [] : image.layers.slice(first)
  }
}

type Phase =
  | 'prelude'
  | 'version-check'
  | 'tag-manifest'
  | 'index'
  | 'platform-manifest'
  | 'configuration'
  | 'layers'
  | 'answered'
  | 'ended'

/** One pull; `due` is when the registry serves the request that its phase names. */
class ModelledPull implements Task, LayerWatcher {
  readonly agent: number
  readonly pullId: number
  readonly #place: number
  readonly #world: World
  readonly #reference: string
  readonly #host: string
  readonly #repository: string
  readonly #tag: string
  readonly #image: ModelledImage | null
  readonly #user: string | null
  readonly #prelude: Prelude
  #phase: Phase = 'prelude'
  #exchanges = 0
  /** When the first exchange that was passed over and not yet counted is served, and how many of them there are. */
  #passed = { atMs: 0, count: 0 }
  #requests = 0
  #downloadedBytes = 0
  #downloads: readonly Download[] = []
  #outcome: PullResult['outcome'] = 'downloaded'
  #error: PullError | null = null

  constructor(world: World, options: { agent: number; pullId: number; definition: ImageDefinition; place: number }) {
    const { agent, pullId, definition } = options
    const { registry } = world
    const { host, repository, tag, image } = registry.find(definition.name)
    const { user, token, registry: loginRegistry } = definition
    const login = user
      ? {
          accepted: registry.accepts({ username: user, password: token ?? '' }),
          used: loginHost(loginRegistry ?? '') === host,
        }
      : null
    this.#world = world
    this.agent = agent
    this.pullId = pullId
    this.#place = options.place
    this.#reference = definition.name
    this.#host = host
    this.#repository = repository
    this.#tag = tag
    this.#image = image
    this.#user = login?.used && registry.profile.authentication.scheme !== 'none' ? user : null
    this.#prelude = preludeOf({ scheme: registry.profile.authentication.scheme, login })
  }

  /** Where nobody listens, the exchanges before the version check are passed over: nothing hangs on them. */
  start(nowMs: number): void {
    const refusal = this.#coolDown?.refusal(this.#host, nowMs) ?? null
    if (refusal) {
      this.#error = refusal
      this.#phase = 'answered'
      this.#world.schedule(nowMs, this)
      return
    }
    const { exchanges, refused } = this.#prelude
    let atMs = nowMs + this.#world.exchangeMs - this.#world.halfRoundTripMs
    if (this.#world.onRequest === null) {
      const count = refused ? exchanges.length - 1 : exchanges.length
      this.#passed = { atMs, count }
      for (let index = 0; index < count; index += 1) atMs += this.#world.exchangeMs
      if (!refused) this.#phase = 'version-check'
    }
    this.#world.schedule(atMs, this, this.#place)
  }

  /** Counts the exchanges that were passed over and are served by now. */
  settle(nowMs: number): void {
    for (; this.#passed.count > 0 && this.#passed.atMs < nowMs; this.#passed.count -= 1) {
      const { class: requestClass, status } = this.#prelude.exchanges[this.#exchanges++] as Exchange
      this.#count({ class: requestClass, status, bytes: 0 }, this.#passed.atMs)
      this.#passed.atMs += this.#world.exchangeMs
    }
  }

  /** What the agent's stop does: nothing of the pull stays, and nobody is told. */
  drop(nowMs: number): void {
    this.settle(nowMs)
    this.#passed.count = 0
    this.#phase = 'ended'
    this.#world.downloads.release(this, this.#downloads, nowMs)
    this.#world.end(this)
  }

  due(nowMs: number): void {
    // What was passed over comes before the moment at hand, also where no exchange takes any time.
    if (this.#passed.count > 0) this.settle(Number.POSITIVE_INFINITY)
    switch (this.#phase) {
      case 'prelude':
        this.#exchange(nowMs)
        break
      case 'version-check':
        this.#checkVersion(nowMs)
        break
      case 'tag-manifest':
        this.#askByTag(nowMs)
        break
      case 'index':
        if (this.#askForManifest('index', nowMs)) this.#next('platform-manifest', nowMs)
        break
      case 'platform-manifest':
        if (this.#askForManifest('platform', nowMs)) this.#download(nowMs)
        break
      case 'configuration':
        this.#takeConfiguration(nowMs)
        break
      case 'answered':
        this.#end(nowMs)
        break
      case 'layers':
      case 'ended':
        break
      default:
        this.#phase satisfies never
    }
  }

  layerReceived({ digest, sizeBytes }: ModelledLayer, startedAtMs: number, nowMs: number): void {
    this.#downloadedBytes += sizeBytes
    this.#request({ class: 'blob', method: 'GET', reference: digest, bytes: sizeBytes, startedAtMs }, nowMs)
  }

  layerReady(download: Download, nowMs: number): void {
    if (this.#phase === 'layers' && download === this.#downloads.at(-1)) this.#end(nowMs)
  }

  #next(phase: Phase, nowMs: number): void {
    this.#phase = phase
    this.#world.schedule(nowMs + this.#world.exchangeMs, this, this.#place)
  }

  /** The answer to the last request is on its way; with it the pull ends. */
  #answer(nowMs: number): void {
    this.#phase = 'answered'
    this.#world.schedule(nowMs + this.#world.halfRoundTripMs, this, this.#place)
  }

  get #coolDown(): CoolDown | null {
    return this.#world.coolDowns[this.agent] ?? null
  }

  #fail(error: PullError, nowMs: number): void {
    if (error.code === 'TOOMANYREQUESTS') this.#coolDown?.denied(this.#host, nowMs + this.#world.halfRoundTripMs)
    this.#error = error
    this.#answer(nowMs)
  }

  #exchange(nowMs: number): void {
    const { exchanges, refused } = this.#prelude
    const exchange = exchanges[this.#exchanges++] as Exchange
    this.#request({ method: 'GET', reference: null, bytes: 0, ...exchange }, nowMs)
    if (this.#exchanges < exchanges.length) this.#next('prelude', nowMs)
    else if (refused) this.#fail(loginError(this.#reference), nowMs)
    else this.#next('version-check', nowMs)
  }

  #checkVersion(nowMs: number): void {
    const { agent } = this
    const { heldDigest, disks } = this.#world
    if (!this.#decide('version-check', 'index', nowMs).served) {
      this.#next('tag-manifest', nowMs)
      return
    }
    const image = this.#image as ModelledImage
    if (!disks.has(agent, image)) {
      this.#next('index', nowMs)
      return
    }
    this.#outcome = heldDigest(agent, this.#reference) === image.digest ? 'up-to-date' : 'downloaded'
    this.#answer(nowMs)
  }

  /** A HEAD that failed is asked again as a GET, for the words of its error. */
  #askByTag(nowMs: number): void {
    const { refusal } = this.#decide('manifest', 'index', nowMs)
    this.#fail(refusal ?? missingError(this.#reference), nowMs)
  }

  #askForManifest(role: 'index' | 'platform', nowMs: number): boolean {
    const { refusal } = this.#decide('manifest', role, nowMs)
    if (refusal) this.#fail(refusal, nowMs)
    return refusal === null
  }

  #download(nowMs: number): void {
    const { downloads, disks, halfRoundTripMs, exchangeMs } = this.#world
    const image = this.#image as ModelledImage
    const missing = disks.missingLayers(this.agent, image)
    this.#phase = 'configuration'
    // The configuration arrives half a round trip after it is served.
    this.#world.schedule(nowMs + exchangeMs + halfRoundTripMs, this, this.#place)
    this.#downloads = downloads.watch(this, missing, nowMs + halfRoundTripMs)
  }

  #takeConfiguration(nowMs: number): void {
    const { configBytes, configDigest } = this.#image as ModelledImage
    this.#downloadedBytes += configBytes
    this.#request({ class: 'blob', method: 'GET', reference: configDigest, bytes: configBytes }, nowMs)
    this.#phase = 'layers'
    const top = this.#downloads.at(-1)
    if (top === undefined || top.state === 'ready') this.#end(nowMs)
  }

  #end(nowMs: number): void {
    const { agent, pullId } = this
    const { onFailed, onSucceeded, disks, downloads, end } = this.#world
    this.#phase = 'ended'
    end(this)
    if (this.#error) {
      const { code, message, status } = this.#error
      onFailed(agent, pullId, this.#reference, new PullError(code, message, { status, requests: this.#requests }))
      return
    }
    const { digest, sizeBytes } = this.#image as ModelledImage
    disks.add(agent, this.#image as ModelledImage)
    if (this.#outcome === 'downloaded') this.#coolDown?.granted(this.#host)
    if (this.#downloads.length > 0) downloads.release(this, this.#downloads, nowMs)
    onSucceeded(agent, pullId, this.#reference, {
      outcome: this.#outcome,
      digest,
      downloadedBytes: this.#downloadedBytes,
      sizeBytes,
      requests: this.#requests,
    })
  }

  /** Asks for a manifest and counts the request. */
  #decide(requestClass: 'version-check' | 'manifest', role: 'index' | 'platform', nowMs: number) {
    const image = this.#image
    const source = this.#world.sources[this.agent] as string
    const byTag = requestClass === 'version-check' || this.#phase === 'tag-manifest'
    const digest = role === 'index' ? image?.digest : image?.manifestDigest
    const reference = byTag ? this.#tag : (digest ?? this.#tag)
    const decision = this.#world.registry.decide(
      { class: requestClass, repository: this.#repository, reference, image, role, source, user: this.#user },
      nowMs,
    )
    const status = decision.allowed ? (image === null ? 404 : 200) : decision.status
    const method = requestClass === 'version-check' ? 'HEAD' : 'GET'
    const manifestBytes = (role === 'index' ? image?.indexBytes : image?.manifestBytes) ?? 0
    const bytes = status === 200 && method === 'GET' ? manifestBytes : 0
    this.#downloadedBytes += bytes
    const { rateLimitRemaining } = decision
    this.#request({ class: requestClass, method, reference, bytes, status, rateLimitRemaining }, nowMs)
    return { served: status === 200, refusal: decision.allowed ? null : refusalError(decision, this.#reference) }
  }

  #request(
    request: Pick<RequestRecord, 'class' | 'method' | 'reference' | 'bytes'> & Partial<RequestRecord>,
    nowMs: number,
  ): void {
    const { onRequest, sources, registry } = this.#world
    const startedAtMs = this.#count({ status: 200, ...request }, nowMs)
    if (onRequest === null) return
    const { reference } = request
    const isToken = request.class === 'token'
    const kind = request.class === 'blob' ? 'blobs' : 'manifests'
    const repository = reference === null ? null : this.#repository
    onRequest({
      agent: this.agent,
      source: sources[this.agent] as string,
      path: repository === null ? (isToken ? '/token' : '/v2/') : `/v2/${repository}/${kind}/${reference}`,
      repository,
      status: 200,
      authenticated: registry.profile.authentication.scheme === 'bearer' && this.#user !== null,
      rateLimitRemaining: null,
      ...request,
      startedAtMs,
    })
  }

  /** Counts a request and returns when it began, as the registry saw it. */
  #count(request: Pick<RequestRecord, 'class' | 'status' | 'bytes'> & { startedAtMs?: number }, nowMs: number): number {
    const { traffic, halfRoundTripMs, exchangeMs } = this.#world
    const startedAtMs = Math.round(request.startedAtMs ?? nowMs - exchangeMs + 2 * halfRoundTripMs)
    this.#requests += 1
    traffic.add({ ...request, startedAtMs, atMs: Math.round(nowMs) })
    return startedAtMs
  }
}
