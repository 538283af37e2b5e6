// The zones of the deployment: few, and named when the fake starts.
import type { Zone } from '../api/deployment.ts'
import { stableId } from './ids.ts'
import type { ZoneRecord } from './state/records.ts'
import type { Collections } from './state/state.ts'

/** A zone to start with. */
export interface ZoneSeed {
  zone_name: string
  /** Whether a session for which the zone has no room may go to another; true by default. */
  search_alternate_zones?: boolean
}

/** The zones by id and by name; the first is the default one. */
export class Zones {
  readonly #rows: Collections
  readonly #byName = new Map<string, ZoneRecord>()

  constructor(rows: Collections) {
    this.#rows = rows
    for (const zone of rows.zones.values()) this.#byName.set(zone.zone_name, zone)
  }

  add(seed: string | ZoneSeed): void {
    const { zone_name, search_alternate_zones = true } = typeof seed === 'string' ? { zone_name: seed } : seed
    const zone_id = stableId('zone', zone_name)
    const zone = { zone_id, zone_name, search_alternate_zones }
    this.#byName.set(zone_name, this.#rows.zones.set(zone_id, zone))
  }

  get default(): ZoneRecord {
    const [first] = this.#rows.zones.values()
    return first as ZoneRecord
  }

  byId(id: string): ZoneRecord | null {
    return this.#rows.zones.get(id)
  }

  byName(name: string): ZoneRecord | null {
    return this.#byName.get(name) ?? null
  }

  /** The zones in which a session of one may be placed, the zone itself first. */
  searchOrder(home: ZoneRecord): ZoneRecord[] {
    if (!home.search_alternate_zones) return [home]
    return [home, ...[...this.#rows.zones.values()].filter(({ zone_id }) => zone_id !== home.zone_id)]
  }

  list(): Zone[] {
    return [...this.#rows.zones.values()].map(present)
  }
}

/** The fields of older and newer releases together. */
function present({ zone_id, zone_name, search_alternate_zones }: ZoneRecord): Zone {
  return {
    zone_id,
    zone_name,
    auto_scaling_enabled: false,
    aws_enabled: false,
    aws_region: null,
    aws_access_key_id: null,
    aws_secret_access_key: null,
    ec2_agent_ami_id: null,
    allow_origin_domain: '$request_host$',
    upstream_auth_address: '$request_host$',
    load_balancing_strategy: 'Least Load',
    search_alternate_zones,
    prioritize_static_agents: true,
    proxy_connections: true,
    proxy_hostname: '$request_host$',
    proxy_path: 'desktop',
    proxy_port: 443,
  }
}
