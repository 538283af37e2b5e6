// The key that goes with a data file: in a file of its own beside it, so that a copy of the data alone tells no secrets.
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { KasmSimError } from '../kernel/errors.ts'
import { invalidDataFile } from './data-file-error.ts'

const keySizeBytes = 32

/** Where the key of a data file is. */
export function keyFileOf(dataFile: string): string {
  return `${dataFile}.key`
}

/**
 * The key of a data file; null where it has none.
 *
 * @throws KasmSimError DATA_FILE_INVALID where it is no key, FILE_NOT_WRITABLE where it cannot be read
 */
export function readKey(dataFile: string): Uint8Array | null {
  const file = keyFileOf(dataFile)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw keyFileError('read', file, cause)
  }
  const key = Buffer.from(text.trim(), 'hex')
  if (key.length === keySizeBytes) return key
  throw invalidDataFile(dataFile, `what is in ${file} is no key`, { advice: 'Put the key back that belongs to it.' })
}

/**
 * Makes a key that only the owner of its file can read. It is there whole or not at all, whenever the process is killed.
 *
 * @throws KasmSimError FILE_NOT_WRITABLE
 */
export function createKey(dataFile: string): Uint8Array {
  const file = keyFileOf(dataFile)
  const key = randomBytes(keySizeBytes)
  try {
    const draft = openSync(`${file}.new`, 'w', 0o600)
    writeSync(draft, `${key.toString('hex')}\n`)
    fsyncSync(draft)
    closeSync(draft)
    renameSync(`${file}.new`, file)
    syncFolder(dirname(file))
  } catch (cause) {
    throw keyFileError('write', file, cause)
  }
  return key
}

/** A new name lasts once its folder is on the disk, too; Windows opens no folders and needs none of this. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function keyFileError(verb: string, file: string, cause: unknown): KasmSimError {
  const message = `Failed to ${verb} the key file ${file}: ${(cause as Error).message}. Correct its rights or its folder's.`
  return new KasmSimError('FILE_NOT_WRITABLE', message, { cause })
}
