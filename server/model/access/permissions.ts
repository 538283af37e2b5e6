// The permissions of groups and API keys. Users have those of their groups.
import { type Permission, permissionIds, permissionName } from '../../api/permissions.ts'
import { stableId } from '../ids.ts'
import { invalidField } from '../reply.ts'
import type { PermissionRecord } from '../state/records.ts'
import type { Collections } from '../state/state.ts'

/** Who has which permission. */
export class Permissions {
  readonly #rows: Collections
  /** What each subject has; built when first asked for, forgotten when it changes. */
  readonly #known = new Map<string, ReadonlySet<number>>()

  constructor(rows: Collections) {
    this.#rows = rows
  }

  grant(subjectId: string, ids: Iterable<number>): void {
    for (const permission_id of ids) {
      const group_permission_id = stableId('permission', subjectId, String(permission_id))
      this.#rows.permissions.set(group_permission_id, { group_permission_id, subjectId, permission_id })
    }
    this.#known.delete(subjectId)
  }

  /** All that any of the subjects has. */
  of(subjectIds: readonly string[]): ReadonlySet<number> {
    const [first = '', ...others] = subjectIds
    if (others.length === 0) return this.#ofOne(first)
    return new Set(subjectIds.flatMap((subjectId) => [...this.#ofOne(subjectId)]))
  }

  list(subjectId: string): PermissionRecord[] {
    return [...this.#rows.permissions.values()].filter((permission) => permission.subjectId === subjectId)
  }

  /** A group or key is gone. */
  forget(subjectId: string): void {
    this.#rows.permissions.deleteWhere((permission) => permission.subjectId === subjectId)
    this.#known.delete(subjectId)
  }

  #ofOne(subjectId: string): ReadonlySet<number> {
    const known = this.#known.get(subjectId)
    if (known) return known
    const found = new Set(this.list(subjectId).map(({ permission_id }) => permission_id))
    this.#known.set(subjectId, found)
    return found
  }
}

/** The number of a permission that a client names by number or by name. */
export function readPermission(field: string, given: number | string): number {
  const id = typeof given === 'string' && !/^\d+$/.test(given) ? permissionIds.get(given as Permission) : Number(given)
  if (id !== undefined && permissionName(id) !== null) return id
  throw invalidField(field, `has no permission ${JSON.stringify(given)}`)
}
