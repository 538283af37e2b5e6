// The areas whose calls all have one form: list, create, change and delete records of a kind (docs/kasm.md, "Records").
import { type TSchema, type TUnsafe, Type } from 'typebox'
import {
  AnyObject,
  Count,
  EmptyReplySchema,
  exampleId,
  FlagInput,
  Id,
  IdInput,
  ListInput,
  nullable,
  type OperationDescription,
  operationsOf,
  Text,
  TextInput,
} from './common.ts'

type Properties = Record<string, TSchema>

/** The operations of a kind: `get_<kind>s`, `create_<kind>` and so on. */
type RecordVerb<Kind extends string> =
  | `get_${Kind}s`
  | `get_${Kind}`
  | `create_${Kind}`
  | `update_${Kind}`
  | `delete_${Kind}`
type RecordOperation = Omit<OperationDescription, 'body' | 'reply'> & {
  body: TUnsafe<Record<string, Record<string, unknown>>>
  reply: TUnsafe<Record<string, unknown>>
}

interface KindDescription {
  tag: string
  state: OperationDescription['state']
  /** What one record is called in summaries, with its article. */
  one: string
  many: string
  /** Fields that are checked; all others are kept as they come. */
  input: Properties
  /** Fields that every reply has; replies may have more. */
  output: Properties
  example: object
}

function describeKind<Kind extends string>(kind: Kind, description: KindDescription) {
  const { tag, state, one, many, input, output, example } = description
  const operation = operationsOf(tag, state)
  const idField = `${kind}_id`
  const target = `target_${kind}`
  const record = Type.Object({ [idField]: Id, ...output })
  // Some clients name the record outside of a wrapper.
  const named = {
    [target]: Type.Optional(Type.Object({ [idField]: IdInput })),
    [idField]: Type.Optional(IdInput),
  }
  const exampleNamed = { [target]: { [idField]: exampleId } }
  const reply = Type.Object({ [kind]: record })
  const operations: Record<string, OperationDescription> = {
    [`get_${kind}s`]: operation(
      `get_${kind}s`,
      `List the ${many}`,
      {},
      {},
      Type.Object({ [`${kind}s`]: Type.Array(record) }),
    ),
    [`get_${kind}`]: operation(`get_${kind}`, `Get ${one}`, named, exampleNamed, reply),
    [`create_${kind}`]: operation(
      `create_${kind}`,
      `Create ${one}`,
      { [target]: Type.Object(input) },
      { [target]: example },
      reply,
    ),
    [`update_${kind}`]: operation(
      `update_${kind}`,
      `Change the given fields of ${one}`,
      { [target]: Type.Object({ [idField]: IdInput, ...input }) },
      { [target]: { [idField]: exampleId, ...example } },
      reply,
    ),
    [`delete_${kind}`]: operation(`delete_${kind}`, `Delete ${one}`, named, exampleNamed, EmptyReplySchema),
  }
  return operations as unknown as Record<RecordVerb<Kind>, RecordOperation>
}

const Amount = Type.Optional(nullable(Type.Number()))
const Whole = Type.Optional(nullable(Count))
const clientFlags = Object.fromEntries(
  ['audio', 'uploads', 'downloads', 'clipboard_down', 'clipboard_up', 'microphone'].map((name) => [
    `allow_kasm_${name}`,
    Type.Boolean(),
  ]),
)
const clientFlagInputs = Object.fromEntries(Object.keys(clientFlags).map((name) => [name, FlagInput]))

const staging = describeKind('staging_config', {
  tag: 'Staging',
  state: 'full',
  one: 'a staging configuration',
  many: 'staging configurations',
  input: { zone_id: TextInput, image_id: TextInput, num_sessions: Whole, expiration: Amount, ...clientFlagInputs },
  output: {
    zone_id: Text,
    zone_name: Text,
    image_id: Text,
    image_friendly_name: Text,
    num_sessions: Count,
    num_current_sessions: Count,
    expiration: Type.Number(),
    ...clientFlags,
  },
  example: { image_id: exampleId, num_sessions: 2, expiration: 10, allow_kasm_audio: true },
})

