// The file that keeps a state: an SQLite database with one sealed row per record, for one process at a time (docs/persistence.md).
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Secrets } from '../model/secrets.ts'
import { collectionNames, type StateSnapshot } from '../model/state/state.ts'
import { dataFileError, invalidDataFile } from './data-file-error.ts'
import { inspectUnclean, openDatabase, prepareForWrites, schemaVersion } from './database.ts'
import { createKey, keyFileOf, readKey } from './key-file.ts'
import type { PendingWrite, RecordKey, Write } from './pending-writes.ts'

interface SealedRecord {
  collection: keyof StateSnapshot
  key: string
  sealed: string
}

interface Statements {
  upsert: StatementSync
  delete: StatementSync
}

/** What one transaction writes: records as JSON. */
export interface Changes {
  /** Takes the place of everything before; null where nothing does. */
  replacement: Write<string>[] | null
  writes: Iterable<PendingWrite<string>>
}

/** Opens sealed rows; those of the first version were not bound to their keys. */
class Seals {
  readonly secrets: Secrets
  readonly #path: string

  constructor(path: string, secretKey: Uint8Array) {
    this.#path = path
    this.secrets = new Secrets(secretKey)
  }

  seal({ collection, key }: RecordKey, json: string): string {
    return this.secrets.seal(json, placeOf({ collection, key }))
  }

  /** @throws KasmSimError DATA_FILE_INVALID */
  open({ collection, key, sealed }: SealedRecord, version: number): string {
    const json = this.secrets.open(sealed, version === 1 ? '' : placeOf({ collection, key }))
    if (json !== null) return json
    throw invalidDataFile(this.#path, 'a record does not open with this key, or is not where it was written', {
      advice: `Give the key that the file was made with (${keyFileOf(this.#path)}); if it is that one, restore a copy of the file.`,
    })
  }
}

/**
 * An open data file. Nothing is written to it before the first `write`: a start that fails leaves it as it was.
 *
 * @throws KasmSimError DATA_FILE_INVALID, DATA_FILE_TOO_NEW, DATA_FILE_IN_USE or FILE_NOT_WRITABLE
 */
export class DataFile {
  /** What secrets of the state are sealed with, too. */
  readonly secretKey: Uint8Array
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #seals: Seals
  /** Of the form that the file has now; null of a new one. */
  #version: number | null
  #statements: Statements | null = null

  constructor(path: string, secretKey: Uint8Array | null = null) {
    this.#path = path
    const keyOf = (isNew: boolean) => secretKey ?? readKey(path) ?? createMissingKey(path, isNew)
    inspectUnclean(path, (database, version) => {
      const seals = new Seals(path, keyOf(false))
      for (const record of recordsOf(database)) seals.open(record, version)
    })
    const { database, version } = openDatabase(path)
    this.#database = database
    this.#version = version
    try {
      this.secretKey = keyOf(version === null)
      this.#seals = new Seals(path, this.secretKey)
    } catch (cause) {
      this.#database.close()
      throw dataFileError(path, cause)
    }
  }

  /** Every record, in the order of creation; null where there is none yet. */
  read(): StateSnapshot | null {
    if (this.#version === null) return null
    const snapshot = Object.fromEntries(collectionNames.map((name) => [name, [] as [string, object][]]))
    let isEmpty = true
    try {
      for (const record of recordsOf(this.#database)) {
        snapshot[record.collection]?.push([record.key, JSON.parse(this.#seals.open(record, this.#version))])
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
      const statements = this.#prepare()
      this.#database.exec('BEGIN IMMEDIATE')
      if (replacement) {
        this.#database.exec('DELETE FROM records')
        for (const write of replacement) this.#put(statements.upsert, write)
      }
      for (const write of writes) {
        if (write.kept === null || write.isRecreated) statements.delete.run(write.collection, write.key)
        this.#put(statements.upsert, write)
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

  /** Before the first write, the file is given the form of this version. */
  #prepare(): Statements {
    if (this.#statements) return this.#statements
    prepareForWrites(this.#database, () => {
      if (this.#version === 1) this.#bindRows()
    })
    this.#version = schemaVersion
    this.#statements = {
      upsert: this.#database.prepare(
        'INSERT INTO records (collection, key, sealed) VALUES (?, ?, ?) ' +
          'ON CONFLICT (collection, key) DO UPDATE SET sealed = excluded.sealed',
      ),
      delete: this.#database.prepare('DELETE FROM records WHERE collection = ? AND key = ?'),
    }
    return this.#statements
  }

  /** Seals the rows of the first version again, each for its own place. */
  #bindRows(): void {
    const update = this.#database.prepare('UPDATE records SET sealed = ? WHERE collection = ? AND key = ?')
    for (const record of [...recordsOf(this.#database)]) {
      update.run(this.#seals.seal(record, this.#seals.open(record, 1)), record.collection, record.key)
    }
  }

  #put(upsert: StatementSync, { collection, key, kept }: Write<string>): void {
    if (kept !== null) upsert.run(collection, key, this.#seals.seal({ collection, key }, kept))
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK')
    } catch {
      // Some failures, such as a full disk, have rolled back already.
    }
  }
}

function recordsOf(database: DatabaseSync): Iterable<SealedRecord> {
  const statement = database.prepare('SELECT collection, key, sealed FROM records ORDER BY position')
  return statement.iterate() as Iterable<unknown> as Iterable<SealedRecord>
}

function placeOf({ collection, key }: RecordKey): string {
  return `records/${collection}/${key}`
}

/** A file with records whose key is gone is of no use, and a new key would hide that. */
function createMissingKey(path: string, isNew: boolean): Uint8Array {
  if (isNew) return createKey(path)
  throw invalidDataFile(path, `its key file ${keyFileOf(path)} is gone`, {
    advice: 'Put it back, or give the key that the file was made with.',
  })
}
