// Push and content management after distribution-spec v1.1: uploads in one piece or in chunks, mounts, manifests, deletes.

import { RegistryProblem } from '../answer/problem.ts'
import type { Exchange } from '../http/exchange.ts'
import { tagPattern } from '../target.ts'
import { digestAlgorithm, digestOf, StoredBlob } from './blob.ts'
import { readManifest } from './manifest.ts'
import type { Repository, Store } from './store.ts'
import type { Upload, Uploads } from './uploads.ts'

/** What the specification asks registries to take at least, and what the known ones take at most. */
const manifestSizeBytesMax = 4 * 2 ** 20

/** Opens an upload, or takes a blob at once: mounted from another repository, or in the body. */
export async function openUploadRoute(exchange: Exchange, store: Store, uploads: Uploads): Promise<void> {
  const { repository: name, query } = exchange.target
  const mount = query.get('mount')
  if (mount !== null) {
    const from = query.get('from')
    const blob = from === null ? store.findAnywhere(mount) : store.find(from)?.blobs.get(mount)
    if (blob) {
      store.putBlob(name, blob)
      return replyBlobCreated(exchange, mount)
    }
  }
  const digest = query.get('digest')
  if (digest !== null) assertDigest(digest)
  const upload = uploads.open(name)
  if (digest === null) return replyUpload(exchange, 202, upload)
  try {
    await uploads.append(upload, exchange, () => {})
  } catch (error) {
    uploads.cancel(upload)
    throw error
  }
  uploads.finish(upload, digest)
  replyBlobCreated(exchange, digest)
}

/** How far an upload has come. */
export function uploadStatusRoute(exchange: Exchange, uploads: Uploads): void {
  replyUpload(exchange, 204, uploadOf(exchange, uploads))
}

/** Takes one more chunk. */
export async function appendUploadRoute(exchange: Exchange, uploads: Uploads): Promise<void> {
  const upload = uploadOf(exchange, uploads)
  await appendChunk(exchange, uploads, upload)
  replyUpload(exchange, 202, upload)
}

/** Takes the last chunk, if there is one, and makes the upload a blob. */
export async function finishUploadRoute(exchange: Exchange, uploads: Uploads): Promise<void> {
  const upload = uploadOf(exchange, uploads)
  const digest = assertDigest(exchange.target.query.get('digest') ?? '')
  await appendChunk(exchange, uploads, upload)
  uploads.finish(upload, digest)
  replyBlobCreated(exchange, digest)
}

/** Gives an upload up. */
export function cancelUploadRoute(exchange: Exchange, uploads: Uploads): void {
  uploads.cancel(uploadOf(exchange, uploads))
  exchange.reply(204)
}

/** Stores a manifest under a tag or its digest, once everything that it needs is there. */
export async function putManifestRoute(exchange: Exchange, store: Store): Promise<void> {
  const { repository: name, reference } = exchange.target
  const algorithm = digestAlgorithm(reference)
  if (algorithm === null && reference.includes(':')) throw new RegistryProblem('DIGEST_INVALID', { digest: reference })
  if (algorithm === null && !tagPattern.test(reference)) {
    throw new RegistryProblem('MANIFEST_INVALID', { tag: reference }, { message: 'invalid tag' })
  }
  const bytes = await exchange.wholeBody(manifestSizeBytesMax)
  const digest = digestOf([bytes], algorithm ?? 'sha256')
  if (algorithm !== null && digest !== reference) {
    throw new RegistryProblem('DIGEST_INVALID', { digest: reference, actual: digest })
  }
  const facts = readManifest(bytes, contentTypeOf(exchange))
  assertContentPresent(store.find(name), facts)
  store.reserve(bytes.length)
  const blob = new StoredBlob(digest, [bytes])
  store.putManifest(name, { ...facts, blob, reservedBytes: bytes.length }, algorithm === null ? reference : null)
  exchange.reply(201, {
    location: `/v2/${name}/manifests/${digest}`,
    'docker-content-digest': digest,
    'oci-subject': facts.subject ?? undefined,
  })
}

/** Deletes a tag, or a manifest with its tags. */
export function deleteManifestRoute(exchange: Exchange, store: Store): void {
  const { repository, reference } = exchange.target
  if (!store.find(repository)) throw new RegistryProblem('NAME_UNKNOWN', { name: repository })
  if (!store.deleteManifest(repository, reference)) throw new RegistryProblem('MANIFEST_UNKNOWN', { reference })
  exchange.reply(202)
}

/** Deletes a blob from one repository; others keep it. */
export function deleteBlobRoute(exchange: Exchange, store: Store): void {
  const { repository, reference } = exchange.target
  if (!store.deleteBlob(repository, reference)) throw new RegistryProblem('BLOB_UNKNOWN', { digest: reference })
  exchange.reply(202)
}

function assertContentPresent(
  repository: Repository | undefined,
  facts: { blobs: string[]; children: string[] },
): void {
  const missing = [
    ...facts.blobs.filter((digest) => !repository?.blobs.has(digest)),
    ...facts.children.filter((digest) => !repository?.manifests.has(digest)),
  ]
  if (missing.length === 0) return
  throw new RegistryProblem(
    'MANIFEST_BLOB_UNKNOWN',
    missing.map((digest) => ({ digest })),
  )
}

function uploadOf({ target }: Exchange, uploads: Uploads): Upload {
  return uploads.find(target.repository, target.reference)
}

async function appendChunk(exchange: Exchange, uploads: Uploads, upload: Upload): Promise<void> {
  const header = exchange.request.headers['content-range']
  const range = header === undefined ? null : readContentRange(header)
  await uploads.append(upload, exchange, (chunkBytes) => {
    if (range === null) return
    if (range.start !== upload.sizeBytes) {
      const message = `the next chunk starts at ${upload.sizeBytes}`
      throw new RegistryProblem('RANGE_INVALID', null, { headers: uploadHeaders(upload), message })
    }
    if (range.end - range.start !== chunkBytes) throw new RegistryProblem('SIZE_INVALID')
  })
}

/** The specification writes `0-1023`; some clients write it as HTTP does. */
function readContentRange(text: string): { start: number; end: number } {
  const match = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/(?:\d+|\*))?$/.exec(text.trim())
  if (!match) throw new RegistryProblem('BLOB_UPLOAD_INVALID', { contentRange: text })
  return { start: Number(match[1]), end: Number(match[2]) + 1 }
}

function assertDigest(digest: string): string {
  if (digestAlgorithm(digest) === null) throw new RegistryProblem('DIGEST_INVALID', { digest })
  return digest
}

function contentTypeOf({ request }: Exchange): string | null {
  const [mediaType = ''] = (request.headers['content-type'] ?? '').split(';')
  return mediaType.trim() || null
}

function uploadHeaders(upload: Upload) {
  return {
    location: `/v2/${upload.repository}/blobs/uploads/${upload.id}`,
    range: `0-${Math.max(0, upload.sizeBytes - 1)}`,
    'docker-upload-uuid': upload.id,
  }
}

function replyUpload(exchange: Exchange, status: 202 | 204, upload: Upload): void {
  exchange.reply(status, uploadHeaders(upload))
}

function replyBlobCreated(exchange: Exchange, digest: string): void {
  exchange.reply(201, {
    location: `/v2/${exchange.target.repository}/blobs/${digest}`,
    'docker-content-digest': digest,
  })
}
