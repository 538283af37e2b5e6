// Reads the data files that come with the program, so that the model itself opens no files.
import { readFileSync } from 'node:fs'

/** The text of a file of server/data/. */
export function readDataFile(name: string): string {
  return readFileSync(new URL(`./data/${name}`, import.meta.url), 'utf8')
}
