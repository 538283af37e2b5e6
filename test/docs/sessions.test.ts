// What docs/sessions.md shows is what the fake does.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { HeartbeatRequest } from '../../server/api/manager.ts'
import { createKasmModel } from '../../server/model/model.ts'
import { logLines } from '../../server/model/sessions/decisions.ts'
import { defaultDelays } from '../../server/model/sessions/lifecycle.ts'
import { objectionKinds } from '../../server/model/sessions/objection.ts'
import { heartbeatBody, startTestApp } from '../server/support.ts'

const page = readFileSync(new URL('../../docs/sessions.md', import.meta.url), 'utf8')
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text as string)

test('names every reason once', () => {
  const [, table = ''] = /\| reason \| when \|\n\| --- \| --- \|\n([\s\S]*?)\n\n/.exec(page) ?? []
  const cells = table.split('\n').map((row) => row.split('|')[1] ?? '')
  expect(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, kind]) => kind))).toEqual(objectionKinds)
})

test('has the delays and their defaults', () => {
  const rows = [...page.matchAll(/^\| `(\w+Ms)` \| ([\d,]+) \|/gm)]
  const documented = rows.map(([, name, value]) => [name, Number(value?.replaceAll(',', ''))])
  expect(Object.fromEntries(documented)).toEqual(defaultDelays)
})

test('sets delays as the snippet does', () => {
  const [snippet = ''] = blocks('ts')
  const run = new Function('createKasmModel', `${snippet}\nreturn model`)
  expect(run(createKasmModel).sessionDelays).toMatchObject({ startingMs: 30_000, deletingMs: 5_000 })
})

test('takes the heartbeat as it stands there, and the view shows what it says', async () => {
  const body = JSON.parse(blocks('json')[0] as string) as HeartbeatRequest
  const kasm = startTestApp({
    autoEnableAgents: true,
    images: [{ name: 'kasmweb/chrome:1.16.1' }, { name: 'kasmweb/firefox:1.16.1' }],
  })
  await kasm.heartbeat(body)
  expect(kasm.model.agentView(body.server_id, kasm.clock.nowMs())?.images).toMatchObject([
    { state: 'pulling', percent: 50 },
    { state: 'failed', failure: { cause: expect.stringContaining('toomanyrequests') } },
  ])
})

test('shows the header and the log of a refusal', async () => {
  const kasm = startTestApp({ autoEnableAgents: true })
  await kasm.heartbeat({ server_id: '0b3c5d7e-91a2-4b6c-8d0e-f1a2b3c4d5e6', hostname: heartbeatBody().hostname })
  const image_id = (await kasm.images())[0]?.image_id
  const { headers } = await kasm.developer('request_kasm', { image_id })
  const [header, log] = blocks('text')
  expect(`x-kasm-sim-cause: ${headers['x-kasm-sim-cause']}\n`).toBe(header)
  const [decision] = kasm.model.areas.decisions.list()
  expect(decision && `${logLines(decision).join('\n')}\n`).toBe(log)
})
