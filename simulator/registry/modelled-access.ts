// Who may do what in virtual time: the rules of authentication.ts without its headers. The logins are the very ones that the HTTP
// front asks; a token is what it says.
import type { RegistryAccount } from '../scenario/scenario.ts'
import { RegistryProblem } from './errors.ts'
import { type LoginProblem, Logins } from './policy/credentials.ts'
import { FailedLogins } from './policy/failed-logins.ts'
import type { Authentication, FailedLoginsSource } from './policy/policy.ts'

export interface ModelledLogin {
  username: string
  password: string
}

/** What a token allows. */
export interface ModelledToken {
  /** Counts from 1. */
  id: number
  user: string | null
  /** The repository that may be pulled from with it. */
  repository: string | null
  /** As the registry has it, and as it tells the caller. */
  endsAtMs: number
  lifetimeSeconds: number
}

/** How a request says who sends it: a token, or a user name and password (Basic). */
export type ModelledAuthorization = { token: ModelledToken } | { login: ModelledLogin }

/** A no of the registry's. */
export interface ModelledProblem {
  status: number
  body: string
  /** How the answer asks for an authorization. */
  challenge: 'bearer' | 'basic' | null
  challengeError: 'invalid_token' | 'insufficient_scope' | null
}

export class ModelledAccess {
  readonly #authentication: Authentication
  readonly #logins: Logins
  readonly #failed: FailedLogins | null
  #tokens = 0
  readonly #knows: (repository: string) => boolean
  /** By what they are about: they are asked for by the million. */
  readonly #challenges = new Map<string, ModelledProblem>()

  constructor(options: {
    authentication: Authentication
    accounts: readonly RegistryAccount[]
    /** Whether the registry has such a repository. */
    knows: (repository: string) => boolean
  }) {
    this.#authentication = options.authentication
    this.#logins = new Logins({ ...options, startedAtMs: 0 })
    const failedLogins = this.#failedLogins
    this.#failed = failedLogins ? new FailedLogins(failedLogins) : null
    this.#knows = options.knows
  }

  /** Whether it is counted who logs in wrongly, so that the order of log-ins matters. */
  get countsLogins(): boolean {
    return this.#failed !== null
  }

  get scheme(): Authentication['scheme'] {
    return this.#authentication.scheme
  }

