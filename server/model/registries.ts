// Workspace registries: lists of Workspaces that administrators pick images from. The model keeps what was fetched and says what is to
// be fetched; whoever serves it does that (server/routes/registry-lists.ts).
import type { RequestOf } from '../api/operations.ts'
import { requireId, stableId } from './ids.ts'
import { businessError, internalError, notFound } from './reply.ts'
import type { Settings } from './settings.ts'
import type { RegistryRecord } from './state/records.ts'
import type { State } from './state/state.ts'

/** A list to fetch: `<url>/<schema>/list.json` of the first schema that the registry has. */
export interface RegistrySource {
  url: string
  schemas: readonly string[]
}

/** What came of fetching a list; a problem in words otherwise. */
export type FetchedList =
  | { schemaVersion: string; list: { workspaces: object[]; default_channel?: unknown } }
  | { problem: string }

/** By the URL of the registry. */
export type FetchedLists = ReadonlyMap<string, FetchedList>

/** The newest first: a registry that has both serves clients of both. */
const knownSchemas = ['1.1', '1.0']

/** All workspace registries. */
export class Registries {
  readonly #state: State
  readonly #settings: Settings

  constructor(state: State, settings: Settings) {
    this.#state = state
    this.#settings = settings
  }

  list(): RegistryRecord[] {
    return [...this.#state.rows.registries.values()]
  }

  /** What a new registry is to be fetched from; null where the request names none. */
  sourceOf(request: RequestOf<'create_registry'>): RegistrySource | null {
    const url = request.registry || request.target_registry?.url
    if (!url || !isWebAddress(url)) return null
    return { url, schemas: typeof request.override_schema === 'string' ? [request.override_schema] : knownSchemas }
  }

  /** Registries whose lists are due to be fetched again. */
  due(nowMs: number): RegistrySource[] {
    const intervalMs = this.#settings.number('manager/update_timer') * 1_000
    return this.list()
      .filter(({ do_auto_update, fetchedMs }) => {
        return do_auto_update && fetchedMs !== null && nowMs - fetchedMs >= intervalMs
      })
      .map(({ registry_url: url, schema_version }) => ({ url, schemas: [schema_version] }))
  }

  /** @throws Refusal where the list cannot be had: such a registry is not added */
  create(request: RequestOf<'create_registry'>, fetched: FetchedLists, nowMs: number): RegistryRecord {
    const registry_url = request.registry || request.target_registry?.url
    if (!registry_url) throw internalError('registry is missing')
    const source = this.sourceOf(request)
    if (!source) throw businessError(`Failed to add the registry ${registry_url}: it is no http or https address.`)
    const found = fetched.get(registry_url) ?? null
    if (found && 'problem' in found)
      throw businessError(`Failed to fetch the registry ${registry_url}: ${found.problem}.`)
    const channel = request.channel ?? request.target_registry?.channel ?? textOf(found?.list.default_channel)
    const registry_id = stableId('registry', registry_url, String(this.#state.next('registry')))
    return this.#state.rows.registries.set(registry_id, {
      registry_id,
      registry_url,
      do_auto_update: request.do_auto_update ?? true,
      schema_version: found?.schemaVersion ?? source.schemas[0] ?? '1.1',
      channel,
      is_verified: false,
      workspaces: found?.list.workspaces ?? [],
      fetchedMs: found ? nowMs : null,
    })
  }

  /** Takes in lists that were due. One that cannot be had leaves the registry as it is until the next time. */
  update(fetched: FetchedLists, nowMs: number): void {
    for (const registry of this.list()) {
      const found = fetched.get(registry.registry_url)
      if (!found) continue
      const workspaces = 'problem' in found ? registry.workspaces : found.list.workspaces
      this.#state.rows.registries.set(registry.registry_id, { ...registry, workspaces, fetchedMs: nowMs })
    }
  }

  delete(registryId: string): void {
    const id = requireId('target_registry.registry_id', registryId)
    if (!this.#state.rows.registries.has(id)) throw notFound('Registry', id)
    this.#state.rows.registries.delete(id)
  }
}

function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
