// The permissions of the product by name and number (docs/kasm.md, "Permissions"). Most come in families: viewing has the round
// number, modifying, creating and deleting the three after it.

const families = {
  users: 300,
  groups: 400,
  agents: 500,
  staging: 600,
  casting: 700,
  sessions: 800,
  session_recordings: 850,
  images: 900,
  devapi: 1000,
  webfilters: 1100,
  brandings: 1200,
  settings: 1300,
  auth: 1400,
  licenses: 1500,
  system: 1600,
  reports: 1700,
  managers: 1800,
  zones: 1900,
  companies: 2000,
  connection_proxy: 2100,
  physical_tokens: 2200,
  servers: 2300,
  server_pools: 2400,
  autoscale: 2500,
  vm_provider: 2600,
  autoscale_schedule: 2700,
  dns_providers: 2800,
  registries: 2900,
  storage_providers: 3000,
  egress_providers: 4000,
  egress_gateways: 4100,
  egress_credentials: 4200,
  ad_user_management: 4300,
  banners: 4400,
  server_templates: 4500,
  labels: 4600,
} as const
const actions = { view: 0, modify: 1, create: 2, delete: 3 } as const

type Family = keyof typeof families
type Action = keyof typeof actions

/** A permission by name, such as `images_view`. */
export type Permission = 'user' | 'global_admin' | 'users_auth_session' | `${Family}_${Action}`

/** Every permission that the fake knows, with its number. */
export const permissionIds: ReadonlyMap<Permission, number> = new Map<Permission, number>([
  ['user', 100],
  ['global_admin', 200],
  ['users_auth_session', 352],
  ...Object.entries(families).flatMap(([family, first]) =>
    Object.entries(actions).map(
      ([action, offset]) => [`${family as Family}_${action as Action}`, first + offset] as const,
    ),
  ),
])

const namesById = new Map<number, Permission>([...permissionIds].map(([name, id]) => [id, name]))

/** The name of a permission, or null where no permission has this number. */
export function permissionName(id: number): Permission | null {
  return namesById.get(id) ?? null
}
