// Zones, settings, licences, workspace registries and reports.
import type { License } from '../../api/deployment.ts'
import type { ReplyOf } from '../../api/operations.ts'
import type { Areas } from '../areas.ts'
import { formatDate, stableId } from '../ids.ts'
import { isStaged } from '../sessions/lifecycle.ts'
import type { LicenseRecord, RegistryRecord } from '../state/records.ts'
import type { Handlers } from './handler.ts'

const licenseLifetimeMs = 365 * 24 * 3_600_000
const seatsByDefault = 5
const features = [
  'auto_scaling',
  'branding',
  'session_staging',
  'session_casting',
  'log_forwarding',
  'developer_api',
  'inject_ssh_keys',
  'saml',
  'ldap',
  'session_sharing',
  'login_banner',
  'url_categorization',
  'usage_limit',
]

export function deploymentHandlers(areas: Areas) {
  const { rows, state, zones, settings, registries } = areas
  return {
    get_zones: () => ({ zones: zones.list() }),
    get_settings: () => ({ settings: settings.list() }),
    update_setting: ({ setting_id, value }) => ({ setting: settings.update(setting_id, value) }),
    activate: ({ seats, issued_to }, { nowMs }) => {
      const license = {
        license_id: stableId('license', String(state.next('license'))),
        issued_to: issued_to ?? 'kasm-sim',
        limit: seats ?? seatsByDefault,
        issuedMs: nowMs,
        expiresMs: nowMs + licenseLifetimeMs,
      }
      return { license: presentLicense(rows.licenses.set(license.license_id, license)) }
    },
    get_licenses: () => ({ licenses: [...rows.licenses.values()].map(presentLicense) }),
    get_registries: (_body, { fetchedLists, nowMs }) => {
      if (fetchedLists) registries.update(fetchedLists, nowMs)
      return { registries: registries.list().map(presentRegistry) }
    },
    create_registry: (body, { fetchedLists = new Map(), nowMs }) => {
      return { registry: presentRegistry(registries.create(body, fetchedLists, nowMs)) }
    },
    delete_registry: ({ target_registry }) => {
      registries.delete(target_registry.registry_id)
      return {}
    },
    get_report: ({ name }) => ({ data: reportNumber(name, areas) }),
    get_agent_report: (_body, { nowMs }) => ({ agents: agentReport(nowMs, areas) }),
    system_info: () => ({
      system_info: { api_version: '1.16.1', db_version: '1.16.1', license_status: 'ok', cloud_provider: 'none' },
    }),
    get_managers: (_body, { nowMs }) => ({
      managers: zones.list().map(({ zone_id, zone_name }) => ({
        manager_id: stableId('manager', zone_id),
        manager_hostname: 'kasm-sim',
        zone_id,
        zone_name,
        last_reported: formatDate(nowMs),
      })),
    }),
    get_server_pools: () => ({ server_pools: [] }),
  } satisfies Partial<Handlers>
}

function presentRegistry({ fetchedMs: _, ...registry }: RegistryRecord): ReplyOf<'create_registry'>['registry'] {
  return registry as ReplyOf<'create_registry'>['registry']
}

function presentLicense({ license_id, issued_to, limit, issuedMs, expiresMs }: LicenseRecord): License {
  return {
    license_id,
    expiration: formatDate(expiresMs),
    issued_at: formatDate(issuedMs),
    issued_to,
    limit,
    is_verified: true,
    license_type: 'Per Concurrent Kasm',
    features: Object.fromEntries(features.map((feature) => [feature, true])),
    sku: 'Enterprise',
  }
}

/** The numbers that the fake has; every other report is 0. */
function reportNumber(name: string, { rows }: Areas): number {
  switch (name) {
    case 'current_kasms':
      return rows.sessions.size
    case 'current_users':
      return new Set([...rows.sessions.values()].flatMap((session) => (isStaged(session) ? [] : session.user_id))).size
    default:
      return 0
  }
}

function agentReport(nowMs: number, { agents, usage }: Areas): ReplyOf<'get_agent_report'>['agents'] {
  return [...agents.records()].map((agent) => {
    const { report } = agents.reportOf(agent)
    const load = usage.of(agent.serverId)
    const memory_used = Math.min(load.memory, report.memory_bytes)
    return {
      name: report.hostname,
      server_id: agent.serverId,
      health: agents.isRunning(agent, nowMs) ? 'healthy' : 'missing',
      kasms: load.sessions,
      disk_space: report.disk_stats.total,
      disk_space_used: report.disk_stats.used,
      disk_space_free: report.disk_stats.free,
      memory_total: report.memory_bytes,
      memory_used,
      memory_free: report.memory_bytes - memory_used,
    }
  })
}
