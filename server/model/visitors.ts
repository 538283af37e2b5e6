// Who else may see a session: users that its owner, or an administrator, has given access, and those who joined by its share
// (docs/kasm.md, "Sharing").
import type { Areas } from './areas.ts'
import { plainId } from './ids.ts'
import type { SessionRecord } from './state/records.ts'

/** `r` sees, `rw` also uses the mouse and the keyboard. */
const defaultAccess = 'r'

/** Gives a user access to a session, in place of what she had. */
export function giveAccess(areas: Areas, kasm_id: string, user_id: string, access: string | null | undefined): void {
  areas.rows.sessionPermissions.set(keyOf(kasm_id, user_id), { kasm_id, user_id, access: access || defaultAccess })
}

/** Whoever joins by the share may see the session from then on; access that she has already stays as it is. */
export function noteVisit(areas: Areas, { kasm_id, user_id }: SessionRecord, visitorId: string): void {
  const isKnown = visitorId === user_id || areas.rows.sessionPermissions.has(keyOf(kasm_id, visitorId))
  if (!isKnown) giveAccess(areas, kasm_id, visitorId, defaultAccess)
}

/** What a user who is not its owner may do with a session; null where that is nothing. */
export function accessOf({ rows }: Areas, kasmId: string, userId: string | null): string | null {
  const id = plainId(kasmId)
  const session = id === null ? null : rows.sessions.get(id)
  if (!session || userId === null || session.user_id === userId) return null
  return rows.sessionPermissions.get(keyOf(session.kasm_id, userId))?.access ?? null
}

/** The access of everyone but the owner, as the developer API shows it. */
export function presentAccess({ rows }: Areas, kasmId: string) {
  return [...rows.sessionPermissions.values()]
    .filter(({ kasm_id }) => kasm_id === kasmId)
    .map(({ user_id, access }) => {
      const username = rows.users.get(user_id)?.username ?? ''
      return { user_id, access, vnc_username: user_id.slice(0, 12), username }
    })
}

/** The path that opens a shared session for a visitor. */
export function visitorUrl({ secrets }: Areas, { kasm_id, share_id }: SessionRecord, userId: string): string {
  return `/#/connect/join/${share_id ?? kasm_id}/${userId}/${visitorToken(secrets, kasm_id, userId)}`
}

export function visitorToken(secrets: Areas['secrets'], kasmId: string, userId: string): string {
  return secrets.token('join', kasmId, userId)
}

function keyOf(kasmId: string, userId: string): string {
  return `${kasmId}/${userId}`
}
