// The backend that is another registry: what the front has let through goes there and its answer comes back, bodies streamed both
// ways. Callers never learn where it is: locations and links lead to the front.
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { KasmSimError } from '../../../server/kernel/errors.ts'
import { RegistryProblem } from '../answer/problem.ts'
import { digestAlgorithm, digestOf } from '../content/blob.ts'
import { ping } from '../content/pull-routes.ts'
import type { SyntheticImage } from '../content/synthetic.ts'
import type { Exchange } from '../http/exchange.ts'
import { tagPattern } from '../target.ts'
import type { Backend, ContentRoutes, ManifestIdentity, PublishedImage, Route } from './backend.ts'
import { isIndexType, ManifestRoles } from './manifest-roles.ts'
import { Publishing } from './publish.ts'
import { type UpstreamAnswer, UpstreamClient, type UpstreamRequest } from './upstream-client.ts'
import { answerHeaders, requestHeaders } from './upstream-headers.ts'
import type { UpstreamAccount } from './upstream-login.ts'
import { type UpstreamUpload, UpstreamUploads } from './upstream-uploads.ts'

export interface UpstreamOptions {
  /** `https://registry.example:5000`, without a path. */
  url: string
  /** Whether pushes and deletes go through. */
  allowPush: boolean
  /** Default: nobody, which is enough where everybody may pull. */
  account?: UpstreamAccount | null
  /** How long it may take to say that it is a registry; default 15 s. */
  answersWithinMs?: number
  /** Comes between the backend and its connections; default: nothing. */
  intercept?: Dispatcher.DispatcherComposeInterceptor
  /** Told what a request died of that the upstream did not answer. */
  onNoAnswer?: ((error: unknown) => void) | undefined
}

/** As the embedded registry has it. */
const manifestSizeBytesMax = 4 * 2 ** 20

/**
 * Any registry, by its URL.
 *
 * @example
 * const backend = await UpstreamBackend.connect({ url: 'http://127.0.0.1:5000', allowPush: true })
 * await startRegistry({ profile: findProfile('docker-hub-anonymous'), backend })
 */
export class UpstreamBackend implements Backend {
  readonly routes: ContentRoutes
  readonly #client: UpstreamClient
  readonly #allowPush: boolean
  readonly #roles = new ManifestRoles()
  readonly #uploads = new UpstreamUploads()
  readonly #publishing: Publishing
  /** Answers to version checks that were asked for the policy's sake, until their own route has its turn. */
  readonly #checked = new WeakMap<Exchange, UpstreamAnswer>()

  private constructor(client: UpstreamClient, allowPush: boolean) {
    this.#client = client
    this.#allowPush = allowPush
    this.#publishing = new Publishing(client, this.#roles)
    this.routes = this.#contentRoutes()
  }

  /**
   * @throws KasmSimError SERVER_UNREACHABLE where nothing answers, BACKEND_INVALID where it is no registry or refuses the account
   */
  static async connect({ allowPush, account = null, ...options }: UpstreamOptions): Promise<UpstreamBackend> {
    return new UpstreamBackend(await UpstreamClient.connect({ ...options, account }), allowPush)
  }

