// The bytes of one blob as they stream, over as many answers as it takes: hashed, and kept if the engine keeps any.
import { createHash, type Hash } from 'node:crypto'
import { type ConfigFacts, readConfig } from '../../protocol/documents.ts'
import type { RegistryRequest } from '../../protocol/steps.ts'
import type { BlobFile, ContentDirectory } from './content-directory.ts'

export class BlobReception {
  readonly #request: RegistryRequest
  readonly #content: ContentDirectory | null
  #hash: Hash = createHash('sha256')
  #receivedBytes = 0
  /** Layers go to a file, if anywhere; configurations are read. */
  #file: BlobFile | null = null
  readonly #pieces: Buffer[] = []

  constructor(request: RegistryRequest, content: ContentDirectory | null) {
    this.#request = request
    this.#content = content
  }

  get digest(): string {
    return this.#request.reference ?? ''
  }

  /** What was received is void. */
  async startOver(): Promise<void> {
    if (this.#receivedBytes === 0) return
    this.#hash = createHash('sha256')
    this.#receivedBytes = 0
    this.#pieces.length = 0
    await this.#file?.reset()
  }

  /** Takes in a piece; a promise where it has to be kept before the next one comes. */
  take(piece: Buffer): Promise<void> | null {
    this.#receivedBytes += piece.length
    this.#hash.update(piece)
    if (this.#request.purpose === 'config') this.#pieces.push(piece)
    else if (this.#content !== null) return this.#keep(piece, this.#content)
    return null
  }

  /** Whether it is longer than the blob can be. */
  get isOverlong(): boolean {
    return this.#receivedBytes > this.#request.blobBytes
  }

  /** Of which digest it is, and what it says if it is a configuration. It is kept where it is what it should be. */
  async finish(): Promise<{ digest: string; config: ConfigFacts | null }> {
    const digest = `sha256:${this.#hash.copy().digest('hex')}`
    const isWhole = digest === this.digest && this.#receivedBytes === this.#request.blobBytes
    if (this.#request.purpose !== 'config') {
      const file = this.#file
      if (isWhole && file !== null) {
        this.#file = null
        await file.commit()
      } else if (isWhole && this.#receivedBytes === 0) await this.#content?.writeBlob(digest, Buffer.alloc(0))
      return { digest, config: null }
    }
    const bytes = Buffer.concat(this.#pieces)
    if (digest === this.digest) await this.#content?.writeBlob(digest, bytes)
    return { digest, config: readConfig(bytes.toString()) }
  }

  async #keep(piece: Buffer, content: ContentDirectory): Promise<void> {
    this.#file ??= await content.createBlob(this.digest)
    await this.#file.write(piece)
  }

  /** Nobody wants it any more. */
  async discard(): Promise<void> {
    await this.#file?.discard()
  }
}
