// Who may call what: one API key that may do everything, and one token that all agents share, as in the product.
import { createHash, timingSafeEqual } from 'node:crypto'
import { Refusal } from './reply.ts'

/** The key, secret and token that are documented for everyone. Shapes as in Kasm: 12 and 32 characters. */
export const defaultCredentials = {
  apiKey: 'kasmSimKey01',
  apiKeySecret: 'kasmSimSecret0123456789abcdefghi',
  managerToken: 'kasmSimManagerToken0',
} as const

export type Credentials = { [Name in keyof typeof defaultCredentials]: string }

/** Checks credentials in constant time. */
export class Access {
  readonly #expected: Record<keyof Credentials, Buffer>

  constructor({ apiKey, apiKeySecret, managerToken }: Credentials) {
    this.#expected = { apiKey: hash(apiKey), apiKeySecret: hash(apiKeySecret), managerToken: hash(managerToken) }
  }

  /** Takes `api_key` and `api_key_secret` of the body or, where it has neither, HTTP Basic. */
  requireApiKey(body: unknown, authorization: string | undefined): void {
    const [key, secret] = credentialsOfBody(body) ?? credentialsOfBasic(authorization) ?? []
    const keyMatches = this.#matches('apiKey', key)
    const secretMatches = this.#matches('apiKeySecret', secret)
    if (!keyMatches || !secretMatches) throw unauthorized('api_key or api_key_secret is wrong or missing')
  }

  /** Takes the shared token as `Authorization: Bearer <token>`. */
  requireManagerToken(authorization: string | undefined): void {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
    if (!this.#matches('managerToken', token)) throw unauthorized('the manager token is wrong or missing')
  }

  #matches(name: keyof Credentials, given: unknown): boolean {
    return typeof given === 'string' && timingSafeEqual(hash(given), this.#expected[name])
  }
}

function credentialsOfBody(body: unknown): unknown[] | null {
  if (typeof body !== 'object' || body === null) return null
  if (!('api_key' in body) && !('api_key_secret' in body)) return null
  const { api_key, api_key_secret } = body as Record<string, unknown>
  return [api_key, api_key_secret]
}

function credentialsOfBasic(authorization: string | undefined): string[] | null {
  const [, encoded] = /^Basic +(\S+)$/i.exec(authorization ?? '') ?? []
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? null : [text.slice(0, colon), text.slice(colon + 1)]
}

function unauthorized(cause: string): Refusal {
  return new Refusal({ status: 401, body: { error_message: `Unauthorized: ${cause}.` } })
}

/** Values of any length compare in the same time once hashed. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
