// Users: created, changed and deleted by administrators; anonymous ones come with sessions that name no user.
import type { AttributeChanges, NamedUser, NewUser, User, UserChanges } from '../api/users.ts'
import { allUsersGroupId, defaultAttributes } from './defaults.ts'
import { formatDate, formatOptionalDate, requireId, stableId } from './ids.ts'
import { businessError, internalError, notFound } from './reply.ts'
import { passwordHash } from './secrets.ts'
import type { UserRecord } from './state/records.ts'
import type { State } from './state/state.ts'

const textFields = [
  'first_name',
  'last_name',
  'phone',
  'email',
  'organization',
  'notes',
  'city',
  'state',
  'country',
  'custom_attribute_1',
  'custom_attribute_2',
  'custom_attribute_3',
] as const satisfies (keyof UserRecord & keyof UserChanges)[]
const emptyTexts = Object.fromEntries(textFields.map((field) => [field, null])) as Record<
  (typeof textFields)[number],
  null
>

/** Every user. */
export class Users {
  readonly #state: State
  readonly #byName = new Map<string, string>()

  constructor(state: State) {
    this.#state = state
    for (const { username, user_id } of state.rows.users.values()) this.#byName.set(username.toLowerCase(), user_id)
  }

  create({ username, password, ...fields }: NewUser, nowMs: number): UserRecord {
    this.#requireFree(username)
    const user_id = stableId('user', username, String(this.#state.next('user')))
    const hash = password ? passwordHash(password, user_id) : null
    return this.add(
      { user_id, username, passwordHash: hash, passwordSetMs: hash === null ? null : nowMs },
      fields,
      nowMs,
    )
  }

  /** A user with an id and a password hash of the caller's choice. */
  add(
    user: Pick<UserRecord, 'user_id' | 'username' | 'passwordHash' | 'passwordSetMs'> & { anonymous?: boolean },
    fields: Omit<UserChanges, 'user_id'>,
    nowMs: number,
  ): UserRecord {
    const fresh: UserRecord = {
      ...emptyTexts,
      anonymous: false,
      ...user,
      locked: false,
      disabled: false,
      createdMs: nowMs,
      lastSessionMs: null,
      groupIds: [allUsersGroupId],
      serverIds: [],
      attributes: defaultAttributes,
    }
    this.#byName.set(user.username.toLowerCase(), user.user_id)
    return this.#store(changed(fresh, fields))
  }

  /** The user of a session that was asked for without one. */
  createAnonymous(nowMs: number): UserRecord {
    const user_id = stableId('anonymous', String(this.#state.next('user')))
    const username = `anon_${user_id.slice(0, 12)}`
    return this.add({ user_id, username, passwordHash: null, passwordSetMs: null, anonymous: true }, {}, nowMs)
  }

  update({ user_id, username, password, ...fields }: UserChanges, nowMs: number): UserRecord {
    const user = this.byId('target_user.user_id', user_id)
    if (username && username.toLowerCase() !== user.username.toLowerCase()) this.#requireFree(username)
    const next = changed({ ...user, username: username || user.username }, fields)
    if (password) Object.assign(next, { passwordHash: passwordHash(password, user.user_id), passwordSetMs: nowMs })
    this.#byName.delete(user.username.toLowerCase())
    this.#byName.set(next.username.toLowerCase(), user.user_id)
    return this.#store(next)
  }

  delete({ user_id, username }: UserRecord): void {
    this.#byName.delete(username.toLowerCase())
    this.#state.rows.users.delete(user_id)
    this.#state.rows.logins.deleteWhere((login) => login.user_id === user_id)
  }

  updateAttributes({ user_id, ...changes }: AttributeChanges): void {
    const user = this.byId('target_user_attributes.user_id', user_id)
    const given = Object.entries(changes).filter(
      ([name, value]) =>
        name in defaultAttributes &&
        value !== undefined &&
        (value !== null || name === 'ssh_public_key' || name === 'default_image'),
    )
    this.#store({ ...user, attributes: { ...user.attributes, ...Object.fromEntries(given) } })
  }

  /** Puts a user into a group or takes her out. */
  setMember(user: UserRecord, groupId: string, isMember: boolean): void {
    const others = user.groupIds.filter((id) => id !== groupId)
    this.#store({ ...user, groupIds: isMember ? [...others, groupId] : others })
  }

  setServer(user: UserRecord, serverId: string, isAssigned: boolean): void {
    const others = user.serverIds.filter((id) => id !== serverId)
    this.#store({ ...user, serverIds: isAssigned ? [...others, serverId] : others })
  }

  /** A server is gone: nobody has it any more. */
  forgetServer(serverId: string): void {
    for (const user of [...this.#state.rows.users.values()]) {
      if (user.serverIds.includes(serverId)) this.setServer(user, serverId, false)
    }
  }

  noteSession(user: UserRecord, nowMs: number): void {
    this.#store({ ...user, lastSessionMs: nowMs })
  }

  /** @throws Refusal where nobody has this id */
  byId(field: string, text: string): UserRecord {
    const id = requireId(field, text)
    const user = this.#state.rows.users.get(id)
    if (!user) throw notFound('User', id)
    return user
  }

  byName(username: string): UserRecord | null {
    const id = this.#byName.get(username.toLowerCase())
    return id === undefined ? null : this.#state.rows.users.get(id)
  }

  /** The user whom a client names by id or else by name. */
  named({ user_id, username }: NamedUser): UserRecord {
    if (user_id) return this.byId('target_user.user_id', user_id)
    if (!username) throw internalError('target_user has neither user_id nor username')
    const user = this.byName(username)
    if (!user) throw notFound('User', username)
    return user
  }

  #requireFree(username: string): void {
    if (this.byName(username)) throw businessError(`User already exists: ${username}.`)
  }

  #store(user: UserRecord): UserRecord {
    return this.#state.rows.users.set(user.user_id, user)
  }
}

function changed(user: UserRecord, changes: Omit<UserChanges, 'user_id'>): UserRecord {
  const next = { ...user, locked: changes.locked ?? user.locked, disabled: changes.disabled ?? user.disabled }
  for (const field of textFields) {
    const value = changes[field]
    if (value !== undefined) next[field] = value
  }
  return next
}

/** A user as the developer API shows one. */
export function presentUser(user: UserRecord, groups: User['groups'], kasms: User['kasms']): User {
  const {
    passwordHash: _,
    passwordSetMs,
    createdMs,
    lastSessionMs,
    groupIds,
    serverIds,
    attributes,
    anonymous,
    ...plain
  } = user
  return {
    ...plain,
    realm: 'local',
    two_factor: false,
    program_id: null,
    created: formatDate(createdMs),
    last_session: formatOptionalDate(lastSessionMs),
    password_set_date: formatOptionalDate(passwordSetMs),
    groups,
    kasms,
    assigned_servers: serverIds.map((server_id) => ({ server_id })),
  }
}
