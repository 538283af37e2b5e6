// Files that cannot be used: each is refused in words, and left as it was.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createManualClock } from '../../../server/kernel/clock.ts'
import { defaultCredentials } from '../../../server/model/access/credentials.ts'
import { Secrets } from '../../../server/model/secrets.ts'
import { keepModel } from '../../../server/store/keep.ts'
import { temporaryFolder } from '../../cli/command.ts'

const ownKey = { ...defaultCredentials, apiKey: 'own', apiKeySecret: 'hush' }

async function keep(
  dataFile: string,
  { secretKey, isOwnKey = false }: { secretKey?: Uint8Array; isOwnKey?: boolean } = {},
) {
  const credentials = isOwnKey ? ownKey : defaultCredentials
  const model = { credentials, images: [{ name: 'team/app:1.0' }], ...(secretKey && { secretKey }) }
  const kept = keepModel({ dataFile, clock: createManualClock(0), model, isOwnKey })
  await kept.store.begin()
  return kept
}

const newFile = () => join(temporaryFolder(), 'kasm.db')

/** The bytes of every file of a data file, which a start that is refused leaves alone. */
function filesOf(file: string): Record<string, string> {
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(dirname(file), name)).toString('hex')]))
}

/** A file that has been used and closed. */
async function usedFile(options?: Parameters<typeof keep>[1]): Promise<string> {
  const file = newFile()
  const { store } = await keep(file, options)
  store.close()
  return file
}

test('refuses a file that is no database', async () => {
  const file = newFile()
  writeFileSync(file, 'zone,image\n'.repeat(1_000))
  const before = readFileSync(file)
  await expect(keep(file)).rejects.toMatchObject({
    code: 'DATA_FILE_INVALID',
    message: expect.stringMatching(/^Failed to use the data file .*: it is no database of kasm-sim/),
  })
  expect(readFileSync(file)).toEqual(before)
})

test('refuses the database of another program', async () => {
  const file = newFile()
  const other = new DatabaseSync(file)
  other.exec('CREATE TABLE records (id INTEGER)')
  other.close()
  const before = readFileSync(file)
  await expect(keep(file)).rejects.toMatchObject({ code: 'DATA_FILE_INVALID' })
  expect(readFileSync(file)).toEqual(before)
})

test('refuses a file of a newer version', async () => {
  const file = await usedFile()
  const newer = new DatabaseSync(file)
  newer.exec('PRAGMA user_version = 99')
  newer.close()
  const before = readFileSync(file)
  await expect(keep(file)).rejects.toMatchObject({ code: 'DATA_FILE_TOO_NEW' })
  expect(readFileSync(file)).toEqual(before)
})

test('refuses a file that somebody else has open, who goes on undisturbed', async () => {
  const file = newFile()
  const { model, store } = await keep(file)
  await expect(keep(file)).rejects.toMatchObject({ code: 'DATA_FILE_IN_USE' })
  model.handle({ operation: 'create_user', body: { target_user: { username: 'ada' } }, nowMs: 0 })
  await store.settled()
  store.close()
  const again = await keep(file)
  expect(again.model.snapshot().users).toHaveLength(3)
  again.store.close()
})

test('refuses a damaged file', async () => {
  const file = await usedFile()
  const bytes = readFileSync(file)
  bytes.fill(0xff, 4_096)
  writeFileSync(file, bytes)
  await expect(keep(file)).rejects.toMatchObject({ code: 'DATA_FILE_INVALID' })
})

test('refuses a file whose key is gone, and one with the key of another', async () => {
  const file = await usedFile()
  const key = readFileSync(`${file}.key`)
  rmSync(`${file}.key`)
  const gone = { code: 'DATA_FILE_INVALID', message: expect.stringContaining(`its key file ${file}.key is gone`) }
  await expect(keep(file)).rejects.toMatchObject(gone)
  await expect(keep(file, { secretKey: Buffer.from('another') })).rejects.toMatchObject({
    code: 'DATA_FILE_INVALID',
    message: expect.stringContaining('a record does not open with this key'),
  })
  writeFileSync(`${file}.key`, key.subarray(0, 40))
  await expect(keep(file)).rejects.toMatchObject({ message: expect.stringContaining('is no key') })
  writeFileSync(`${file}.key`, key)
  const { store } = await keep(file)
  store.close()
})

