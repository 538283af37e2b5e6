// Who may call what (docs/kasm.md, "Authentication" and "Permissions").
import { type OperationName, ruleOf } from '../../api/operation-names.ts'
import { unauthenticated, unauthorized } from '../reply.ts'
import { hasHash, hashOf } from '../secrets.ts'
import type { Collections } from '../state/state.ts'
import type { ApiKeys } from './api-keys.ts'
import { type Caller, mayCall } from './callers.ts'
import { bearerOf, type Credentialed, presentedBy } from './credentials.ts'
import type { Logins } from './logins.ts'
import type { Permissions } from './permissions.ts'

interface Parts {
  rows: Collections
  apiKeys: ApiKeys
  logins: Logins
  permissions: Permissions
}

/** Who calls an operation for which anyone may call. */
const anyone: Caller = { name: 'anyone', userId: null, readOnly: false, permissions: new Set() }

/** Checks credentials in constant time, and permissions. */
export class Access {
  readonly #parts: Parts
  readonly #managerTokenHash: string

  constructor(managerToken: string, parts: Parts) {
    this.#managerTokenHash = hashOf(managerToken)
    this.#parts = parts
  }

  /**
   * The caller of an operation, who may call it.
   *
   * @throws Refusal 401 where the credentials are not right, 403 where they do not suffice
   */
  require(operation: OperationName, request: Credentialed & { nowMs: number; basic: boolean }): Caller {
    const rule = ruleOf(operation)
    if (!rule || rule.permissions.length === 0) return anyone
    const caller = this.#identify(request)
    if (!mayCall(caller, rule)) throw unauthorized()
    return caller
  }

  /** Takes the shared token as `Authorization: Bearer <token>`. */
  requireManagerToken(authorization: string | undefined): void {
    if (hasHash(bearerOf(authorization), this.#managerTokenHash)) return
    throw unauthenticated('the manager token is wrong or missing')
  }

  #identify(request: Credentialed & { nowMs: number; basic: boolean }): Caller {
    const presented = presentedBy(request, request)
    if (presented.kind === 'login') return this.#user(presented, request.nowMs)
    const { key = null, secret = null } = presented.kind === 'key' ? presented : {}
    const known = this.#parts.apiKeys.verified(key, secret, request.nowMs)
    if (!known) throw unauthenticated('api_key or api_key_secret is wrong or missing')
    const permissions = this.#parts.permissions.of([known.api_id])
    return { name: `key ${known.name}`, userId: null, readOnly: known.read_only, permissions }
  }

  #user({ token, username }: { token: unknown; username: unknown }, nowMs: number): Caller {
    const login = this.#parts.logins.verified(token, nowMs)
    const user = login ? this.#parts.rows.users.get(login.user_id) : null
    if (!user || user.username !== username || user.disabled || user.locked) {
      throw unauthenticated('token or username is wrong, missing or expired')
    }
    const permissions = this.#parts.permissions.of(user.groupIds)
    return { name: `user ${user.username}`, userId: user.user_id, readOnly: false, permissions }
  }
}
