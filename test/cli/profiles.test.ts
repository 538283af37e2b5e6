// `kasm-sim profiles`: the list, one in detail, and JSON that is a profile file.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command, temporaryFolder } from './command.ts'

test('lists every profile with a sentence', async () => {
  const { exitCode, stdout } = await command(['profiles'])
  expect(exitCode).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(17)
  expect(lines[0]).toMatch(/^none {2,}No authentication/)
})

test('explains one with its source', async () => {
  const { stdout } = await command(['profiles', 'ecr-public'])
  expect(
    stdout,
  ).toBe(`ecr-public: Amazon ECR Public: 1 manifest request a second and address, 10 with an account; HEAD counts.

  known from      docs/registries.md, section 2.3
  authentication  Bearer, service public.ecr.aws, tokens from /token good for 43200 s; pulls also without an account
  limit           1 requests in 1 s (token bucket, 3 at once) of version-check, manifest for an address, then 429 "Rate exceeded"
  limit           10 requests in 1 s (token bucket, 30 at once) of version-check, manifest for an account, then 429 "Rate exceeded"
`)
})

test('prints JSON that is a profile of one’s own once a number is another', async () => {
  const cwd = temporaryFolder()
  const { stdout } = await command(['profiles', 'docker-hub-abuse', '--json'])
  writeFileSync(join(cwd, 'mine.json'), stdout.replace('"requests": 3000', '"requests": 200'))
  const mine = await command(['profiles', './mine.json'], { cwd })
  expect(mine.stdout).toContain('200 requests in 60 s (rolling window) of ping, token,')
  expect(mine.stdout).toContain('Retry-After: 60')
  const all = await command(['profiles', '--json'])
  expect(JSON.parse(all.stdout)).toContainEqual(JSON.parse(stdout))
})

test('refuses a name that is none', async () => {
  const { exitCode, stderr } = await command(['profiles', 'ghrc'])
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/Did you mean "ghcr"\?.*\[PROFILE_UNKNOWN\]\n$/)])
})
