// Tokens after the token specification of distribution: Bearer tokens say what their holder may do where, refresh tokens say who
// has logged in. Both are signed and good for a time.
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

/** What a refresh token says. */
export interface RefreshClaims {
  user: string
  /** Whether it was given for a token that may only pull. */
  readOnly: boolean
}

interface SignedClaims {
  sub: string
  exp: number | null
  access?: Access[]
  refresh?: { readOnly: boolean }
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
    return this.#sign({ sub: user ?? '', exp: nowMs / 1_000 + this.#lifetimeSeconds, access }, nowMs)
  }

  /** A token to get others with; without a lifetime it is good for ever. */
  signRefresh({ user, readOnly }: RefreshClaims, nowMs: number, lifetimeSeconds: number | null): string {
    const exp = lifetimeSeconds === null ? null : nowMs / 1_000 + lifetimeSeconds
    return this.#sign({ sub: user, exp, refresh: { readOnly } }, nowMs)
  }

  /** What the token says, or null where it is not ours, of the other kind, or its time is over. */
  verify(token: string, nowMs: number): TokenClaims | null {
    const claims = this.#read(token, nowMs)
    return claims?.access ? { user: claims.sub || null, access: claims.access } : null
  }

  /** As `verify`, of a refresh token. */
  verifyRefresh(token: string, nowMs: number): RefreshClaims | null {
    const claims = this.#read(token, nowMs)
    return claims?.refresh ? { user: claims.sub, readOnly: claims.refresh.readOnly } : null
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

  #read(token: string, nowMs: number): SignedClaims | null {
    const signed = token.slice(0, Math.max(0, token.lastIndexOf('.')))
    const signature = Buffer.from(token.slice(signed.length + 1))
    const expected = Buffer.from(this.#signature(signed))
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return null
    const claims = JSON.parse(Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString()) as SignedClaims
    return claims.exp === null || claims.exp * 1_000 > nowMs ? claims : null
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

/** The other way round: one text for all of them. */
export function writeScopes(access: readonly Access[]): string {
  return access.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`).join(' ')
}
