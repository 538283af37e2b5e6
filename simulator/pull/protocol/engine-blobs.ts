// How a graphdriver engine downloads blobs: a layer goes on from where it broke off; a configuration starts again. How often and after
// how long follows docs/pull.md.
import type { ConfigFacts, Descriptor } from './documents.ts'
import type { EngineConversation } from './engine-conversation.ts'
import { RegistryFailure } from './failure.ts'
import type { PullThread } from './pull-thread.ts'
import { blobRequest } from './requests.ts'
import { type Answer, BlobBody, type RegistryRequest, type Script } from './steps.ts'

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
 * One layer's bytes, over as many attempts as it takes. One that breaks off goes on from there.
 *
 * @throws RegistryFailure once the engine would give up
 */
export function* fetchLayer(thread: PullThread, source: BlobSource, descriptor: Descriptor): Script {
  const { digest, size } = descriptor
  let offset = 0
  for (let attempt = 1; ; attempt += 1) {
    try {
      const resumed = offset > 0
      const asked = offset
      // Whatever answers a Range request wrongly is asked for the whole layer in the next attempt.
      offset = 0
      const body = yield* openBlob(thread, source, { purpose: 'layer', descriptor, offset: asked })
      yield body
      offset = asked + body.receivedBytes
      if (body.broken !== null) throw body.broken
      if (offset === size && body.digest === digest) return
      const code = offset < size ? 'TRUNCATED' : 'DIGEST_MISMATCH'
      offset = 0
      // What came before the break may be at fault, so a resumed download gets another chance.
      const text = `filesystem layer verification failed for digest ${digest}`
      throw new RegistryFailure(code, text, { status: body.answer.status, retried: resumed })
    } catch (error) {
      if (!(error instanceof RegistryFailure) || !error.retried || attempt === attemptsMax) throw error
      yield attempt * layerRetryMs
    }
  }
}

interface WantedBlob {
  purpose: 'config' | 'layer'
  descriptor: Descriptor
  offset: number
}

/**
 * The engine asks for a layer's size first and then, where that fails, for the layer: a refusal is heard twice. What a resumed download
 * is refused with is always worth another attempt.
 *
 * @throws RegistryFailure where the blob is not to be had
 */
function* openBlob(
  thread: PullThread,
  { conversation, repository }: BlobSource,
  { purpose, descriptor, offset }: WantedBlob,
): Script<BlobBody> {
  const request = blobRequest(purpose, repository, descriptor, offset)
  for (let asked = 1; ; asked += 1) {
    try {
      const answer = yield* conversation.ask(thread, request)
      const problem = problemOf(request, answer)
      if (problem === null) return new BlobBody(request, answer)
      throw problem ?? conversation.refusalOf(answer, request, thread.nowMs)
    } catch (error) {
      if (!(error instanceof RegistryFailure)) throw error
      if (offset > 0)
        throw new RegistryFailure(error.code, error.message, { status: error.status, retried: true, cause: error })
      if (purpose === 'config' || asked === 2) throw error
    }
  }
}

/** Why an answer brings no blob; null where it does, undefined where its status says it. */
function problemOf({ offset }: RegistryRequest, { status, rangeStart }: Answer): RegistryFailure | null | undefined {
  if (status === 404) return new RegistryFailure('NOT_FOUND', 'unknown blob', { status })
  if (status < 200 || status > 399) return undefined
  if (offset === 0 || (status === 206 && rangeStart === offset)) return null
  return new RegistryFailure('MALFORMED', 'expected HTTP 206 from byte range request', { status })
}
