// Who is calling and what they may do: the token endpoint and the check of every other request. Rules that are choices of this
// registry (any account may push anywhere) are named in docs/registries.md.
import type { Clock } from '../../server/kernel/clock.ts'
import type { RegistryAccount } from '../scenario/scenario.ts'
import { RegistryProblem } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { type LoginProblem, Logins } from './policy/credentials.ts'
import type { Authentication } from './policy/policy.ts'
import type { Store } from './store.ts'
import { type Access, readScopes, TokenSigner } from './tokens.ts'

type BearerAuthentication = Extract<Authentication, { scheme: 'bearer' }>
type BasicAuthentication = Extract<Authentication, { scheme: 'basic' }>

interface FlowOptions<Scheme extends Authentication> {
  authentication: Scheme
  accounts: readonly RegistryAccount[]
  store: Store
  clock: Clock
}

const formSizeBytesMax = 64 * 1024
const accountActions = ['pull', 'push', 'delete']

/** Hub's own text, which a Docker Engine shows as "unauthorized: incorrect username or password". */
const wrongPassword = { details: 'incorrect username or password' }

/** The Bearer token flow of one registry. */
export class BearerFlow {
  readonly #authentication: BearerAuthentication
  readonly #logins: Logins
  readonly #signer: TokenSigner
  readonly #store: Store
  readonly #clock: Clock

  constructor(options: FlowOptions<BearerAuthentication>) {
    this.#authentication = options.authentication
    this.#logins = new Logins({ ...options, startedAtMs: options.clock.nowMs() })
    const { service, tokenLifetimeSeconds: lifetimeSeconds } = options.authentication
    this.#signer = new TokenSigner({ service, lifetimeSeconds })
    this.#store = options.store
    this.#clock = options.clock
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
    const login = authorization === undefined ? null : readBasic(authorization)
    const problem = authorization === undefined ? null : this.#problem(login)
    if (problem !== null) {
      this.#refuseLogin(exchange, problem)
      return
    }
    const token = this.#grant(exchange, login?.username ?? null, exchange.target.query.getAll('scope'))
    exchange.json(200, { token, access_token: token, ...this.#lifetime() })
  }

  /** A POST of it: the OAuth 2 form of the same, with the account in the body. */
  async postToken(exchange: Exchange): Promise<void> {
    const form = new URLSearchParams((await exchange.wholeBody(formSizeBytesMax)).toString())
    if (form.get('grant_type') !== 'password') return exchange.json(400, { details: 'unsupported grant_type' })
    const login = { username: form.get('username') ?? '', password: form.get('password') ?? '' }
    const problem = this.#problem(login)
    if (problem !== null) return this.#refuseLogin(exchange, problem)
    const scopes = form.getAll('scope')
    const token = this.#grant(exchange, login.username, scopes)
    exchange.json(200, { access_token: token, scope: scopes.join(' '), ...this.#lifetime() })
  }

  /**
   * Lets a request pass that brings a token for what it does, and notes its user.
   *
   * @throws RegistryProblem UNAUTHORIZED with the challenge that tells the caller which token to get, or DENIED
   */
  authorize(exchange: Exchange): void {
    const needed = neededAccess(exchange)
    const { encodedPasswords = false, credentials } = this.#authentication
    const { authorization = '' } = exchange.request.headers
    const [, token] = /^bearer (.+)$/i.exec(authorization) ?? []
    if (encodedPasswords && /^basic /i.test(authorization)) throw new RegistryProblem('DENIED')
    if (token === undefined) throw this.#challenge(exchange, needed, null)
    const login = encodedPasswords ? splitLogin(token) : null
    if (login && this.#problem(login) === null) {
      exchange.user = login.username
      return
    }
    const claims = this.#signer.verify(token, this.#clock.nowMs())
    if (!claims) throw this.#challenge(exchange, needed, 'invalid_token')
    exchange.user = claims.user
    const held = claims.access.filter(({ name }) => name === needed?.name).flatMap(({ actions }) => actions)
    if (needed && !needed.actions.every((action) => held.includes(action))) {
      if (credentials === 'google' && claims.user === null) throw unauthenticated(needed)
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

  #problem(login: { username: string; password: string } | null): LoginProblem | null {
    return login === null ? 'wrong' : this.#logins.problem(login, this.#clock.nowMs())
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

  #challenge(exchange: Exchange, needed: Access | null, error: string | null): RegistryProblem {
    const realm = `${urlOf(exchange)}${this.tokenPath}`
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

/** Basic on every request, as Amazon ECR has it: there is no token endpoint. */
export class BasicFlow {
  readonly #authentication: BasicAuthentication
  readonly #logins: Logins
  readonly #clock: Clock

  constructor(options: FlowOptions<BasicAuthentication>) {
    this.#authentication = options.authentication
    this.#logins = new Logins({ ...options, startedAtMs: options.clock.nowMs() })
    this.#clock = options.clock
  }

  /**
   * Lets a request of an account pass, and notes its user.
   *
   * @throws RegistryProblem UNAUTHORIZED with the challenge, or DENIED where the password is past its time
   */
  authorize(exchange: Exchange): void {
    const login = readBasic(exchange.request.headers.authorization ?? '')
    const problem = login === null ? 'wrong' : this.#logins.problem(login, this.#clock.nowMs())
    if (problem === 'expired') {
      const message = 'Your authorization token has expired. Reauthenticate and try again.'
      throw new RegistryProblem('DENIED', null, { message })
    }
    if (login === null || problem !== null) {
      const challenge = `Basic realm="${urlOf(exchange)}/",service="${this.#authentication.service}"`
      throw new RegistryProblem('UNAUTHORIZED', null, { headers: { 'www-authenticate': challenge } })
    }
    exchange.user = login.username
  }
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

/** What a request does, in the words of scopes; null where it touches no repository. */
function neededAccess({ request, target }: Exchange): Access | null {
  if (target.repository === '') return null
  const pushes = target.class === 'push'
  const actions = pushes ? ['pull', 'push'] : request.method === 'DELETE' ? ['delete'] : ['pull']
  return { type: 'repository', name: target.repository, actions }
}

function readBasic(authorization: string): { username: string; password: string } | null {
  const [, encoded = ''] = /^basic (.+)$/i.exec(authorization) ?? []
  return splitLogin(encoded)
}

/** A password may hold colons, a user name may not. */
function splitLogin(encoded: string): { username: string; password: string } | null {
  const decoded = Buffer.from(encoded, 'base64').toString()
  const colon = decoded.indexOf(':')
  return colon === -1 ? null : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}
