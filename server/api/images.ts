// Workspace images: the record as the developer API shows it and the bodies that create, change and delete it.
// Field names, types and defaults are those of docs/kasm.md, "Image object".
import { type Static, Type } from 'typebox'
import { ConfigInput, EmptyReplySchema, ListInput, nullable, operationsOf, reference, Text } from './common.ts'

const ConfigOutput = Type.Record(Type.String(), Type.Unknown())
const Names = Type.Array(Type.String())
const Count = Type.Integer({ minimum: 0 })
const ImageType = Type.Enum(['Container', 'Server', 'Server Pool', 'Link'])
const CpuAllocationMethod = Type.Enum(['Inherit', 'Quotas', 'Shares'])

const exampleImage = {
  image_id: 'c1f7a3e65d0b4b7e8a2c9d1e0f345678',
  name: 'kasmweb/chrome:1.16.1',
  friendly_name: 'Chrome',
}

/** An image as the developer API returns it: `docker_token` never leaves the server that way. */
export const ImageSchema = Type.Object(
  {
    image_id: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    name: Type.String(),
    friendly_name: Type.String(),
    description: Text,
    notes: Text,
    image_type: ImageType,
    image_src: Text,
    hash: Text,
    available: Type.Boolean(),
    enabled: Type.Boolean(),
    hidden: Type.Boolean(),
    docker_registry: Text,
    docker_user: Text,
    docker_token: Type.Null(),
    uncompressed_size_mb: Count,
    cores: Type.Number(),
    memory: Count,
    memory_bytes: Count,
    cpu_allocation_method: CpuAllocationMethod,
    require_gpu: Type.Boolean(),
    gpu_count: Count,
    zone_id: Text,
    zone_name: Text,
    restrict_to_zone: Type.Boolean(),
    server_id: Text,
    restrict_to_server: Type.Boolean(),
    restrict_to_network: Type.Boolean(),
    restrict_network_names: Names,
    allow_network_selection: Type.Boolean(),
    run_config: ConfigOutput,
    exec_config: ConfigOutput,
    launch_config: ConfigOutput,
    volume_mappings: ConfigOutput,
    persistent_profile_path: Text,
    persistent_profile_config: ConfigOutput,
    session_time_limit: nullable(Count),
    categories: Names,
    default_category: Text,
    include_labels: Names,
    exclude_labels: Names,
    is_remote_app: Type.Boolean(),
    link_url: Text,
    x_res: Count,
    y_res: Count,
    server_pool_id: Text,
    session_banner: Text,
    session_banner_id: Text,
    filter_policy_id: Text,
    filter_policy_name: Text,
    remote_app_name: Text,
    remote_app_args: Text,
    remote_app_icon: Text,
    remote_app_program: Text,
    rdp_client_type: Text,
    session_banner_force_disabled: Type.Boolean(),
    filter_policy_force_disabled: Type.Boolean(),
    override_egress_gateways: Type.Boolean(),
    enforce_workspace_persistence: Type.Boolean(),
    imageAttributes: Type.Array(
      Type.Object({
        attr_id: Type.String(),
        image_id: Type.String(),
        name: Type.String(),
        category: Type.String(),
        value: Type.String(),
      }),
    ),
  },
  { $id: 'Image', additionalProperties: false },
)
export type Image = Static<typeof ImageSchema>

