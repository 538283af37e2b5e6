// Who is calling and what they may do: the token endpoint and the check of every other request. Rules that are choices of this
// registry (any account may push anywhere) are named in docs/registries.md.
import type { Clock } from '../../server/kernel/clock.ts'
import type { Backend } from './backend/backend.ts'
import { RegistryProblem } from './errors.ts'
import type { Exchange } from './exchange.ts'
import {
  type BasicAuthentication,
  type BearerAuthentication,
  type FlowOptions,
  type Login,
  LoginDesk,
} from './login-desk.ts'
import type { LoginProblem } from './policy/credentials.ts'
import { isRepositoryName } from './target.ts'
import { type Access, type RefreshClaims, readScopes, TokenSigner, writeScopes } from './tokens.ts'

type BearerOptions = FlowOptions<BearerAuthentication> & { backend: Pick<Backend, 'knows'> }

const formSizeBytesMax = 64 * 1024
const accountActions = ['pull', 'push', 'delete']

/** Hub's own text, which a Docker Engine shows as "unauthorized: incorrect username or password". */
const wrongPassword = { details: 'incorrect username or password' }

/** Who a token is for. A caller without an account has no name. */
type Holder = RefreshClaims | { user: null; readOnly: true }

const anonymous: Holder = { user: null, readOnly: true }

/** The Bearer token flow of one registry. */
export class BearerFlow {
  readonly #authentication: BearerAuthentication
  readonly #desk: LoginDesk
  readonly #signer: TokenSigner
  readonly #backend: Pick<Backend, 'knows'>
  readonly #clock: Clock

  constructor(options: BearerOptions) {
    this.#authentication = options.authentication
    this.#desk = new LoginDesk(options)
    const { service, tokenLifetimeSeconds: lifetimeSeconds } = options.authentication
    this.#signer = new TokenSigner({ service, lifetimeSeconds })
    this.#backend = options.backend
    this.#clock = options.clock
  }

  /** Passwords that end are good anew from now on. */
  renewPasswords(): void {
    this.#desk.renewPasswords()
  }

  /** Path of the token endpoint. */
  get tokenPath(): string {
    return this.#authentication.tokenPath ?? '/token'
  }

  get tokenByPost(): boolean {
    return this.#authentication.tokenByPost ?? true
  }

