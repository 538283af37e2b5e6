// The operations by name. They stand apart from their schemas because a server routes by name alone: the schemas, and the library
// that builds them, are loaded with the first body that needs checking, or with the documentation.

/** Served as POST under /api/public/ and /api/admin/ alike. */
export const developerOperationNames = [
  'get_images',
  'get_image',
  'create_image',
  'update_image',
  'delete_image',
  'get_agents',
  'update_agent',
] as const
export type DeveloperOperationName = (typeof developerOperationNames)[number]

/** Served as POST under /manager_api/api/v1/. */
export const managerOperationNames = ['agent_config', 'heartbeat', 'images'] as const
export type ManagerOperationName = (typeof managerOperationNames)[number]

export type OperationName = DeveloperOperationName | ManagerOperationName
