// Keeps what an engine pulls as an OCI image layout (image-spec v1.1, image-layout). Every file appears whole: it is written under
// another name and renamed. Nothing is ever deleted from it.
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RegistryFailure } from '../../protocol/failure.ts'
import type { Begin } from './transport.ts'

/** What index.json says of one image. */
export interface LayoutEntry {
  mediaType: string
  digest: string
  size: number
}

interface LayoutIndex {
  schemaVersion: 2
  mediaType: string
  manifests: (LayoutEntry & { annotations: Record<string, string> })[]
}

const nameAnnotation = 'org.opencontainers.image.ref.name'

export class ContentDirectory {
  readonly #path: string
  #temporaryFiles = 0
  #prepared: Promise<void> | null = null
  #lastChange: Promise<void> = Promise.resolve()
  readonly #onDisk: OnDisk

  /** Each access to the disk is work for whoever wants to know of it. */
  constructor(path: string, begin?: Begin) {
    this.#path = path
    this.#onDisk = accessTo(path, begin)
  }

  /**
   * A file for a blob that is about to arrive.
   *
   * @throws RegistryFailure DISK
   */
  async createBlob(digest: string): Promise<BlobFile> {
    await this.#prepare()
    const temporaryPath = this.#temporaryPath()
    const handle = await this.#onDisk(() => open(temporaryPath, 'w'))
    return new BlobFile({ handle, temporaryPath, path: this.#blobPath(digest), onDisk: this.#onDisk })
  }

  /** Writes a blob that is already whole and verified. */
  async writeBlob(digest: string, bytes: Buffer): Promise<void> {
    await this.#prepare()
    await this.#replace(this.#blobPath(digest), bytes)
  }

  /** Names an image in index.json; a name that exists moves. */
  name(reference: string, entry: LayoutEntry): Promise<void> {
    const change = this.#lastChange.then(async () => {
      const path = join(this.#path, 'index.json')
      const index = await this.#onDisk(() => readIndex(path))
      const others = index.manifests.filter(({ annotations }) => annotations?.[nameAnnotation] !== reference)
      const manifests = [...others, { ...entry, annotations: { [nameAnnotation]: reference } }]
      await this.#replace(path, `${JSON.stringify({ ...index, manifests }, null, 2)}\n`)
    })
    this.#lastChange = change.catch(() => undefined)
    return change
  }

  #prepare(): Promise<void> {
    this.#prepared ??= this.#onDisk(async () => {
      await mkdir(join(this.#path, 'blobs', 'sha256'), { recursive: true })
      await mkdir(join(this.#path, 'ingest'), { recursive: true })
      await this.#replace(join(this.#path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
    })
    return this.#prepared
  }

  async #replace(path: string, content: string | Buffer): Promise<void> {
    const temporaryPath = this.#temporaryPath()
    await this.#onDisk(async () => {
      await writeFile(temporaryPath, content)
      await rename(temporaryPath, path)
    })
  }

  #temporaryPath(): string {
    this.#temporaryFiles += 1
    return join(this.#path, 'ingest', `${process.pid}-${this.#temporaryFiles}`)
  }

  #blobPath(digest: string): string {
    return join(this.#path, 'blobs', 'sha256', digest.replace('sha256:', ''))
  }
}

/** A blob that is being written; `commit` or `discard` ends it. */
export class BlobFile {
  readonly #handle: FileHandle
  readonly #temporaryPath: string
  readonly #path: string
  readonly #onDisk: OnDisk
  #offset = 0

  constructor(options: { handle: FileHandle; temporaryPath: string; path: string; onDisk: OnDisk }) {
    this.#handle = options.handle
    this.#temporaryPath = options.temporaryPath
    this.#path = options.path
    this.#onDisk = options.onDisk
  }

  async write(chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length; ) {
      const { bytesWritten } = await this.#onDisk(() =>
        this.#handle.write(chunk, from, chunk.length - from, this.#offset),
      )
      from += bytesWritten
      this.#offset += bytesWritten
    }
  }

  /** Empties the file, to start over. */
  async reset(): Promise<void> {
    await this.#onDisk(() => this.#handle.truncate(0))
    this.#offset = 0
  }

  async commit(): Promise<void> {
    await this.#onDisk(async () => {
      await this.#handle.close()
      await rename(this.#temporaryPath, this.#path)
    })
  }

  async discard(): Promise<void> {
    await this.#onDisk(async () => {
      await this.#handle.close().catch(() => undefined)
      await rm(this.#temporaryPath, { force: true }).catch(() => undefined)
    })
  }
}

async function readIndex(path: string): Promise<LayoutIndex> {
  const empty: LayoutIndex = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] }
  try {
    return { ...empty, ...JSON.parse(await readFile(path, 'utf8')) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return empty
    throw diskFailure(error)
  }
}

type OnDisk = <Result>(act: () => Promise<Result>) => Promise<Result>

function accessTo(path: string, begin: Begin | undefined): OnDisk {
  return async (act) => {
    const work = begin?.(`the disk at ${path}`)
    try {
      return await act()
    } catch (error) {
      throw error instanceof RegistryFailure ? error : diskFailure(error)
    } finally {
      work?.end()
    }
  }
}

/** In the engine's words, as in `write /var/lib/...: no space left on device`. */
function diskFailure(error: unknown): RegistryFailure {
  const { code, syscall = 'write', path = '', message } = error as NodeJS.ErrnoException
  const cause = code === 'ENOSPC' ? 'no space left on device' : message
  return new RegistryFailure('DISK', code === 'ENOSPC' ? `${syscall} ${path}: ${cause}` : cause, { cause: error })
}