  async identify(exchange: Exchange): Promise<ManifestIdentity | null> {
    const { method } = exchange.request
    const { repository, reference } = exchange.target
    if ((method !== 'GET' && method !== 'HEAD') || !isReference(reference)) return null
    const known = digestAlgorithm(reference) === null ? null : this.#roles.find(repository, reference)
    if (known !== null) return { digest: reference, role: known }
    const answer = await this.#send(exchange, { method: 'HEAD', target: pathOf(exchange), headers: acceptOf(exchange) })
    await answer.body.dump()
    if (method === 'HEAD') this.#checked.set(exchange, answer)
    if (answer.statusCode !== 200) return null
    const digest = String(answer.headers['docker-content-digest'] ?? reference)
    return { digest, role: this.#roles.add(repository, digest, contentTypeOf(answer)) }
  }

  /** Asking first would slow down every token: what is not there is not found when it is pulled. */
  knows(): boolean {
    return true
  }

  find(image: { repository: string; tag: string }): Promise<string | null> {
    return this.#publishing.find(image)
  }

  async publish(image: SyntheticImage): Promise<PublishedImage> {
    if (this.#allowPush) return this.#publishing.publish(image)
    throw new KasmSimError(
      'BACKEND_INVALID',
      `Failed to publish ${image.repository}:${image.tag}: the registry ${this.#client.url} is only read. Allow pushes, or use images that it has.`,
    )
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  #contentRoutes(): ContentRoutes {
    const writes = (route: Route): Route => (this.#allowPush ? route : refusePush)
    const manifest: Route = (exchange) => this.#readManifest(exchange)
    const blob: Route = (exchange) => this.#readBlob(exchange)
    const upload = writes((exchange) => this.#continueUpload(exchange))
    return {
      unknown: {},
      ping: { GET: ping, HEAD: ping },
      manifest: {
        GET: manifest,
        HEAD: manifest,
        PUT: writes((exchange) => this.#putManifest(exchange)),
        DELETE: writes((exchange) => this.#delete(exchange)),
      },
      blob: { GET: blob, HEAD: blob, DELETE: writes((exchange) => this.#delete(exchange)) },
      uploads: { POST: writes((exchange) => this.#openUpload(exchange)) },
      upload: { GET: upload, PATCH: upload, PUT: upload, DELETE: upload },
      tags: { GET: (exchange) => this.#readDocument(exchange) },
      referrers: { GET: (exchange) => this.#readDocument(exchange) },
    }
  }

  async #readManifest(exchange: Exchange): Promise<void> {
    const { repository, reference } = exchange.target
    if (!isReference(reference)) throw new RegistryProblem('MANIFEST_UNKNOWN', { Name: repository, Tag: reference })
    const checked = this.#checked.get(exchange)
    if (checked) return this.#reply(exchange, checked, Buffer.alloc(0))
    const answer = await this.#send(exchange, { method: readMethod(exchange), target: pathOf(exchange) })
    const bytes = await this.#client.read(answer)
    const isIndex = answer.statusCode === 200 && isIndexType(contentTypeOf(answer))
    if (isIndex) this.#roles.addListed(repository, bytes)
    this.#reply(exchange, answer, bytes)
  }

  async #readBlob(exchange: Exchange): Promise<void> {
    const { reference } = exchange.target
    if (digestAlgorithm(reference) === null) throw new RegistryProblem('DIGEST_INVALID', { digest: reference })
    const method = readMethod(exchange)
    const answer = await this.#send(exchange, { method, target: pathOf(exchange) })
    const { statusCode, headers } = answer
    if (statusCode >= 300 || method === 'HEAD') return this.#reply(exchange, answer, await this.#client.read(answer))
    const length = headers['content-length']
    // A body of unknown length cannot be given a share of the line; registries tell it.
    const sizeBytes = Number(length ?? 0)
    const passed = { ...answerHeaders(headers, this.#client.url), 'content-length': length?.toString() }
    await exchange.stream(statusCode, passed, answer.body as AsyncIterable<Buffer>, sizeBytes)
  }

  async #readDocument(exchange: Exchange): Promise<void> {
    const query = exchange.target.query.toString()
    const answer = await this.#send(exchange, { method: 'GET', target: pathOf(exchange) + (query && `?${query}`) })
    this.#reply(exchange, answer, await this.#client.read(answer))
  }

  async #putManifest(exchange: Exchange): Promise<void> {
    const { repository, reference } = exchange.target
    if (!isReference(reference)) {
      if (reference.includes(':')) throw new RegistryProblem('DIGEST_INVALID', { digest: reference })
      throw new RegistryProblem('MANIFEST_INVALID', { tag: reference }, { message: 'invalid tag' })
    }
    const body = await exchange.wholeBody(manifestSizeBytesMax)
    const answer = await this.#send(exchange, { method: 'PUT', target: pathOf(exchange), body })
    const bytes = await this.#client.read(answer)
    const digest = String(answer.headers['docker-content-digest'] ?? digestOf([body]))
    const isTaken = answer.statusCode === 201
    if (isTaken) {
      const contentType = exchange.request.headers['content-type'] ?? ''
      this.#roles.add(repository, digest, contentType)
      if (isIndexType(contentType)) this.#roles.addListed(repository, body)
    }
    this.#reply(exchange, answer, bytes, isTaken ? { location: `/v2/${repository}/manifests/${digest}` } : {})
  }

  async #delete(exchange: Exchange): Promise<void> {
    const { endpoint, repository, reference } = exchange.target
    if (!isReference(reference)) throw new RegistryProblem('DIGEST_INVALID', { digest: reference })
    const answer = await this.#send(exchange, { method: 'DELETE', target: pathOf(exchange) })
    if (endpoint === 'manifest' && answer.statusCode < 300) this.#roles.forget(repository, reference)
    this.#reply(exchange, answer, await this.#client.read(answer))
  }

  async #openUpload(exchange: Exchange): Promise<void> {
    const { repository, query } = exchange.target
    const target = `/v2/${repository}/blobs/uploads/?${query}`
    const answer = await this.#send(exchange, { method: 'POST', target, body: bodyOf(exchange) })
    const bytes = await this.#client.read(answer)
    const upload = answer.statusCode === 202 ? this.#uploads.open(repository, this.#locationOf(answer)) : null
    this.#reply(exchange, answer, bytes, upload ? uploadHeaders(upload) : blobHeaders(exchange, answer))
  }

  async #continueUpload(exchange: Exchange): Promise<void> {
    const { repository, reference, query } = exchange.target
    const upload = this.#uploads.find(repository, reference)
    const target = new URL(upload.url)
    for (const [name, value] of query) target.searchParams.set(name, value)
    const { method } = exchange.request
    const request = { method: method as UpstreamRequest['method'], target, body: bodyOf(exchange) }
    const answer = await this.#send(exchange, request)
    const bytes = await this.#client.read(answer)
    const { statusCode } = answer
    const isGone = statusCode === 201 || statusCode === 404 || (method === 'DELETE' && statusCode < 300)
    if (isGone) this.#uploads.close(upload)
    else if (answer.headers.location !== undefined) upload.url = this.#locationOf(answer)
    this.#reply(exchange, answer, bytes, isGone ? blobHeaders(exchange, answer) : uploadHeaders(upload))
  }

  #send(
    exchange: Exchange,
    request: Pick<UpstreamRequest, 'method' | 'target'> & Partial<UpstreamRequest>,
  ): Promise<UpstreamAnswer> {
    const headers = requestHeaders(exchange)
    return this.#client.send({ headers, scopes: scopesOf(exchange), signal: exchange.gone, ...request })
  }

  /** A document whose length is known; that of an answer to HEAD is in its headers. */
  #reply(exchange: Exchange, answer: UpstreamAnswer, bytes: Buffer, more: Record<string, string> = {}): void {
    const isHead = exchange.request.method === 'HEAD'
    const length = isHead ? { 'content-length': answer.headers['content-length']?.toString() } : {}
    exchange.reply(
      answer.statusCode,
      { ...answerHeaders(answer.headers, this.#client.url), ...length, ...more },
      isHead ? '' : bytes,
    )
  }

  #locationOf({ headers }: UpstreamAnswer): URL {
    const url = URL.parse(String(headers.location ?? ''), this.#client.url)
    if (url) return url
    throw new RegistryProblem('UNAVAILABLE', null, { message: 'the upstream registry does not say where to upload to' })
  }
}

function refusePush(): never {
  throw new RegistryProblem('UNSUPPORTED', null, {
    message: 'this registry is only read: its upstream takes no pushes',
  })
}

/** What is neither tag nor digest is not sent on: it could mean another path there. */
function isReference(reference: string): boolean {
  return digestAlgorithm(reference) !== null || tagPattern.test(reference)
}

function pathOf({ target }: Exchange): string {
  const { repository, reference, endpoint } = target
  if (endpoint === 'tags') return `/v2/${repository}/tags/list`
  const folder = { manifest: 'manifests', blob: 'blobs', referrers: 'referrers' }[endpoint as string]
  return `/v2/${repository}/${folder}/${encodeURIComponent(reference).replaceAll('%3A', ':')}`
}

/** What a token of the upstream must allow for a request. */
function scopesOf({ request, target }: Exchange): string[] {
  const { endpoint, repository, query } = target
  const reads = (request.method === 'GET' || request.method === 'HEAD') && endpoint !== 'upload'
  const deletes = request.method === 'DELETE' && endpoint !== 'upload'
  const from = endpoint === 'uploads' ? query.get('from') : null
  return [
    `repository:${repository}:${reads ? 'pull' : deletes ? 'delete' : 'pull,push'}`,
    ...(from === null ? [] : [`repository:${from}:pull`]),
  ]
}

function acceptOf({ request }: Exchange): Record<string, string> {
  const { accept } = request.headers
  return accept === undefined ? {} : { accept }
}

function readMethod({ request }: Exchange): 'GET' | 'HEAD' {
  return request.method === 'HEAD' ? 'HEAD' : 'GET'
}

function contentTypeOf({ headers }: UpstreamAnswer): string {
  return String(headers['content-type'] ?? '')
}

/** The body as it arrives; null where there is none. */
function bodyOf(exchange: Exchange): Readable | null {
  const { 'content-length': length, 'transfer-encoding': encoding } = exchange.request.headers
  const isEmpty = encoding === undefined && (length === undefined || Number(length) === 0)
  return isEmpty ? null : Readable.from(exchange.body(), { objectMode: false })
}

function uploadHeaders({ repository, id }: UpstreamUpload): Record<string, string> {
  return { location: `/v2/${repository}/blobs/uploads/${id}`, 'docker-upload-uuid': id }
}

/** Where a blob is that has arrived. */
function blobHeaders({ target }: Exchange, { statusCode, headers }: UpstreamAnswer): Record<string, string> {
  const { repository, query } = target
  const digest = headers['docker-content-digest'] ?? query.get('digest') ?? query.get('mount')
  return statusCode === 201 ? { location: `/v2/${repository}/blobs/${digest}` } : {}
}
