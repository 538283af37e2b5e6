// Fetches what an image lacks: its configuration beside its missing layers. A layer is done when everything below it is, so that the
// first failure from below is the pull's.
import { type Delay, fetchConfig, LayerDownload } from './blob.ts'
import type { ContentDirectory } from './content-directory.ts'
import { RegistryFailure } from './failure.ts'
import { describeJsonError } from './go-text.ts'
import { chainsOf, type LocalImages } from './local-images.ts'
import type { Descriptor, Manifest, Platform } from './manifests.ts'
import type { Session } from './session.ts'
import type { Transfer, Transfers } from './transfers.ts'

/** What the pulls of one engine share. */
export interface EngineParts {
  images: LocalImages
  transfers: Transfers
  content: ContentDirectory | null
  platform: Platform
  delay: Delay
  /** In bytes on the wire; null takes no time. */
  unpackBytesPerSecond: number | null
  onBytes: (bytes: number) => void
}

interface DownloadOptions {
  session: Session
  repository: string
  manifest: Manifest
  /** Called once everything is there, while the layers are still held. */
  keep: () => void
  signal: AbortSignal
}

/** @throws RegistryFailure, or the signal's reason */
export async function downloadImage(parts: EngineParts, options: DownloadOptions): Promise<void> {
  const { images } = parts
  const { manifest, signal } = options
  const chains = chainsOf(manifest)
  const missing = chains.findIndex((chain) => !images.hasLayer(chain))
  const present = missing === -1 ? chains : chains.slice(0, missing)
  for (const chain of present) images.retainLayer(chain)
  const transfers = watchLayers(parts, options, chains.slice(present.length))
  try {
    const config = await loadConfig(parts, options)
    requireRootFilesystem(config, manifest)
    const top = transfers.at(-1)
    if (top) await untilAborted(top.done, signal)
    options.keep()
  } finally {
    // What no image came to need is let go, whether or not it had arrived: so does the engine.
    for (const transfer of transfers) transfer.release()
    for (const chain of present) images.releaseLayer(chain)
  }
}

/** Watches the transfers of the upper layers, lowest first, and starts those that nobody started yet. */
function watchLayers(parts: EngineParts, options: DownloadOptions, chains: string[]): Transfer[] {
  const layers = options.manifest.layers.slice(options.manifest.layers.length - chains.length)
  const firstWithDigest = new Map<string, Transfer>()
  const transfers: Transfer[] = []
  for (const [index, descriptor] of layers.entries()) {
    const below = transfers.at(-1)
    const twin = firstWithDigest.get(descriptor.digest)
    const transfer = parts.transfers.watch(chains[index] as string, async ({ signal }) => {
      // The same blob twice in one image is downloaded once.
      if (twin) await twin.done
      else await transferLayer(parts, options, { descriptor, below, signal })
      await below?.done
      await unpackLayer(parts, { descriptor, signal })
    })
    if (!twin) firstWithDigest.set(descriptor.digest, transfer)
    transfers.push(transfer)
  }
  return transfers
}

async function transferLayer(
  parts: EngineParts,
  { session, repository }: DownloadOptions,
  { descriptor, below, signal }: { descriptor: Descriptor; below: Transfer | undefined; signal: AbortSignal },
): Promise<void> {
  const { transfers, content, delay, onBytes } = parts
  await transfers.withSlot(signal, async () => {
    if (below && below.failure !== null) throw below.failure
    const file = (await content?.createBlob(descriptor.digest)) ?? null
    try {
      await new LayerDownload({ session, repository, descriptor, delay, onBytes, file }).run(signal)
      await file?.commit()
    } catch (error) {
      await file?.discard()
      throw error
    }
  })
}

/** Nothing is unpacked here: it takes the time, each layer above the one below and outside the slots for downloads. */
export async function unpackLayer(
  { unpackBytesPerSecond, delay }: EngineParts,
  { descriptor, signal }: { descriptor: Descriptor; signal: AbortSignal },
): Promise<void> {
  if (unpackBytesPerSecond !== null) await delay((descriptor.size / unpackBytesPerSecond) * 1_000, signal)
}

async function loadConfig(parts: EngineParts, options: DownloadOptions): Promise<Buffer> {
  const { session, repository, manifest, signal } = options
  const { config: descriptor } = manifest
  const bytes = await fetchConfig(session, { repository, descriptor, delay: parts.delay, signal })
  await parts.content?.writeBlob(descriptor.digest, bytes)
  return bytes
}

/** @throws RegistryFailure MALFORMED where a configuration is not that of as many layers */
export function requireRootFilesystem(config: Buffer, manifest: Manifest): void {
  let diffIds: unknown
  try {
    diffIds = Object(JSON.parse(config.toString())).rootfs?.diff_ids
  } catch {
    throw new RegistryFailure('MALFORMED', describeJsonError(config.toString()))
  }
  if (!Array.isArray(diffIds)) throw new RegistryFailure('MALFORMED', 'invalid rootfs in image configuration')
  if (diffIds.length === manifest.layers.length) return
  throw new RegistryFailure('MALFORMED', "layers from manifest don't match image configuration")
}

/** Ends the wait, not what is waited for. */
export async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
