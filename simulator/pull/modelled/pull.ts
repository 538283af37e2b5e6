// One pull in virtual time: the exchanges of the `docker` persona as moments, in the order of docs/pull.md, each asked of the registry's
// own policy. It is one small record: no bytes, no promises.

import type { Task } from '../../../server/kernel/event-queue.ts'
import type { ImageDefinition } from '../../agent/agent.ts'
import type { RequestRecord } from '../../registry/journal.ts'
import type { ModelledImage, ModelledLayer } from '../../registry/modelled-registry.ts'
import type { CoolDown } from '../cool-down.ts'
import { PullError, type PullResult } from '../engine.ts'
import { loginHost } from '../names.ts'
import type { Download, LayerWatcher } from './downloads.ts'
import { type Exchange, type Prelude, preludeOf } from './prelude.ts'
import { loginError, type Missing, missingError, refusalError } from './refusal.ts'
import type { World } from './world.ts'

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
export class ModelledPull implements Task, LayerWatcher {
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
  /** What the registry lacks where it has no image. */
  readonly #missing: Missing
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
    const { host, repository, repositoryKnown, tag, image } = registry.find(definition.name)
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
    const hidden = registry.profile.authentication.scheme === 'bearer' && this.#user === null
    this.#missing = repositoryKnown ? 'tag' : hidden ? 'hidden' : 'repository'
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
    if (this.#decide('version-check', 'index', nowMs).served) this.#knowDigest(nowMs)
    else this.#next('tag-manifest', nowMs)
  }

  /** The tag's digest is known: an engine that has the image is done, any other asks for the index. */
  #knowDigest(nowMs: number): void {
    const { agent } = this
    const { heldDigest, disks } = this.#world
    const image = this.#image as ModelledImage
    if (!disks.has(agent, image)) {
      this.#next('index', nowMs)
      return
    }
    this.#outcome = heldDigest(agent, this.#reference) === image.digest ? 'up-to-date' : 'downloaded'
    this.#answer(nowMs)
  }

  /** A HEAD that failed is asked again as a GET: mostly for the words of its error, but a limit may have room again by then. */
  #askByTag(nowMs: number): void {
    const { served, refusal } = this.#decide('manifest', 'index', nowMs)
    if (served) this.#knowDigest(nowMs)
    else this.#fail(refusal ?? missingError(this.#reference, this.#missing), nowMs)
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
    const status = decision.allowed ? (image !== null ? 200 : this.#missing === 'hidden' ? 401 : 404) : decision.status
    const method = requestClass === 'version-check' ? 'HEAD' : 'GET'
    const manifestBytes = (role === 'index' ? image?.indexBytes : image?.manifestBytes) ?? 0
    const bytes = status === 200 && method === 'GET' ? manifestBytes : 0
    // Of an answer by tag the engine reads the digest alone.
    if (!byTag) this.#downloadedBytes += bytes
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
