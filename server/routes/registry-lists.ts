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
 * Fetches a registry's list over HTTP, of the first schema that the registry has.
 *
 * @example
 * await fetchListOverHttp({ url: 'https://registry.example.com/', schemas: ['1.1', '1.0'] })
 * // { schemaVersion: '1.1', list: { workspaces: [...] } }, or { problem: 'it has no 1.1/list.json and no 1.0/list.json' }
 */
export async function fetchListOverHttp({ url, schemas }: RegistrySource): Promise<FetchedList> {
  try {
    for (const schemaVersion of schemas) {
      const address = `${url.replace(/\/+$/, '')}/${encodeURIComponent(schemaVersion)}/list.json`
      const response = await fetch(address, { signal: AbortSignal.timeout(answerTimeoutMs) })
      if (response.status === 404) {
        await response.body?.cancel()
        continue
      }
      if (!response.ok) return { problem: `${schemaVersion}/list.json was answered with status ${response.status}` }
      const list: unknown = parseJson(await textOf(response), seedLimits)
      if (isList(list)) return { schemaVersion, list }
      return { problem: `${schemaVersion}/list.json has no list of workspaces` }
    }
    return { problem: `it has no ${schemas.map((schema) => `${schema}/list.json`).join(' and no ')}` }
  } catch (error) {
    return { problem: problemOf(error) }
  }
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
