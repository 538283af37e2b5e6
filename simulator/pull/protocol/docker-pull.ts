// One `docker pull`, step by step as the graphdriver engine takes it: ping, token, HEAD by tag, index, manifest of the platform, then
// the configuration beside the layers. docs/pull.md has the order with its sources.
import {
  choosePlatform,
  factsOf,
  type HeldDocument,
  isDigest,
  type Manifest,
  requireImage,
  requireLayers,
} from './documents.ts'
import { type BlobSource, fetchConfig, fetchLayer } from './engine-blobs.ts'
import { EngineConversation } from './engine-conversation.ts'
import { explain, RegistryFailure } from './failure.ts'
import type { PulledImage } from './outcome.ts'
import type { ImagePull } from './pull-engine.ts'
import type { PullThread } from './pull-thread.ts'
import { documentRequest } from './requests.ts'
import { type Answer, inTime, type RegistryRequest, type Script } from './steps.ts'
import { over, type Transfer } from './transfers.ts'

/** What a reference stands for: its own document, and the manifest of the platform behind it, if that is another. */
interface FoundImage {
  documents: readonly [HeldDocument, ...HeldDocument[]]
  manifest: Manifest
}

/** @throws RegistryFailure in the engine's words */
export function* pullAsDocker(thread: PullThread, pull: ImagePull): Script<PulledImage> {
  const { engine, endpoint, reference, ownLogin: login } = pull
  const { repository } = reference
  const conversation = new EngineConversation({
    ...{ endpoint, login, repository },
    query: { scope: `repository:${repository}:pull` },
    tokensFor: (need) => engine.tokensFor(need),
  })
  try {
    yield* conversation.ping()
    return yield* new DockerPull(thread, pull, conversation).run()
  } catch (error) {
    throw error instanceof RegistryFailure ? explain(error, reference) : error
  }
}

class DockerPull {
  readonly #thread: PullThread
  readonly #pull: ImagePull
  readonly #conversation: EngineConversation

  constructor(thread: PullThread, pull: ImagePull, conversation: EngineConversation) {
    this.#thread = thread
    this.#pull = pull
    this.#conversation = conversation
  }

  *run(): Script<PulledImage> {
    const { images } = this.#pull.engine
    const found = yield* this.#find()
    const { documents, manifest } = found
    const { chains, sizeBytes } = factsOf(manifest)
    const id = manifest.config.digest
    let isNew: boolean
    if (images.hasImage(id)) {
      yield inTime
      isNew = images.keep(this.#pull.pulled, { id, layers: chains, documents })
    } else isNew = yield* this.#fetch(found)
    const [top] = documents
    return { outcome: isNew ? 'downloaded' : 'up-to-date', digest: top.digest, sizeBytes, document: top }
  }

  *#find(): Script<FoundImage> {
    const { digest, tag } = this.#pull.reference
    const wanted = digest ?? (yield* this.#resolve(String(tag)))
    const top = this.#held(wanted) ?? (yield* this.#fetchTop(wanted))
    if (top.kind === 'manifest') return { documents: [top], manifest: imageManifest(top) }
    const chosen = choosePlatform(top.index, this.#pull.engine.settings.platform)
    const document = this.#held(chosen.digest) ?? (yield* this.#fetchDocument(chosen.digest))
    return { documents: [top, document], manifest: imageManifest(document) }
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

  /** A document of the engine's own store. */
  #held(digest: string): HeldDocument | null {
    return this.#pull.engine.images.document(digest, this.#pull.pulled.name)
  }

  /** A registry that names a digest for a tag and then does not know it is asked for the tag itself. */
  *#fetchTop(wanted: string): Script<HeldDocument> {
    const { digest, tag } = this.#pull.reference
    try {
      return yield* this.#fetchDocument(wanted)
    } catch (error) {
      const unknown = error instanceof RegistryFailure && error.explained === 'MANIFEST_UNKNOWN'
      if (digest !== null || !unknown) throw error
      return yield* this.#fetchDocument(String(tag))
    }
  }

  *#fetchDocument(wanted: string): Script<HeldDocument> {
    const request = this.#request('document', 'GET', wanted)
    const answer = yield* this.#conversation.ask(this.#thread, request)
    if (!succeeded(answer)) throw this.#conversation.refusalOf(answer, request, this.#thread.nowMs)
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

  /** What the image lacks: its configuration beside its missing layers. */
  *#fetch({ documents, manifest }: FoundImage): Script<boolean> {
    const thread = this.#thread
    const { images } = this.#pull.engine
    const { chains } = factsOf(manifest)
    const id = manifest.config.digest
    const missing = chains.findIndex((chain) => !images.hasLayer(chain))
    const present = missing === -1 ? chains : chains.slice(0, missing)
    images.pin(present)
    const source: BlobSource = { conversation: this.#conversation, repository: this.#pull.reference.repository }
    const transfers = this.#begin(manifest, present.length, source)
    try {
      requireLayers(yield* fetchConfig(thread, source, manifest.config), manifest)
      const top = transfers.at(-1)
      if (top !== undefined) yield* over(top, thread)
      yield inTime
      return images.keep(this.#pull.pulled, { id, layers: chains, documents })
    } catch (error) {
      yield inTime
      throw error
    } finally {
      // What no image came to need is let go, whether or not it had arrived: so does the engine.
      for (const transfer of transfers) transfer.release()
      images.unpin(present)
    }
  }

  /** Takes part in the transfers of the layers from the first missing one up. */
  #begin(manifest: Manifest, present: number, source: BlobSource): Transfer[] {
    const { engine } = this.#pull
    const { chains } = factsOf(manifest)
    const wanted = []
    for (let index = present; index < chains.length; index += 1) {
      const layer = manifest.layers[index]
      if (layer !== undefined) wanted.push({ key: chains[index] as string, layer })
    }
    return engine.transfers.take(this.#thread, wanted, {
      places: engine.places,
      inChains: true,
      unpackMsPerByte: engine.settings.unpackMsPerByte,
      fetch: (thread, layer) => fetchLayer(thread, source, layer),
    })
  }
}

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
