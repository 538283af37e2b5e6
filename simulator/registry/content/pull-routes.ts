// Pull and content discovery after distribution-spec v1.1: manifests, blobs with ranges, tags, referrers.

import { blobPart, missingManifest } from '../answer/content.ts'
import { RegistryProblem } from '../answer/problem.ts'
import type { Exchange } from '../http/exchange.ts'
import { type Blob, digestAlgorithm } from './blob.ts'
import { mediaTypes } from './manifest.ts'
import type { Repository, Store, StoredManifest } from './store.ts'

/** What is larger is sent as layers are. */
const configurationBytesMax = 64 * 1024

/** `GET /v2/`: this is a registry, and the caller may speak to it. */
export function ping(exchange: Exchange): void {
  exchange.json(200, {})
}

/** GET and HEAD of a manifest by tag or digest. */
export function readManifestRoute(exchange: Exchange, store: Store): void {
  const { reference, repository: name } = exchange.target
  const repository = store.find(name)
  const manifest = repository?.find(reference)
  if (!manifest) {
    throw new RegistryProblem(missingManifest({ repository: name, reference }, repository !== undefined))
  }
  const { blob, mediaType } = manifest
  const headers = { ...contentHeaders(blob), 'content-type': mediaType }
  exchange.reply(200, headers, Buffer.concat([...blob.read(0, blob.sizeBytes)]))
}

/** GET and HEAD of a blob, whole or a range of it. */
export async function readBlobRoute(exchange: Exchange, store: Store): Promise<void> {
  const { reference } = exchange.target
  const repository = repositoryOf(exchange, store)
  const blob = repository.blobs.get(reference)
  if (!blob) {
    if (digestAlgorithm(reference) === null) throw new RegistryProblem('DIGEST_INVALID', { digest: reference })
    throw new RegistryProblem('BLOB_UNKNOWN', { digest: reference })
  }
  const { sizeBytes } = blob
  const range = exchange.request.method === 'GET' ? readRange(exchange.request.headers.range) : null
  const part = blobPart(sizeBytes, range)
  if ('body' in part) throw new RegistryProblem(part)
  const { status, startBytes, endBytes } = part
  const headers = {
    ...contentHeaders(blob),
    'content-type': 'application/octet-stream',
    'content-length': endBytes - startBytes,
    'accept-ranges': 'bytes',
    'cache-control': 'max-age=31536000',
    'content-range': status === 206 ? `bytes ${startBytes}-${endBytes - 1}/${sizeBytes}` : undefined,
  }
  const sentBytes = endBytes - startBytes
  // As manifests do, a configuration takes no bandwidth of a modelled network.
  const isSmall = sentBytes <= configurationBytesMax && repository.isConfiguration(reference)
  if (isSmall) exchange.reply(status, headers, Buffer.concat([...blob.read(startBytes, endBytes)]))
  else await exchange.stream(status, headers, blob.read(startBytes, endBytes), sentBytes)
}

/** The tags of a repository in order, a page at a time where the caller asks for pages. */
export function listTagsRoute(exchange: Exchange, store: Store): void {
  const { repository: name, query } = exchange.target
  const all = [...repositoryOf(exchange, store).tags.keys()].sort()
  const last = query.get('last')
  const rest = last === null ? all : all.filter((tag) => tag > last)
  const count = readCount(query.get('n')) ?? rest.length
  const tags = rest.slice(0, count)
  const next = new URLSearchParams({ n: String(count), last: tags.at(-1) ?? '' })
  const link = tags.length > 0 && rest.length > count ? `</v2/${name}/tags/list?${next}>; rel="next"` : undefined
  exchange.json(200, { name, tags }, { link })
}

/** The manifests whose subject is a digest, as an index. A digest that nobody knows has none. */
export function listReferrersRoute(exchange: Exchange, store: Store): void {
  const { repository: name, reference, query } = exchange.target
  if (digestAlgorithm(reference) === null) throw new RegistryProblem('DIGEST_INVALID', { digest: reference })
  const artifactType = query.get('artifactType')
  const manifests = (store.find(name)?.referrers(reference) ?? [])
    .map(referrerDescriptor)
    .filter((each) => artifactType === null || each.artifactType === artifactType)
  exchange.json(
    200,
    { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests },
    {
      'content-type': mediaTypes.imageIndex,
      'oci-filters-applied': artifactType === null ? undefined : 'artifactType',
    },
  )
}

function referrerDescriptor({ mediaType, blob, artifactType, annotations }: StoredManifest) {
  return {
    mediaType,
    digest: blob.digest,
    size: blob.sizeBytes,
    ...(artifactType === null ? {} : { artifactType }),
    ...(annotations === null ? {} : { annotations }),
  }
}

function repositoryOf({ target }: Exchange, store: Store): Repository {
  const repository = store.find(target.repository)
  if (!repository) throw new RegistryProblem('NAME_UNKNOWN', { name: target.repository })
  return repository
}

function contentHeaders({ digest }: Blob) {
  return { 'docker-content-digest': digest, etag: `"${digest}"` }
}

function readCount(text: string | null): number | null {
  if (text === null) return null
  if (!/^\d{1,9}$/.test(text)) throw new RegistryProblem('PAGINATION_NUMBER_INVALID', { n: text })
  return Number(text)
}

/** One range of bytes after RFC 9110; what cannot be read, and several ranges at once, are none. */
function readRange(text: string | undefined): { firstBytes: number | null; lastBytes: number | null } | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/i.exec(text?.trim() ?? '') ?? []
  if (first === '' && last === '') return null
  return { firstBytes: first === '' ? null : Number(first), lastBytes: last === '' ? null : Number(last) }
}
