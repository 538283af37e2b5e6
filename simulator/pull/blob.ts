// Downloads of blobs, verified as they stream. A layer goes on from where it broke off; a configuration starts again. How often and
// after how long follows the graphdriver engine (docs/pull.md).
import { createHash, type Hash } from 'node:crypto'
import type { BlobFile } from './content-directory.ts'
import { digestOf } from './digest.ts'
import { RegistryFailure } from './failure.ts'
import type { Descriptor } from './manifests.ts'
import { bodyFailure, discard, type Session } from './session.ts'
import type { Answer } from './transport.ts'

/** Waits on the run's clock. */
export type Delay = (durationMs: number, signal: AbortSignal) => Promise<void>

const attemptsMax = 5
const layerRetryMs = 5_000
const configRetryMs = 250

/**
 * A configuration blob, whole.
 *
 * @throws RegistryFailure in the engine's words for configurations
 */
export async function fetchConfig(
  session: Session,
  options: { repository: string; descriptor: Descriptor; delay: Delay; signal: AbortSignal },
): Promise<Buffer> {
  const { repository, descriptor, delay, signal } = options
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await openBlob(session, { repository, digest: descriptor.digest, signal })
      const bytes = await session.read(answer, signal)
      session.tally.receivedBytes += bytes.length
      if (digestOf(bytes) === descriptor.digest) return bytes
    } catch (error) {
      if (!(error instanceof RegistryFailure)) throw error
      if (!error.retried || attempt === attemptsMax) {
        // The engine counts one more than it made where it gave up.
        const shownAttempts = error.retried ? attempt + 1 : attempt
        throw error.within(`error pulling image configuration: download failed after attempts=${shownAttempts}`)
      }
      await delay(configRetryMs * 2 ** (attempt - 1), signal)
      continue
    }
    const text = `error pulling image configuration: image config verification failed for digest ${descriptor.digest}`
    throw new RegistryFailure('DIGEST_MISMATCH', text)
  }
}

export interface LayerDownloadOptions {
  session: Session
  repository: string
  descriptor: Descriptor
  delay: Delay
  onBytes: (bytes: number) => void
  /** Where the bytes go; null drops them. */
  file: BlobFile | null
}

/** One layer's bytes, over as many attempts as it takes. */
export class LayerDownload {
  readonly #options: LayerDownloadOptions
  #hash: Hash = createHash('sha256')
  #offset = 0

  constructor(options: LayerDownloadOptions) {
    this.#options = options
  }

  /** @throws RegistryFailure once the engine would give up */
  async run(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(signal)
      } catch (error) {
        if (!(error instanceof RegistryFailure) || !error.retried || attempt === attemptsMax) throw error
        await this.#options.delay(attempt * layerRetryMs, signal)
      }
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    const { digest, size } = this.#options.descriptor
    const resumed = this.#offset > 0
    const answer = resumed ? await this.#resume(signal) : await this.#open(signal)
    await this.#receive(answer, signal)
    if (this.#offset === size && `sha256:${this.#hash.digest('hex')}` === digest) return
    const code = this.#offset < size ? 'TRUNCATED' : 'DIGEST_MISMATCH'
    await this.#startOver()
    // What came before the break may be at fault, so a resumed download gets another chance.
    const text = `filesystem layer verification failed for digest ${digest}`
    throw new RegistryFailure(code, text, { status: answer.statusCode, retried: resumed })
  }

  /** The engine asks for the blob's size first and then, where that fails, for the blob: a refusal is heard twice. */
  async #open(signal: AbortSignal): Promise<Answer> {
    const { session, repository, descriptor } = this.#options
    const open = () => openBlob(session, { repository, digest: descriptor.digest, signal })
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof RegistryFailure)) throw error
      return open()
    }
  }

  /** Whatever answers a Range request wrongly is asked for the whole layer in the next attempt. */
  async #resume(signal: AbortSignal): Promise<Answer> {
    const { session, repository, descriptor } = this.#options
    try {
      return await openBlob(session, { repository, digest: descriptor.digest, offset: this.#offset, signal })
    } catch (error) {
      await this.#startOver()
      if (!(error instanceof RegistryFailure)) throw error
      const { code, message, status } = error
      throw new RegistryFailure(code, message, { status, retried: true, cause: error })
    }
  }

  async #receive(answer: Answer, signal: AbortSignal): Promise<void> {
    const { descriptor, session, onBytes, file } = this.#options
    try {
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        this.#offset += chunk.length
        session.tally.receivedBytes += chunk.length
        onBytes(chunk.length)
        this.#hash.update(chunk)
        await file?.write(chunk)
        if (this.#offset > descriptor.size) break
      }
    } catch (error) {
      if (error instanceof RegistryFailure) throw error
      throw bodyFailure(error, signal)
    }
  }

  async #startOver(): Promise<void> {
    this.#hash = createHash('sha256')
    this.#offset = 0
    await this.#options.file?.reset()
  }
}

async function openBlob(
  session: Session,
  options: { repository: string; digest: string; offset?: number; signal: AbortSignal },
): Promise<Answer> {
  const { repository, digest, offset = 0, signal } = options
  const headers = { 'Accept-Encoding': 'identity', ...(offset > 0 ? { Range: `bytes=${offset}-` } : {}) }
  const target = `/v2/${repository}/blobs/${digest}`
  const answer = await session.request({ method: 'GET', target, headers, signal })
  const { statusCode: status } = answer
  if (status === 404) {
    await discard(answer)
    throw new RegistryFailure('NOT_FOUND', 'unknown blob', { status })
  }
  if (status < 200 || status > 399) throw await session.refuse(answer, signal)
  if (offset > 0 && !startsAt(answer, offset)) {
    await discard(answer)
    throw new RegistryFailure('MALFORMED', 'expected HTTP 206 from byte range request', { status })
  }
  return answer
}

function startsAt(answer: Answer, offset: number): boolean {
  const range = answer.headers['content-range']
  return answer.statusCode === 206 && typeof range === 'string' && range.startsWith(`bytes ${offset}-`)
}
