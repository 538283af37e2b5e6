// Sessions and what can be done with them.
import type { ReplyOf } from '../../api/operations.ts'
import type { Session } from '../../api/sessions.ts'
import { administrator, mayActFor } from '../access/callers.ts'
import type { Areas } from '../areas.ts'
import { formatDate, plainId, requireId, stableId } from '../ids.ts'
import { businessError, internalError, notFound, unauthorized } from '../reply.ts'
import { presentSession, sessionToken, sessionUrl } from '../sessions/present.ts'
import { screenshot } from '../sessions/screenshot.ts'
import type { SessionRecord } from '../state/records.ts'
import { accessOf, noteVisit, visitorToken, visitorUrl } from '../visitors.ts'
import type { CallContext, Handlers } from './handler.ts'

type OfSession = { kasm_id: string; user_id?: string | null }

export function sessionHandlers(areas: Areas) {
  const { sessions, users, secrets } = areas
  const present = (session: SessionRecord) => presentSession(session, areas)
  const require = (body: OfSession, { caller }: CallContext) => sessions.require(body, caller)
  /** Visitors may look at a session, too. */
  const requireVisible = (body: OfSession, context: CallContext) => {
    const { userId } = context.caller
    if (accessOf(areas, body.kasm_id, userId) === null) return require(body, context)
    const isHerself = !body.user_id || plainId(body.user_id) === userId
    return sessions.require(isHerself ? { kasm_id: body.kasm_id } : body, administrator)
  }
  const turn = (status: 'stopped' | 'paused' | 'running'): Handlers['stop_kasm'] => {
    return (body, context) => {
      sessions.turn(require(body, context), status, context.nowMs)
      return {}
    }
  }
  return {
    request_kasm: (body, { caller, nowMs, callBacks }) => {
      requireGateway(body.egress_gateway_id, areas)
      const session = sessions.request(body, caller, nowMs, callBacks)
      areas.staging.notice()
      const { kasm_id, user_id, share_id, operational_status: status } = session
      const username = areas.rows.users.get(user_id)?.username ?? ''
      const [session_token, kasm_url] = [sessionToken(session, secrets), sessionUrl(session, secrets)]
      return { kasm_id, status, user_id, username, session_token, kasm_url, share_id }
    },
    get_kasm_status: (body, context) => {
      const session = requireVisible(body, context)
      const trouble = body.skip_agent_check ? null : sessions.troubleOf(session, context.nowMs)
      if (trouble !== null) throw businessError(trouble)
      const access = accessOf(areas, session.kasm_id, context.caller.userId)
      // What a visitor asks must not take the token from the session's user, and who may only read changes nothing.
      const rotates = access === null && !context.caller.readOnly
      return status(rotates ? sessions.rotateToken(session) : session, context, areas)
    },
    get_kasms: (_body, { nowMs }) => ({ current_time: formatDate(nowMs), kasms: sessions.list().map(present) }),
    get_user_kasms: ({ user_id, target_user }, { caller, nowMs }) => {
      const id = target_user?.user_id ?? user_id ?? caller.userId
      if (!id) throw internalError('user_id is missing')
      const user = users.byId('user_id', id)
      if (!mayActFor(caller, user.user_id)) throw unauthorized()
      return { current_time: formatDate(nowMs), kasms: sessions.listOf(user.user_id).map(present) }
    },
    join_kasm: (body, context) => join(body, context, areas),
    destroy_kasm: (body, context) => {
      sessions.destroy(require(body, context), context.nowMs)
      return {}
    },
    stop_kasm: turn('stopped'),
    pause_kasm: turn('paused'),
    resume_kasm: turn('running'),
    keepalive: (body, context) => {
      sessions.keepAlive(require(body, context), context.nowMs)
      return { usage_reached: false }
    },
    exec_command_kasm: (body, context) => {
      const kasm = present(requireRunning(require(body, context)))
      return { current_time: formatDate(context.nowMs), kasm }
    },
    get_kasm_screenshot: ({ width, height, ...body }, context) => {
      requireRunning(requireVisible(body, context))
      return screenshot(width ?? 300, height ?? 200)
    },
    get_kasm_frame_stats: (body, context) => {
      requireRunning(requireVisible(body, context))
      return { frame_stats: frameStats }
    },
    get_kasm_bottleneck_stats: (body, context) => {
      requireRunning(requireVisible(body, context))
      return { kasm_user: { ws: [10, 10, 10, 10] } }
    },
    get_rdp_client_connection_info: ({ connection_type = 'file', ...body }, context) => {
      const session = requireRunning(require(body, context))
      const settings = rdpSettings(present(session))
      return connection_type === 'url'
        ? {
            url: `rdp://${settings.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`,
          }
        : { file: settings.map(([name, value]) => `${name}:${value}\r\n`).join('') }
    },
    get_session_recordings: (body) => recordings(body.target_kasm_id, body.preauth_download_link, areas),
    get_sessions_recordings: ({ target_kasm_ids, preauth_download_link }) => ({
      kasm_sessions: Object.fromEntries(
        target_kasm_ids.map((id) => [requireId('target_kasm_ids', id), recordings(id, preauth_download_link, areas)]),
      ),
    }),
  } satisfies Partial<Handlers>
}

