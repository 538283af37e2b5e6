// One pull by a client with a content store in virtual time, step by step as its persona takes it (content-pull.ts, content-download.ts
// and content-blob.ts of the folder above).
import { createHash } from 'node:crypto'
import type { ModelledImage, ModelledLayer } from '../../registry/modelled-images.ts'
import type { ModelledAnswer } from '../../registry/modelled-registry.ts'
import { RegistryFailure } from '../failure.ts'
import { bodyOf, truncated } from './blobs.ts'
import { type ClientRequest, ModelledClient } from './client.ts'
import type { ModelledPull } from './pull.ts'
import { logIn, ModelledSession } from './session.ts'
import type { Slots } from './slots.ts'
import type { Script, Strand } from './strand.ts'
import { ModelledTokens } from './tokens.ts'

/** The image that was pulled, once its engine has it. Throws RegistryFailure. */
export function* pullAsContentClient(pull: ModelledPull, strand: Strand): Script<ModelledImage> {
  const { persona, asks, login, loginEndpoint } = pull
  if (login !== null && loginEndpoint !== null && persona.login !== 'none') {
    const tokens = new ModelledTokens({ ...persona.token, firstCall: 'get' }, login)
    const session = new ModelledSession({ asks, endpoint: loginEndpoint, login, repository: null, tokens })
    yield* logIn(session, strand, loginEndpoint)
  }
  for (let tries = 0; ; tries += 1) {
    try {
      return yield* new ContentPull(pull, strand).run()
    } catch (error) {
      const waitMs = persona.wholePullWaitsMs[tries]
      if (!(error instanceof RegistryFailure) || !error.retried || waitMs === undefined) throw error
      pull.releaseLayers(strand.clientMs)
      strand.clientMs += waitMs
    }
  }
}

class ContentPull {
  readonly #pull: ModelledPull
  readonly #strand: Strand
  readonly #client: ModelledClient
  readonly #slots: Slots

  constructor(pull: ModelledPull, strand: Strand) {
    const { asks, persona, endpoint, ownLogin: login, engine, reference, tokenPath } = pull
    this.#pull = pull
    this.#strand = strand
    this.#slots = pull.slots
    const tokens = engine.tokensFor(reference.host, reference.repository, login)
    const named = pull.imageReference
    const random = () => pull.random()
    this.#client = new ModelledClient({ asks, persona, endpoint, reference: named, login, tokens, tokenPath, random })
  }

  *run(): Script<ModelledImage> {
    const { persona } = this.#pull
    if (persona.ping) yield* this.#client.ping(this.#strand)
    const image = yield* this.#resolve()
    const isHeld = this.#pull.hasImage(image)
    if (!isHeld || persona.asksAgain.includes('platform-manifest')) {
      yield* this.#document({ reference: image.manifestDigest, image, role: 'platform', step: 'document' })
    }
    yield* this.#fetchImage(image, isHeld)
    return image
  }

  /** The image that the reference stands for, its index at hand. */
  *#resolve(): Script<ModelledImage> {
    const { persona, reference } = this.#pull
    const which = { reference: reference.name, image: null, role: 'index', step: 'resolve' } as const
    if (persona.resolve === 'get') return yield* this.#document(which)
    const head: ClientRequest = { ...document, ...which, class: 'version-check', method: 'HEAD' }
    const answer = yield* this.#client.ask(this.#strand, head)
    if (succeeded(answer)) {
      const image = answer.image as ModelledImage
      if (this.#pull.hasImage(image)) return image
      return yield* this.#document({ reference: image.digest, image, role: 'index', step: 'document' })
    }
    const { headFallback } = persona
    if (headFallback !== 'any-refusal' && !headFallback.includes(answer.status)) {
      throw this.#client.refuse(answer, head, this.#strand.clientMs)
    }
    return yield* this.#document(which)
  }

