// Profiles of one's own, as the files that scenarios name: in one folder per test file, which goes once all its tests have ended.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'kasm-sim-profiles-'))
afterAll(() => rmSync(folder, { recursive: true }))
let profiles = 0

/** Writes a profile; gives the path of its file. */
export function ownProfile(text: string): string {
  profiles += 1
  const file = join(folder, `own-${profiles}.yaml`)
  writeFileSync(file, text)
  return file
}
