// Downloads of blobs by clients with a content store: verified as they stream; a layer that breaks off goes on from there as often as
// the persona says.
import { createHash, type Hash } from 'node:crypto'
import type { Client, ClientRequest } from './client.ts'
import { RegistryFailure } from './failure.ts'
import type { Descriptor } from './manifests.ts'
import { bodyFailure, discard } from './session.ts'
import type { Answer } from './transport.ts'

/** Where the bytes go. */
export interface BlobSink {
  write(chunk: Buffer): Promise<void>
  /** What was written is void. */
  reset(): Promise<void>
}

export interface ContentBlobOptions {
  client: Client
  repository: string
  step: 'config' | 'layer'
  descriptor: Descriptor
  /** How often it goes on without having got any further. */
  resumes: number
  onBytes: (bytes: number) => void
  sink: BlobSink | null
  signal: AbortSignal
}

export class ContentBlob {
  readonly #options: ContentBlobOptions
  readonly #request: ClientRequest
  #hash: Hash = createHash('sha256')
  #offset = 0

  constructor(options: ContentBlobOptions) {
    const { repository, descriptor, step, signal } = options
    this.#options = options
    this.#request = { method: 'GET', target: `/v2/${repository}/blobs/${descriptor.digest}`, step, signal }
  }

  /** @throws RegistryFailure DIGEST_MISMATCH | TRUNCATED, or as the request ended */
  async run(): Promise<void> {
    const { descriptor, client, resumes, signal } = this.#options
    for (let stalled = 0; ; ) {
      const answer = await this.#open()
      const before = this.#offset
      try {
        await this.#receive(answer)
        break
      } catch (error) {
        if (error instanceof RegistryFailure) throw error
        const failure = bodyFailure(error, signal)
        stalled = this.#offset > before ? 0 : stalled + 1
        if (resumes === 0 || stalled > resumes || !(failure instanceof RegistryFailure)) throw failure
      }
    }
    const actual = `sha256:${this.#hash.digest('hex')}`
    if (this.#offset === descriptor.size && actual === descriptor.digest) return
    const code = this.#offset < descriptor.size ? 'TRUNCATED' : 'DIGEST_MISMATCH'
    throw new RegistryFailure(code, client.words.mismatch(client.failed(this.#request), actual))
  }

  async #open(): Promise<Answer> {
    const { client } = this.#options
    const range: Record<string, string> = this.#offset > 0 ? { Range: `bytes=${this.#offset}-` } : {}
    const headers = { 'Accept-Encoding': 'identity', ...range }
    const answer = await client.send({ ...this.#request, headers })
    if (answer.statusCode < 200 || answer.statusCode > 299) throw await client.refuse(answer, this.#request)
    if (this.#offset > 0 && answer.statusCode !== 206) await this.#startOver()
    return answer
  }

  async #receive(answer: Answer): Promise<void> {
    const { descriptor, client, onBytes, sink } = this.#options
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      this.#offset += chunk.length
      client.session.tally.receivedBytes += chunk.length
      onBytes(chunk.length)
      this.#hash.update(chunk)
      await sink?.write(chunk)
      if (this.#offset > descriptor.size) break
    }
    await discard(answer)
  }

  async #startOver(): Promise<void> {
    this.#hash = createHash('sha256')
    this.#offset = 0
    await this.#options.sink?.reset()
  }
}
