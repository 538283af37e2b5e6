// One pull as the graphdriver engine makes it, step by step (pull.ts and download.ts of the folder above): log-in, ping, token, HEAD by
// tag, index, manifest of the platform, then the configuration beside the layers.
import { STATUS_CODES } from 'node:http'
import type { ModelledImage } from '../../registry/modelled-images.ts'
import type { ModelledAnswer } from '../../registry/modelled-registry.ts'
import { RegistryFailure } from '../failure.ts'
import { fetchConfig, fetchLayer } from './blobs.ts'
import { type PlainRequest, ping } from './plain-request.ts'
import type { ModelledPull } from './pull.ts'
import { logIn, ModelledSession } from './session.ts'
import type { Script, Strand } from './strand.ts'
import { ModelledTokens } from './tokens.ts'

/** The image that was pulled, once its engine has it. Throws RegistryFailure. */
export function* pullAsDocker(pull: ModelledPull, strand: Strand): Script<ModelledImage> {
  const { asks, login, loginEndpoint, ownLogin, endpoint, reference, engine } = pull
  const { repository, host } = reference
  if (login !== null && loginEndpoint !== null) {
    const tokens = new ModelledTokens({ ...pull.persona.token, firstCall: 'get' }, login)
    const session = new ModelledSession({ asks, endpoint: loginEndpoint, login, repository: null, tokens })
    yield* logIn(session, strand, loginEndpoint)
  }
  const tokens = engine.tokensFor(host, repository, ownLogin)
  const session = new ModelledSession({ asks, endpoint, login: ownLogin, repository, tokens })
  yield* session.ping(strand)
  const image = yield* findImage(pull, session, strand)
  if (!pull.hasImage(image)) yield* fetchImage(pull, { session, image }, strand)
  return image
}

function* findImage(pull: ModelledPull, session: ModelledSession, strand: Strand): Script<ModelledImage> {
  const { name, isDigest } = pull.reference
  const held = isDigest ? pull.heldByDigest(name) : (yield* resolveTag(pull, session, strand)).image
  if (held !== null && pull.hasImage(held)) return held
  const index = yield* fetchDocument(session, strand, documentOf(held?.digest ?? name, held, 'index'))
  const image = index.image as ModelledImage
  yield* fetchDocument(session, strand, documentOf(image.manifestDigest, image, 'platform'))
  return image
}

/** What a tag stands for: HEAD, and GET where HEAD is refused. */
function* resolveTag(pull: ModelledPull, session: ModelledSession, strand: Strand): Script<ModelledAnswer> {
  const { reference, persona } = pull
  const request = documentOf(reference.name, null, 'index')
  const head: PlainRequest = { ...request, class: 'version-check', method: 'HEAD' }
  const answer = yield* session.ask(strand, head)
  if (succeeded(answer)) return answer
  const { headFallback } = persona
  if (headFallback !== 'any-refusal' && !headFallback.includes(answer.status)) {
    const reason = STATUS_CODES[answer.status] ?? ''
    const text = `unexpected status from HEAD request: ${answer.status} ${reason}`
    throw session.refuse(answer, head, strand.clientMs).reworded(text)
  }
  const byTag = yield* session.ask(strand, request)
  if (!succeeded(byTag)) throw session.refuse(byTag, request, strand.clientMs)
  return byTag
}

function* fetchDocument(session: ModelledSession, strand: Strand, request: PlainRequest): Script<ModelledAnswer> {
  const answer = yield* session.ask(strand, request)
  if (!succeeded(answer)) throw session.refuse(answer, request, strand.clientMs)
  assertWhole(answer, request.reference ?? '')
  session.asks.receivedBytes += answer.bytes
  return answer
}

/** @throws RegistryFailure where a fault has spoiled the document */
function assertWhole({ spoiled, status }: ModelledAnswer, digest: string): void {
  if (spoiled?.kind === 'truncated-body') throw new RegistryFailure('TRUNCATED', 'unexpected EOF', { retried: true })
  if (spoiled?.kind !== 'wrong-digest') return
  throw new RegistryFailure('DIGEST_MISMATCH', `manifest verification failed for digest ${digest}`, { status })
}

function documentOf(reference: string, image: ModelledImage | null, role: 'index' | 'platform'): PlainRequest {
  return { ...ping, class: 'manifest', reference, image, role }
}

function* fetchImage(
  pull: ModelledPull,
  { session, image }: { session: ModelledSession; image: ModelledImage },
  strand: Strand,
): Script {
  const downloads = pull.watchLayers(image, (layerStrand, layer) => fetchLayer(session, layerStrand, layer), strand)
  yield* fetchConfig(session, strand, image)
  const top = downloads.at(-1)
  if (top === undefined) return
  while (top.state === 'fetching' || top.state === 'received') yield null
  if (top.failure) throw top.failure
}

function succeeded({ status }: ModelledAnswer): boolean {
  return status >= 200 && status <= 399
}
