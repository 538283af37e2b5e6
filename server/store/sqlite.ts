// The file that keeps a state: an SQLite database with one sealed row per record, for one process at a time (docs/persistence.md).
import { closeSync, openSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { KasmSimError } from '../kernel/errors.ts'
import { Secrets } from '../model/secrets.ts'
import { collectionNames, type StateSnapshot } from '../model/state/state.ts'
import { dataFileError, invalidDataFile } from './data-file-error.ts'
import { createKey, keyFileOf, readKey } from './key-file.ts'
import type { PendingWrite } from './pending-writes.ts'

/** Marks a database as this program's: "KSIM". */
const applicationId = 0x4b53494d
/** Raised by every change of the table or of the records' shapes that older programs cannot read. */
const schemaVersion = 1

/** `position` keeps the order of creation; an update leaves it alone. */
const schema = `
  CREATE TABLE IF NOT EXISTS records (
    position INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    sealed TEXT NOT NULL,
    UNIQUE (collection, key)
  ) STRICT;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`

interface SealedRecord {
  collection: keyof StateSnapshot
  key: string
  sealed: string
}

/** What one transaction writes. */
export interface Changes {
  /** Takes the place of everything before; null where nothing does. */
  replacement: StateSnapshot | null
  writes: Iterable<PendingWrite>
}

/**
 * An open data file.
 *
 * @throws KasmSimError DATA_FILE_INVALID, DATA_FILE_TOO_NEW, DATA_FILE_IN_USE or FILE_NOT_WRITABLE; the file is then as it was
 */
export class DataFile {
  /** What secrets of the state are sealed with, too. */
  readonly secretKey: Uint8Array
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #secrets: Secrets
  readonly #upsert: StatementSync
  readonly #delete: StatementSync

  constructor(path: string, secretKey: Uint8Array | null = null) {
    this.#path = path
    this.#database = openDatabase(path)
    try {
      const isNew = prepareDatabase(path, this.#database)
      this.secretKey = secretKey ?? readKey(path) ?? createMissingKey(path, isNew)
      this.#secrets = new Secrets(this.secretKey)
      this.#upsert = this.#database.prepare(
        'INSERT INTO records (collection, key, sealed) VALUES (?, ?, ?) ' +
          'ON CONFLICT (collection, key) DO UPDATE SET sealed = excluded.sealed',
      )
      this.#delete = this.#database.prepare('DELETE FROM records WHERE collection = ? AND key = ?')
    } catch (cause) {
      this.#database.close()
      throw dataFileError(path, cause)
    }
  }

  /** Every record, in the order of creation; null where there is none yet. */
  read(): StateSnapshot | null {
    const snapshot = Object.fromEntries(collectionNames.map((name) => [name, [] as [string, object][]]))
    let isEmpty = true
    try {
      const statement = this.#database.prepare('SELECT collection, key, sealed FROM records ORDER BY position')
      for (const record of statement.iterate()) {
        const { collection, key, sealed } = record as unknown as SealedRecord
        snapshot[collection]?.push([key, this.#open(sealed)])
        isEmpty = false
      }
    } catch (cause) {
      throw dataFileError(this.#path, cause)
    }
    return isEmpty ? null : (snapshot as unknown as StateSnapshot)
  }

  /** Writes all of it, through to the disk, or nothing. */
  write({ replacement, writes }: Changes): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      if (replacement) this.#replace(replacement)
      for (const { collection, key, row, isRecreated } of writes) {
        if (row === null || isRecreated) this.#delete.run(collection, key)
        if (row !== null) this.#put(collection, key, row)
      }
      this.#database.exec('COMMIT')
    } catch (cause) {
      this.#rollBack()
      throw dataFileError(this.#path, cause)
    }
  }

  close(): void {
    this.#database.close()
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK')
    } catch {
      // Some failures, such as a full disk, have rolled back already.
    }
  }

  #replace(snapshot: StateSnapshot): void {
    this.#database.exec('DELETE FROM records')
    for (const [collection, entries] of Object.entries(snapshot)) {
      for (const [key, row] of entries) this.#put(collection, key, row)
    }
  }

  #put(collection: string, key: string, row: object): void {
    this.#upsert.run(collection, key, this.#secrets.seal(JSON.stringify(row)))
  }

  #open(sealed: string): object {
    const json = this.#secrets.open(sealed)
    if (json !== null) return JSON.parse(json)
    throw invalidDataFile(this.#path, 'a record does not open with this key', {
      advice: `Give the key that the file was made with (${keyFileOf(this.#path)}); if it is that one, restore a copy of the file.`,
    })
  }
}

/** Opens a file, which is made for its owner alone if it is not there yet. */
function openDatabase(path: string): DatabaseSync {
  try {
    closeSync(openSync(path, 'a', 0o600))
    const { DatabaseSync } = quietly(() => process.getBuiltinModule('node:sqlite'))
    return new DatabaseSync(path)
  } catch (cause) {
    throw dataFileError(path, cause)
  }
}

/** Looks first and changes nothing of a file that is another's; says whether the file is new. */
function prepareDatabase(path: string, database: DatabaseSync): boolean {
  // The lock is held from the first read until the process ends, however it does.
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  const numberOf = (query: string) => Number(Object.values(database.prepare(query).get() ?? {})[0])
  const isNew = numberOf('SELECT count(*) FROM sqlite_schema') === 0
  if (!isNew && numberOf('PRAGMA application_id') !== applicationId) {
    throw invalidDataFile(path, 'it is a database of another program', {
      advice: 'Nothing was changed. Choose another file.',
    })
  }
  if (numberOf('PRAGMA user_version') > schemaVersion) {
    const problem =
      'a newer version of kasm-sim wrote it. Nothing was changed. Use that version, or choose another file'
    throw new KasmSimError('DATA_FILE_TOO_NEW', `Failed to use the data file ${path}: ${problem}.`)
  }
  // An operation counts once it is on the disk, not in a buffer of the operating system.
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT`)
  return isNew
}

/** A file with records whose key is gone is of no use, and a new key would hide that. */
function createMissingKey(path: string, isNew: boolean): Uint8Array {
  if (isNew) return createKey(path)
  throw invalidDataFile(path, `its key file ${keyFileOf(path)} is gone`, {
    advice: 'Put it back, or give the key that the file was made with.',
  })
}

/** Loads without the notice that the module of Node.js is an experimental one. */
function quietly<Result>(load: () => Result): Result {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}
