// How blobs are fetched in virtual time, and fetched again where something breaks: blob.ts of the folder above without the bytes.
import type { ModelledImage, ModelledLayer } from '../../registry/modelled-images.ts'
import type { ModelledAnswer } from '../../registry/modelled-registry.ts'
import { RegistryFailure } from '../failure.ts'
import type { Flow } from './flows.ts'
import type { PlainRequest } from './plain-request.ts'
import type { ModelledSession } from './session.ts'
import type { Script, Strand } from './strand.ts'

const attemptsMax = 5
const layerRetryMs = 5_000
const configRetryMs = 250

/** A configuration, whole; as the `docker` persona fetches it. */
export function* fetchConfig(session: ModelledSession, strand: Strand, image: ModelledImage): Script {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = yield* openBlob(session, strand, configRequest(image))
      session.asks.receivedBytes += answer.bytes
      if (answer.spoiled?.kind === 'truncated-body') throw truncated()
      if (answer.spoiled?.kind !== 'wrong-digest') return
    } catch (error) {
      if (!(error instanceof RegistryFailure)) throw error
      if (!error.retried || attempt === attemptsMax) {
        // The engine counts one more than it made where it gave up.
        const shownAttempts = error.retried ? attempt + 1 : attempt
        throw error.within(`error pulling image configuration: download failed after attempts=${shownAttempts}`)
      }
      strand.clientMs += configRetryMs * 2 ** (attempt - 1)
      continue
    }
    const text = `error pulling image configuration: image config verification failed for digest ${image.configDigest}`
    throw new RegistryFailure('DIGEST_MISMATCH', text)
  }
}

function configRequest({ configDigest, configBytes }: ModelledImage): PlainRequest {
  return { ...blob, reference: configDigest, sizeBytes: configBytes }
}

/** One layer's bytes, over as many attempts as the `docker` persona takes. */
export function* fetchLayer(session: ModelledSession, strand: Strand, layer: ModelledLayer): Script {
  const whole: PlainRequest = { ...blob, reference: layer.digest, sizeBytes: layer.sizeBytes, isLayer: true }
  const startedAtMs = strand.clientMs
  const answer = session.askEarly(strand, whole)
  if (answer !== null) {
    yield { request: whole, answer, startedAtMs, sizeBytes: layer.sizeBytes, bytesPerSecond: null }
    return
  }
  const download = new LayerAttempts(session, strand, layer)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return yield* download.attempt()
    } catch (error) {
      if (!(error instanceof RegistryFailure) || !error.retried || attempt === attemptsMax) throw error
      strand.clientMs += attempt * layerRetryMs
    }
  }
}

class LayerAttempts {
  readonly #session: ModelledSession
  readonly #strand: Strand
  readonly #layer: ModelledLayer
  #offset = 0
  #spoiled = false

  constructor(session: ModelledSession, strand: Strand, layer: ModelledLayer) {
    this.#session = session
    this.#strand = strand
    this.#layer = layer
  }

  *attempt(): Script {
    const { digest, sizeBytes } = this.#layer
    const resumed = this.#offset > 0
    const request: PlainRequest = {
      ...blob,
      reference: digest,
      sizeBytes: sizeBytes - this.#offset,
      offset: this.#offset,
      isLayer: true,
    }
    const { answer, startedAtMs } = resumed ? yield* this.#resume(request) : yield* this.#open(request)
    const body = bodyOf(request, answer, startedAtMs)
    yield body
    this.#offset += body.sizeBytes
    if (answer.spoiled?.kind === 'wrong-digest') this.#spoiled = true
    if (this.#offset < sizeBytes) throw truncated()
    if (!this.#spoiled) return
    this.#startOver()
    // What came before the break may be at fault, so a resumed download gets another chance.
    const text = `filesystem layer verification failed for digest ${digest}`
    throw new RegistryFailure('DIGEST_MISMATCH', text, { status: answer.status, retried: resumed })
  }

  /** The engine asks for the blob's size first and then, where that fails, for the blob: a refusal is heard twice. */
  *#open(request: PlainRequest): Script<{ answer: ModelledAnswer; startedAtMs: number }> {
    let startedAtMs = this.#strand.clientMs
    try {
      return { answer: yield* openBlob(this.#session, this.#strand, request), startedAtMs }
    } catch (error) {
      if (!(error instanceof RegistryFailure)) throw error
      startedAtMs = this.#strand.clientMs
      return { answer: yield* openBlob(this.#session, this.#strand, request), startedAtMs }
    }
  }

  *#resume(request: PlainRequest): Script<{ answer: ModelledAnswer; startedAtMs: number }> {
    const startedAtMs = this.#strand.clientMs
    try {
      return { answer: yield* openBlob(this.#session, this.#strand, request), startedAtMs }
    } catch (error) {
      this.#startOver()
      if (!(error instanceof RegistryFailure)) throw error
      const { code, message, status } = error
      throw new RegistryFailure(code, message, { status, retried: true, cause: error })
    }
  }

  #startOver(): void {
    this.#offset = 0
    this.#spoiled = false
  }
}

const blob: PlainRequest = {
  ...{ class: 'blob', method: 'GET', reference: null, image: null, role: null, sizeBytes: 0, offset: 0 },
  ...{ redirected: false, isLayer: false },
}

/** What comes of a layer that is answered. */
export function bodyOf(request: PlainRequest, answer: ModelledAnswer, startedAtMs: number): Flow {
  const { spoiled } = answer
  const sizeBytes =
    spoiled?.kind === 'truncated-body' ? Math.floor(request.sizeBytes * spoiled.share) : request.sizeBytes
  const bytesPerSecond = spoiled?.kind === 'slow-body' ? spoiled.bytesPerSecond : null
  return { request, answer, startedAtMs, sizeBytes, bytesPerSecond }
}

/** @throws RegistryFailure where the blob is not to be had */
function* openBlob(session: ModelledSession, strand: Strand, request: PlainRequest): Script<ModelledAnswer> {
  const answer = yield* session.ask(strand, request)
  if (answer.status === 404) throw new RegistryFailure('NOT_FOUND', 'unknown blob', { status: 404 })
  if (answer.status < 200 || answer.status > 399) throw session.refuse(answer, request, strand.clientMs)
  return answer
}

export function truncated(): RegistryFailure {
  return new RegistryFailure('TRUNCATED', 'unexpected EOF', { retried: true })
}
