// Who logs in at a registry, with which password or token, and who has got it wrong too often to be heard. Pure and told the time.
import type { RegistryAccount } from '../../scenario/scenario.ts'
import { type LoginProblem, Logins } from '../policy/credentials.ts'
import { FailedLogins } from '../policy/failed-logins.ts'
import type { Authentication } from '../policy/policy.ts'
import { type Problem, problemOf } from './problem.ts'
import type { Login } from './request.ts'

interface AccountLogInsOptions {
  authentication: Authentication
  accounts: readonly RegistryAccount[]
  startedAtMs: number
}

/** What became of an attempt to log in: nothing is wrong, the login is, or its caller is banned whatever the password. */
type Attempt = LoginProblem | { banned: Problem } | null

/**
 * The logins of a registry, and the bans of those who got them wrong too often.
 *
 * @example
 * new AccountLogIns({ authentication, accounts, startedAtMs: 0 }).attempt({ username: 'AWS', password: 'secret' }, '192.0.2.1', 0) // null
 */
export class AccountLogIns {
  readonly #options: AccountLogInsOptions
  #logins: Logins
  readonly #failed: FailedLogins | null
  readonly #ban: Problem

  constructor(options: AccountLogInsOptions) {
    const { authentication } = options
    const failedLogins = authentication.scheme === 'none' ? undefined : authentication.failedLogins
    this.#options = options
    this.#logins = new Logins(options)
    this.#failed = failedLogins ? new FailedLogins(failedLogins) : null
    const { status = 403, message } = failedLogins ?? {}
    const code = status === 429 ? 'TOOMANYREQUESTS' : 'DENIED'
    this.#ban = problemOf(code, null, { status, ...(message === undefined ? {} : { message }) })
  }

  /** Whether it is counted who logs in wrongly, so that the order of attempts matters. */
  get areCounted(): boolean {
    return this.#failed !== null
  }

  /** Passwords that end are as old as this moment, not as the registry. */
  renewPasswords(nowMs: number): void {
    this.#logins = new Logins({ ...this.#options, startedAtMs: nowMs })
  }

  /** A login of null cannot be read, and is wrong. */
  attempt(login: Login | null, source: string, nowMs: number): Attempt {
    const caller = { source, username: login?.username ?? '' }
    if (this.#failed?.isBanned(caller, nowMs)) return { banned: this.#ban }
    const problem = login === null ? 'wrong' : this.#logins.problem(login, nowMs)
    if (problem !== null) this.#failed?.fail(caller, nowMs)
    return problem
  }

  isReadOnly(login: Login): boolean {
    return this.#logins.isReadOnly(login)
  }
}
