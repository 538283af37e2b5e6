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
      const request = blobRequest('config', source.repository, descriptor, 0)
      const answer = yield* source.conversation.ask(thread, request)
      const problem = problemOf(source, request, answer, thread.nowMs)
      if (problem !== null) throw problem
      const body = new BlobBody(request, answer)
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
      const request = blobRequest('layer', source.repository, descriptor, offset)
      const resumed = offset > 0
      // Whatever answers a Range request wrongly is asked for the whole layer in the next attempt.
      offset = 0
      const early = resumed ? null : source.conversation.askAtOnce(thread, request)
      const answer = early?.status === 200 ? early : yield* askTwice(thread, source, request)
      const body = new BlobBody(request, answer)
      yield body
      offset = request.offset + body.receivedBytes
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

/**
 * The engine asks for a layer's size first and then, where that fails, for the layer: a refusal is heard twice. What a resumed download
 * is refused with is always worth another attempt.
 *
 * @throws RegistryFailure where the layer is not to be had
 */
function* askTwice(thread: PullThread, source: BlobSource, request: RegistryRequest): Script<Answer> {
  for (let asked = 1; ; asked += 1) {
    try {
      const answer = yield* source.conversation.ask(thread, request)
      const problem = problemOf(source, request, answer, thread.nowMs)
      if (problem === null) return answer
      throw problem
    } catch (error) {
      if (!(error instanceof RegistryFailure)) throw error
      if (request.offset > 0) {
        const { code, message, status } = error
        throw new RegistryFailure(code, message, { status, retried: true, cause: error })
      }
      if (asked === 2) throw error
    }
  }
}

/** Why an answer brings no blob; null where it does. */
function problemOf(
  { conversation }: BlobSource,
  request: RegistryRequest,
  answer: Answer,
  nowMs: number,
): RegistryFailure | null {
  const { status, rangeStart } = answer
  const { offset } = request
  if (status === 404) return new RegistryFailure('NOT_FOUND', 'unknown blob', { status })
  if (status < 200 || status > 399) return conversation.refusalOf(answer, request, nowMs)
  if (offset === 0 || (status === 206 && rangeStart === offset)) return null
  return new RegistryFailure('MALFORMED', 'expected HTTP 206 from byte range request', { status })
}
