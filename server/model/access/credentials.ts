// Where credentials are in a request: fields of the body, the Authorization header, cookies.

/** Credentials that are documented for everyone. Shapes of the key as in Kasm: 12 and 32 characters. */
export const defaultCredentials = {
  apiKey: 'kasmSimKey01',
  apiKeySecret: 'kasmSimSecret0123456789abcdefghi',
  managerToken: 'kasmSimManagerToken0',
} as const

export type Credentials = { [Name in keyof typeof defaultCredentials]: string }

/** The parts of a request that may carry credentials. */
export interface Credentialed {
  body: unknown
  authorization: string | undefined
  cookie?: string | undefined
}

/** An API key with its secret, or a login with its user; not checked yet. */
export type Presented =
  | { kind: 'key'; key: unknown; secret: unknown }
  | { kind: 'login'; token: unknown; username: unknown }
  | { kind: 'none' }

/** The first credentials of: an API key in the body, a login in the body, HTTP Basic, a login in cookies. */
export function presentedBy({ body, authorization, cookie }: Credentialed, { basic }: { basic: boolean }): Presented {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  if ('api_key' in fields || 'api_key_secret' in fields) {
    return { kind: 'key', key: fields['api_key'], secret: fields['api_key_secret'] }
  }
  const cookies = cookiesOf(cookie)
  if ('token' in fields) {
    return { kind: 'login', token: fields['token'], username: fields['username'] ?? cookies.get('username') }
  }
  const pair = basic ? basicOf(authorization) : null
  if (pair) return { kind: 'key', key: pair[0], secret: pair[1] }
  if (!cookies.has('session_token')) return { kind: 'none' }
  return { kind: 'login', token: cookies.get('session_token'), username: cookies.get('username') }
}

/** The token of `Authorization: Bearer <token>`. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null
}

function basicOf(authorization: string | undefined): [string, string] | null {
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? null : [text.slice(0, colon), text.slice(colon + 1)]
}

function cookiesOf(header: string | undefined): Map<string, string> {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split('='))
  return new Map(
    pairs.map(([name = '', ...value]) => [name, decoded(value.join('=').replace(/^"(.*)"$/, '$1'))] as const),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
