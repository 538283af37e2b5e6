// What can be done with sessions: requests and replies (docs/kasm.md, "Sessions").
import { type Static, Type } from 'typebox'
import {
  AnyObject,
  Count,
  EmptyReplySchema,
  exampleId,
  FlagInput,
  Id,
  IdInput,
  nullable,
  operationsOf,
  own,
  reference,
  Text,
  TextInput,
} from './common.ts'
import { SessionSchema } from './sessions.ts'

const operation = operationsOf('Sessions')
const shape = operationsOf('Sessions', 'shape')

const RequestSessionSchema = {
  user_id: TextInput,
  image_id: TextInput,
  enable_sharing: FlagInput,
  kasm_url: TextInput,
  environment: Type.Optional(Type.Unsafe<Record<string, unknown> | null>({ type: ['object', 'null'] })),
  client_language: TextInput,
  client_timezone: TextInput,
  egress_gateway_id: TextInput,
  persistent_profile_mode: Type.Optional(Type.Unsafe<string | null>({ enum: ['Enabled', 'Disabled', 'Reset', null] })),
  rdp_client_type: TextInput,
  server_id: TextInput,
}
const RequestSessionBody = Type.Object(RequestSessionSchema)
/** What a new session is asked for with. */
export type SessionRequest = Static<typeof RequestSessionBody>

const one = { kasm_id: IdInput, user_id: TextInput }
const example = { kasm_id: exampleId, user_id: '6a1d0c3e5f7b4829a0b1c2d3e4f50617' }
const sessions = Type.Object({ current_time: Type.String(), kasms: Type.Array(reference(SessionSchema)) })
const Size = Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 4096 })))
const Recording = Type.Object(
  {
    recording_id: Id,
    account_id: Id,
    session_recording_url: Type.String(),
    session_recording_metadata: AnyObject,
    session_recording_download_url: Text,
  },
  own,
)
const Recordings = Type.Object({ session_recordings: Type.Array(Recording) }, own)
/** Raw bytes of an image: no JSON. */
const Jpeg = Type.Unsafe<Uint8Array>({ type: 'string', contentMediaType: 'image/jpeg', $id: 'Jpeg' })

export const sessionOperations = {
  request_kasm: operation(
    'request_kasm',
    'Start a session',
    RequestSessionSchema,
    { user_id: example.user_id, image_id: exampleId, enable_sharing: true, environment: { LANG: 'en_GB.UTF-8' } },
    Type.Object(
      {
        kasm_id: Id,
        status: Type.String(),
        user_id: Id,
        username: Type.String(),
        session_token: Type.String(),
        kasm_url: Type.String(),
        share_id: Text,
      },
      own,
    ),
  ),
  get_kasm_status: operation(
    'get_kasm_status',
    'How a session is, with a new session token',
    { ...one, skip_agent_check: FlagInput },
    { ...example, skip_agent_check: false },
    Type.Object({
      current_time: Type.Optional(Type.String()),
      kasm_url: Type.Optional(Type.String()),
      kasm: Type.Optional(reference(SessionSchema)),
      kasm_id: Type.Optional(Id),
      status: Type.Optional(Type.String()),
      operational_status: Type.String(),
      operational_progress: Count,
      operational_message: Type.String(),
      error_message: Type.Optional(Type.String()),
    }),
  ),
  get_kasms: operation('get_kasms', 'List all sessions', {}, {}, sessions),
  get_user_kasms: operation(
    'get_user_kasms',
    'List the sessions of a user',
    { user_id: TextInput, target_user: Type.Optional(Type.Object({ user_id: IdInput })) },
    { user_id: example.user_id },
    sessions,
  ),
  join_kasm: operation(
    'join_kasm',
    'Join a shared session',
    { share_id: TextInput, shared_id: TextInput, user_id: TextInput },
    { share_id: '0a1b2c3d', user_id: example.user_id },
    Type.Object(
      {
        current_time: Type.String(),
        session_token: Type.String(),
        user_id: Id,
        username: Type.String(),
        kasm_url: Type.String(),
        kasm: reference(SessionSchema),
      },
      own,
    ),
  ),
  destroy_kasm: operation('destroy_kasm', 'End a session', one, example, EmptyReplySchema),
  stop_kasm: operation('stop_kasm', 'Stop a session', one, example, EmptyReplySchema),
  pause_kasm: operation('pause_kasm', 'Pause a session', one, example, EmptyReplySchema),
  resume_kasm: operation('resume_kasm', 'Resume a stopped or paused session', one, example, EmptyReplySchema),
  keepalive: operation(
    'keepalive',
    'Put off the expiry of a session',
    { kasm_id: IdInput },
    { kasm_id: exampleId },
    Type.Object({ usage_reached: Type.Boolean() }, own),
  ),
  exec_command_kasm: operation(
    'exec_command_kasm',
    'Run a command in a session; there is no output',
    {
      ...one,
      exec_config: Type.Object({
        cmd: Type.String(),
        environment: Type.Optional(AnyObject),
        workdir: TextInput,
        privileged: FlagInput,
        user: TextInput,
      }),
    },
    { ...example, exec_config: { cmd: 'touch /tmp/ready', user: 'root' } },
    Type.Object({ current_time: Type.String(), kasm: reference(SessionSchema) }, own),
  ),
  get_kasm_screenshot: operation(
    'get_kasm_screenshot',
    'A picture of a session, as JPEG',
    { ...one, width: Size, height: Size },
    { ...example, width: 300, height: 200 },
    Jpeg,
  ),
  get_kasm_frame_stats: shape(
    'get_kasm_frame_stats',
    'How fast a session paints',
    { ...one, client: TextInput },
    { ...example, client: 'auto' },
    Type.Object({ frame_stats: AnyObject }, own),
  ),
  get_kasm_bottleneck_stats: shape(
    'get_kasm_bottleneck_stats',
    'What slows a session down',
    one,
    example,
    Type.Object({ kasm_user: Type.Object({ ws: Type.Array(Type.Number()) }, own) }, own),
  ),
  get_rdp_client_connection_info: operation(
    'get_rdp_client_connection_info',
    'How an RDP client connects',
    { ...one, connection_type: Type.Optional(Type.Enum(['file', 'url'])) },
    { ...example, connection_type: 'url' },
    Type.Object({ file: Type.Optional(Type.String()), url: Type.Optional(Type.String()) }, own),
  ),
  get_session_recordings: operation(
    'get_session_recordings',
    'The recordings of a session',
    { target_kasm_id: IdInput, preauth_download_link: FlagInput },
    { target_kasm_id: exampleId, preauth_download_link: true },
    Recordings,
  ),
  get_sessions_recordings: operation(
    'get_sessions_recordings',
    'The recordings of several sessions',
    { target_kasm_ids: Type.Array(IdInput), preauth_download_link: FlagInput },
    { target_kasm_ids: [exampleId] },
    Type.Object({ kasm_sessions: Type.Record(Type.String(), Recordings) }, own),
  ),
}
