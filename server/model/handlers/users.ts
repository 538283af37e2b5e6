// Users and their logins.
import type { User } from '../../api/users.ts'
import { type Caller, may, mayGive, mayTake } from '../access/callers.ts'
import type { Areas } from '../areas.ts'
import { formatDate, formatOptionalDate, requireId, stableId } from '../ids.ts'
import { forgetReferenced } from '../references.ts'
import { businessError, notFound, unauthenticated, unauthorized } from '../reply.ts'
import { hasPassword } from '../secrets.ts'
import type { UserRecord } from '../state/records.ts'
import { presentUser } from '../users.ts'
import type { Handlers } from './handler.ts'

export function userHandlers(areas: Areas) {
  const { users, groups, logins } = areas
  const present = (user: UserRecord) => presentUser(user, groups.of(user), sessionsOf(user, areas))
  const membership = (isMember: boolean): Handlers['add_user_group'] => {
    return ({ target_user, target_group }, { caller }) => {
      const user = users.named(target_user)
      const { group_id } = groups.require(target_group.group_id)
      const permissions = areas.permissions.of([group_id])
      if (isMember ? !mayGive(caller, permissions) : !mayTake(caller, permissions)) throw unauthorized()
      users.setMember(user, group_id, isMember)
      return {}
    }
  }
  const assignment = (isAssigned: boolean): Handlers['assign_user_server'] => {
    return ({ target_user, target_server }) => {
      const user = users.named(target_user)
      users.setServer(
        user,
        isAssigned ? requireServer(target_server.server_id, areas) : assignedServer(user, target_server.server_id),
        isAssigned,
      )
      return {}
    }
  }
  /** Whoever may do everything is changed by her equals alone. */
  const requireMayChange = (user: UserRecord, caller: Caller) => {
    if (!may(caller, 'global_admin') && mayEverything(areas.permissions.of(user.groupIds))) throw unauthorized()
  }
  return {
    authenticate: (body, { nowMs }) => authenticate(body, nowMs, areas),
    create_user: ({ target_user }, { nowMs }) => ({ user: present(users.create(target_user, nowMs)) }),
    get_user: ({ target_user }) => ({ user: present(users.named(target_user)) }),
    get_users: (body) => {
      const { page: pageNumber = null, page_size = null } = body
      const found = listed(areas, body)
      const page =
        page_size === null ? found : found.slice((pageNumber ?? 0) * page_size, ((pageNumber ?? 0) + 1) * page_size)
      return { users: page.map(present), total: found.length, page: pageNumber, page_size }
    },
    update_user: ({ target_user }, { caller, nowMs }) => {
      requireMayChange(users.named(target_user), caller)
      return { user: present(users.update(target_user, nowMs)) }
    },
    delete_user: ({ target_user, force }, { caller, nowMs }) => {
      const user = users.named(target_user)
      requireMayChange(user, caller)
      const sessions = areas.sessions.listOf(user.user_id)
      if (sessions.length > 0 && !force) throw businessError(`The user has ${sessions.length} sessions; use force.`)
      for (const session of sessions) areas.sessions.destroy(session, nowMs)
      users.delete(user)
      forgetReferenced(areas.rows, 'user_id', user.user_id)
      areas.rows.sessionPermissions.deleteWhere(({ user_id }) => user_id === user.user_id)
      return {}
    },
    logout_user: ({ target_user }) => {
      logins.endAll(users.named(target_user).user_id)
      return {}
    },
    get_attributes: ({ target_user }) => {
      const { user_id, attributes } = users.named(target_user)
      return { user_attributes: { user_attributes_id: stableId('user-attributes', user_id), user_id, ...attributes } }
    },
    update_user_attributes: ({ target_user_attributes }, { caller }) => {
      requireMayChange(users.named(target_user_attributes), caller)
      users.updateAttributes(target_user_attributes)
      return {}
    },
    add_user_group: membership(true),
    remove_user_group: membership(false),
    assign_user_server: assignment(true),
    unassign_user_server: assignment(false),
    get_login: ({ target_user }, { nowMs }) => {
      const { user_id } = users.named(target_user)
      return { url: `/#/connect/login/sso/${user_id}/${logins.create(user_id, nowMs).session_token}` }
    },
  } satisfies Partial<Handlers>
}

/** @throws Refusal where there is no agent and no other server of this id */
function requireServer(text: string, { agents, rows }: Areas): string {
  const agent = agents.find(text)
  if (agent) return agent.serverId
  const id = requireId('target_server.server_id', text)
  if (!rows.others.has(`server/${id}`)) throw notFound('Server', id)
  return id
}

/** @throws Refusal where the user does not have this server */
function assignedServer({ serverIds }: UserRecord, text: string): string {
  const id = serverIds.includes(text) ? text : requireId('target_server.server_id', text)
  if (!serverIds.includes(id)) throw notFound('Assigned server', id)
  return id
}

/** The same answer for a user who does not exist as for a wrong password. */
function authenticate({ username, password }: { username: string; password: string }, nowMs: number, areas: Areas) {
  const user = areas.users.byName(username)
  const matches = hasPassword(password, user?.passwordHash ?? null)
  if (!user || !matches || user.disabled || user.locked) throw unauthenticated('username or password is wrong')
  const { session_token: token, expires_at } = areas.logins.create(user.user_id, nowMs)
  const permissions = areas.permissions.of(user.groupIds)
  const is_admin = mayEverything(permissions)
  return { token, user_id: user.user_id, username: user.username, is_admin, expires_at }
}

function mayEverything(permissions: ReadonlySet<number>): boolean {
  return may({ name: '', userId: null, readOnly: false, permissions }, 'global_admin')
}

interface ListOptions {
  sort_by?: string | null
  sort_direction?: string | null
  anonymous?: boolean | null
  anonymous_only?: boolean | null
}

/** Without anonymous users unless they are asked for; by name unless another field is named. */
function listed({ rows }: Areas, { sort_by, sort_direction, anonymous, anonymous_only }: ListOptions): UserRecord[] {
  const found = [...rows.users.values()].filter((user) =>
    anonymous_only ? user.anonymous : anonymous || !user.anonymous,
  )
  if (!sort_by) return found
  const keyOf = (user: UserRecord) => {
    const { passwordHash: _, ...shown } = user
    const fields: Record<string, unknown> = { ...shown, created: formatDate(user.createdMs) }
    return Object.hasOwn(fields, sort_by) ? String(fields[sort_by]) : ''
  }
  const sign = sort_direction === 'desc' ? -1 : 1
  return found.sort((first, second) => sign * keyOf(first).localeCompare(keyOf(second), 'en'))
}

function sessionsOf(user: UserRecord, { usage, rows }: Areas): User['kasms'] {
  return [...usage.sessionsOf(user.user_id)].flatMap((id) => {
    const session = rows.sessions.get(id)
    if (!session) return []
    const { kasm_id, image_id, serverId, startedMs, expiresMs } = session
    const dates = { start_date: formatOptionalDate(startedMs), expiration_date: formatDate(expiresMs) }
    return [{ kasm_id, image_id, ...dates, server_id: serverId }]
  })
}
