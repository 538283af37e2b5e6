// Data from outside is bounded at every door, and refused before anything is done.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { readSeedText } from '../../server/control/seed/read.ts'
import { assertWithin, callLimits, DataLimitError, parseJson } from '../../server/kernel/json.ts'
import { fetchListsFrom } from '../../server/routes/registry-lists.ts'
import { startControlled } from './control-support.ts'
import { apiCredentials, chrome, digestOf, heartbeatBody, startTestApp } from './support.ts'

const nested = (levels: number, inner = '1') => '{"a":'.repeat(levels) + inner + '}'.repeat(levels)
const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const tooDeep = callLimits.depth + 1
const credentials = JSON.stringify(apiCredentials).slice(1, -1)

/** Bodies beyond a limit, and what the answer says. */
const beyond = [
  ['is nested deeper than 64 levels', nested(tooDeep)],
  ['is nested deeper than 64 levels', nested(6_000)],
  ['is nested deeper than 64 levels', lists(400_000)],
  ['is nested deeper than 64 levels', '['.repeat(1_000_000)],
  ['has more than 100000 values', `[${'0,'.repeat(100_000)}0]`],
  ['has a number beyond', '{"a":1e999}'],
  ['has a number beyond', '{"a":-9007199254740993}'],
] as const

/** Every place of a call that keeps what it is given, whole or in a string. */
const doors: [verb: string, body: (value: string) => string][] = [
  ...['run_config', 'exec_config', 'launch_config', 'volume_mappings', 'persistent_profile_config'].map(
    (field): [string, (value: string) => string] => [
      'create_image',
      (value) => `{${credentials},"target_image":{"name":"team/app:1.0","${field}":${value}}}`,
    ],
  ),
  ['request_kasm', (value) => `{${credentials},"image_id":"x","environment":${value}}`],
  ['create_server', (value) => `{${credentials},"target_server":{"hostname":"x","connection_info":${value}}}`],
  ['update_setting', (value) => `{${credentials},"setting_id":"x","value":${value}}`],
  ['create_egress_provider', (value) => `{${credentials},"target_egress_provider":{"name":"x","more":${value}}}`],
  ['get_images', (value) => `{${credentials},"unknown":${value}}`],
  ['get_images', (value) => value],
]

test.for(doors)('refuses what is beyond the limits in %s', async ([verb, body]) => {
  const { send, model } = startTestApp()
  for (const [problem, value] of beyond) {
    const before = JSON.stringify(model.snapshot())
    const answer = await send(`/api/public/${verb}`, body(value))
    const isTooLong = body(value).length > 2 ** 20
    expect(answer, value.slice(0, 40)).toMatchObject({ status: isTooLong ? 413 : 400 })
    if (!isTooLong && !value.endsWith('[')) expect(answer.body.error_message).toContain(`the body ${problem}`)
    expect(JSON.stringify(model.snapshot())).toBe(before)
  }
  expect((await send('/api/public/get_images', apiCredentials)).status).toBe(200)
})

test.for(['run_config', 'exec_config', 'launch_config', 'volume_mappings', 'persistent_profile_config'])(
  'refuses JSON in the string %s that is beyond the limits',
  async (field) => {
    const { developer, images } = startTestApp()
    for (const [problem, value] of beyond.slice(0, 2)) {
      const target_image = { name: 'team/app:1.0', [field]: value }
      const { status, body } = await developer('create_image', { target_image })
      expect(status).toBe(400)
      expect(body.error_message).toContain(`target_image.${field} ${problem}`)
    }
    const target_image = { name: 'team/app:1.0', [field]: nested(callLimits.depth) }
    expect((await developer('create_image', { target_image })).status).toBe(200)
    expect(await images()).toHaveLength(2)
  },
)

test('takes bodies up to the limits', async () => {
  const { send } = startTestApp()
  const deep = `{${credentials},"x":${nested(callLimits.depth - 1)}}`
  expect((await send('/api/public/get_images', deep)).status).toBe(200)
  const wide = `{${credentials},"x":[${'0,'.repeat(99_000)}0]}`
  expect((await send('/api/public/get_images', wide)).status).toBe(200)
})

const controlBodies: [path: string, body: (value: string) => string][] = [
  ['/seed', (value) => value],
  ['/seed', (value) => `{"images":[{"name":"a:1","run_config":${value}}]}`],
  ['/wait-for', (value) => `{"request":{"body":${value}},"timeout":"1ms"}`],
  ['/journal/verify', (value) => `{"body":${value}}`],
  ['/faults', (value) => `{"kind":"status","status":503,"body":${value}}`],
  ['/quirks', (value) => value],
]

test.for(controlBodies)('the control API refuses what is beyond the limits at %s', async ([path, body]) => {
  const { post, model, get } = startControlled()
  const before = JSON.stringify(model.snapshot())
  for (const [, value] of beyond.filter(([problem]) => !problem.includes('100000'))) {
    const answer = await post(path, body(value))
    expect([400, 413], value.slice(0, 40)).toContain(answer.status)
    expect(answer.body.error.message).toMatch(/^Failed to answer POST/)
  }
  expect(JSON.stringify(model.snapshot())).toBe(before)
  expect((await get('/faults')).body).toEqual({ faults: [] })
})

