// Who calls: an API key, a user with a login, or the program itself; and what each may do.
import type { OperationRule } from '../../api/operation-names.ts'
import { type Permission, permissionIds, permissionName } from '../../api/permissions.ts'

/** A caller of the developer API, known and allowed to call. */
export interface Caller {
  /** For logs and journals: no secret. */
  name: string
  /** The `user_id` of a user with a login; null for API keys. */
  userId: string | null
  /** Whether every operation that changes something is refused. */
  readOnly: boolean
  permissions: ReadonlySet<number>
}

/** Whoever runs the model in its own process: everything is allowed. */
export const administrator: Caller = {
  name: 'administrator',
  userId: null,
  readOnly: false,
  permissions: new Set([requireId('global_admin')]),
}

/** Whether a caller has a permission, or the one that includes all others. */
export function may({ permissions }: Caller, permission: Permission): boolean {
  return permissions.has(requireId(permission)) || permissions.has(requireId('global_admin'))
}

/** Whether a caller has all of these permissions herself: nobody can hand on what she may not do. */
export function mayGive(caller: Caller, ids: Iterable<number>): boolean {
  return [...ids].every((id) => may(caller, permissionName(id) ?? 'global_admin'))
}

/** Whether a caller may take these permissions from others: from whoever may do everything, her equals alone may. */
export function mayTake(caller: Caller, ids: ReadonlySet<number>): boolean {
  return may(caller, 'global_admin') || !ids.has(requireId('global_admin'))
}

/** Whether a caller may call an operation with this rule. */
export function mayCall(caller: Caller, { permissions, writes }: OperationRule): boolean {
  if (writes && caller.readOnly) return false
  return permissions.every((permission) => may(caller, permission))
}

/**
 * Whether a caller may act for a user: users for themselves; whoever has `users_auth_session`, such as most API keys, for anyone
 * (docs/kasm.md, "Permissions").
 */
export function mayActFor(caller: Caller, userId: string | null): boolean {
  return (caller.userId !== null && caller.userId === userId) || may(caller, 'users_auth_session')
}

function requireId(permission: Permission): number {
  return permissionIds.get(permission) as number
}
