// What goes wrong with a data file, in words that a person can act on.
import { KasmSimError } from '../kernel/errors.ts'

/** Result codes of SQLite, without their extensions (sqlite.org, "Result and Error Codes"). */
const busy = 5
const corrupt = 11
const notADatabase = 26

/**
 * The coded error of a failure of SQLite.
 *
 * @example
 * throw dataFileError('kasm.db', cause)
 */
export function dataFileError(file: string, cause: unknown): KasmSimError {
  if (cause instanceof KasmSimError) return cause
  const failed = `Failed to use the data file ${file}`
  const { errcode = 0, message } = cause as Error & { errcode?: number }
  switch (errcode & 0xff) {
    case busy:
      return new KasmSimError(
        'DATA_FILE_IN_USE',
        `${failed}: another process has it open. Stop that one, or choose another file.`,
        { cause },
      )
    case corrupt:
    case notADatabase:
      return invalidDataFile(file, `it is no database of kasm-sim, or it is damaged (${message})`, {
        advice: 'Nothing was changed. Choose another file, or restore a copy of this one.',
        cause,
      })
    default:
      return new KasmSimError(
        'FILE_NOT_WRITABLE',
        `${failed}: ${message}. Choose a file in a folder that exists, with the right to write both and room on the disk.`,
        { cause },
      )
  }
}

/** A file that cannot be used as it is. */
export function invalidDataFile(
  file: string,
  problem: string,
  { advice, cause }: { advice: string; cause?: unknown },
): KasmSimError {
  const message = `Failed to use the data file ${file}: ${problem}. ${advice}`
  return new KasmSimError('DATA_FILE_INVALID', message, cause === undefined ? {} : { cause })
}