/** A session that paints as fast as it should; in milliseconds but for the rate. */
const frameStats = { fps: 24, analysis: 2, screenshot: 4, encoding_total: 8, videoscaling: 0, tightjpeg: {} }

/** What an RDP client needs to connect through the proxy, in the settings of `.rdp` files; the token is the user's name and password. */
function rdpSettings({ hostname, token, kasm_id }: Session): [name: string, value: string][] {
  return [
    ['full address', `s:${hostname ?? ''}:3389`],
    ['alternate full address', `s:${hostname ?? ''}:3389`],
    ['username', `s:${token}`],
    ['loadbalanceinfo', `s:kasm_id=${kasm_id}`],
    ['prompt for credentials', 'i:0'],
    ['authentication level', 'i:2'],
  ]
}

/** @throws Refusal where a gateway is named that does not exist */
function requireGateway(id: string | null | undefined, { rows }: Areas): void {
  if (!id) return
  const gatewayId = requireId('egress_gateway_id', id)
  if (!rows.others.has(`egress_gateway/${gatewayId}`)) throw notFound('Egress gateway', gatewayId)
}

/** While no agent is chosen, an answer that some clients wait on and others give up at. */
function status(session: SessionRecord, { caller, nowMs }: CallContext, areas: Areas): ReplyOf<'get_kasm_status'> {
  const { kasm_id, operational_status, operational_progress, operational_message } = session
  const progress = { operational_status, operational_progress, operational_message }
  if (operational_status === 'requested') {
    return { kasm_id, status: 'requested', ...progress, error_message: 'This session is currently requested.' }
  }
  const isVisitor = accessOf(areas, kasm_id, caller.userId) !== null
  const kasm_url = isVisitor ? visitorUrl(areas, session, caller.userId ?? '') : sessionUrl(session, areas.secrets)
  const kasm = isVisitor ? presentTo(caller.userId ?? '', session, areas) : presentSession(session, areas)
  return { current_time: formatDate(nowMs), kasm_url, kasm, ...progress }
}

/** A session without the token of its user: visitors have one of their own, for looking alone unless they may do more. */
function presentTo(visitorId: string, session: SessionRecord, areas: Areas): Session {
  const shown = presentSession(session, areas)
  const mayUse = accessOf(areas, session.kasm_id, visitorId)?.includes('w')
  return { ...shown, token: mayUse ? visitorToken(areas.secrets, session.kasm_id, visitorId) : shown.view_only_token }
}

type JoinRequest = { share_id?: string | null; shared_id?: string | null; user_id?: string | null }

function join(request: JoinRequest, { caller, nowMs }: CallContext, areas: Areas): ReplyOf<'join_kasm'> {
  const shareId = request.share_id ?? request.shared_id
  if (!shareId) throw internalError('share_id is missing')
  const session = areas.sessions.shared(shareId)
  const id = request.user_id || caller.userId
  if (!mayActFor(caller, id ? requireId('user_id', id) : null)) throw unauthorized()
  const { user_id, username } = id ? areas.users.byId('user_id', id) : areas.users.createAnonymous(nowMs)
  noteVisit(areas, session, user_id)
  const session_token = visitorToken(areas.secrets, session.kasm_id, user_id)
  const kasm_url = visitorUrl(areas, session, user_id)
  const isOwner = session.user_id === user_id
  const kasm = isOwner ? presentSession(session, areas) : presentTo(user_id, session, areas)
  return { current_time: formatDate(nowMs), session_token, user_id, username, kasm_url, kasm }
}

function requireRunning(session: SessionRecord): SessionRecord {
  if (session.operational_status === 'running') return session
  throw businessError(`The session is not running but ${session.operational_status}.`)
}

function recordings(kasmId: string, withLink: boolean | null | undefined, { rows, secrets }: Areas) {
  const id = requireId('target_kasm_id', kasmId)
  const found = [...rows.recordings.values()].filter(({ kasm_id }) => kasm_id === id)
  return {
    session_recordings: found.map(({ recording_id, user_id, startedMs, durationMs }) => {
      const url = `s3://recordings/${id}/${recording_id}.mp4`
      const link = `/api/recordings/${recording_id}.mp4?token=${secrets.token('recording', recording_id)}`
      return {
        recording_id,
        account_id: stableId('account', user_id),
        session_recording_url: url,
        session_recording_metadata: { started: formatDate(startedMs), duration: Math.round(durationMs / 1_000) },
        session_recording_download_url: withLink ? link : null,
      }
    }),
  }
}