const settableFields = {
  friendly_name: Type.Optional(Text),
  description: Type.Optional(Text),
  notes: Type.Optional(Text),
  image_type: Type.Optional(ImageType),
  image_src: Type.Optional(Text),
  enabled: Type.Optional(Type.Boolean()),
  hidden: Type.Optional(Type.Boolean()),
  docker_registry: Type.Optional(Text),
  docker_user: Type.Optional(Text),
  docker_token: Type.Optional(Text),
  uncompressed_size_mb: Type.Optional(Count),
  cores: Type.Optional(Type.Number({ minimum: 0 })),
  memory: Type.Optional(Count),
  memory_bytes: Type.Optional(Count),
  cpu_allocation_method: Type.Optional(CpuAllocationMethod),
  require_gpu: Type.Optional(Type.Boolean()),
  gpu_count: Type.Optional(Count),
  zone_id: Type.Optional(Text),
  zone_name: Type.Optional(Text),
  restrict_to_zone: Type.Optional(Type.Boolean()),
  server_id: Type.Optional(Text),
  restrict_to_server: Type.Optional(Type.Boolean()),
  restrict_to_network: Type.Optional(Type.Boolean()),
  restrict_network_names: Type.Optional(ListInput),
  allow_network_selection: Type.Optional(Type.Boolean()),
  run_config: Type.Optional(ConfigInput),
  exec_config: Type.Optional(ConfigInput),
  launch_config: Type.Optional(ConfigInput),
  volume_mappings: Type.Optional(ConfigInput),
  persistent_profile_path: Type.Optional(Text),
  persistent_profile_config: Type.Optional(ConfigInput),
  session_time_limit: Type.Optional(nullable(Count)),
  categories: Type.Optional(ListInput),
  default_category: Type.Optional(Text),
  include_labels: Type.Optional(ListInput),
  exclude_labels: Type.Optional(ListInput),
  is_remote_app: Type.Optional(Type.Boolean()),
  link_url: Type.Optional(Text),
  x_res: Type.Optional(Count),
  y_res: Type.Optional(Count),
  server_pool_id: Type.Optional(Text),
  session_banner: Type.Optional(Text),
  session_banner_id: Type.Optional(Text),
  filter_policy_id: Type.Optional(Text),
  filter_policy_name: Type.Optional(Text),
  remote_app_name: Type.Optional(Text),
  remote_app_args: Type.Optional(Text),
  remote_app_icon: Type.Optional(Text),
  remote_app_program: Type.Optional(Text),
  rdp_client_type: Type.Optional(Text),
  session_banner_force_disabled: Type.Optional(Type.Boolean()),
  filter_policy_force_disabled: Type.Optional(Type.Boolean()),
  override_egress_gateways: Type.Optional(Type.Boolean()),
  enforce_workspace_persistence: Type.Optional(Type.Boolean()),
}
const ImageName = Type.String({ minLength: 1, maxLength: 255 })
const ImageId = Type.String({ minLength: 1 })

/** What `create_image` takes; only the docker reference is required. */
const NewImageSchema = Type.Object({ name: ImageName, ...settableFields })
/** An image to seed the web app with. */
export type ImageSeed = Static<typeof NewImageSchema>

const ChangedImageSchema = Type.Object({ image_id: ImageId, name: Type.Optional(ImageName), ...settableFields })
/** The fields of an image that a client may write; a field that is absent keeps its value. */
export type ImageChanges = Omit<Static<typeof ChangedImageSchema>, 'image_id'>

const NamedImageSchema = Type.Object({ image_id: ImageId })
const { image_id } = exampleImage

const operation = operationsOf('Images')
const ImageReply = Type.Object({ image: reference(ImageSchema) })

export const imageOperations = {
  get_images: operation(
    'get_images',
    'List all images',
    {},
    {},
    Type.Object({ images: Type.Array(reference(ImageSchema)) }),
  ),
  get_image: operation(
    'get_image',
    'Get one image',
    { image_id: Type.Optional(ImageId), target_image: Type.Optional(NamedImageSchema) },
    { target_image: { image_id } },
    ImageReply,
  ),
  create_image: operation(
    'create_image',
    'Create an image',
    { target_image: NewImageSchema },
    {
      target_image: {
        name: 'kasmweb/chrome:1.16.1',
        friendly_name: 'Chrome',
        image_type: 'Container',
        cores: 2,
        memory: 2768000000,
        enabled: true,
        docker_registry: 'https://index.docker.io/v1/',
        run_config: '{"hostname": "kasm"}',
      },
    },
    ImageReply,
  ),
  update_image: operation(
    'update_image',
    'Change the given fields of an image',
    { target_image: ChangedImageSchema },
    { target_image: { image_id, name: 'kasmweb/chrome:1.17.0' } },
    ImageReply,
  ),
  delete_image: operation(
    'delete_image',
    'Delete an image',
    { target_image: NamedImageSchema },
    { target_image: { image_id } },
    EmptyReplySchema,
  ),
}
