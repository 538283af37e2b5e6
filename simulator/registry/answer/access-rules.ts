// Who may do what at a registry: the check of every request, and what the token endpoint grants. Pure and told the time. Rules that are
// choices of this registry (any account may push anywhere) are named in docs/registries.md.
import type { RegistryAccount } from '../../scenario/scenario.ts'
import type { LoginProblem } from '../policy/credentials.ts'
import type { Authentication } from '../policy/policy.ts'
import { AccountLogIns } from './account-log-ins.ts'
import { type Challenge, type Problem, problemOf, problemWith } from './problem.ts'
import type { Access, Login, RefreshToken, RegistryRequest, Token, TokenRequest } from './request.ts'

interface AccessRulesOptions {
  authentication: Authentication
  accounts: readonly RegistryAccount[]
  /** Whether the registry has such a repository. */
  knows: (repository: string) => boolean
  startedAtMs: number
}

/** Who sends a request, and why it may not be answered. */
export interface Admission {
  user: string | null
  problem: Problem | null
}

/** What the token endpoint gives. */
export interface Grant {
  token: Token
  lifetimeSeconds: number
  /** Null where none was asked for, or none is given. */
  refreshToken: RefreshToken | null
}

/** Who a token is for. A caller without an account has no name. */
type Holder = Pick<RefreshToken, 'user' | 'readOnly'> | { user: null; readOnly: true }

const anonymous: Holder = { user: null, readOnly: true }
const anybody: Admission = { user: null, problem: null }
const accountActions: readonly string[] = ['pull', 'push', 'delete']

/** Challenges are made by the million, about few repositories; whoever asks for many others gets them made anew. */
const challengesMax = 10_000

/**
 * The rules of one registry. It counts failed log-ins, so each registry has its own.
 *
 * @example
 * const rules = new AccessRules({ authentication: findProfile('docker-hub-anonymous').authentication, accounts: [], knows, startedAtMs: 0 })
 * rules.admit({ class: 'ping', authorization: null, ... }, 0).problem?.status // 401
 */
export class AccessRules {
  readonly #authentication: Authentication
  readonly #logIns: AccountLogIns
  readonly #knows: (repository: string) => boolean
  readonly #challenges = new Map<string, Problem>()

  constructor(options: AccessRulesOptions) {
    this.#authentication = options.authentication
    this.#logIns = new AccountLogIns(options)
    this.#knows = options.knows
  }

  get scheme(): Authentication['scheme'] {
    return this.#authentication.scheme
  }

  /** Whether it is counted who logs in wrongly, so that the order of log-ins matters. */
  get countsLogins(): boolean {
    return this.#logIns.areCounted
  }

  /** What the registry calls itself to those who need a token; empty where nobody does. */
  get service(): string {
    return this.#authentication.scheme === 'none' ? '' : this.#authentication.service
  }

  /** Path of the token endpoint; null where there is none. */
  get tokenPath(): string | null {
    return this.#authentication.scheme === 'bearer' ? (this.#authentication.tokenPath ?? '/token') : null
  }

  /** Passwords that end are good anew from now on. */
  renewPasswords(nowMs: number): void {
    this.#logIns.renewPasswords(nowMs)
  }

  /** Whether a token for a repository allows the same at any moment: without an account, what is published first changes that. */
  grantsAlike(repository: string | null, hasAccount: boolean): boolean {
    return repository === null || hasAccount || this.#knows(repository)
  }

  /** Whether a pull of a repository needs no account. */
  allowsAnybody(repository: string): boolean {
    return this.scheme === 'none' || this.#allows(anonymous, repository, 'pull')
  }

  /** Who sends a request, and whether it is let through as far as that matters. */
  admit(request: RegistryRequest, nowMs: number): Admission {
    switch (this.#authentication.scheme) {
      case 'none':
        return anybody
      case 'basic':
        return this.#admitLogin(request, nowMs)
      case 'bearer':
        return this.#admitToken(request, nowMs)
      default:
        return this.#authentication satisfies never
    }
  }

