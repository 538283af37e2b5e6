// A text file that grows while a run goes on, written in large pieces.
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { flushAtExit } from './at-exit.ts'
import { makeFolder } from './make-folder.ts'

const bufferedCharactersMax = 256 * 1_024

/** A file that is being written. */
interface PiecesFile {
  /** @throws KasmSimError FILE_NOT_WRITABLE once the disk takes no more */
  write(text: string): void
  /** Writes what is left now. */
  flush(): void
  /** Writes what is left and closes the file; a second call does nothing, nor does what is written after it. */
  close(): void
}

/**
 * Opens a file, its folder included, in place of one that was there. Text is gathered and written in large pieces at once: a run
 * waits for a slow disk, so that memory stays bounded; what is gathered is written too where the process ends at once. `what` and `flag` are for error messages.
 *
 * @throws KasmSimError FILE_NOT_WRITABLE
 * @example
 * const file = openPieces('runs/storm/trace.jsonl', { what: 'trace', flag: '--trace' })
 */
export function openPieces(file: string, naming: { what: string; flag: string }): PiecesFile {
  const descriptor = orNotWritable(file, naming, () => {
    makeFolder(dirname(file))
    return openSync(file, 'w')
  })
  let buffered = ''
  let open = true
  function flush(): void {
    const text = buffered
    buffered = ''
    if (text !== '') orNotWritable(file, naming, () => writeFileSync(descriptor, text))
  }
  const forget = flushAtExit(flush)
  return {
    write: (text) => {
      if (!open) return
      buffered += text
      if (buffered.length >= bufferedCharactersMax) flush()
    },
    flush,
    close: () => {
      if (!open) return
      open = false
      forget()
      try {
        flush()
      } finally {
        closeSync(descriptor)
      }
    },
  }
}

function orNotWritable<Result>(
  file: string,
  { what, flag }: { what: string; flag: string },
  write: () => Result,
): Result {
  try {
    return write()
  } catch (error) {
    throw new KasmSimError(
      'FILE_NOT_WRITABLE',
      `Failed to write the ${what} ${file}: ${(error as Error).message}. Choose another place with ${flag}.`,
      { cause: error },
    )
  }
}
