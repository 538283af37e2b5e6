// API keys, logins, and who may see whose session.
import { presentKey } from '../access/api-keys.ts'
import type { Areas } from '../areas.ts'
import { requireId } from '../ids.ts'
import { notFound } from '../reply.ts'
import { giveAccess, presentAccess } from '../visitors.ts'
import type { Handlers } from './handler.ts'

export function accessHandlers(areas: Areas) {
  const { apiKeys, logins, users, rows } = areas
  const permissionsOf = (kasmId: string) => presentAccess(areas, kasmId)
  const sessionId = (text: string) => {
    const id = requireId('target_session_permissions.kasm_id', text)
    if (!rows.sessions.has(id)) throw notFound('Kasm', id)
    return id
  }
  return {
    create_api_configs: ({ api_config }, { nowMs }) => {
      const { key, secret } = apiKeys.create(api_config, nowMs)
      return { api_config: { ...presentKey(key), api_key_secret: secret } }
    },
    get_api_configs: () => ({ api_configs: apiKeys.list() }),
    create_session_token: ({ target_user }, { nowMs }) => ({
      session_token: logins.create(users.named(target_user).user_id, nowMs),
    }),
    get_session_token: ({ target_session_token }) => ({
      session_token: logins.get(target_session_token.session_token),
    }),
    get_session_tokens: ({ target_user }) => ({ session_tokens: logins.listOf(users.named(target_user).user_id) }),
    update_session_token: ({ target_session_token: { session_token, expires_at } }, { nowMs }) => ({
      session_token: logins.renew(session_token, expires_at, nowMs),
    }),
    delete_session_token: ({ target_session_token }) => {
      logins.end(target_session_token.session_token)
      return {}
    },
    delete_session_tokens: ({ target_user }) => {
      logins.endAll(users.named(target_user).user_id)
      return {}
    },
    set_session_permissions: ({ target_session_permissions }) => {
      const kasm_id = sessionId(target_session_permissions.kasm_id)
      const { access: accessOfAll, session_permissions } = target_session_permissions
      const given = (session_permissions ?? []).map(({ user_id, access }) => {
        return { access: access ?? accessOfAll, ...users.byId('session_permissions.user_id', user_id) }
      })
      for (const { user_id, access } of given) giveAccess(areas, kasm_id, user_id, access)
      return { session_permissions: permissionsOf(kasm_id) }
    },
    get_session_permissions: ({ target_session_permissions }) => ({
      session_permissions: permissionsOf(sessionId(target_session_permissions.kasm_id)),
    }),
    delete_all_session_permissions: ({ target_session_permissions }) => {
      const id = sessionId(target_session_permissions.kasm_id)
      rows.sessionPermissions.deleteWhere(({ kasm_id }) => kasm_id === id)
      return {}
    },
  } satisfies Partial<Handlers>
}