  /** The answer of the token endpoint. */
  grant({ by, scopes, source, method, wantsRefreshToken }: TokenRequest, nowMs: number): Grant | Problem {
    if (method === 'POST' && !this.#takesPost) return problemOf('UNSUPPORTED', null, { status: 404 })
    switch (by.grant) {
      case 'anonymous':
        return this.#granted(anonymous, scopes, nowMs)
      case 'password': {
        const attempt = this.#logIns.attempt(by.login, source, nowMs)
        if (attempt !== null) return typeof attempt === 'object' ? attempt.banned : this.#refusedLogin(attempt)
        const login = by.login as Login
        const holder = { user: login.username, readOnly: this.#logIns.isReadOnly(login) }
        const granted = this.#granted(holder, scopes, nowMs)
        return wantsRefreshToken ? { ...granted, refreshToken: this.#refreshToken(holder, nowMs) } : granted
      }
      case 'refresh': {
        const { token } = by
        if (token !== null && this.#givesRefreshTokens && token.endsAtMs > nowMs) {
          return { ...this.#granted(token, scopes, nowMs), refreshToken: token }
        }
        return oauthProblem(by.isGiven ? 'invalid_grant' : 'invalid_request')
      }
      case 'unsupported':
        return oauthProblem('unsupported_grant_type')
      default:
        return by satisfies never
    }
  }

  #admitLogin(request: RegistryRequest, nowMs: number): Admission {
    const { authorization, source } = request
    if (authorization === null) return refused(this.#basicChallenge)
    const login = 'login' in authorization ? authorization.login : null
    const attempt = this.#logIns.attempt(login, source, nowMs)
    if (attempt === 'expired') return refused(expiredPassword)
    if (attempt !== null) return refused(typeof attempt === 'object' ? attempt.banned : this.#basicChallenge)
    return this.#admitted(login as Login, request)
  }

  #admitToken(request: RegistryRequest, nowMs: number): Admission {
    const { authorization, repository, source } = request
    if (authorization === null || 'login' in authorization) {
      const isDenied = authorization !== null && this.#bearer.encodedPasswords === true
      return refused(isDenied ? denied : this.#challenge(request, null))
    }
    const login = this.#bearer.encodedPasswords ? (authorization.encoded ?? null) : null
    const attempt = login === null ? 'wrong' : this.#logIns.attempt(login, source, nowMs)
    if (login !== null && attempt === null) return this.#admitted(login, request)
    if (attempt !== null && typeof attempt === 'object') return refused(attempt.banned)
    const { token } = authorization
    if (token === null || token.endsAtMs <= nowMs) return refused(this.#challenge(request, 'invalid_token'))
    const { user } = token
    if (allowsRequest(token, request)) return { user, problem: null }
    const isGoogle = this.#bearer.credentials === 'google'
    if (isGoogle && user === null && repository !== null) return { user, problem: unauthenticated(repository) }
    return { user, problem: this.#challenge(request, 'insufficient_scope') }
  }

  /** A good login that may only pull is kept from all else. */
  #admitted(login: Login, { action, repository }: RegistryRequest): Admission {
    const isKept = action !== 'pull' && repository !== null && this.#logIns.isReadOnly(login)
    return { user: login.username, problem: isKept ? denied : null }
  }

  get #bearer(): Extract<Authentication, { scheme: 'bearer' }> {
    return this.#authentication as Extract<Authentication, { scheme: 'bearer' }>
  }

  get #takesPost(): boolean {
    return this.#bearer.tokenByPost ?? true
  }

  get #givesRefreshTokens(): boolean {
    return this.#takesPost && (this.#bearer.refreshTokens ?? true)
  }

  /** Nobody without an account has anything to renew. */
  #refreshToken(holder: Pick<RefreshToken, 'user' | 'readOnly'>, nowMs: number): RefreshToken | null {
    if (!this.#givesRefreshTokens) return null
    const { refreshTokenLifetimeSeconds: lifetimeSeconds } = this.#bearer
    return { ...holder, endsAtMs: lifetimeSeconds === undefined ? Infinity : nowMs + lifetimeSeconds * 1_000 }
  }

  /** Of what is asked for, as much as the holder may. */
  #granted(holder: Holder, scopes: readonly Access[], nowMs: number): Grant {
    const { tokenLifetimeSeconds: lifetimeSeconds } = this.#bearer
    const access: Access[] = []
    for (const asked of scopes) {
      const actions = asked.actions.filter((action) => this.#allows(holder, asked.name, action))
      if (actions.length > 0) access.push({ ...asked, actions })
    }
    const token = { user: holder.user, access, endsAtMs: nowMs + lifetimeSeconds * 1_000 }
    return { token, lifetimeSeconds, refreshToken: null }
  }

  /** Without an account a repository that is not there looks like a private one, as on Hub. */
  #allows({ user, readOnly }: Pick<Holder, 'user' | 'readOnly'>, name: string, action: string): boolean {
    if (user !== null) return readOnly ? action === 'pull' : accountActions.includes(action)
    const { scheme } = this.#authentication
    return action === 'pull' && scheme === 'bearer' && this.#bearer.anonymousPull && this.#knows(name)
  }

  #refusedLogin(problem: LoginProblem): Problem {
    if (this.#bearer.credentials !== 'google') return wrongPassword
    return problem === 'unreadable-key' ? unreadableKey : failedAuthentication
  }

  get #basicChallenge(): Problem {
    const { service } = this.#authentication as Extract<Authentication, { scheme: 'basic' }>
    return problemOf('UNAUTHORIZED', null, { challenge: { scheme: 'basic', service, scope: null, error: null } })
  }

  #challenge(request: RegistryRequest, error: Challenge['error']): Problem {
    const { repository, action, mountsFrom } = request
    const key = `${error} ${repository} ${action} ${mountsFrom}`
    let challenge = this.#challenges.get(key)
    if (challenge === undefined) {
      const needed = neededAccess(request)
      const detail = needed.flatMap(({ name, actions }) =>
        actions.map((each) => ({ Type: 'repository', Class: '', Name: name, Action: each })),
      )
      const { service } = this.#bearer
      challenge = problemOf('UNAUTHORIZED', detail.length > 0 ? [detail] : null, {
        challenge: { scheme: 'bearer', service, scope: writeScopes(needed) || null, error },
      })
      if (this.#challenges.size >= challengesMax) this.#challenges.clear()
      this.#challenges.set(key, challenge)
    }
    return challenge
  }
}

const denied = problemOf('DENIED')
const expiredPassword = problemOf('DENIED', null, {
  message: 'Your authorization token has expired. Reauthenticate and try again.',
})
/** Hub's own text, which a Docker Engine shows as "unauthorized: incorrect username or password". */
const wrongPassword = problemWith(401, { details: 'incorrect username or password' })
const unreadableKey = problemWith(401, { errors: [{ code: 'UNKNOWN', message: 'Unable to parse json key.' }] })
const failedAuthentication = problemWith(401, { errors: [{ code: 'UNAUTHORIZED', message: 'authentication failed' }] })

function refused(problem: Problem): Admission {
  return { user: null, problem }
}

/** The error document of OAuth 2 (RFC 6749, section 5.2). */
function oauthProblem(error: 'invalid_request' | 'invalid_grant' | 'unsupported_grant_type'): Problem {
  return problemWith(400, { error })
}

/** What Google says to those without an account. */
function unauthenticated(name: string): Problem {
  const [project = '', repository = ''] = name.split('/')
  const resource = `projects/${project}/locations/us/repositories/${repository}`
  return problemOf('DENIED', null, {
    message: `Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts" on resource "${resource}" (or it may not exist)`,
  })
}

/** Whoever pushes reads too. */
function actionsOf(action: RegistryRequest['action']): readonly string[] {
  return action === 'push' ? ['pull', 'push'] : [action]
}

/** What a request needs, in the words of scopes; nothing where it touches no repository. A mount reads the repository it mounts from. */
function neededAccess({ repository, action, mountsFrom }: RegistryRequest): Access[] {
  if (repository === null) return []
  const needed: Access[] = [{ type: 'repository', name: repository, actions: actionsOf(action) }]
  if (mountsFrom !== null) needed.push({ type: 'repository', name: mountsFrom, actions: ['pull'] })
  return needed
}

function allowsRequest(token: Token, { repository, action, mountsFrom }: RegistryRequest): boolean {
  if (repository === null) return true
  if (!allows(token, repository, action)) return false
  if (action === 'push' && !allows(token, repository, 'pull')) return false
  return mountsFrom === null || allows(token, mountsFrom, 'pull')
}

function allows({ access }: Token, repository: string, action: string): boolean {
  for (const each of access) if (each.name === repository && each.actions.includes(action)) return true
  return false
}

/** One text for all scopes. */
export function writeScopes(access: readonly Access[]): string {
  return access.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`).join(' ')
}
