// Tokens as text, after the token specification of distribution: JSON Web Tokens with a key that only this registry has. What they
// allow and when they end is for the rules to judge (answer/access-rules.ts).
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Access, RefreshToken, Token } from '../answer/request.ts'

interface SignedClaims {
  sub: string
  /** Seconds; null of a token that is good for ever. */
  exp: number | null
  access?: readonly Access[]
  refresh?: { readOnly: boolean }
}

const header = encode({ typ: 'JWT', alg: 'HS256' })

/**
 * Signs tokens and knows its own again.
 *
 * @example
 * const signer = new TokenSigner('registry.docker.io')
 * signer.read(signer.write({ user: null, access: [], endsAtMs: 300_000 }, 0)) // { user: null, access: [], endsAtMs: 300000 }
 */
export class TokenSigner {
  readonly #key = randomBytes(32)
  readonly #service: string

  constructor(service: string) {
    this.#service = service
  }

  write({ user, access, endsAtMs }: Token, nowMs: number): string {
    return this.#sign({ sub: user ?? '', exp: endsAtMs / 1_000, access }, nowMs)
  }

  writeRefresh({ user, readOnly, endsAtMs }: RefreshToken, nowMs: number): string {
    return this.#sign(
      { sub: user, exp: Number.isFinite(endsAtMs) ? endsAtMs / 1_000 : null, refresh: { readOnly } },
      nowMs,
    )
  }

  /** What the token says, or null where it is not ours or of the other kind. */
  read(text: string): Token | null {
    const claims = this.#read(text)
    if (!claims?.access) return null
    return { user: claims.sub || null, access: claims.access, endsAtMs: endOf(claims) }
  }

  /** As `read`, of a refresh token. */
  readRefresh(text: string): RefreshToken | null {
    const claims = this.#read(text)
    return claims?.refresh ? { user: claims.sub, readOnly: claims.refresh.readOnly, endsAtMs: endOf(claims) } : null
  }

  #sign(claims: SignedClaims, nowMs: number): string {
    const all = {
      iss: 'kasm-sim',
      aud: this.#service,
      iat: nowMs / 1_000,
      jti: randomBytes(16).toString('base64url'),
      ...claims,
    }
    const signed = `${header}.${encode(all)}`
    return `${signed}.${this.#signature(signed)}`
  }

  #read(token: string): SignedClaims | null {
    const signed = token.slice(0, Math.max(0, token.lastIndexOf('.')))
    const signature = Buffer.from(token.slice(signed.length + 1))
    const expected = Buffer.from(this.#signature(signed))
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return null
    return JSON.parse(Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString()) as SignedClaims
  }

  #signature(signed: string): string {
    return createHmac('sha256', this.#key).update(signed).digest('base64url')
  }
}

function endOf({ exp }: SignedClaims): number {
  return exp === null ? Number.POSITIVE_INFINITY : exp * 1_000
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
