// Any calls in any order by callers of all kinds: what each may do and no more, nothing written by a call that is refused, nobody with a
// permission that nobody could give, and no record that names another which is not there.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type DeveloperOperationName,
  developerOperationNames,
  developerRules,
} from '../../server/api/operation-names.ts'
import { developerOperations } from '../../server/api/operations.ts'
import { type Permission, permissionIds, permissionName } from '../../server/api/permissions.ts'
import { type Caller, may } from '../../server/model/access/callers.ts'
import { allUsersGroupId } from '../../server/model/defaults.ts'
import { createKasmModel, type KasmModel, type ModelCall } from '../../server/model/model.ts'
import type { Reply } from '../../server/model/reply.ts'
import type { StateSnapshot } from '../../server/model/state/state.ts'
import { problemsOf } from '../../server/routes/body-checks.ts'
import { arbitraryOf, type Ids, type JsonSchema } from './bodies.ts'
import { chrome, digestOf, firefox, heartbeatBody } from './support.ts'

const nowMs = 1_700_000_000_000

/** Ids are drawn as the name of their field and looked up when the call is made: which there are depends on the calls before. */
const idFields = {
  image_id: 'images',
  user_id: 'users',
  group_id: 'groups',
  kasm_id: 'sessions',
  target_kasm_id: 'sessions',
  zone_id: 'zones',
  agent_id: 'agents',
} as const
const otherFields = [
  ...['staging_config_id', 'cast_config_id', 'server_id', 'egress_provider_id', 'egress_gateway_id'],
  ...['egress_credential_id', 'egress_provider_mapping_id'],
]
const tokens: Ids = Object.fromEntries(
  [...Object.keys(idFields), ...otherFields, 'api_id', 'share_id'].map((field) => [field, `@${field}`]),
)

interface Step {
  verb: DeveloperOperationName
  body: unknown
  /** Which of those that there are. */
  pick: number
}

const credentialFields = ['api_key', 'api_key_secret', 'token', 'username']
const bodies = new Map(
  developerOperationNames.map((verb) => {
    const { properties, ...schema } = developerOperations[verb].body as JsonSchema
    const own = Object.entries(properties ?? {}).filter(([name]) => !credentialFields.includes(name))
    return [
      verb,
      arbitraryOf({ ...schema, properties: Object.fromEntries(own), required: own.map(([n]) => n) }, tokens),
    ]
  }),
)
/** What changes most is drawn most. */
const eager = developerOperationNames.filter((verb) => {
  return developerRules[verb].writes && /user|group|image|api_config|permissions|staging|cast|egress|request/.test(verb)
})
const step: fc.Arbitrary<Step> = fc
  .oneof({ arbitrary: fc.constantFrom(...eager), weight: 3 }, fc.constantFrom(...developerOperationNames))
  .filter((verb) => verb !== 'authenticate')
  .chain((verb) => fc.record({ verb: fc.constant(verb), body: bodies.get(verb) ?? fc.constant({}), pick: fc.nat(5) }))

/** A caller as an API key or a login would make it. */
const caller = fc.record({
  readOnly: fc.boolean(),
  permissions: fc.oneof(
    fc.constant([...permissionIds.keys()].filter((name) => name !== 'global_admin')),
    fc.subarray([...permissionIds.keys()]),
    fc.subarray<Permission>([
      'user',
      'groups_modify',
      'groups_create',
      'users_modify',
      'images_modify',
      'sessions_view',
    ]),
  ),
})

interface Subject {
  key: string
  secret: string
  readOnly: boolean
}

function startModel(): KasmModel {
  const model = createKasmModel({
    images: [{ name: chrome }, { name: firefox }],
    secretKey: Buffer.from('test'),
    autoEnableAgents: true,
  })
  const docker_images = [{ name: chrome, digest: digestOf('a') }]
  model.handle({ operation: 'heartbeat', body: heartbeatBody({ docker_images }), nowMs })
  return model
}

