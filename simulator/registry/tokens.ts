// Bearer tokens after the token specification of distribution: who asks for what gets which part of it, signed and for a time.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a caller may do in one repository. */
export interface Access {
  type: 'repository'
  name: string
  actions: string[]
}

/** What a token says. */
export interface TokenClaims {
  /** Null for a caller without an account. */
  user: string | null
  access: Access[]
}

const header = encode({ typ: 'JWT', alg: 'HS256' })

/** Signs tokens and knows its own again. They are JSON Web Tokens with a key that only this registry has. */
export class TokenSigner {
  readonly #key = randomBytes(32)
  readonly #service: string
  readonly #lifetimeSeconds: number

  constructor(options: { service: string; lifetimeSeconds: number }) {
    this.#service = options.service
    this.#lifetimeSeconds = options.lifetimeSeconds
  }

  sign({ user, access }: TokenClaims, nowMs: number): string {
    const issuedAt = nowMs / 1_000
    const claims = {
      iss: 'kasm-sim',
      aud: this.#service,
      sub: user ?? '',
      iat: issuedAt,
      exp: issuedAt + this.#lifetimeSeconds,
      jti: randomBytes(16).toString('base64url'),
      access,
    }
    const signed = `${header}.${encode(claims)}`
    return `${signed}.${this.#signature(signed)}`
  }

  /** What the token says, or null where it is not ours or its time is over. */
  verify(token: string, nowMs: number): TokenClaims | null {
    const signed = token.slice(0, Math.max(0, token.lastIndexOf('.')))
    const signature = Buffer.from(token.slice(signed.length + 1))
    const expected = Buffer.from(this.#signature(signed))
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return null
    const claims = JSON.parse(Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString()) as {
      sub: string
      exp: number
      access: Access[]
    }
    return claims.exp * 1_000 > nowMs ? { user: claims.sub || null, access: claims.access } : null
  }

  #signature(signed: string): string {
    return createHmac('sha256', this.#key).update(signed).digest('base64url')
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/**
 * Reads the scopes of a token request: each parameter may hold several, separated by spaces. Other types than repositories are left out.
 *
 * @example
 * readScopes(['repository:library/alpine:pull,push']) // [{ type: 'repository', name: 'library/alpine', actions: ['pull', 'push'] }]
 */
export function readScopes(parameters: readonly string[]): Access[] {
  return parameters
    .flatMap((parameter) => parameter.split(' '))
    .flatMap((scope) => {
      const match = /^repository(?:\([^)]*\))?:(.+):([a-z*,]+)$/.exec(scope)
      return match ? [{ type: 'repository', name: match[1] ?? '', actions: (match[2] ?? '').split(',') }] : []
    })
}
