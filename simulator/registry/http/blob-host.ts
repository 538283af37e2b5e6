// The second origin of a registry that redirects its blobs, as Amazon ECR does to S3 and others to a content network: it serves
// addresses that the registry has signed, for a time, and refuses whoever brings an Authorization header as well.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../../server/kernel/clock.ts'
import type { BlobRedirectSource } from '../policy/policy.ts'
import type { Target } from '../target.ts'
import type { Exchange } from './exchange.ts'

const folder = '/blobs/'

/**
 * Signs addresses of blobs, and knows its own again (docs/registries.md, section 3.2).
 *
 * @example
 * const host = new BlobHost({ lifetimeSeconds: 3_600 }, clock)
 * host.listensAt(43218)
 * host.redirect(exchange) // 307, Location: http://localhost:43218/blobs/kasmweb/chrome/sha256:...?Expires=...&Signature=...
 */
export class BlobHost {
  readonly #source: BlobRedirectSource
  readonly #clock: Clock
  readonly #key = randomBytes(32)
  #port = 0

  constructor(source: BlobRedirectSource, clock: Clock) {
    this.#source = source
    this.#clock = clock
  }

  /** Told where it listens before the first request comes. */
  listensAt(port: number): void {
    this.#port = port
  }

  /** Sends the caller of a blob on to its signed address, which is good for the same method alone. */
  redirect(exchange: Exchange): void {
    const { request, target } = exchange
    const path = `${folder}${target.repository}/${target.reference}`
    const expires = String(Math.floor(this.#clock.nowMs() / 1_000) + this.#source.lifetimeSeconds)
    const query = new URLSearchParams({ Expires: expires, Signature: this.#sign(request.method, path, expires) })
    const location = `http://${otherName(request.headers.host)}:${this.#port}${path}?${query}`
    exchange.reply(this.#source.status ?? 307, { location, 'docker-content-digest': target.reference })
  }

  /** What a request to this origin is about; its class is that of blobs, whoever answers. */
  readTarget(url: string): Target {
    const [path = '', rawQuery = ''] = url.split(/\?(.*)/s)
    const [, repository = '', reference = ''] = /^\/blobs\/(.+)\/([^/]+)$/.exec(path) ?? []
    const query = new URLSearchParams(rawQuery)
    return { endpoint: 'blob', class: 'blob', path, query, repository, reference }
  }

  /** Refuses what may not be answered, as S3 does; false where nothing is wrong. */
  refuses(exchange: Exchange): boolean {
    const { request, target } = exchange
    const expires = target.query.get('Expires') ?? ''
    const expected = Buffer.from(this.#sign(request.method, target.path, expires))
    const signature = Buffer.from(target.query.get('Signature') ?? '')
    if (request.headers.authorization !== undefined) {
      replyError(exchange, 400, 'InvalidArgument', 'Only one auth mechanism allowed')
    } else if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      replyError(exchange, 403, 'SignatureDoesNotMatch', 'The signature does not match the request')
    } else if (Number(expires) * 1_000 <= this.#clock.nowMs()) {
      replyError(exchange, 403, 'AccessDenied', 'Request has expired')
    } else {
      return false
    }
    return true
  }

  #sign(method: string | undefined, path: string, expires: string): string {
    return createHmac('sha256', this.#key).update(`${method}\n${path}\n${expires}`).digest('hex')
  }
}

/**
 * Clients drop credentials where the host's name changes, whatever the port: loopback has two names, so it is sent to the other.
 * Elsewhere only the port differs.
 */
function otherName(host = ''): string {
  const [, name = ''] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(host) ?? []
  if (name === 'localhost' || name === '') return '127.0.0.1'
  return name === '127.0.0.1' || name === '[::1]' ? 'localhost' : name
}

function replyError(exchange: Exchange, status: number, code: string, message: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  exchange.reply(status, { 'content-type': 'application/xml', 'docker-distribution-api-version': undefined }, body)
}
