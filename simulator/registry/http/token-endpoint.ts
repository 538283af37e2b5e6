// The token endpoint over HTTP: reads both of its forms, and writes what the rules grant.
import { type Grant, writeScopes } from '../answer/access-rules.ts'
import type { Problem } from '../answer/problem.ts'
import type { TokenRequest } from '../answer/request.ts'
import { readAuthorization } from './authorization.ts'
import type { Exchange } from './exchange.ts'
import { readScopes, type TokenSigner } from './token-signer.ts'

const formSizeBytesMax = 64 * 1024

interface TokenEndpointOptions {
  signer: () => TokenSigner
  nowMs: () => number
  grant: (request: TokenRequest) => Grant | Problem
}

/** Answers requests for tokens. */
export class TokenEndpoint {
  readonly #options: TokenEndpointOptions

  constructor(options: TokenEndpointOptions) {
    this.#options = options
  }

  /** A GET: anonymous, or with an account over Basic. */
  get(exchange: Exchange): void {
    const { query } = exchange.target
    const authorization = readAuthorization(exchange.request.headers.authorization, null)
    const login = authorization !== null && 'login' in authorization ? authorization.login : null
    const grant = this.#ask(exchange, {
      scopes: readScopes(query.getAll('scope')),
      wantsRefreshToken: query.get('offline_token') === 'true',
      by: authorization === null ? { grant: 'anonymous' } : { grant: 'password', login },
    })
    if (grant === null) return
    const token = this.#tokenOf(grant)
    exchange.json(200, { token, access_token: token, ...this.#lifetimeOf(grant), ...this.#refreshTokenOf(grant) })
  }

  /** A POST: the OAuth 2 form of the same, with the account or a refresh token in the body. */
  async post(exchange: Exchange): Promise<void> {
    const form = new URLSearchParams((await exchange.wholeBody(formSizeBytesMax)).toString())
    const by = this.#readGrant(form)
    const grant = this.#ask(exchange, {
      scopes: readScopes(form.getAll('scope')),
      wantsRefreshToken: form.get('access_type') === 'offline',
      by,
    })
    if (grant === null) return
    // A refresh token that was used goes on.
    const used = by.grant === 'refresh' ? { refresh_token: form.get('refresh_token') } : this.#refreshTokenOf(grant)
    const scope = writeScopes(grant.token.access)
    exchange.json(200, { access_token: this.#tokenOf(grant), scope, ...this.#lifetimeOf(grant), ...used })
  }

  #readGrant(form: URLSearchParams): TokenRequest['by'] {
    switch (form.get('grant_type')) {
      case 'refresh_token': {
        const text = form.get('refresh_token') ?? ''
        return { grant: 'refresh', token: this.#options.signer().readRefresh(text), isGiven: text !== '' }
      }
      case 'password': {
        const login = { username: form.get('username') ?? '', password: form.get('password') ?? '' }
        return { grant: 'password', login }
      }
      default:
        return { grant: 'unsupported' }
    }
  }

  /** Null where the problem has been answered. */
  #ask(exchange: Exchange, request: Omit<TokenRequest, 'method' | 'source'>): Grant | null {
    const { source } = exchange
    const grant = this.#options.grant({ ...request, source, method: exchange.request.method ?? '' })
    if ('status' in grant) {
      exchange.reply(grant.status, { ...grant.headers }, grant.body)
      return null
    }
    exchange.user = grant.token.user
    return grant
  }

  #tokenOf({ token }: Grant): string {
    return this.#options.signer().write(token, this.#options.nowMs())
  }

  #lifetimeOf({ lifetimeSeconds }: Grant) {
    return { expires_in: lifetimeSeconds, issued_at: new Date(this.#options.nowMs()).toISOString() }
  }

  #refreshTokenOf({ refreshToken }: Grant): { refresh_token?: string } {
    if (refreshToken === null) return {}
    return { refresh_token: this.#options.signer().writeRefresh(refreshToken, this.#options.nowMs()) }
  }
}
