// Records of the kinds that are kept and shown as they were sent: staging, casting, servers, egress and infrastructure. What they name
// exists, and goes with them where it is nothing without them (references.ts).
import type { Areas } from '../areas.ts'
import { requireId, stableId } from '../ids.ts'
import { isReference, removeRecord, requireReferenced } from '../references.ts'
import { businessError, internalError, notFound } from '../reply.ts'
import type { OtherRecord } from '../state/records.ts'
import type { Handlers } from './handler.ts'

type Fields = Record<string, unknown>
type Body = Record<string, Fields>

const clientFlags = {
  allow_kasm_audio: false,
  allow_kasm_uploads: false,
  allow_kasm_downloads: false,
  allow_kasm_clipboard_down: false,
  allow_kasm_clipboard_up: false,
  allow_kasm_microphone: false,
}

/** What a record has when its creator says nothing. Numbers and flags are never null. */
const defaults = {
  staging_config: { zone_id: null, image_id: null, num_sessions: 0, expiration: 0, ...clientFlags },
  cast_config: {
    casting_config_name: '',
    key: '',
    image_id: null,
    allowed_referrers: [],
    limit_sessions: false,
    session_remaining: 0,
    limit_ips: false,
    ip_request_limit: 0,
    ip_request_seconds: 0,
    error_url: null,
    enable_sharing: false,
    disable_control_panel: false,
    disable_tips: false,
    disable_fixed_res: false,
    allow_anonymous: false,
    group_id: null,
    require_recaptcha: false,
    kasm_url: null,
    dynamic_kasm_url: false,
    dynamic_docker_network: false,
    allow_resume: false,
    enforce_client_settings: false,
    valid_until: null,
    ...clientFlags,
  },
  server: {
    friendly_name: null,
    hostname: null,
    connection_type: null,
    connection_port: null,
    connection_username: null,
    connection_info: {},
    max_simultaneous_sessions: null,
    max_simultaneous_users: null,
    zone_id: null,
    pool_id: null,
    enabled: true,
    cores_override: null,
    memory_override: null,
    prune_images_mode: 'Off',
    last_reported: null,
    operational_status: 'running',
  },
  egress_provider: { name: null },
  egress_gateway: { name: null, egress_provider_id: null },
  egress_credential: { name: null, egress_provider_id: null },
  egress_provider_mapping: { name: null, egress_provider_id: null },
  storage_provider: { name: null },
  autoscale_config: { name: null },
  vm_provider_config: { name: null },
  dns_provider: { name: null },
} as const satisfies Record<string, Fields>

type Kind = keyof typeof defaults

/** Fields that only the fake sets, and fields that are secrets: neither is ever kept. */
const foreignFields =
  /^(zone_name|image_friendly_name|group_name|num_current_sessions|.*(password|secret|private_key|access_key|token).*)$/

export function recordHandlers(areas: Areas) {
  const records = new Records(areas)
  const handlers = (Object.keys(defaults) as Kind[]).flatMap((kind) => [
    [`get_${kind}s`, () => ({ [`${kind}s`]: records.list(kind) })],
    [`get_${kind}`, (body: Body) => ({ [kind]: records.get(kind, idOf(kind, body)) })],
    [`create_${kind}`, (body: Body) => ({ [kind]: records.create(kind, body[`target_${kind}`] ?? {}) })],
    [`update_${kind}`, (body: Body) => ({ [kind]: records.update(kind, body[`target_${kind}`] ?? {}) })],
    [
      `delete_${kind}`,
      (body: Body) => {
        records.delete(kind, idOf(kind, body))
        return {}
      },
    ],
  ])
  type Verb = `get_${Kind}s` | `get_${Kind}` | `create_${Kind}` | `update_${Kind}` | `delete_${Kind}`
  return Object.fromEntries(handlers) as Pick<Handlers, Verb & keyof Handlers>
}

/** Some clients name the record outside of its wrapper. */
function idOf(kind: Kind, body: Body): string {
  const named = body[`target_${kind}`]?.[`${kind}_id`] ?? body[`${kind}_id`]
  if (named === undefined) throw internalError(`target_${kind} is missing`)
  return String(named)
}