  /** A GET of the token endpoint: anonymous, or with an account over Basic. */
  getToken(exchange: Exchange): void {
    const { authorization } = exchange.request.headers
    const { query } = exchange.target
    const login = authorization === undefined ? null : readBasic(authorization)
    const problem = authorization === undefined ? null : this.#desk.problem(exchange, login)
    if (problem !== null) {
      this.#refuseLogin(exchange, problem)
      return
    }
    const holder = this.#holder(login)
    const { token } = this.#grant(exchange, holder, query.getAll('scope'))
    const refresh = query.get('offline_token') === 'true' ? this.#refreshToken(holder) : {}
    exchange.json(200, { token, access_token: token, ...this.#lifetime(), ...refresh })
  }

  /** A POST of it: the OAuth 2 form of the same, with the account or a refresh token in the body. */
  async postToken(exchange: Exchange): Promise<void> {
    const form = new URLSearchParams((await exchange.wholeBody(formSizeBytesMax)).toString())
    const grantType = form.get('grant_type')
    if (grantType === 'refresh_token') return this.#renew(exchange, form)
    if (grantType !== 'password') return replyOauthError(exchange, 'unsupported_grant_type')
    const login = { username: form.get('username') ?? '', password: form.get('password') ?? '' }
    const problem = this.#desk.problem(exchange, login)
    if (problem !== null) return this.#refuseLogin(exchange, problem)
    const holder = this.#holder(login)
    const refresh = form.get('access_type') === 'offline' ? this.#refreshToken(holder) : {}
    this.#replyGranted(exchange, holder, { scopes: form.getAll('scope'), refresh })
  }

  /**
   * Lets a request pass that brings a token for what it does, and notes its user.
   *
   * @throws RegistryProblem UNAUTHORIZED with the challenge that tells the caller which token to get, or DENIED
   */
  authorize(exchange: Exchange): void {
    const needed = neededAccess(exchange)
    const [first] = needed
    const { encodedPasswords = false, credentials } = this.#authentication
    const { authorization = '' } = exchange.request.headers
    const [, token] = /^bearer (.+)$/i.exec(authorization) ?? []
    if (encodedPasswords && /^basic /i.test(authorization)) throw new RegistryProblem('DENIED')
    if (token === undefined) throw this.#challenge(exchange, needed, null)
    const login = encodedPasswords ? splitLogin(token) : null
    if (login && this.#desk.problem(exchange, login) === null) {
      exchange.user = login.username
      if (this.#desk.isReadOnly(login) && needed.some(({ actions }) => !isPull(actions))) {
        throw new RegistryProblem('DENIED')
      }
      return
    }
    const claims = this.#signer.verify(token, this.#clock.nowMs())
    if (!claims) throw this.#challenge(exchange, needed, 'invalid_token')
    exchange.user = claims.user
    if (needed.every((each) => holds(claims.access, each))) return
    if (credentials === 'google' && claims.user === null && first) throw unauthenticated(first)
    throw this.#challenge(exchange, needed, 'insufficient_scope')
  }

  #renew(exchange: Exchange, form: URLSearchParams): void {
    const token = form.get('refresh_token') ?? ''
    const claims = this.#givesRefreshTokens ? this.#signer.verifyRefresh(token, this.#clock.nowMs()) : null
    if (claims === null) replyOauthError(exchange, token === '' ? 'invalid_request' : 'invalid_grant')
    else this.#replyGranted(exchange, claims, { scopes: form.getAll('scope'), refresh: { refresh_token: token } })
  }

  #replyGranted(
    exchange: Exchange,
    holder: Holder,
    { scopes, refresh }: { scopes: readonly string[]; refresh: { refresh_token?: string } },
  ): void {
    const { token, access } = this.#grant(exchange, holder, scopes)
    exchange.json(200, { access_token: token, scope: writeScopes(access), ...this.#lifetime(), ...refresh })
  }

  get #givesRefreshTokens(): boolean {
    return this.tokenByPost && (this.#authentication.refreshTokens ?? true)
  }

  #holder(login: Login | null): Holder {
    return login === null ? anonymous : { user: login.username, readOnly: this.#desk.isReadOnly(login) }
  }

  /** Nobody without an account has anything to renew. */
  #refreshToken(holder: Holder): { refresh_token?: string } {
    if (holder.user === null || !this.#givesRefreshTokens) return {}
    const { refreshTokenLifetimeSeconds = null } = this.#authentication
    return { refresh_token: this.#signer.signRefresh(holder, this.#clock.nowMs(), refreshTokenLifetimeSeconds) }
  }

  /** Of what is asked for, as much as the holder may. */
  #grant(exchange: Exchange, holder: Holder, scopes: readonly string[]): { token: string; access: Access[] } {
    exchange.user = holder.user
    const access = readScopes(scopes)
      .map((asked) => ({ ...asked, actions: asked.actions.filter((each) => this.#allows(holder, asked.name, each)) }))
      .filter(({ actions }) => actions.length > 0)
    return { token: this.#signer.sign({ user: holder.user, access }, this.#clock.nowMs()), access }
  }

  /** Without an account a repository that is not there looks like a private one, as on Hub. */
  #allows({ user, readOnly }: Holder, name: string, action: string): boolean {
    if (user !== null) return readOnly ? action === 'pull' : accountActions.includes(action)
    return action === 'pull' && this.#authentication.anonymousPull && this.#backend.knows(name)
  }

  #lifetime() {
    return {
      expires_in: this.#authentication.tokenLifetimeSeconds,
      issued_at: new Date(this.#clock.nowMs()).toISOString(),
    }
  }

  #refuseLogin(exchange: Exchange, problem: LoginProblem): void {
    if (this.#authentication.credentials !== 'google') {
      exchange.json(401, wrongPassword)
      return
    }
    const error =
      problem === 'unreadable-key'
        ? { code: 'UNKNOWN', message: 'Unable to parse json key.' }
        : { code: 'UNAUTHORIZED', message: 'authentication failed' }
    exchange.json(401, { errors: [error] })
  }

  #challenge(exchange: Exchange, needed: readonly Access[], error: string | null): RegistryProblem {
    const realm = `${urlOf(exchange)}${this.tokenPath}`
    const parameters = [
      ['realm', realm],
      ['service', this.#authentication.service],
      ['scope', writeScopes(needed) || null],
      ['error', error],
    ].filter(([, value]) => value !== null)
    const detail = needed.flatMap(({ name, actions }) =>
      actions.map((action) => ({ Type: 'repository', Class: '', Name: name, Action: action })),
    )
    return new RegistryProblem('UNAUTHORIZED', detail.length > 0 ? [detail] : null, {
      headers: { 'www-authenticate': `Bearer ${parameters.map(([name, value]) => `${name}="${value}"`).join(',')}` },
    })
  }
}

/** Basic on every request, as Amazon ECR has it: there is no token endpoint. */
export class BasicFlow {
  readonly #authentication: BasicAuthentication
  readonly #desk: LoginDesk

  constructor(options: FlowOptions<BasicAuthentication>) {
    this.#authentication = options.authentication
    this.#desk = new LoginDesk(options)
  }

  /** Passwords that end are good anew from now on. */
  renewPasswords(): void {
    this.#desk.renewPasswords()
  }

  /**
   * Lets a request of an account pass, and notes its user.
   *
   * @throws RegistryProblem UNAUTHORIZED with the challenge, or DENIED where the password is past its time
   */
  authorize(exchange: Exchange): void {
    const { authorization } = exchange.request.headers
    const login = readBasic(authorization ?? '')
    const problem = authorization === undefined ? 'wrong' : this.#desk.problem(exchange, login)
    if (problem === 'expired') {
      const message = 'Your authorization token has expired. Reauthenticate and try again.'
      throw new RegistryProblem('DENIED', null, { message })
    }
    if (login === null || problem !== null) {
      const challenge = `Basic realm="${urlOf(exchange)}/",service="${this.#authentication.service}"`
      throw new RegistryProblem('UNAUTHORIZED', null, { headers: { 'www-authenticate': challenge } })
    }
    exchange.user = login.username
    if (this.#desk.isReadOnly(login) && neededAccess(exchange).some(({ actions }) => !isPull(actions))) {
      throw new RegistryProblem('DENIED')
    }
  }
}

/** The error document of OAuth 2 (RFC 6749, section 5.2). */
function replyOauthError(
  exchange: Exchange,
  error: 'invalid_request' | 'invalid_grant' | 'unsupported_grant_type',
): void {
  exchange.json(400, { error })
}

function holds(access: readonly Access[], { name, actions }: Access): boolean {
  const held = access.filter((each) => each.name === name).flatMap((each) => each.actions)
  return actions.every((action) => held.includes(action))
}

function isPull(actions: readonly string[]): boolean {
  return actions.every((action) => action === 'pull')
}

/** What Google says to those without an account. */
function unauthenticated({ name }: Access): RegistryProblem {
  const [project = '', repository = ''] = name.split('/')
  const resource = `projects/${project}/locations/us/repositories/${repository}`
  return new RegistryProblem('DENIED', null, {
    message: `Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts" on resource "${resource}" (or it may not exist)`,
  })
}

/** The registry as the caller called it, unless that is no host. */
function urlOf({ request }: Exchange): string {
  const { host = '' } = request.headers
  return `http://${/^[\w.:[\]-]+$/.test(host) ? host : 'localhost'}`
}

/** What a request does, in the words of scopes; nothing where it touches no repository. A mount reads the repository it mounts from. */
function neededAccess({ request, target }: Exchange): Access[] {
  const { repository: name, query, endpoint } = target
  if (name === '') return []
  const pushes = target.class === 'push'
  const actions = pushes ? ['pull', 'push'] : request.method === 'DELETE' ? ['delete'] : ['pull']
  const from = endpoint === 'uploads' && query.has('mount') ? query.get('from') : null
  const needed: Access[] = [{ type: 'repository', name, actions }]
  if (from !== null && from !== name && isRepositoryName(from)) {
    needed.push({ type: 'repository', name: from, actions: ['pull'] })
  }
  return needed
}

function readBasic(authorization: string): Login | null {
  const [, encoded = ''] = /^basic (.+)$/i.exec(authorization) ?? []
  return splitLogin(encoded)
}

/** A password may hold colons, a user name may not. */
function splitLogin(encoded: string): Login | null {
  const decoded = Buffer.from(encoded, 'base64').toString()
  const colon = decoded.indexOf(':')
  return colon === -1 ? null : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}