test.for(['another key', 'no key', 'a damaged key'])('writes nothing to a file that it refuses for %s', async (why) => {
  const file = await usedFile()
  const { model, store } = await keep(file)
  model.handle({ operation: 'create_user', body: { target_user: { username: 'ada' } }, nowMs: 0 })
  await store.settled()
  // As a kill leaves it: with a write-ahead log.
  const left = newFile()
  for (const ending of ['', '-wal', '.key']) cpSync(file + ending, left + ending)
  store.close()
  for (const refused of [file, left]) {
    if (why === 'no key') rmSync(`${refused}.key`)
    if (why === 'a damaged key') writeFileSync(`${refused}.key`, 'half')
    const before = filesOf(refused)
    await expect(keep(refused, why === 'another key' ? { secretKey: Buffer.from('x') } : {})).rejects.toMatchObject({
      code: 'DATA_FILE_INVALID',
    })
    expect(filesOf(refused)).toEqual(before)
  }
})

test('refuses a record that stands where another was written', async () => {
  const file = await usedFile()
  const database = new DatabaseSync(file)
  database.exec(`
    UPDATE records SET sealed = (SELECT sealed FROM records WHERE collection = 'users' ORDER BY position LIMIT 1)
    WHERE collection = 'users'`)
  database.close()
  await expect(keep(file)).rejects.toMatchObject({
    code: 'DATA_FILE_INVALID',
    message: expect.stringContaining('is not where it was written'),
  })
})

test('goes on with a file of the first version, whose records it binds to their keys', async () => {
  const file = await usedFile()
  const secrets = new Secrets(Buffer.from(readFileSync(`${file}.key`, 'utf8').trim(), 'hex'))
  const old = new DatabaseSync(file)
  const rows = old.prepare('SELECT collection, key, sealed FROM records').all() as Record<string, string>[]
  for (const { collection = '', key = '', sealed = '' } of rows) {
    const json = secrets.open(sealed, `records/${collection}/${key}`) as string
    old
      .prepare('UPDATE records SET sealed = ? WHERE collection = ? AND key = ?')
      .run(secrets.seal(json), collection, key)
  }
  old.exec('PRAGMA user_version = 1')
  old.close()
  const { model, store } = await keep(file)
  model.handle({ operation: 'create_user', body: { target_user: { username: 'ada' } }, nowMs: 0 })
  const users = model.snapshot().users
  store.close()
  const bound = new DatabaseSync(file)
  expect(Object.values(bound.prepare('PRAGMA user_version').get() ?? {})).toEqual([2])
  const [first] = bound.prepare("SELECT sealed FROM records WHERE collection = 'users'").all() as { sealed: string }[]
  expect(secrets.open(first?.sealed ?? '')).toBeNull()
  bound.close()
  const again = await keep(file)
  expect(again.model.snapshot().users).toEqual(users)
  again.store.close()
})

test('says so where a file cannot be written', async () => {
  await expect(keep(join(temporaryFolder(), 'missing', 'kasm.db'))).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' })
  await expect(keep(temporaryFolder())).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' })
  const file = newFile()
  mkdirSync(`${file}.key`)
  await expect(keep(file)).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' })
})

test('a key that someone chooses at a later start opens what was kept; the default one must have been there', async () => {
  const file = await usedFile({ isOwnKey: true })
  await expect(keep(file)).rejects.toMatchObject({ code: 'API_KEY_UNKNOWN' })
  const { model, store } = await keep(file, { isOwnKey: true })
  expect(model.snapshot().apiKeys).toHaveLength(1)
  store.close()
  const other = await usedFile()
  const later = await keep(other, { isOwnKey: true })
  const body = { api_key: 'own', api_key_secret: 'hush' }
  expect(later.model.admit('get_images', { body, authorization: undefined, nowMs: 0 })).toHaveProperty('caller')
  expect(later.model.snapshot().images).toHaveLength(1)
  later.store.close()
})
