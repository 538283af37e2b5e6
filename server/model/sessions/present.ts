// A session as the developer API shows it.
import type { Session } from '../../api/sessions.ts'
import type { Agents } from '../agents.ts'
import { formatDate, formatOptionalDate } from '../ids.ts'
import type { Secrets } from '../secrets.ts'
import type { SessionRecord } from '../state/records.ts'
import type { Collections } from '../state/state.ts'
import { isStaged } from './lifecycle.ts'

const port = 443
const clientSettings: Session['client_settings'] = {
  allow_kasm_audio: true,
  allow_kasm_microphone: true,
  allow_kasm_clipboard_down: true,
  allow_kasm_clipboard_up: true,
  allow_kasm_clipboard_seamless: true,
  allow_kasm_downloads: true,
  allow_kasm_uploads: true,
  allow_kasm_pause: true,
  allow_kasm_stop: true,
  allow_kasm_delete: true,
  allow_kasm_sharing: true,
  allow_point_of_presence: false,
  enable_webp: false,
  idle_disconnect: 20,
  lock_sharing_video_mode: true,
}

interface Sources {
  rows: Collections
  agents: Agents
  secrets: Secrets
}

/** The token that opens a session; the next one once the session has been asked for its status. */
export function sessionToken({ kasm_id, tokenCount }: SessionRecord, secrets: Secrets): string {
  return secrets.token('session', kasm_id, String(tokenCount))
}

/** The path that opens a session in a browser. */
export function sessionUrl(session: SessionRecord, secrets: Secrets): string {
  return `/#/connect/kasm/${session.kasm_id}/${session.user_id}/${sessionToken(session, secrets)}`
}

/** The whole object. */
export function presentSession(session: SessionRecord, { rows, agents, secrets }: Sources): Session {
  const { kasm_id, image_id, user_id, serverId, zoneId } = session
  const agent = serverId === null ? null : agents.find(serverId)
  const hostname = agent ? agents.reportOf(agent).report.hostname : null
  const zone_name = zoneId === null ? null : (rows.zones.get(zoneId)?.zone_name ?? null)
  const username = rows.users.get(user_id)?.username ?? ''
  const container = secrets.token('container', kasm_id).replaceAll('-', '')
  const path = (service: string) => ({ port, path: `desktop/${kasm_id}/${service}` })
  return {
    kasm_id,
    user_id: isStaged(session) ? null : user_id,
    username,
    user: { username },
    image_id,
    image: { image_id, ...session.image },
    image_digest: session.digest,
    start_date: formatOptionalDate(session.startedMs),
    created_date: formatDate(session.createdMs),
    keepalive_date: formatDate(session.keepaliveMs),
    expiration_date: formatDate(session.expiresMs),
    token: sessionToken(session, secrets),
    view_only_token: secrets.token('view-only', kasm_id),
    cores: session.cores,
    memory: session.memory,
    gpus: session.gpus,
    hostname,
    host: hostname,
    port,
    point_of_presence: null,
    container_id: serverId === null ? null : container.repeat(2),
    container_ip: serverId === null ? null : containerAddress(kasm_id),
    docker_network: serverId === null ? null : 'kasm_default_network',
    server_id: serverId,
    server: hostname === null ? null : { port, hostname, zone_name: zone_name ?? '', provider: 'hardware' },
    zone_id: zoneId,
    zone_name,
    share_id: session.share_id,
    is_persistent_profile: session.persistent_profile_mode === 'Enabled',
    persistent_profile_mode: session.persistent_profile_mode,
    operational_status: session.operational_status,
    operational_message: session.operational_message,
    operational_progress: session.operational_progress,
    queued_tasks: [],
    is_standby: isStaged(session),
    agent_installed: false,
    staging_config_id: session.staging_config_id ?? null,
    cast_config_id: null,
    autoscale_config_id: null,
    port_map: { vnc: path('vnc'), audio: path('audio'), audio_input: path('audio_input'), uploads: path('uploads') },
    client_settings: clientSettings,
    environment: session.environment,
  }
}

/** An address in the network that Docker gives the first bridge. */
function containerAddress(kasmId: string): string {
  const number = Number.parseInt(kasmId.slice(0, 4), 16)
  return `172.18.${number >> 8}.${number & 255 || 1}`
}
