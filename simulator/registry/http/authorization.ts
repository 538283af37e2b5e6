// The headers by which requests say who sends them, and by which answers ask: Authorization and WWW-Authenticate (RFC 9110, section 11).
import type { Challenge } from '../answer/problem.ts'
import type { Authorization, Login } from '../answer/request.ts'
import type { TokenSigner } from './token-signer.ts'

/** Null where there is no header. What is neither Basic nor Bearer is a login that cannot be read. */
export function readAuthorization(header: string | undefined, signer: TokenSigner | null): Authorization | null {
  if (header === undefined) return null
  const [, scheme = '', credentials = ''] = /^(\w+) +(.+)$/.exec(header) ?? []
  if (scheme.toLowerCase() !== 'bearer') {
    return { login: scheme.toLowerCase() === 'basic' ? decodeLogin(credentials) : null }
  }
  return { token: signer?.read(credentials) ?? null, encoded: decodeLogin(credentials) }
}

/** The challenge as a registry that was called at `url` writes it. */
export function writeChallenge({ scheme, ...rest }: Challenge, url: string, tokenPath: string): string {
  const { service, scope, error } = rest
  if (scheme === 'basic') return `Basic realm="${url}/",service="${service}"`
  const parameters = Object.entries({ realm: url + tokenPath, service, scope, error })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}="${value}"`)
  return `Bearer ${parameters.join(',')}`
}

/** A password may hold colons, a user name may not. */
function decodeLogin(encoded: string): Login | null {
  const decoded = Buffer.from(encoded, 'base64').toString()
  const colon = decoded.indexOf(':')
  return colon === -1 ? null : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}
