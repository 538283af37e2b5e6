// One `docker pull`, step by step as the graphdriver engine takes it: ping, token, HEAD by tag, index, manifest of the platform, then
// the configuration beside the layers. docs/pull.md has the order with its sources.
import {
  choosePlatform,
  type HeldDocument,
  isDigest,
  type Manifest,
  requireImage,
  requireLayers,
  sizeOf,
} from './documents.ts'
import { type BlobSource, fetchConfig, fetchLayer } from './engine-blobs.ts'
import { EngineConversation } from './engine-conversation.ts'
import { explain, RegistryFailure } from './failure.ts'
import type { LayerKey } from './local-images.ts'
import type { PulledImage } from './outcome.ts'
import type { ImagePull } from './pull-engine.ts'
import type { PullThread } from './pull-thread.ts'
import { documentRequest } from './requests.ts'
import { type Answer, inTime, type RegistryRequest, type Script, untilWoken } from './steps.ts'
import type { LayerOrder, Transfer } from './transfers.ts'

/** @throws RegistryFailure in the engine's words */
export function pullAsDocker(thread: PullThread, pull: ImagePull): Script<PulledImage> {
  return new DockerPull(thread, pull).run()
}

class DockerPull {
  readonly #thread: PullThread
  readonly #pull: ImagePull
  readonly #conversation: EngineConversation
  #transfers: readonly Transfer[] = []
  /** Layers that are held, and needed until the image is. */
  #pinned: readonly LayerKey[] = nothing

  constructor(thread: PullThread, pull: ImagePull) {
    const { engine, endpoint, reference, ownLogin: login } = pull
    this.#thread = thread
    this.#pull = pull
    const { repository } = reference
    this.#conversation = new EngineConversation({ engine, endpoint, login, repository, logsInAs: null })
  }

  *run(): Script<PulledImage> {
    const { engine, pulled, reference } = this.#pull
    const { digest, tag } = reference
    try {
      yield* this.#conversation.ping(this.#thread)
      const wanted = digest ?? (yield* this.#resolve(String(tag)))
      const top = engine.images.document(wanted) ?? (yield* this.#fetchDocument(wanted, digest === null ? tag : null))
      const documents: [HeldDocument, ...HeldDocument[]] = [top]
      if (top.kind === 'index') {
        const { digest: chosen } = choosePlatform(top.index, engine.settings.platform)
        documents.push(engine.images.document(chosen) ?? (yield* this.#fetchDocument(chosen, null)))
      }
      const manifest = imageManifest(documents.at(-1) ?? top)
      const chains = engine.images.shared.chainsOf(manifest)
      const content = { id: manifest.config.digest, layers: chains, documents }
      if (!engine.images.hasImage(content.id)) yield* this.#fetch(manifest, chains)
      yield inTime
      const isNew = engine.images.keep(pulled, content)
      return {
        outcome: isNew ? 'downloaded' : 'up-to-date',
        digest: top.digest,
        sizeBytes: sizeOf(manifest),
        document: top,
      }
    } catch (error) {
      yield inTime
      throw error instanceof RegistryFailure ? explain(error, reference) : error
    } finally {
      // What no image came to need is let go, whether or not it had arrived: so does the engine.
      this.#letGo()
    }
  }

  /** The digest that a tag stands for now: HEAD, and GET where HEAD does not say or is refused in a way that the persona knows. */
  *#resolve(tag: string): Script<string> {
    const { headFallback } = this.#pull.engine.persona
    const head = this.#request('resolve', 'HEAD', tag)
    const answer = yield* this.#conversation.ask(this.#thread, head)
    if (succeeded(answer) && answer.contentDigest !== null) return headerDigest(answer)
    if (!succeeded(answer) && headFallback !== 'any-refusal' && !headFallback.includes(answer.status)) {
      const text = `unexpected status from HEAD request: ${answer.status} ${answer.statusText}`
      throw this.#conversation.refusalOf(answer, head, this.#thread.nowMs).reworded(text)
    }
    const get = this.#request('resolve', 'GET', tag)
    const byTag = yield* this.#conversation.ask(this.#thread, get)
    if (!succeeded(byTag)) throw this.#conversation.refusalOf(byTag, get, this.#thread.nowMs)
    if (byTag.contentDigest !== null) return headerDigest(byTag)
    if (byTag.cut !== null) throw byTag.cut
    this.#thread.progress.receivedBytes += byTag.bytes
    return byTag.document?.digest ?? ''
  }

  /** `orByTag` is asked for where the registry does not know the digest that it named for the tag. */
  *#fetchDocument(wanted: string, orByTag: string | null): Script<HeldDocument> {
    const request = this.#request('document', 'GET', wanted)
    const answer = yield* this.#conversation.ask(this.#thread, request)
    if (!succeeded(answer)) {
      const failure = this.#conversation.refusalOf(answer, request, this.#thread.nowMs)
      if (orByTag === null || failure.explained !== 'MANIFEST_UNKNOWN') throw failure
      return yield* this.#fetchDocument(orByTag, null)
    }
    if (answer.cut !== null) throw answer.cut
    this.#thread.progress.receivedBytes += answer.bytes
    const { status, document } = answer
    if (!document?.held) throw new RegistryFailure('MALFORMED', document?.problem ?? '', { status })
    if (document.digest === wanted || !isDigest(wanted)) return document.held
    throw new RegistryFailure('DIGEST_MISMATCH', `manifest verification failed for digest ${wanted}`, { status })
  }

  #request(purpose: 'resolve' | 'document', method: 'GET' | 'HEAD', wanted: string): RegistryRequest {
    return documentRequest(purpose, method, this.#pull.reference.repository, wanted)
  }

  /** What the image lacks: its configuration beside the layers from the first missing one up. */
  *#fetch(manifest: Manifest, chains: readonly LayerKey[]): Script {
    const { engine, reference } = this.#pull
    const { images, settings, places } = engine
    const missing = chains.findIndex((chain) => !images.hasLayer(chain))
    const from = missing === -1 ? chains.length : missing
    this.#pinned = from === 0 ? nothing : chains.slice(0, from)
    images.pin(this.#pinned)
    const source: BlobSource = { conversation: this.#conversation, repository: reference.repository }
    const order: LayerOrder = {
      ...{ places, inChains: true, unpackMsPerByte: settings.unpackMsPerByte },
      fetch: (thread, layer) => fetchLayer(thread, source, layer),
    }
    const { layers, config } = manifest
    this.#transfers = engine.transfers.take(this.#thread, { layers, keys: chains, from }, order)
    requireLayers(yield* fetchConfig(this.#thread, source, config), manifest)
    const top = this.#transfers.at(-1)
    if (top === undefined) return
    top.wakes(this.#thread)
    while (!top.isOver) yield untilWoken
    if (top.failure !== null) throw top.failure
  }

  #letGo(): void {
    for (const transfer of this.#transfers) transfer.release()
    this.#transfers = []
    this.#pull.engine.images.unpin(this.#pinned)
    this.#pinned = nothing
  }
}

const nothing: readonly LayerKey[] = []

function imageManifest(document: HeldDocument): Manifest {
  if (document.kind === 'index') throw new RegistryFailure('MALFORMED', 'unsupported manifest format')
  requireImage(document.manifest)
  return document.manifest
}

function succeeded({ status }: Answer): boolean {
  return status >= 200 && status <= 399
}

function headerDigest({ contentDigest, status }: Answer): string {
  if (isDigest(contentDigest)) return contentDigest
  throw new RegistryFailure('MALFORMED', 'invalid checksum digest format', { status })
}
