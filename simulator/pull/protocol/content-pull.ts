// One pull by a client with a content store, step by step as its persona takes it: what the tag stands for, the manifest of the
// platform, then whatever blobs are missing. docs/pull.md has the orders with their sources.
import { ClientConversation } from './client-conversation.ts'
import { ContentDownload } from './content-download.ts'
import {
  attestationOf,
  choosePlatform,
  type HeldDocument,
  isDigest,
  type Manifest,
  requireImage,
  sizeOf,
} from './documents.ts'
import { RegistryFailure } from './failure.ts'
import { sideBySide } from './join.ts'
import type { PulledImage } from './outcome.ts'
import type { ImagePull } from './pull-engine.ts'
import type { PullThread } from './pull-thread.ts'
import { documentRequest, referrersRequest } from './requests.ts'
import { type Answer, inTime, type Script } from './steps.ts'

/** Tries the whole pull as often as the persona does. @throws RegistryFailure */
export function* pullAsContentClient(thread: PullThread, pull: ImagePull): Script<PulledImage> {
  const { wholePullWaitsMs } = pull.engine.persona
  for (let tries = 0; ; tries += 1) {
    try {
      return yield* new ContentPull(thread, pull).run()
    } catch (error) {
      const waitMs = wholePullWaitsMs[tries]
      if (!(error instanceof RegistryFailure) || !error.retried || waitMs === undefined) throw error
      yield waitMs
    }
  }
}

class ContentPull {
  readonly #thread: PullThread
  readonly #pull: ImagePull
  readonly #conversation: ClientConversation
  readonly #download: ContentDownload
  /** What the reference stood for first, then whatever that led to. */
  readonly #documents: HeldDocument[] = []
  /** Digests of everything the image is made of. */
  readonly #blobs: string[] = []

  constructor(thread: PullThread, pull: ImagePull) {
    this.#thread = thread
    this.#pull = pull
    this.#conversation = new ClientConversation(pull)
    this.#download = new ContentDownload(pull, this.#conversation)
  }

  *run(): Script<PulledImage> {
    const { persona, images } = this.#pull.engine
    try {
      if (persona.ping) yield* this.#conversation.ping(this.#thread)
      const top = yield* this.#resolve()
      const manifest = yield* this.#fetchTree(top)
      const id = persona.upToDateBy === 'index' ? top.digest : manifest.config.digest
      yield inTime
      const layers = this.#blobs.map((digest) => images.shared.layerKey(digest))
      const others = this.#documents.filter((document) => document !== top)
      const isNew = images.keep(this.#pull.pulled, { id, layers, documents: [top, ...others] })
      const sizeBytes = sizeOf(manifest)
      return { outcome: isNew ? 'downloaded' : 'up-to-date', digest: top.digest, sizeBytes, document: top }
    } catch (error) {
      yield inTime
      throw error
    } finally {
      this.#download.release()
    }
  }

  /** The index or manifest that the reference stands for. */
  *#resolve(): Script<HeldDocument> {
    const { reference, engine } = this.#pull
    const { resolve, headFallback } = engine.persona
    const wanted = reference.digest ?? String(reference.tag)
    if (resolve === 'get') return yield* this.#fetchDocument(this.#thread, wanted, 'resolve')
    const request = documentRequest('resolve', 'HEAD', reference.repository, wanted)
    const head = yield* this.#conversation.ask(this.#thread, request)
    if (succeeded(head) && isDigest(head.contentDigest))
      return yield* this.#documentOf(this.#thread, head.contentDigest)
    if (!succeeded(head) && headFallback !== 'any-refusal' && !headFallback.includes(head.status)) {
      throw this.#conversation.refusalOf(head, request, this.#thread.nowMs)
    }
    return yield* this.#fetchDocument(this.#thread, wanted, 'resolve')
  }

