// One `docker pull`, step by step as the graphdriver engine takes it: ping, token, HEAD by tag, index, manifest of the platform,
// then the configuration beside the layers. docs/pull.md has the order with its sources.
import type { ImageReference } from '../../server/kernel/reference.ts'
import { type Connection, openSession } from './authenticate.ts'
import { downloadImage, type EngineParts } from './download.ts'
import type { PullResult, RegistryCredentials } from './engine.ts'
import { RegistryFailure } from './failure.ts'
import { chainsOf } from './local-images.ts'
import {
  choosePlatform,
  fetchManifest,
  type HeadFallback,
  type HeldDocument,
  type Manifest,
  type ManifestDocument,
  type ManifestSource,
  requireImage,
  resolveTag,
} from './manifests.ts'
import { type Endpoint, familiarReference } from './names.ts'
import type { Session } from './session.ts'

export class Pull {
  readonly #parts: EngineParts
  readonly #session: Session
  readonly #reference: ImageReference
  readonly #headFallback: HeadFallback
  readonly #signal: AbortSignal
  /** Index and manifest that this pull went through, kept with the image once it is whole. */
  readonly #documents = new Map<string, HeldDocument>()

  private constructor(options: {
    parts: EngineParts
    session: Session
    reference: ImageReference
    headFallback: HeadFallback
    signal: AbortSignal
  }) {
    this.#parts = options.parts
    this.#session = options.session
    this.#reference = options.reference
    this.#headFallback = options.headFallback
    this.#signal = options.signal
  }

  /** Pings the registry of the reference; `credentials` are for that registry. */
  static async open(options: {
    parts: EngineParts
    connection: Connection
    endpoint: Endpoint
    reference: ImageReference
    credentials: RegistryCredentials | null
    headFallback: HeadFallback
    signal: AbortSignal
  }): Promise<Pull> {
    const { parts, connection, endpoint, reference, credentials: login, headFallback, signal } = options
    const session = await openSession(connection, { endpoint, repository: reference.repository, login, signal })
    return new Pull({ parts, session, reference, headFallback, signal })
  }

  /** @throws RegistryFailure */
  async run(): Promise<Omit<PullResult, 'requests' | 'downloadedBytes'>> {
    const { images } = this.#parts
    const session = this.#session
    const { repository } = this.#reference
    const { digest, manifest } = await this.#findManifest()
    const configDigest = manifest.config.digest
    const keep = () => images.addImage({ id: configDigest, layers: chainsOf(manifest), documents: this.#documents })
    if (images.hasImage(configDigest)) keep()
    else await downloadImage(this.#parts, { session, repository, manifest, keep, signal: this.#signal })
    const changed = images.refer(this.#reference, { digest, id: configDigest })
    if (changed) await this.#nameContent(digest)
    return {
      outcome: changed ? 'downloaded' : 'up-to-date',
      digest,
      sizeBytes: manifest.layers.reduce((sum, layer) => sum + layer.size, 0),
    }
  }

  async #findManifest(): Promise<{ digest: string; manifest: Manifest }> {
    const { digest, tag } = this.#reference
    const wanted = digest ?? (await resolveTag(this.#session, this.#source(String(tag)), this.#headFallback))
    const top = await this.#documentOf(wanted, { orByTag: this.#reference.digest === null })
    if (top.kind === 'manifest') return { digest: top.digest, manifest: this.#imageManifest(top) }
    const chosen = choosePlatform(top.index, this.#parts.platform)
    const document = await this.#documentOf(chosen.digest, { orByTag: false })
    return { digest: top.digest, manifest: this.#imageManifest(document) }
  }

  #imageManifest(document: HeldDocument): Manifest {
    if (document.kind === 'index') throw new RegistryFailure('MALFORMED', 'unsupported manifest format')
    requireImage(document.manifest)
    return document.manifest
  }

  /** A document from the engine's own store, else from the registry. */
  async #documentOf(digest: string, { orByTag }: { orByTag: boolean }): Promise<HeldDocument & { digest: string }> {
    const held = this.#parts.images.document(digest)
    if (held) {
      this.#documents.set(digest, held)
      return { ...held, digest }
    }
    const { digest: actual, bytes, ...document } = await this.#fetchDocument(digest, orByTag)
    await this.#parts.content?.writeBlob(actual, bytes)
    this.#documents.set(actual, document)
    return { ...document, digest: actual }
  }

  async #fetchDocument(digest: string, orByTag: boolean): Promise<ManifestDocument> {
    try {
      return await fetchManifest(this.#session, this.#source(digest))
    } catch (error) {
      // A registry that names a digest for a tag and then does not know it is asked for the tag itself.
      const unknown = error instanceof RegistryFailure && error.explained === 'MANIFEST_UNKNOWN'
      if (!orByTag || !unknown) throw error
      return fetchManifest(this.#session, this.#source(String(this.#reference.tag)))
    }
  }

  async #nameContent(digest: string): Promise<void> {
    const document = this.#documents.get(digest)
    if (!this.#parts.content || !document) return
    const { mediaType, sizeBytes: size } = document
    await this.#parts.content.name(familiarReference(this.#reference), { mediaType, digest, size })
  }

  #source(reference: string): ManifestSource {
    return { repository: this.#reference.repository, reference, signal: this.#signal }
  }
}
