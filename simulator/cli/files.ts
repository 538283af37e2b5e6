// The files that a command writes. What cannot be written is a coded error that names the path.
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { makeFolder } from '../reporters/make-folder.ts'

const runsFolder = 'runs'

/**
 * Makes the folder of the next run of a scenario: `runs/storm-1`, `runs/storm-2`, ...
 *
 * @throws KasmSimError FILE_NOT_WRITABLE
 */
export function nextRunFolder(scenarioName: string): string {
  const name = scenarioName.replaceAll(/[^\w.-]+/g, '-')
  ensureFolder(runsFolder)
  const taken = readdirSync(runsFolder)
    .filter((entry) => entry.startsWith(`${name}-`))
    .map((entry) => Number(entry.slice(name.length + 1)))
  const highest = Math.max(0, ...taken.filter(Number.isInteger))
  // Two runs that start together both want the same number; the one that comes second takes the next.
  for (let number = highest + 1; ; number += 1) {
    const folder = `${runsFolder}/${name}-${number}`
    if (madeFolder(folder)) return folder
  }
}

function madeFolder(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw notWritable(folder, error)
  }
}

/** @throws KasmSimError FILE_NOT_WRITABLE */
export function ensureFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    throw notWritable(folder, error)
  }
}

/**
 * Makes a folder and finds out before the work whether files can be written into it.
 *
 * @throws KasmSimError FILE_NOT_WRITABLE
 */
export function assertFolderWritable(folder: string): void {
  ensureFolder(folder)
  const probe = join(folder, `.kasm-sim-${process.pid}`)
  try {
    closeSync(openSync(probe, 'wx'))
    rmSync(probe)
  } catch (error) {
    throw notWritable(folder, error)
  }
}

/**
 * Finds out before the work whether a file can be written after it; what the file holds stays.
 *
 * @throws KasmSimError FILE_NOT_WRITABLE
 */
export function assertWritable(file: string): void {
  ensureFolder(dirname(file))
  try {
    closeSync(openSync(file, 'a'))
  } catch (error) {
    throw notWritable(file, error)
  }
}

/** @throws KasmSimError FILE_NOT_WRITABLE */
export function writeText(file: string, text: string): void {
  ensureFolder(dirname(file))
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw notWritable(file, error)
  }
}

/** The coded error of a path that cannot be written. */
export function notWritable(path: string, error: unknown): KasmSimError {
  const { code, message } = error as NodeJS.ErrnoException
  const causes: Record<string, string> = {
    EACCES: 'permission denied',
    EEXIST: 'a file is in the way of a folder',
    EISDIR: 'it is a folder',
    ENOENT: 'there can be no such path',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'a part of the path is no folder',
    EROFS: 'the file system is read-only',
  }
  const cause = causes[code ?? ''] ?? message
  return new KasmSimError('FILE_NOT_WRITABLE', `Failed to write ${path}: ${cause}. Choose another path.`, {
    cause: error,
  })
}