class Records {
  readonly #areas: Areas

  constructor(areas: Areas) {
    this.#areas = areas
  }

  list(kind: Kind): Fields[] {
    return [...this.#areas.rows.others.values()]
      .filter((record) => record.kind === kind)
      .map((record) => this.#present(kind, record))
  }

  get(kind: Kind, id: string): Fields {
    return this.#present(kind, this.#require(kind, id))
  }

  create(kind: Kind, fields: Fields): Fields {
    const accepted = this.#accepted(kind, fields)
    this.#requireOwnKey(kind, accepted, null)
    const id = stableId(kind, String(this.#areas.state.next(kind)))
    return this.#store({ kind, id, fields: { ...defaults[kind], ...accepted } })
  }

  update(kind: Kind, fields: Fields): Fields {
    const record = this.#require(kind, String(fields[`${kind}_id`]))
    const accepted = this.#accepted(kind, fields)
    this.#requireOwnKey(kind, accepted, record.id)
    return this.#store({ ...record, fields: { ...record.fields, ...accepted } })
  }

  delete(kind: Kind, id: string): void {
    removeRecord(this.#areas.rows, this.#require(kind, id))
    this.#areas.staging.notice()
  }

  /** The key of a casting configuration is the last part of its link, and so no other's. */
  #requireOwnKey(kind: Kind, { key }: Fields, ownId: string | null): void {
    if (kind !== 'cast_config' || !key) return
    const isTaken = [...this.#areas.rows.others.values()].some((record) => {
      return record.kind === kind && record.id !== ownId && record.fields['key'] === key
    })
    if (isTaken) throw businessError(`The key ${JSON.stringify(key)} is another casting configuration's.`)
  }

  #require(kind: Kind, text: string): OtherRecord {
    const id = requireId(`target_${kind}.${kind}_id`, text)
    const record = this.#areas.rows.others.get(`${kind}/${id}`)
    if (!record) throw notFound(kind.replaceAll('_', ' '), id)
    return record
  }

  #store(record: OtherRecord): Fields {
    this.#areas.rows.others.set(`${record.kind}/${record.id}`, record)
    this.#areas.staging.notice()
    return this.#present(record.kind as Kind, record)
  }

  /** What is kept of what was sent: ids in one form, one text where a list is meant, null only where null is possible. */
  #accepted(kind: Kind, fields: Fields): Fields {
    const known: Fields = defaults[kind]
    const accepted: Fields = {}
    for (const [name, value] of Object.entries(fields)) {
      if (name === `${kind}_id` || foreignFields.test(name) || name === '__proto__') continue
      const before = known[name]
      if (Array.isArray(before)) accepted[name] = value === null || value === '' ? [] : [value].flat()
      else if (value === null && before !== null && before !== undefined) continue
      else if (typeof value === 'string' && isReference(name)) {
        accepted[name] = value === '' ? null : requireId(`target_${kind}.${name}`, value)
        if (value !== '') requireReferenced(this.#areas.rows, name, String(accepted[name]))
      } else if (name === 'connection_info') accepted[name] = typeof value === 'object' ? value : {}
      else accepted[name] = value
    }
    return accepted
  }

  #present(kind: Kind, { id, fields }: OtherRecord): Fields {
    const { rows, zones } = this.#areas
    const shown: Fields = { [`${kind}_id`]: id, ...fields }
    const lookUp = (field: string) => (typeof fields[field] === 'string' ? fields[field] : '')
    if ('zone_id' in defaults[kind]) shown['zone_name'] = zones.byId(lookUp('zone_id'))?.zone_name ?? null
    if ('image_id' in defaults[kind]) {
      shown['image_friendly_name'] = rows.images.get(lookUp('image_id'))?.friendly_name ?? null
    }
    if ('group_id' in defaults[kind]) shown['group_name'] = rows.groups.get(lookUp('group_id'))?.name ?? null
    if (kind === 'staging_config') shown['num_current_sessions'] = this.#areas.staging.countOf(id)
    return shown
  }
}
