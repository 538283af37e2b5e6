// Opening the database of a data file: looking first, and changing nothing until all that was read is of use.
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { KasmSimError } from '../kernel/errors.ts'
import { dataFileError, invalidDataFile } from './data-file-error.ts'

/** Marks a database as this program's: "KSIM". */
const applicationId = 0x4b53494d
/** Raised by every change of the table or of the records' shapes that older programs cannot read. Since 2, rows are sealed for their keys. */
export const schemaVersion = 2

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

interface OpenDatabase {
  database: DatabaseSync
  /** Of the form of the file; null of a new one. */
  version: number | null
}

/** Opens a file, which is made for its owner alone if it is not there yet, and locks it until the process ends, however it does. */
export function openDatabase(path: string): OpenDatabase {
  try {
    closeSync(openSync(path, 'a', 0o600))
    const database = connect(path)
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE')
      const version = versionOf(path, database)
      database.exec('BEGIN EXCLUSIVE; COMMIT')
      return { database, version }
    } catch (cause) {
      database.close()
      throw cause
    }
  } catch (cause) {
    throw dataFileError(path, cause)
  }
}

/**
 * Looks into a file that a process has left without closing it. SQLite finishes what that process began as soon as the file is opened and
 * closed, so that a copy is looked into.
 */
export function inspectUnclean(path: string, inspect: (database: DatabaseSync, version: number) => void): void {
  const rest = `${path}-wal`
  if (!existsSync(path) || !existsSync(rest) || statSync(rest).size === 0) return
  const folder = mkdtempSync(join(tmpdir(), 'kasm-sim-'))
  try {
    const copy = join(folder, 'copy.db')
    const before = stampOf([path, rest])
    cpSync(path, copy)
    cpSync(rest, `${copy}-wal`)
    // Somebody writes to it: that it is in use is found out by opening it.
    if (stampOf([path, rest]) !== before) return
    const database = connect(copy)
    try {
      const version = versionOf(path, database)
      if (version !== null) inspect(database, version)
    } finally {
      database.close()
    }
  } catch (cause) {
    throw dataFileError(path, cause)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Gives a file the form of this version; `migrate` is called within the same transaction. */
export function prepareForWrites(database: DatabaseSync, migrate: () => void): void {
  // An operation counts once it is on the disk, not in a buffer of the operating system.
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec('BEGIN IMMEDIATE')
  migrate()
  database.exec(`${schema} COMMIT`)
}

/** @throws KasmSimError DATA_FILE_INVALID of a database that is another's, DATA_FILE_TOO_NEW */
function versionOf(path: string, database: DatabaseSync): number | null {
  const numberOf = (query: string) => Number(Object.values(database.prepare(query).get() ?? {})[0])
  if (numberOf('SELECT count(*) FROM sqlite_schema') === 0) return null
  if (numberOf('PRAGMA application_id') !== applicationId) {
    throw invalidDataFile(path, 'it is a database of another program', {
      advice: 'Nothing was changed. Choose another file.',
    })
  }
  const version = numberOf('PRAGMA user_version')
  if (version <= schemaVersion) return version
  const problem = 'a newer version of kasm-sim wrote it. Nothing was changed. Use that version, or choose another file'
  throw new KasmSimError('DATA_FILE_TOO_NEW', `Failed to use the data file ${path}: ${problem}.`)
}

function stampOf(files: string[]): string {
  return files
    .map((file) => statSync(file))
    .map(({ size, mtimeMs }) => `${size}/${mtimeMs}`)
    .join()
}

function connect(path: string): DatabaseSync {
  const { DatabaseSync } = quietly(() => process.getBuiltinModule('node:sqlite'))
  return new DatabaseSync(path)
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