  *#document(which: Pick<ClientRequest, 'reference' | 'image' | 'role' | 'step'>): Script<ModelledImage> {
    const request: ClientRequest = { ...document, ...which }
    const answer = yield* this.#withSlot(() => this.#client.ask(this.#strand, request))
    if (!succeeded(answer)) throw this.#client.refuse(answer, request, this.#strand.clientMs)
    this.#assertWhole(answer, request)
    this.#client.asks.receivedBytes += answer.bytes
    return answer.image as ModelledImage
  }

  *#fetchImage(image: ModelledImage, isHeld: boolean): Script {
    const { downloads, asksAgain } = this.#pull.persona
    const asksForConfig = !isHeld || asksAgain.includes('config')
    const watch = () =>
      isHeld ? [] : this.#pull.watchLayers(image, (strand, layer) => this.#layer(strand, layer), this.#strand)
    const beside = downloads.config === 'beside-layers' ? watch() : null
    if (asksForConfig) yield* this.#config(image)
    const layers = beside ?? watch()
    while (layers.some(({ state }) => state === 'fetching' || state === 'received')) {
      const failed = layers.find(({ failure }) => failure !== null)
      if (failed?.failure) throw failed.failure
      yield null
    }
    const failed = layers.find(({ failure }) => failure !== null)
    if (failed?.failure) throw failed.failure
  }

  *#config({ configDigest, configBytes }: ModelledImage): Script {
    const config = { ...blob, reference: configDigest, step: 'config' } as const
    yield* this.#withSlot(() => this.#blob(this.#strand, config, configBytes))
  }

  *#layer(strand: Strand, { digest, sizeBytes }: ModelledLayer): Script {
    yield* this.#blob(strand, { ...blob, reference: digest, isLayer: true }, sizeBytes)
  }

  /** A blob, over as many requests as its persona makes of one that breaks off. */
  *#blob(strand: Strand, whole: ClientRequest, sizeBytes: number): Script {
    const { resumes } = this.#pull.persona.downloads
    for (let offset = 0; ; ) {
      const request = { ...whole, sizeBytes: sizeBytes - offset, offset }
      const startedAtMs = strand.clientMs
      const answer = yield* this.#open(strand, request)
      if (whole.isLayer) {
        const body = bodyOf(request, answer, startedAtMs)
        yield body
        offset += body.sizeBytes
      } else offset += this.#takeSmall(answer)
      // None gets no further for long: what is cut before its first byte is no answer at all.
      if (offset >= sizeBytes) return this.#assertWhole(answer, request)
      if (resumes === 0) throw truncated()
    }
  }

  #takeSmall({ bytes, spoiled }: ModelledAnswer): number {
    const received = spoiled?.kind === 'truncated-body' ? Math.floor(bytes * spoiled.share) : bytes
    this.#client.asks.receivedBytes += received
    return received
  }

  *#open(strand: Strand, request: ClientRequest): Script<ModelledAnswer> {
    const answer = yield* this.#client.ask(strand, request)
    if (!succeeded(answer)) throw this.#client.refuse(answer, request, strand.clientMs)
    return answer
  }

  /** @throws RegistryFailure where a fault has spoiled the bytes */
  #assertWhole({ spoiled }: ModelledAnswer, request: ClientRequest): void {
    if (spoiled?.kind === 'truncated-body') throw truncated()
    if (spoiled?.kind !== 'wrong-digest') return
    // What the altered byte of an index means is found out by reading it: it is in the name of the platform.
    if (request.step === 'resolve' && request.image === null && !this.#pull.reference.isDigest) {
      throw new RegistryFailure('NOT_FOUND', 'no matching manifest for linux/amd64 in the manifest list entries')
    }
    const other = createHash('sha256').update(`other than ${request.reference}`).digest('hex')
    const text = this.#client.words.mismatch(this.#client.failed(request), `sha256:${other}`)
    throw new RegistryFailure('DIGEST_MISMATCH', text)
  }

  *#withSlot<Result>(act: () => Script<Result>): Script<Result> {
    if (!this.#pull.persona.downloads.countsDocuments) return yield* act()
    yield* this.#slots.take(this.#strand)
    try {
      return yield* act()
    } finally {
      this.#slots.give(this.#strand.clientMs)
    }
  }
}

const document: ClientRequest = {
  ...{ class: 'manifest', method: 'GET', reference: null, image: null, role: null, sizeBytes: 0, offset: 0 },
  ...{ redirected: false, isLayer: false },
  step: 'document',
}
const blob: ClientRequest = { ...document, class: 'blob', step: 'layer' }

function succeeded({ status }: ModelledAnswer): boolean {
  return status >= 200 && status <= 299
}
