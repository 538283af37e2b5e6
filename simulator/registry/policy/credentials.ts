// Whose user name and password are good, and what is wrong with those that are not. Pure and told the time.
import { isSameSecret } from '../../../server/kernel/same-secret.ts'
import type { AccountToken, RegistryAccount } from '../../scenario/scenario.ts'
import type { Authentication } from './policy.ts'

interface Login {
  username: string
  password: string
}

/** Why a login is refused. */
export type LoginProblem = 'wrong' | 'expired' | 'unreadable-key'

const accessTokenLifetimeSeconds = 3_600

/**
 * The logins of one registry, which start to age at `startedAtMs`.
 *
 * @example
 * const logins = new Logins({ authentication, accounts: [{ username: 'AWS', password: 'secret' }], startedAtMs: 0 })
 * logins.problem({ username: 'AWS', password: 'secret' }, 43_200_000) // 'expired', of the profile ecr-private
 */
export class Logins {
  readonly #accounts: readonly RegistryAccount[]
  readonly #isGoogle: boolean
  readonly #lifetimeSeconds: number | undefined
  readonly #startedAtMs: number

  constructor(options: {
    authentication: Authentication
    accounts: readonly RegistryAccount[]
    startedAtMs: number
  }) {
    const { authentication } = options
    this.#accounts = options.accounts
    this.#isGoogle = authentication.scheme === 'bearer' && authentication.credentials === 'google'
    this.#lifetimeSeconds = authentication.scheme === 'basic' ? authentication.passwordLifetimeSeconds : undefined
    this.#startedAtMs = options.startedAtMs
  }

  /** What is wrong with a login; null where nothing is. */
  problem({ username, password }: Login, nowMs: number): LoginProblem | null {
    if (this.#isGoogle && keyUsers.has(username)) return this.#keyProblem({ username, password })
    const secret = this.#secret({ username, password })
    if (!secret) return 'wrong'
    const ofProfile =
      this.#isGoogle && username === 'oauth2accesstoken' ? accessTokenLifetimeSeconds : this.#lifetimeSeconds
    const lifetimeSeconds = secret.lifetimeSeconds ?? ofProfile
    const isExpired = lifetimeSeconds !== undefined && nowMs - this.#startedAtMs >= lifetimeSeconds * 1_000
    return isExpired ? 'expired' : null
  }

  /** Whether a good login may only pull. */
  isReadOnly(login: Login): boolean {
    return this.#secret(login)?.access === 'read-only'
  }

  /** The password of an account, or one of its tokens. */
  #secret({ username, password }: Login): Omit<AccountToken, 'token'> | null {
    const account = this.#accounts.find((each) => each.username === username)
    if (!account) return null
    if (isSameSecret(password, account.password)) {
      return account.passwordLifetimeSeconds === undefined ? {} : { lifetimeSeconds: account.passwordLifetimeSeconds }
    }
    return account.tokens?.find(({ token }) => isSameSecret(password, token)) ?? null
  }

  /** The same key is good under either user name, each in its own form. */
  #keyProblem({ username, password }: Login): LoginProblem | null {
    const key = readKey({ username, password })
    if (key === null) return 'unreadable-key'
    const isKnown = this.#accounts.some(
      (account) => keyUsers.has(account.username) && isSameSecret(key, readKey(account) ?? ''),
    )
    return isKnown ? null : 'wrong'
  }
}

const keyUsers = new Set(['_json_key', '_json_key_base64'])

/** A key file's content in one form, whatever its spaces; null where it is no key file, or in the form of the other user name. */
function readKey({ username, password }: Login): string | null {
  if (username === '_json_key_base64' && !/^[A-Za-z0-9+/]+={0,2}$/.test(password)) return null
  const text = username === '_json_key' ? password : Buffer.from(password, 'base64').toString()
  try {
    const { client_email: email, private_key: key } = Object(JSON.parse(text)) as Record<string, unknown>
    return typeof email === 'string' && typeof key === 'string' ? JSON.stringify([email, key]) : null
  } catch {
    return null
  }
}