  get tokenPath(): string {
    return (this.#authentication.scheme === 'bearer' ? this.#authentication.tokenPath : undefined) ?? '/token'
  }

  /** How challenges name the registry. */
  get service(): string {
    return this.#authentication.scheme === 'bearer' ? this.#authentication.service : ''
  }

  /** Whether the token endpoint knows POST. */
  get tokenByPost(): boolean {
    return this.#authentication.scheme === 'bearer' && (this.#authentication.tokenByPost ?? true)
  }

  /** Whether a pull of a repository needs no account. */
  allowsAnybody(repository: string): boolean {
    return this.scheme === 'none' || this.#allowsPull(null, repository)
  }

  /** The answer of the token endpoint. */
  grant(
    { login, repository, source }: { login: ModelledLogin | null; repository: string | null; source: string },
    nowMs: number,
  ): ModelledToken | ModelledProblem {
    const problem = login === null ? null : this.#problem(login, source, nowMs)
    if (problem !== null && typeof problem === 'object') return problem
    if (problem !== null) return this.#refusedLogin(problem === 'unreadable-key')
    const lifetimeSeconds =
      this.#authentication.scheme === 'bearer' ? this.#authentication.tokenLifetimeSeconds : Number.POSITIVE_INFINITY
    this.#tokens += 1
    return {
      id: this.#tokens,
      user: login?.username ?? null,
      repository: repository !== null && this.#allowsPull(login, repository) ? repository : null,
      endsAtMs: nowMs + lifetimeSeconds * 1_000,
      lifetimeSeconds,
    }
  }

  /** Who sends a request, and why it may not be answered. */
  admit(
    request: { repository: string | null; authorization: ModelledAuthorization | null; source: string },
    nowMs: number,
  ): { user: string | null; problem: ModelledProblem | null } {
    const { scheme } = this.#authentication
    const { repository, authorization, source } = request
    if (scheme === 'none') return { user: null, problem: null }
    if (scheme === 'basic') return this.#admitLogin(authorization, source, nowMs)
    if (authorization === null || !('token' in authorization)) {
      return { user: null, problem: this.#challenge(repository, null) }
    }
    const { token } = authorization
    if (token.endsAtMs <= nowMs) return { user: null, problem: this.#challenge(repository, 'invalid_token') }
    const { user } = token
    if (repository === null || token.repository === repository) return { user, problem: null }
    const isGoogle = this.#authentication.scheme === 'bearer' && this.#authentication.credentials === 'google'
    if (isGoogle && user === null) return { user, problem: unauthenticated(repository) }
    return { user, problem: this.#challenge(repository, 'insufficient_scope') }
  }

  #admitLogin(authorization: ModelledAuthorization | null, source: string, nowMs: number) {
    const login = authorization !== null && 'login' in authorization ? authorization.login : null
    const problem = login === null ? 'wrong' : this.#problem(login, source, nowMs)
    if (problem !== null && typeof problem === 'object') return { user: null, problem }
    if (login !== null && problem === null) return { user: login.username, problem: null }
    if (problem === 'expired') {
      const message = 'Your authorization token has expired. Reauthenticate and try again.'
      return { user: null, problem: problemOf(new RegistryProblem('DENIED', null, { message })) }
    }
    return { user: null, problem: this.#challenge(null, null) }
  }

  /** What is wrong with a login: of itself, or since its caller has been wrong too often. */
  #problem(login: ModelledLogin, source: string, nowMs: number): LoginProblem | ModelledProblem | null {
    const caller = { source, username: login.username }
    if (this.#failed?.isBanned(caller, nowMs)) {
      const { status = 403, message } = this.#failedLogins ?? {}
      const code = status === 429 ? 'TOOMANYREQUESTS' : 'DENIED'
      return problemOf(new RegistryProblem(code, null, { status, ...(message === undefined ? {} : { message }) }))
    }
    const problem = this.#logins.problem(login, nowMs)
    if (problem !== null) this.#failed?.fail(caller, nowMs)
    return problem
  }

  get #failedLogins(): FailedLoginsSource | undefined {
    return this.#authentication.scheme === 'none' ? undefined : this.#authentication.failedLogins
  }

  /** Without an account a repository that is not there looks like a private one, as on Hub. */
  #allowsPull(login: ModelledLogin | null, repository: string): boolean {
    if (login !== null) return true
    return this.#authentication.scheme === 'bearer' && this.#authentication.anonymousPull && this.#knows(repository)
  }

  #refusedLogin(isUnreadable: boolean): ModelledProblem {
    const isGoogle = this.#authentication.scheme === 'bearer' && this.#authentication.credentials === 'google'
    const error = isUnreadable
      ? { code: 'UNKNOWN', message: 'Unable to parse json key.' }
      : { code: 'UNAUTHORIZED', message: 'authentication failed' }
    const body = JSON.stringify(isGoogle ? { errors: [error] } : { details: 'incorrect username or password' })
    return { status: 401, body, challenge: null, challengeError: null }
  }

  #challenge(repository: string | null, challengeError: ModelledProblem['challengeError']): ModelledProblem {
    const key = `${challengeError} ${repository}`
    let problem = this.#challenges.get(key)
    if (problem === undefined) {
      const detail = [{ Type: 'repository', Class: '', Name: repository, Action: 'pull' }]
      const challenge = this.#authentication.scheme === 'basic' ? 'basic' : 'bearer'
      const said = new RegistryProblem('UNAUTHORIZED', repository === null ? null : [detail])
      problem = { ...problemOf(said), challenge, challengeError }
      this.#challenges.set(key, problem)
    }
    return problem
  }
}

/** A problem that asks for nothing. */
export function problemOf({ status, body }: RegistryProblem): ModelledProblem {
  return { status, body, challenge: null, challengeError: null }
}

/** What Google says to those without an account. */
function unauthenticated(name: string): ModelledProblem {
  const [project = '', repository = ''] = name.split('/')
  const resource = `projects/${project}/locations/us/repositories/${repository}`
  const message = `Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts" on resource "${resource}" (or it may not exist)`
  return problemOf(new RegistryProblem('DENIED', null, { message }))
}
