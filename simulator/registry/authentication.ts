// Who is calling and what they may do: the token endpoint and the check of every other request. Rules that are choices of this
// registry (any account may push anywhere) are named in docs/registries.md.
import type { Clock } from '../../server/kernel/clock.ts'
import type { RegistryAccount } from '../scenario/scenario.ts'
import { RegistryProblem } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { Authentication } from './policy/policy.ts'
import type { Store } from './store.ts'
import { type Access, readScopes, TokenSigner } from './tokens.ts'

type BearerAuthentication = Extract<Authentication, { scheme: 'bearer' }>

const formSizeBytesMax = 64 * 1024
const accountActions = ['pull', 'push', 'delete']

/** Hub's own text, which a Docker Engine shows as "unauthorized: incorrect username or password". */
const wrongPassword = { details: 'incorrect username or password' }

/** The Bearer token flow of one registry. */
export class BearerFlow {
  readonly #authentication: BearerAuthentication
  readonly #passwords: Map<string, string>
  readonly #signer: TokenSigner
  readonly #store: Store
  readonly #clock: Clock

  constructor(options: {
    authentication: BearerAuthentication
    accounts: readonly RegistryAccount[]
    store: Store
    clock: Clock
  }) {
    this.#authentication = options.authentication
    this.#passwords = new Map(options.accounts.map(({ username, password }) => [username, password]))
    const { service, tokenLifetimeSeconds: lifetimeSeconds } = options.authentication
    this.#signer = new TokenSigner({ service, lifetimeSeconds })
    this.#store = options.store
    this.#clock = options.clock
  }

  /** `GET /token`: anonymous, or with an account over Basic. */
  getToken(exchange: Exchange): void {
    const { authorization } = exchange.request.headers
    const user = authorization === undefined ? null : this.#userOf(readBasic(authorization))
    if (user === undefined) {
      exchange.json(401, wrongPassword)
    } else {
      const token = this.#grant(exchange, user, exchange.target.query.getAll('scope'))
      exchange.json(200, { token, access_token: token, ...this.#lifetime() })
    }
  }

  /** `POST /token`: the OAuth 2 form of the same, with the account in the body. */
  async postToken(exchange: Exchange): Promise<void> {
    const form = new URLSearchParams((await exchange.wholeBody(formSizeBytesMax)).toString())
    if (form.get('grant_type') !== 'password') return exchange.json(400, { details: 'unsupported grant_type' })
    const user = this.#userOf({ username: form.get('username') ?? '', password: form.get('password') ?? '' })
    if (user === undefined) return exchange.json(401, wrongPassword)
    const scopes = form.getAll('scope')
    const token = this.#grant(exchange, user, scopes)
    exchange.json(200, { access_token: token, scope: scopes.join(' '), ...this.#lifetime() })
  }

  /**
   * Lets a request pass that brings a token for what it does, and notes its user.
   *
   * @throws RegistryProblem UNAUTHORIZED with the challenge that tells the caller which token to get
   */
  authorize(exchange: Exchange): void {
    const needed = neededAccess(exchange)
    const [, token] = /^bearer (.+)$/i.exec(exchange.request.headers.authorization ?? '') ?? []
    if (token === undefined) throw this.#challenge(exchange, needed, null)
    const claims = this.#signer.verify(token, this.#clock.nowMs())
    if (!claims) throw this.#challenge(exchange, needed, 'invalid_token')
    exchange.user = claims.user
    const held = claims.access.filter(({ name }) => name === needed?.name).flatMap(({ actions }) => actions)
    if (needed && !needed.actions.every((action) => held.includes(action))) {
      throw this.#challenge(exchange, needed, 'insufficient_scope')
    }
  }

  #grant(exchange: Exchange, user: string | null, scopes: readonly string[]): string {
    exchange.user = user
    const access = readScopes(scopes)
      .map((asked) => ({ ...asked, actions: asked.actions.filter((action) => this.#allows(user, asked.name, action)) }))
      .filter(({ actions }) => actions.length > 0)
    return this.#signer.sign({ user, access }, this.#clock.nowMs())
  }

  /** Without an account a repository that is not there looks like a private one, as on Hub. */
  #allows(user: string | null, name: string, action: string): boolean {
    if (user !== null) return accountActions.includes(action)
    return action === 'pull' && this.#authentication.anonymousPull && this.#store.find(name) !== undefined
  }

  #lifetime() {
    return {
      expires_in: this.#authentication.tokenLifetimeSeconds,
      issued_at: new Date(this.#clock.nowMs()).toISOString(),
    }
  }

  /** Undefined where there is no such account or the password is another. */
  #userOf(credentials: { username: string; password: string } | null): string | undefined {
    if (credentials === null) return undefined
    return this.#passwords.get(credentials.username) === credentials.password ? credentials.username : undefined
  }

  #challenge(exchange: Exchange, needed: Access | null, error: string | null): RegistryProblem {
    const { host = '' } = exchange.request.headers
    const realm = `http://${/^[\w.:[\]-]+$/.test(host) ? host : 'localhost'}/token`
    const parameters = [
      ['realm', realm],
      ['service', this.#authentication.service],
      ['scope', needed && `repository:${needed.name}:${needed.actions.join(',')}`],
      ['error', error],
    ].filter(([, value]) => value !== null)
    const detail = needed?.actions.map((action) => ({
      Type: 'repository',
      Class: '',
      Name: needed.name,
      Action: action,
    }))
    return new RegistryProblem('UNAUTHORIZED', detail ? [detail] : null, {
      headers: { 'www-authenticate': `Bearer ${parameters.map(([name, value]) => `${name}="${value}"`).join(',')}` },
    })
  }
}

/** What a request does, in the words of scopes; null where it touches no repository. */
function neededAccess({ request, target }: Exchange): Access | null {
  if (target.repository === '') return null
  const pushes = target.class === 'push'
  const actions = pushes ? ['pull', 'push'] : request.method === 'DELETE' ? ['delete'] : ['pull']
  return { type: 'repository', name: target.repository, actions }
}

/** A password may hold colons, a user name may not. */
function readBasic(authorization: string): { username: string; password: string } | null {
  const [, encoded] = /^basic (.+)$/i.exec(authorization) ?? []
  const decoded = Buffer.from(encoded ?? '', 'base64').toString()
  const colon = decoded.indexOf(':')
  return colon === -1 ? null : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}