const casting = describeKind('cast_config', {
  tag: 'Casting',
  state: 'full',
  one: 'a casting configuration',
  many: 'casting configurations',
  input: {
    casting_config_name: TextInput,
    key: TextInput,
    image_id: TextInput,
    group_id: TextInput,
    allowed_referrers: Type.Optional(ListInput),
    limit_sessions: FlagInput,
    session_remaining: Whole,
    limit_ips: FlagInput,
    ip_request_limit: Whole,
    ip_request_seconds: Whole,
    valid_until: TextInput,
    ...clientFlagInputs,
  },
  output: {
    casting_config_name: Type.String(),
    key: Type.String(),
    image_id: Text,
    image_friendly_name: Text,
    allowed_referrers: Type.Array(Type.String()),
    limit_sessions: Type.Boolean(),
    session_remaining: Count,
    limit_ips: Type.Boolean(),
    ip_request_limit: Count,
    ip_request_seconds: Count,
    error_url: Text,
    enable_sharing: Type.Boolean(),
    disable_control_panel: Type.Boolean(),
    disable_tips: Type.Boolean(),
    disable_fixed_res: Type.Boolean(),
    allow_anonymous: Type.Boolean(),
    group_id: Text,
    group_name: Text,
    require_recaptcha: Type.Boolean(),
    kasm_url: Text,
    dynamic_kasm_url: Type.Boolean(),
    dynamic_docker_network: Type.Boolean(),
    allow_resume: Type.Boolean(),
    enforce_client_settings: Type.Boolean(),
    valid_until: Text,
    ...clientFlags,
  },
  example: { casting_config_name: 'Try Chrome', key: 'chrome', image_id: exampleId, allow_anonymous: true },
})

const servers = describeKind('server', {
  tag: 'Servers',
  state: 'full',
  one: 'a server',
  many: 'servers',
  input: {
    friendly_name: TextInput,
    hostname: TextInput,
    connection_type: TextInput,
    connection_port: Whole,
    connection_username: TextInput,
    max_simultaneous_sessions: Whole,
    max_simultaneous_users: Whole,
    zone_id: TextInput,
    enabled: FlagInput,
    cores_override: Amount,
    memory_override: Amount,
  },
  output: {
    friendly_name: Text,
    hostname: Text,
    connection_type: Text,
    connection_port: nullable(Count),
    connection_username: Text,
    connection_info: AnyObject,
    max_simultaneous_sessions: nullable(Count),
    max_simultaneous_users: nullable(Count),
    zone_id: Text,
    zone_name: Text,
    pool_id: Text,
    enabled: Type.Boolean(),
    cores_override: nullable(Type.Number()),
    memory_override: nullable(Type.Number()),
    prune_images_mode: Type.String(),
    last_reported: Text,
    operational_status: Type.String(),
  },
  example: { friendly_name: 'Windows 1', hostname: 'win-1.example.com', connection_type: 'RDP', connection_port: 3389 },
})

/** Of egress, names are known and little more; everything but a provider belongs to one. */
function egress<Kind extends string>(kind: Kind, one: string) {
  const belongs = kind !== 'egress_provider'
  return describeKind(kind, {
    tag: 'Egress',
    state: 'full',
    one: `an ${one}`,
    many: `${one}s`,
    input: { name: TextInput, ...(belongs ? { egress_provider_id: TextInput } : {}) },
    output: { name: Text, ...(belongs ? { egress_provider_id: Text } : {}) },
    example: { name: 'example', ...(belongs ? { egress_provider_id: exampleId } : {}) },
  })
}

function shapeOnly<Kind extends string>(kind: Kind, one: string, tag: string) {
  const name = { name: TextInput }
  const article = /^[aeiou]/i.test(one) ? 'an' : 'a'
  return describeKind(kind, {
    tag,
    state: 'shape',
    one: `${article} ${one}`,
    many: `${one}s`,
    input: name,
    output: { name: Text },
    example: { name: 'example' },
  })
}

/** Every operation of every kind, of which `operations.ts` serves those that are known to exist. */
export const recordOperations = {
  ...staging,
  ...casting,
  ...servers,
  ...egress('egress_provider', 'egress provider'),
  ...egress('egress_gateway', 'egress gateway'),
  ...egress('egress_credential', 'egress credential'),
  ...egress('egress_provider_mapping', 'egress provider mapping'),
  ...shapeOnly('storage_provider', 'storage provider', 'Infrastructure'),
  ...shapeOnly('autoscale_config', 'autoscale configuration', 'Infrastructure'),
  ...shapeOnly('vm_provider_config', 'VM provider configuration', 'Infrastructure'),
  ...shapeOnly('dns_provider', 'DNS provider', 'Infrastructure'),
}

const infrastructure = operationsOf('Infrastructure', 'shape')
const list = (key: string) => Type.Object({ [key]: Type.Array(AnyObject) })

export const infrastructureOperations = {
  system_info: infrastructure(
    'system_info',
    'The version of the product and its licence',
    {},
    {},
    Type.Object({ system_info: AnyObject }),
  ),
  get_managers: infrastructure('get_managers', 'List the managers', {}, {}, list('managers')),
  get_server_pools: infrastructure('get_server_pools', 'List the server pools', {}, {}, list('server_pools')),
}
