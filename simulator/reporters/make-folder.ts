// Makes folders level by level: on file systems that take none, such as /proc, Node's own `recursive` tries for ever.
import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it; one that is there is left as it is.
 *
 * @throws NodeJS.ErrnoException of the level that cannot be made
 * @example
 * makeFolder('runs/storm-1')
 */
export function makeFolder(folder: string): void {
  const path = resolve(folder)
  if (isMade(path)) return
  makeFolder(dirname(path))
  mkdirSync(path)
}

/** False where the level above has to be made first. */
function isMade(path: string): boolean {
  try {
    mkdirSync(path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && path !== dirname(path)) return false
    if (code === 'EEXIST' && statSync(path).isDirectory()) return true
    throw error
  }
}