/** A key with these permissions. */
function addKey(
  model: KasmModel,
  { permissions, readOnly }: { permissions: Permission[]; readOnly: boolean },
): Subject {
  const api_config = { name: 'drawn', read_only: readOnly }
  const created = model.handle({ operation: 'create_api_configs', body: { api_config }, nowMs }).body
  const {
    api_id,
    api_key: key,
    api_key_secret: secret,
  } = (created as { api_config: Record<string, string> }).api_config
  const body = { target_api_config: { api_id: String(api_id) }, target_permissions: permissions }
  model.handle({ operation: 'add_permissions_group', body, nowMs })
  return { key: String(key), secret: String(secret), readOnly }
}

function resolved(value: unknown, model: KasmModel, pick: number): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, model, pick))
  if (typeof value === 'string' && value.startsWith('@')) return idOf(value.slice(1), model, pick)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolved(item, model, pick)]))
}

function idOf(field: string, model: KasmModel, pick: number): string {
  const { rows } = model.areas
  const ids =
    field in idFields
      ? [...rows[idFields[field as keyof typeof idFields]].entries()].map(([key, row]) => {
          return 'agentId' in row && field === 'agent_id' ? row.agentId : key
        })
      : field === 'api_id'
        ? [...rows.apiKeys.values()].map(({ api_id }) => api_id)
        : field === 'share_id'
          ? [...rows.sessions.values()].flatMap(({ share_id }) => share_id ?? [])
          : [...rows.others.values()].filter(({ kind }) => `${kind}_id` === field).map(({ id }) => id)
  return ids[pick % Math.max(1, ids.length)] ?? 'f'.repeat(32)
}

/** Every record of a state; those that have not changed are the same objects. When a key was used last changes with every call. */
function recordsOf(snapshot: StateSnapshot): Map<string, unknown> {
  const entries = Object.entries(snapshot).flatMap(([collection, rows]) => {
    return rows.map(([key, row]) => [`${collection}/${key}`, collection === 'apiKeys' ? withoutUse(row) : row] as const)
  })
  return new Map(entries)
}

function withoutUse(row: object): string {
  return JSON.stringify({ ...row, lastUsedMs: null })
}

function changesBetween(before: Map<string, unknown>, after: Map<string, unknown>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key))
}

function permissionsIn(snapshot: StateSnapshot): Map<string, Set<number>> {
  const held = new Map<string, Set<number>>()
  for (const [, { subjectId, permission_id }] of snapshot.permissions) {
    held.set(subjectId, (held.get(subjectId) ?? new Set()).add(permission_id))
  }
  return held
}

function permissionsOfUsersIn(snapshot: StateSnapshot): Map<string, Set<number>> {
  const held = permissionsIn(snapshot)
  return new Map(
    snapshot.users.map(([id, { groupIds }]) => [
      id,
      new Set(groupIds.flatMap((group) => [...(held.get(group) ?? [])])),
    ]),
  )
}

/** Every name that a record has for another, with whether it is there. */
function* danglingIn(model: KasmModel): Iterable<string> {
  const { rows } = model.areas
  const isServer = (id: string) => rows.agents.has(id) || rows.others.has(`server/${id}`)
  for (const { username, groupIds, serverIds } of rows.users.values()) {
    for (const id of groupIds) if (!rows.groups.has(id)) yield `user ${username}: group ${id}`
    for (const id of serverIds) if (!isServer(id)) yield `user ${username}: server ${id}`
  }
  for (const { group_id, image_id } of rows.groupImages.values()) {
    if (!rows.groups.has(group_id) || !rows.images.has(image_id)) yield `group image ${group_id} ${image_id}`
  }
  for (const { group_id, name } of rows.groupSettings.values()) {
    if (!rows.groups.has(group_id)) yield `group setting ${name}`
  }
  const subjects = new Set([...rows.groups.values()].map(({ group_id }) => group_id))
  for (const { api_id } of rows.apiKeys.values()) subjects.add(api_id)
  for (const { subjectId } of rows.permissions.values())
    if (!subjects.has(subjectId)) yield `permission of ${subjectId}`
  for (const { user_id } of rows.logins.values()) if (!rows.users.has(user_id)) yield `login of ${user_id}`
  for (const { kasm_id, user_id, serverId } of rows.sessions.values()) {
    if (user_id !== '' && !rows.users.has(user_id)) yield `session ${kasm_id}: user ${user_id}`
    if (serverId !== null && !rows.agents.has(serverId)) yield `session ${kasm_id}: agent ${serverId}`
  }
  for (const { kasm_id, user_id } of rows.sessionPermissions.values()) {
    if (!rows.sessions.has(kasm_id) || !rows.users.has(user_id)) yield `access of ${user_id} to ${kasm_id}`
  }
  for (const { kind, id, fields } of rows.others.values()) {
    for (const field of ['image_id', 'zone_id', 'group_id', 'user_id'] as const) {
      const named = fields[field]
      if (typeof named === 'string' && !rows[idFields[field]].has(named)) yield `${kind} ${id}: ${field} ${named}`
    }
    for (const field of otherFields.filter((name) => name.startsWith('egress_') && name !== `${kind}_id`)) {
      const named = fields[field]
      const isThere = rows.others.has(`${field.replace(/_id$/, '')}/${named}`)
      if (typeof named === 'string' && !isThere) yield `${kind} ${id}: ${field} ${named}`
    }
  }
}

