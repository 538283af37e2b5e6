// Who logs in at the front of a registry, with which password or token, and who has got it wrong too often to be heard.
import type { Clock } from '../../server/kernel/clock.ts'
import type { RegistryAccount } from '../scenario/scenario.ts'
import { RegistryProblem } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { type LoginProblem, Logins } from './policy/credentials.ts'
import { FailedLogins } from './policy/failed-logins.ts'
import type { Authentication } from './policy/policy.ts'

export type BearerAuthentication = Extract<Authentication, { scheme: 'bearer' }>
export type BasicAuthentication = Extract<Authentication, { scheme: 'basic' }>

export interface FlowOptions<Scheme extends Authentication> {
  authentication: Scheme
  accounts: readonly RegistryAccount[]
  clock: Clock
}

export interface Login {
  username: string
  password: string
}

/**
 * The logins of a registry, and the bans of those who got them wrong too often.
 *
 * @example
 * new LoginDesk({ authentication, accounts, clock }).problem(exchange, { username: 'AWS', password: 'secret' }) // null
 */
export class LoginDesk {
  readonly #options: FlowOptions<BearerAuthentication | BasicAuthentication>
  #logins: Logins
  readonly #failed: FailedLogins | null

  constructor(options: FlowOptions<BearerAuthentication | BasicAuthentication>) {
    const { failedLogins } = options.authentication
    this.#options = options
    this.#logins = new Logins({ ...options, startedAtMs: options.clock.nowMs() })
    this.#failed = failedLogins ? new FailedLogins(failedLogins) : null
  }

  /** Passwords that end are as old as this moment, not as the registry. */
  renewPasswords(): void {
    this.#logins = new Logins({ ...this.#options, startedAtMs: this.#options.clock.nowMs() })
  }

  /**
   * What is wrong with a login; null where nothing is.
   *
   * @throws RegistryProblem of the ban, whatever the password
   */
  problem({ source }: Exchange, login: Login | null): LoginProblem | null {
    const nowMs = this.#options.clock.nowMs()
    const caller = { source, username: login?.username ?? '' }
    if (this.#failed?.isBanned(caller, nowMs)) throw this.#ban()
    const problem = login === null ? 'wrong' : this.#logins.problem(login, nowMs)
    if (problem !== null) this.#failed?.fail(caller, nowMs)
    return problem
  }

  isReadOnly(login: Login): boolean {
    return this.#logins.isReadOnly(login)
  }

  #ban(): RegistryProblem {
    const { status = 403, message } = this.#options.authentication.failedLogins ?? {}
    const code = status === 429 ? 'TOOMANYREQUESTS' : 'DENIED'
    return new RegistryProblem(code, null, { status, ...(message === undefined ? {} : { message }) })
  }
}
