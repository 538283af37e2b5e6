// No password and no token of a scenario is in what a run writes; what is there instead replays to the same run.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { withoutSecrets } from '../../simulator/scenario/secrets.ts'
import { command, temporaryFolder } from '../cli/command.ts'

const keyFile = JSON.stringify({ client_email: 'robot@example.iam', private_key: 'Hush-key-file' })

/** Right and wrong passwords, tokens, key files in both forms, and a definition that gets another token. */
const source = {
  name: 'secrets',
  fleet: { agents: 3 },
  registry: {
    profile: 'ghcr',
    accounts: [
      { username: 'ada', password: 'Hush-1', tokens: [{ token: 'Hush-2' }] },
      { username: 'bob', password: 'Hush-3' },
    ],
  },
  images: [
    { name: 'team/app:1.0', size: '1MB', user: 'ada', token: 'Hush-1' },
    { name: 'team/tool:1.0', size: '1MB', user: 'ada', token: 'Hush-2' },
    { name: 'team/lost:1.0', size: '1MB', user: 'bob', token: 'Hush-4' },
  ],
  timeline: [{ at: '5m', do: 'update-definition', image: 'team/lost:1.0', set: { token: 'Hush-3' } }],
  end: { after: '20m' },
}

test('a run writes none of them, and its trace replays', async () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'secrets.yaml'), stringify(source))
  const flags = [
    '--trace',
    'out/trace.jsonl',
    '--summary',
    'out/summary.json',
    '--journal',
    'out/j.jsonl',
    '--har',
    'out/h.har',
  ]
  const run = await command(['run', 'secrets.yaml', '--time', 'virtual', '--json', '--logs', 'out/logs', ...flags], {
    cwd,
  })
  expect(run.exitCode, run.stderr).toBe(0)
  const written = readdirSync(join(cwd, 'out'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  expect(written).toHaveLength(7)
  for (const text of [...written, run.stdout, run.stderr]) expect(text).not.toContain('Hush')
  expect(written.join('')).toContain('pull-failed')
  const replay = await command(['replay', 'out/trace.jsonl'], { cwd })
  expect(replay.stdout).toMatch(/^identical: \d+ events$/m)
})

test('the same secret has the same stand-in wherever it stands, and stand-ins stand for themselves', () => {
  const base = compileScenario({ source: { ...source, registry: { profile: 'none' } } as never })
  const secret = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom('a', 'b', keyFile, Buffer.from(keyFile).toString('base64'), '{"a":1}'),
  )
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 6 }), (secrets) => {
      const accounts = secrets.map((password, index) => ({ username: `user-${index}`, password }))
      const sealed = withoutSecrets({ ...base, registry: { ...base.registry, accounts } })
      const standIns = sealed.registry.accounts.map(({ password }) => password)
      for (const [first, one] of secrets.entries()) {
        for (const [second, other] of secrets.entries()) {
          expect(standIns[first] === standIns[second]).toBe(one === other)
        }
      }
      expect(withoutSecrets(sealed)).toEqual(sealed)
    }),
  )
})

test('a key file stays one, in its form', () => {
  const base = compileScenario({ source: { ...source, registry: { profile: 'none' } } as never })
  const accounts = [keyFile, Buffer.from(keyFile).toString('base64')].map((password) => ({
    username: '_json_key',
    password,
  }))
  const [plain, encoded] = withoutSecrets({ ...base, registry: { ...base.registry, accounts } }).registry.accounts
  expect(JSON.parse(plain?.password ?? '')).toEqual({ client_email: 'key@kasm-sim.test', private_key: 'secret-1' })
  expect(Buffer.from(encoded?.password ?? '', 'base64').toString()).toBe(plain?.password)
})
