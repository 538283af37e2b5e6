// How a graphdriver engine downloads blobs: a layer goes on from where it broke off; a configuration starts again. How often and after
// how long follows docs/pull.md.
import type { ConfigFacts, Descriptor } from './documents.ts'
import type { EngineConversation } from './engine-conversation.ts'
import { RegistryFailure } from './failure.ts'
import type { PullThread } from './pull-thread.ts'
import { blobRequest } from './requests.ts'
import { BlobBody, type Script } from './steps.ts'

const attemptsMax = 5
const layerRetryMs = 5_000
const configRetryMs = 250

/** Where blobs are asked for. */
export interface BlobSource {
  conversation: EngineConversation
  repository: string
}

/**
 * A configuration, whole.
 *
 * @throws RegistryFailure in the engine's words for configurations
 */
export function* fetchConfig(
  thread: PullThread,
  source: BlobSource,
  descriptor: Descriptor,
): Script<ConfigFacts | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const body = yield* openBlob(thread, source, { purpose: 'config', descriptor, offset: 0 })
      yield body
      if (body.broken !== null) throw body.broken
      if (body.digest === descriptor.digest) return body.config
    } catch (error) {
      if (!(error instanceof RegistryFailure)) throw error
      if (!error.retried || attempt === attemptsMax) {
        // The engine counts one more than it made where it gave up.
        const shownAttempts = error.retried ? attempt + 1 : attempt
        throw error.within(`error pulling image configuration: download failed after attempts=${shownAttempts}`)
      }
      yield configRetryMs * 2 ** (attempt - 1)
      continue
    }
    const text = `error pulling image configuration: image config verification failed for digest ${descriptor.digest}`
    throw new RegistryFailure('DIGEST_MISMATCH', text)
  }
}

/**
 * One layer's bytes, over as many attempts as it takes.
 *
 * @throws RegistryFailure once the engine would give up
 */
export function* fetchLayer(thread: PullThread, source: BlobSource, descriptor: Descriptor): Script {
  const download = new LayerAttempts(thread, source, descriptor)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return yield* download.attempt()
    } catch (error) {
      if (!(error instanceof RegistryFailure) || !error.retried || attempt === attemptsMax) throw error
      yield attempt * layerRetryMs
    }
  }
}

class LayerAttempts {
  readonly #thread: PullThread
  readonly #source: BlobSource
  readonly #descriptor: Descriptor
  #offset = 0

  constructor(thread: PullThread, source: BlobSource, descriptor: Descriptor) {
    this.#thread = thread
    this.#source = source
    this.#descriptor = descriptor
  }

  *attempt(): Script {
    const { digest, size } = this.#descriptor
    const resumed = this.#offset > 0
    const body = resumed ? yield* this.#resume() : yield* this.#openTwice()
    yield body
    this.#offset += body.receivedBytes
    if (body.broken !== null) throw body.broken
    if (this.#offset === size && body.digest === digest) return
    const code = this.#offset < size ? 'TRUNCATED' : 'DIGEST_MISMATCH'
    this.#offset = 0
    // What came before the break may be at fault, so a resumed download gets another chance.
    const text = `filesystem layer verification failed for digest ${digest}`
    throw new RegistryFailure(code, text, { status: body.answer.status, retried: resumed })
  }

  /** The engine asks for the blob's size first and then, where that fails, for the blob: a refusal is heard twice. */
  *#openTwice(): Script<BlobBody> {
    try {
      return yield* this.#open()
    } catch (error) {
      if (!(error instanceof RegistryFailure)) throw error
      return yield* this.#open()
    }
  }

  /** Whatever answers a Range request wrongly is asked for the whole layer in the next attempt. */
  *#resume(): Script<BlobBody> {
    try {
      return yield* this.#open()
    } catch (error) {
      this.#offset = 0
      if (!(error instanceof RegistryFailure)) throw error
      const { code, message, status } = error
      throw new RegistryFailure(code, message, { status, retried: true, cause: error })
    }
  }

  #open(): Script<BlobBody> {
    const blob = { purpose: 'layer', descriptor: this.#descriptor, offset: this.#offset } as const
    return openBlob(this.#thread, this.#source, blob)
  }
}

/** @throws RegistryFailure where the blob is not to be had */
function* openBlob(
  thread: PullThread,
  { conversation, repository }: BlobSource,
  blob: { purpose: 'config' | 'layer'; descriptor: Descriptor; offset: number },
): Script<BlobBody> {
  const { purpose, descriptor, offset } = blob
  const request = blobRequest(purpose, repository, descriptor, offset)
  const answer = yield* conversation.ask(thread, request)
  const { status } = answer
  if (status === 404) throw new RegistryFailure('NOT_FOUND', 'unknown blob', { status })
  if (status < 200 || status > 399) throw conversation.refusalOf(answer, request, thread.nowMs)
  if (offset > 0 && (status !== 206 || answer.rangeStart !== offset)) {
    throw new RegistryFailure('MALFORMED', 'expected HTTP 206 from byte range request', { status })
  }
  return new BlobBody(request, answer)
}
