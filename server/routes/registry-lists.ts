// Fetches the lists of workspace registries before the model is asked: it says which, and is told what came (docs/kasm.md,
// "Workspace registries").

import type { DeveloperOperationName } from '../api/operation-names.ts'
import { DataLimitError, parseJson, seedLimits } from '../kernel/json.ts'
import type { KasmModel, ModelCall } from '../model/model.ts'
import type { FetchedList, FetchedLists, RegistrySource } from '../model/registries.ts'

/** Fetches the list of one registry; what goes wrong is told in words. */
export type FetchList = (source: RegistrySource) => Promise<FetchedList>

const answerTimeoutMs = 5_000
const listSizeBytesMax = 16 * 2 ** 20
const redirectsMax = 5

/** What a call needs of registries, fetched side by side; null where it needs nothing. */
export async function fetchLists(
  call: ModelCall<DeveloperOperationName>,
  { model, fetchList }: { model: KasmModel; fetchList: FetchList },
): Promise<FetchedLists | null> {
  const sources = model.listsFor(call)
  if (sources.length === 0) return null
  return new Map(await Promise.all(sources.map(async (source) => [source.url, await fetchList(source)] as const)))
}

/**
 * Fetches lists over HTTP, of the first schema that a registry has, following redirects. With hosts (`registry.example.com`,
 * `10.0.0.5:8443`) only from these, and what goes wrong there is told in full. Without, every failure is told alike: whoever may add
 * registries is not to learn from here which ports of the server's network are open, or what answers there.
 *
 * @example
 * await fetchListsFrom(['registry.example.com'])({ url: 'https://registry.example.com/', schemas: ['1.1', '1.0'] })
 * // { schemaVersion: '1.1', list: { workspaces: [...] } }, or { problem: 'it has no 1.1/list.json and no 1.0/list.json' }
 */
export function fetchListsFrom(hosts: readonly string[] | null): FetchList {
  const allowed = hosts === null ? null : new Set(hosts.map((host) => host.toLowerCase()))
  return async ({ url, schemas }) => {
    try {
      return await fetchList({ url, schemas }, (address) => isAllowed(address, allowed))
    } catch (error) {
      if (error instanceof ForeignHost) return { problem: 'its host is none of those that lists may be fetched from' }
      return { problem: allowed === null ? 'no list could be read there' : problemOf(error) }
    }
  }
}

/** Fetches lists from anywhere. */
export const fetchListOverHttp = fetchListsFrom(null)

/** What there is instead of a list, in words. */
class NoList extends Error {}
class ForeignHost extends Error {}

async function fetchList(
  { url, schemas }: RegistrySource,
  isAllowedAt: (address: URL) => boolean,
): Promise<FetchedList> {
  for (const schemaVersion of schemas) {
    const address = `${url.replace(/\/+$/, '')}/${encodeURIComponent(schemaVersion)}/list.json`
    const response = await follow(new URL(address), isAllowedAt)
    if (response.status === 404) {
      await response.body?.cancel()
      continue
    }
    if (!response.ok) {
      await response.body?.cancel()
      throw new NoList(`${schemaVersion}/list.json was answered with status ${response.status}`)
    }
    const list: unknown = parseJson(await textOf(response), seedLimits)
    if (isList(list)) return { schemaVersion, list }
    throw new NoList(`${schemaVersion}/list.json has no list of workspaces`)
  }
  throw new NoList(`it has no ${schemas.map((schema) => `${schema}/list.json`).join(' and no ')}`)
}

/** Every hop is held against the hosts: an allowed one may redirect anywhere. */
async function follow(start: URL, isAllowedAt: (address: URL) => boolean): Promise<Response> {
  const signal = AbortSignal.timeout(answerTimeoutMs)
  let address = start
  for (let hops = 0; hops <= redirectsMax; hops += 1) {
    if (!isAllowedAt(address)) throw new ForeignHost()
    const response = await fetch(address, { signal, redirect: 'manual' })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) return response
    await response.body?.cancel()
    address = new URL(location, address)
  }
  throw new NoList(`it redirects more than ${redirectsMax} times`)
}

function isAllowed({ protocol, host }: URL, hosts: ReadonlySet<string> | null): boolean {
  return /^https?:$/.test(protocol) && (hosts === null || hosts.has(host))
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > listSizeBytesMax) throw new Error(`the list is longer than ${listSizeBytesMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function isList(value: unknown): value is { workspaces: object[] } {
  if (typeof value !== 'object' || value === null || !('workspaces' in value)) return false
  const { workspaces } = value
  return Array.isArray(workspaces) && workspaces.every((item) => typeof item === 'object' && item !== null)
}

/** `fetch` hides what went wrong in the cause of what it throws. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${answerTimeoutMs} ms`
  if (error instanceof SyntaxError) return 'its list is no JSON'
  if (error instanceof DataLimitError) return `its list ${error.message}`
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message
}
