// One pull by a client with a content store, step by step as its persona takes it: what the tag stands for, the manifest of the
// platform, then whatever blobs are missing. docs/pull.md has the orders with their sources.
import type { ImageReference } from '../../server/kernel/reference.ts'
import type { Client, ClientRequest } from './client.ts'
import { ContentDownload } from './content-download.ts'
import { digestOf, isDigest } from './digest.ts'
import type { EngineParts } from './download.ts'
import type { PullResult } from './engine.ts'
import { RegistryFailure } from './failure.ts'
import {
  acceptedTypes,
  attestationOf,
  choosePlatform,
  type HeldDocument,
  type Manifest,
  parseManifest,
  requireImage,
} from './manifests.ts'
import { familiarReference } from './names.ts'
import type { Persona } from './personas.ts'
import { discard } from './session.ts'
import type { Answer } from './transport.ts'

type Document = HeldDocument & { digest: string }

export interface ContentPullOptions {
  persona: Persona
  parts: EngineParts
  client: Client
  reference: ImageReference
  attestations: boolean
  signal: AbortSignal
}

export class ContentPull {
  readonly #options: ContentPullOptions
  readonly #download: ContentDownload
  readonly #documents = new Map<string, HeldDocument>()
  /** Digests of everything the image is made of. */
  readonly #blobs: string[] = []

  constructor(options: ContentPullOptions) {
    const { persona, parts, client, reference } = options
    this.#options = options
    this.#download = new ContentDownload({ persona, parts, client, repository: reference.repository })
  }