function isRefused({ status, body }: Reply): boolean {
  return status !== 200 || (typeof body === 'object' && body !== null && 'error_message' in body)
}

/** The model's side of one request, as the routes ask it. */
function call(
  model: KasmModel,
  { verb, body, pick }: Step,
  { key, secret }: Subject,
): { caller: Caller | null; reply: Reply } {
  const sent = resolved(body, model, pick) as object
  const credentials = { ...sent, api_key: key, api_key_secret: secret }
  const admission = model.admit(verb, { body: credentials, authorization: undefined, nowMs })
  if ('refused' in admission) return { caller: null, reply: admission.refused }
  if (problemsOf(verb, sent).length > 0) return { caller: admission.caller, reply: { status: 400, body: {} } }
  const reply = model.handle({ operation: verb, body: sent, nowMs, caller: admission.caller } as ModelCall<typeof verb>)
  return { caller: admission.caller, reply }
}

function check(model: KasmModel, taken: Step, subject: Subject): Reply {
  // What happens by itself must not be taken for what the call does.
  model.settle(nowMs)
  const before = model.snapshot()
  const { caller, reply } = call(model, taken, subject)
  const after = model.snapshot()
  const shown = `${taken.verb} ${JSON.stringify(taken.body)} -> ${reply.status} ${JSON.stringify(reply.body)}`
  const rule = developerRules[taken.verb]
  const changes = changesBetween(recordsOf(before), recordsOf(after))
  if (isRefused(reply) || subject.readOnly) {
    expect(changes, shown).toEqual([])
  }
  if (!isRefused(reply)) {
    expect(caller && rule.permissions.every((permission) => may(caller, permission)), shown).toBe(true)
    expect(subject.readOnly && rule.writes, shown).toBe(false)
  }
  const held = permissionsIn(before)
  for (const [subjectId, ids] of permissionsIn(after)) {
    for (const id of ids) {
      const isNew = !held.get(subjectId)?.has(id)
      if (isNew) expect(caller && may(caller, permissionName(id) ?? 'global_admin'), shown).toBe(true)
    }
  }
  const hadBefore = permissionsOfUsersIn(before)
  for (const [userId, ids] of permissionsOfUsersIn(after)) {
    // A new user has what all users have.
    const had = hadBefore.get(userId) ?? held.get(allUsersGroupId) ?? new Set()
    for (const id of ids) {
      if (!had.has(id)) expect(caller && may(caller, permissionName(id) ?? 'global_admin'), shown).toBe(true)
    }
  }
  expect([...danglingIn(model)], shown).toEqual([])
  return reply
}

test('holds whatever is called in whatever order by whomever', { timeout: 60_000 }, () => {
  const succeeded = new Set<string>()
  fc.assert(
    fc.property(
      fc.array(caller, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(step, fc.nat(5)), { minLength: 10, maxLength: 50 }),
      (callers, steps) => {
        const model = startModel()
        const everything = { permissions: ['global_admin' as const], readOnly: false }
        const subjects = [everything, everything, ...callers].map((drawn) => addKey(model, drawn))
        for (const [taken, number] of steps) {
          const subject = subjects[number % subjects.length] as Subject
          if (!isRefused(check(model, taken, subject))) succeeded.add(taken.verb)
        }
      },
    ),
    { numRuns: 150 },
  )
  // It would hold of calls that are all refused, too.
  expect(succeeded.size).toBeGreaterThan(60)
})
