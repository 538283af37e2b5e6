// Sessions: the record as the developer API shows it (docs/kasm.md, "Sessions").
import { type Static, Type } from 'typebox'
import { AnyObject, Count, Id, nullable, own, Text } from './common.ts'

const Port = Type.Object({ port: Count, path: Type.String() }, own)
const flag = Type.Boolean()

const clientSettings = Type.Object(
  {
    allow_kasm_audio: flag,
    allow_kasm_microphone: flag,
    allow_kasm_clipboard_down: flag,
    allow_kasm_clipboard_up: flag,
    allow_kasm_clipboard_seamless: flag,
    allow_kasm_downloads: flag,
    allow_kasm_uploads: flag,
    allow_kasm_pause: flag,
    allow_kasm_stop: flag,
    allow_kasm_delete: flag,
    allow_kasm_sharing: flag,
    allow_point_of_presence: flag,
    enable_webp: flag,
    idle_disconnect: Type.Number(),
    lock_sharing_video_mode: flag,
  },
  own,
)

/** A session; `memory` is in bytes, dates are UTC. */
export const SessionSchema = Type.Object(
  {
    kasm_id: Id,
    /** Null of a session that is staged, and so nobody's yet. */
    user_id: nullable(Id),
    username: Type.String(),
    user: Type.Object({ username: Type.String() }, own),
    image_id: Id,
    image: Type.Object({ image_id: Id, name: Type.String(), image_src: Text, friendly_name: Type.String() }, own),
    /** The digest that the session runs, which the product does not show. */
    image_digest: Text,
    start_date: Text,
    created_date: Type.String(),
    keepalive_date: Type.String(),
    expiration_date: Type.String(),
    token: Type.String(),
    view_only_token: Type.String(),
    cores: Type.Number(),
    memory: Count,
    gpus: Count,
    hostname: Text,
    host: Text,
    port: Count,
    point_of_presence: Text,
    container_id: Text,
    container_ip: Text,
    docker_network: Text,
    server_id: Text,
    server: nullable(
      Type.Object({ port: Count, hostname: Type.String(), zone_name: Type.String(), provider: Type.String() }, own),
    ),
    zone_id: Text,
    zone_name: Text,
    share_id: Text,
    is_persistent_profile: flag,
    persistent_profile_mode: Text,
    operational_status: Type.Enum(['requested', 'starting', 'running', 'stopped', 'paused', 'deleting']),
    operational_message: Type.String(),
    operational_progress: Count,
    queued_tasks: Type.Array(Type.Unknown()),
    is_standby: flag,
    agent_installed: flag,
    staging_config_id: Text,
    cast_config_id: Text,
    autoscale_config_id: Text,
    port_map: Type.Object({ vnc: Port, audio: Port, audio_input: Port, uploads: Port }, own),
    client_settings: clientSettings,
    environment: AnyObject,
  },
  { $id: 'Session', ...own },
)
export type Session = Static<typeof SessionSchema>