  /** @throws RegistryFailure */
  async run(): Promise<Omit<PullResult, 'requests' | 'downloadedBytes'>> {
    const { persona, parts, client, reference, signal } = this.#options
    if (persona.ping) await client.ping(signal)
    const top = await this.#resolve(signal)
    try {
      const manifest = await this.#fetchTree(top)
      const id = persona.upToDateBy === 'index' ? top.digest : manifest.config.digest
      parts.images.addImage({ id, layers: this.#blobs, documents: this.#documents })
      const changed = parts.images.refer(reference, { digest: top.digest, id })
      if (changed) await this.#nameContent(top)
      return {
        outcome: changed ? 'downloaded' : 'up-to-date',
        digest: top.digest,
        sizeBytes: manifest.layers.reduce((sum, layer) => sum + layer.size, 0),
      }
    } finally {
      this.#download.release()
    }
  }

  /** The index or manifest that the reference stands for. */
  async #resolve(signal: AbortSignal): Promise<Document> {
    const { persona, reference } = this.#options
    const wanted = reference.digest ?? String(reference.tag)
    if (persona.resolve === 'get') return this.#fetchDocument(wanted, 'resolve', signal)
    const request = this.#manifestRequest(wanted, { method: 'HEAD', step: 'resolve', signal })
    const head = await this.#options.client.send(request)
    const digest = String(head.headers['docker-content-digest'] ?? '')
    await discard(head)
    if (succeeded(head) && isDigest(digest)) return this.#documentOf(digest, signal)
    const fallback = persona.headFallback
    if (!succeeded(head) && fallback !== 'any-refusal' && !fallback.includes(head.statusCode)) {
      throw await this.#options.client.refuse(head, request)
    }
    return this.#fetchDocument(wanted, 'resolve', signal)
  }

  /** What an index leads to, its attestation beside it; the first failure ends the rest. */
  async #fetchTree(top: Document): Promise<Manifest> {
    const chosen = top.kind === 'index' ? choosePlatform(top.index, this.#options.parts.platform) : null
    const attestation = this.#options.attestations && chosen ? attestationOf(top, chosen.digest) : null
    const failed = new AbortController()
    const signal = AbortSignal.any([this.#options.signal, failed.signal])
    const image = chosen ? this.#platformManifest(chosen.digest, signal) : Promise.resolve(imageManifest(top))
    const works = [image.then((manifest) => this.#fetchImage(manifest, signal))]
    if (attestation) works.push(this.#fetchAttestation(attestation.digest, signal))
    try {
      await Promise.all(works)
    } catch (error) {
      failed.abort(error)
      await Promise.allSettled(works)
      this.#options.signal.throwIfAborted()
      throw error
    }
    return image
  }

  async #platformManifest(digest: string, signal: AbortSignal): Promise<Manifest> {
    const again = this.#options.persona.asksAgain.includes('platform-manifest')
    return imageManifest(
      await (again ? this.#fetchDocument(digest, 'document', signal) : this.#documentOf(digest, signal)),
    )
  }

  async #fetchImage(manifest: Manifest, signal: AbortSignal): Promise<void> {
    requireImage(manifest)
    this.#blobs.push(manifest.config.digest, ...manifest.layers.map(({ digest }) => digest))
    await this.#download.fetchImage(manifest, signal)
  }

  /** The attestation with its blobs, and who refers to it: by the referrers API, else by the tag that stands in for it. */
  async #fetchAttestation(digest: string, signal: AbortSignal): Promise<void> {
    const { client, reference } = this.#options
    const document = await this.#documentOf(digest, signal)
    if (document.kind === 'manifest') {
      const { config, layers } = document.manifest
      this.#blobs.push(config.digest, ...layers.map((layer) => layer.digest))
      await this.#download.fetchBlobs([config, ...layers], signal)
    }
    const target = `/v2/${reference.repository}/referrers/${digest}`
    const referrers = await client.send({ method: 'GET', target, step: 'referrers', signal })
    await discard(referrers)
    if (referrers.statusCode !== 404) return
    const fallbackTag = digest.replace(':', '-')
    const answer = await client.send(this.#manifestRequest(fallbackTag, { method: 'GET', step: 'referrers', signal }))
    await discard(answer)
  }

  /** A document from the client's own store, else from the registry. */
  async #documentOf(digest: string, signal: AbortSignal): Promise<Document> {
    const held = this.#options.parts.images.document(digest)
    if (!held) return this.#fetchDocument(digest, 'document', signal)
    this.#documents.set(digest, held)
    return { ...held, digest }
  }

  async #fetchDocument(wanted: string, step: 'resolve' | 'document', signal: AbortSignal): Promise<Document> {
    const { client, parts } = this.#options
    const request = this.#manifestRequest(wanted, { method: 'GET', step, signal })
    const { bytes, digest, ...document } = await this.#download.withPlace('document', signal, async () => {
      const answer = await client.send(request)
      if (!succeeded(answer)) throw await client.refuse(answer, request)
      const bytes = await client.session.read(answer, signal)
      client.session.tally.receivedBytes += bytes.length
      if (isDigest(wanted) && digestOf(bytes) !== wanted) {
        throw new RegistryFailure('DIGEST_MISMATCH', client.words.mismatch(client.failed(request), digestOf(bytes)))
      }
      const mediaType = String(answer.headers['content-type'] ?? '').replace(/\s*;.*$/s, '')
      return parseManifest(bytes, mediaType, answer.statusCode)
    })
    await parts.content?.writeBlob(digest, bytes)
    this.#documents.set(digest, document)
    return { ...document, digest }
  }

  #manifestRequest(wanted: string, request: Pick<ClientRequest, 'method' | 'step' | 'signal'>): ClientRequest {
    const target = `/v2/${this.#options.reference.repository}/manifests/${wanted}`
    return { ...request, target, headers: { Accept: acceptedTypes } }
  }

  async #nameContent({ digest, mediaType, sizeBytes: size }: Document): Promise<void> {
    const { parts, reference } = this.#options
    await parts.content?.name(familiarReference(reference), { mediaType, digest, size })
  }
}

function imageManifest(document: HeldDocument): Manifest {
  if (document.kind === 'manifest') return document.manifest
  throw new RegistryFailure('MALFORMED', 'unsupported manifest format')
}

function succeeded({ statusCode }: Answer): boolean {
  return statusCode >= 200 && statusCode <= 299
}