  /** What an index leads to, its attestation beside it; the first failure ends the rest. */
  *#fetchTree(top: HeldDocument): Script<Manifest> {
    const { attestations, platform } = this.#pull.engine.settings
    const chosen = top.kind === 'index' ? choosePlatform(top.index, platform) : null
    const attestation = attestations && chosen !== null ? attestationOf(top, chosen.digest) : null
    if (attestation === null) return yield* this.#fetchImage(this.#thread, top, chosen?.digest ?? null)
    let manifest: Manifest | null = null
    const { digest } = attestation
    const chosenDigest = chosen?.digest ?? null
    const self = this
    yield* sideBySide(this.#thread, [
      function* (thread) {
        manifest = yield* self.#fetchImage(thread, top, chosenDigest)
      },
      (thread) => this.#fetchAttestation(thread, digest),
    ])
    return manifest as unknown as Manifest
  }

  *#fetchImage(thread: PullThread, top: HeldDocument, platformDigest: string | null): Script<Manifest> {
    const manifest = imageManifest(
      platformDigest === null ? top : yield* this.#platformDocument(thread, platformDigest),
    )
    requireImage(manifest)
    this.#blobs.push(manifest.config.digest)
    for (const { digest } of manifest.layers) this.#blobs.push(digest)
    yield* this.#download.fetchImage(thread, manifest)
    return manifest
  }

  #platformDocument(thread: PullThread, digest: string): Script<HeldDocument> {
    const again = this.#pull.engine.persona.asksAgain.includes('platform-manifest')
    return again ? this.#fetchDocument(thread, digest, 'document') : this.#documentOf(thread, digest)
  }

  /** The attestation with its blobs, and who refers to it: by the referrers API, else by the tag that stands in for it. */
  *#fetchAttestation(thread: PullThread, digest: string): Script {
    const { repository } = this.#pull.reference
    const document = yield* this.#documentOf(thread, digest)
    if (document.kind === 'manifest') {
      const { config, layers } = document.manifest
      for (const blob of [config, ...layers]) this.#blobs.push(blob.digest)
      yield* this.#download.fetchBlobs(thread, [config, ...layers])
    }
    const { status } = yield* this.#conversation.ask(thread, referrersRequest(repository, digest))
    if (status !== 404) return
    const standIn = documentRequest('referrers', 'GET', repository, digest.replace(':', '-'))
    yield* this.#conversation.ask(thread, standIn)
  }

  /** A document from the client's own store, else from the registry. */
  *#documentOf(thread: PullThread, digest: string): Script<HeldDocument> {
    const held = this.#pull.engine.images.document(digest)
    if (held === null) return yield* this.#fetchDocument(thread, digest, 'document')
    this.#documents.push(held)
    return held
  }

  *#fetchDocument(thread: PullThread, wanted: string, purpose: 'resolve' | 'document'): Script<HeldDocument> {
    const request = documentRequest(purpose, 'GET', this.#pull.reference.repository, wanted)
    const answer = yield* this.#download.withPlace(thread, this.#conversation.ask(thread, request))
    if (!succeeded(answer)) throw this.#conversation.refusalOf(answer, request, thread.nowMs)
    if (answer.cut !== null) throw answer.cut
    thread.progress.receivedBytes += answer.bytes
    const { document, status } = answer
    if (document !== null && isDigest(wanted) && document.digest !== wanted) {
      const text = this.#conversation.words.mismatch(this.#conversation.failed(request), document.digest)
      throw new RegistryFailure('DIGEST_MISMATCH', text)
    }
    if (!document?.held) throw new RegistryFailure('MALFORMED', document?.problem ?? '', { status })
    this.#documents.push(document.held)
    return document.held
  }
}

function imageManifest(document: HeldDocument): Manifest {
  if (document.kind === 'manifest') return document.manifest
  throw new RegistryFailure('MALFORMED', 'unsupported manifest format')
}

function succeeded({ status }: Answer): boolean {
  return status >= 200 && status <= 299
}