const hostileYaml = {
  'deep lists on one line': '- '.repeat(1_000_000),
  'deep keys': '? '.repeat(1_000_000),
  'deep lists in brackets': '['.repeat(1_000_000),
  'deep maps': Array.from({ length: 500 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
  'a list within itself': '&a\nimages: *a',
  'aliases of aliases': `a: &a [x,x,x]\n${'bcdefghij'
    .split('')
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`)}]`)
    .join('\n')}`,
  'more values than can be': '-\n'.repeat(2_000_000),
  nothing: '',
  null: '~',
  'a key twice': 'zones: [a]\nzones: [b]',
}

test.for(Object.entries(hostileYaml))('refuses a seed in YAML with %s', async ([, text]) => {
  const { call, model } = startControlled()
  const before = JSON.stringify(model.snapshot())
  const answer = await call('POST', '/seed', text, { 'content-type': 'application/yaml' })
  expect(answer).toMatchObject({ status: 400 })
  expect(JSON.stringify(model.snapshot())).toBe(before)
})

test('the time for a seed of unknown keys grows as their number', () => {
  const cost = (count: number) => {
    const text = Array.from({ length: count }, (_, index) => `key${index}: 1`).join('\n')
    const usage = process.cpuUsage()
    expect(() => readSeedText(text, { file: 'seed.yaml', format: 'yaml' })).toThrow('key0 is not known')
    return process.cpuUsage(usage).user
  }
  cost(1_000)
  // Quadratic would be 64 times as much.
  expect(cost(32_000) / cost(4_000)).toBeLessThan(32)
}, 60_000)

test('refuses a CSV of more cells than can be', async () => {
  const { call } = startControlled()
  const answer = await call('POST', '/seed', `name\n${','.repeat(1_100_000)}`, { 'content-type': 'text/csv' })
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'SEED_INVALID' } } })
})

test('a list of a workspace registry that is beyond the limits is a problem in words', async () => {
  const server = createServer((_request, response) => response.end(`{"workspaces":[${nested(6_000)}]}`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const fetchList = fetchListsFrom([`127.0.0.1:${port}`])
  expect(await fetchList({ url: `http://127.0.0.1:${port}/`, schemas: ['1.1'] })).toEqual({
    problem: 'its list is nested deeper than 64 levels',
  })
})

test('a fake in its own process refuses deep seeds too', async () => {
  const { readSeedValue } = await import('../../server/control/seed/read.ts')
  expect(() => readSeedValue({ images: [{ name: 'a:1', run_config: JSON.parse(nested(6_000)) }] })).toThrow('deeper')
})

test('a text and its data are measured alike', () => {
  const limits = { depth: 4, values: 12 }
  const outcome = (measure: () => unknown) => {
    try {
      measure()
      return 'within'
    } catch (error) {
      return (error as DataLimitError).message.replace(/ .*/, '')
    }
  }
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value)
      const byText = outcome(() => parseJson(text, limits))
      const byData = outcome(() => assertWithin(value, limits))
      // The text counts empty objects and lists once more; what is refused by the data is never let through.
      if (byData !== 'within') expect(byText).not.toBe('within')
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseJson(JSON.stringify([text]))).toEqual([text])
    }),
  )
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (number) => {
      const isLarge = Math.abs(number) > Number.MAX_SAFE_INTEGER
      const read = () => parseJson(JSON.stringify({ number }))
      if (isLarge) expect(read).toThrow(DataLimitError)
      else expect(read()).toEqual(JSON.parse(JSON.stringify({ number })))
    }),
  )
})

test('numbers that settings and fields may have make no date or sum that cannot be written', async () => {
  const kasm = startTestApp()
  const holding = { docker_images: [{ name: chrome, digest: digestOf('a') }] }
  const { agent } = await kasm.heartbeat(holding)
  await kasm.developer('update_agent', { target_agent: { agent_id: agent.agent_id, enabled: true } })
  const image_id = (await kasm.images())[0]?.image_id
  const large = Number.MAX_SAFE_INTEGER
  await kasm.developer('update_image', { target_image: { image_id, session_time_limit: large } })
  const { groups } = (await kasm.developer('get_groups')).body
  for (const { group_id } of groups) {
    for (const value of ['1e999', large, '9'.repeat(400)]) {
      const target_setting = { name: 'keepalive_expiration', value }
      await kasm.developer('add_settings_group', { target_group: { group_id }, target_setting })
    }
  }
  await kasm.manager('heartbeat', heartbeatBody({ ...holding, refresh_due_in_ms: large }))
  expect((await kasm.developer('request_kasm', { image_id })).body).toHaveProperty('kasm_id')
  expect((await kasm.developer('get_kasms')).status).toBe(200)
  expect((await kasm.app.inject('/agents')).statusCode).toBe(200)
  expect((await kasm.app.inject('/__sim__/agents')).statusCode).toBe(200)
})
