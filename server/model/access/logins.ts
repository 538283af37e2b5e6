// The logins of users: what the user interface calls session tokens. The token follows from the login's id and the fake's key, and only
// its hash is kept.
import type { SessionToken } from '../../api/session-access.ts'
import { formatDate, parseDate, stableId } from '../ids.ts'
import { businessError, invalidField } from '../reply.ts'
import { hashOf, type Secrets } from '../secrets.ts'
import type { LoginRecord } from '../state/records.ts'
import type { State } from '../state/state.ts'

/** How long a login lasts. */
const lifetimeMs = 24 * 3_600_000
/** Of one user; one more ends the one that expires first. */
const loginsPerUserMax = 1_000

/** Every login. */
export class Logins {
  readonly #state: State
  readonly #secrets: Secrets
  /** When the next one expires. */
  #dueMs: number

  constructor(state: State, secrets: Secrets) {
    this.#state = state
    this.#secrets = secrets
    this.#dueMs = this.#nextExpiryMs()
  }

  /** Removes those that have expired. */
  settle(nowMs: number): void {
    if (nowMs < this.#dueMs) return
    this.#state.rows.logins.deleteWhere(({ expiresMs }) => expiresMs <= nowMs)
    this.#dueMs = this.#nextExpiryMs()
  }

  create(user_id: string, nowMs: number): SessionToken {
    this.#makeRoom(user_id)
    const loginId = stableId('login', String(this.#state.next('login')))
    return this.#store({ loginId, user_id, createdMs: nowMs, expiresMs: nowMs + lifetimeMs })
  }

  /** The login with this token, or null where there is none or it has expired. */
  verified(token: unknown, nowMs: number): LoginRecord | null {
    // Looked up by its hash, so that the time it takes tells nothing of any token.
    const login = typeof token === 'string' ? this.#state.rows.logins.get(hashOf(token)) : null
    return login && login.expiresMs > nowMs ? login : null
  }

  get(token: string): SessionToken {
    return this.#present(this.#require(token))
  }

  listOf(userId: string): SessionToken[] {
    return [...this.#state.rows.logins.values()]
      .filter(({ user_id }) => user_id === userId)
      .map((login) => this.#present(login))
  }

  /** Puts off the expiry, to a given date or for as long as a new login lasts. */
  renew(token: string, expires: string | null | undefined, nowMs: number): SessionToken {
    const login = this.#require(token)
    const expiresMs = expires ? parseDate(expires) : nowMs + lifetimeMs
    if (expiresMs === null) throw invalidField('target_session_token.expires_at', 'must be a date')
    return this.#store({ ...login, expiresMs })
  }

  end(token: string): void {
    this.#require(token)
    this.#state.rows.logins.delete(hashOf(token))
  }

  endAll(userId: string): void {
    this.#state.rows.logins.deleteWhere(({ user_id }) => user_id === userId)
  }

  #makeRoom(userId: string): void {
    const { logins } = this.#state.rows
    if (logins.size < loginsPerUserMax) return
    const own = [...logins.entries()].filter(([, { user_id }]) => user_id === userId)
    if (own.length < loginsPerUserMax) return
    const [first] = own.sort(([, one], [, other]) => one.expiresMs - other.expiresMs)
    if (first) logins.delete(first[0])
  }

  #nextExpiryMs(): number {
    let soonestMs = Number.POSITIVE_INFINITY
    for (const { expiresMs } of this.#state.rows.logins.values()) soonestMs = Math.min(soonestMs, expiresMs)
    return soonestMs
  }

  #store(login: LoginRecord): SessionToken {
    this.#dueMs = Math.min(this.#dueMs, login.expiresMs)
    this.#state.rows.logins.set(hashOf(this.#tokenOf(login)), login)
    return this.#present(login)
  }

  #require(token: string): LoginRecord {
    const login = this.#state.rows.logins.get(hashOf(token))
    if (!login) throw businessError('Session token not found.')
    return login
  }

  #tokenOf({ loginId }: LoginRecord): string {
    return this.#secrets.token('login', loginId)
  }

  /** The JWT has the form of one; nothing in the fake takes it. */
  #present(login: LoginRecord): SessionToken {
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const { user_id, createdMs, expiresMs } = login
    const claims = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ sub: user_id, exp: Math.floor(expiresMs / 1_000) })}`
    return {
      session_token: this.#tokenOf(login),
      session_token_date: formatDate(createdMs),
      expires_at: formatDate(expiresMs),
      session_jwt: `${claims}.${Buffer.from(this.#secrets.token(claims)).toString('base64url')}`,
    }
  }
}
