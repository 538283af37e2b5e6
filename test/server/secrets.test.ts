// Secrets in every place where callers put them: nobody reads them in the journal, the log, the pages or the documents.
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { developerOperations, managerOperations } from '../../server/api/operations.ts'
import { buildApp } from '../../server/app.ts'
import { isOpenField, plainFields, sealedFields } from '../../server/control/plain-fields.ts'
import { isHarmless, redact, withoutHidden } from '../../server/control/redaction.ts'
import { verify } from '../../server/control/verification.ts'
import { createClock } from '../../server/kernel/clock.ts'
import { createKasmModel } from '../../server/model/model.ts'
import { startControlled } from './control-support.ts'
import { apiCredentials, chrome } from './support.ts'

/** Each is planted once; none may be found anywhere. */
const places: [string, string, (secret: string) => object][] = [
  [
    'a list of an environment',
    'create_image',
    (secret) => image({ run_config: { environment: [{ name: 'A', value: secret }] } }),
  ],
  ['a list of assignments', 'create_image', (secret) => image({ run_config: { environment: [`PASSWORD=${secret}`] } })],
  ['a key of an environment', 'create_image', (secret) => image({ run_config: { environment: { [secret]: '1' } } })],
  ['JSON in a text', 'create_image', (secret) => image({ run_config: JSON.stringify({ environment: { A: secret } }) })],
  [
    'volume mappings',
    'create_image',
    (secret) => image({ volume_mappings: { [`/data/${secret}`]: { bind: secret } } }),
  ],
  ['a launch configuration', 'create_image', (secret) => image({ launch_config: { url: `https://a/?key=${secret}` } })],
  ['an exec configuration', 'create_image', (secret) => image({ exec_config: { go: { cmd: `login ${secret}` } } })],
  [
    'a registry with a password',
    'create_image',
    (secret) => image({ docker_registry: `https://me:${secret}@registry.example/` }),
  ],
  [
    'a registry without a scheme',
    'create_image',
    (secret) => image({ docker_registry: `me:${secret}@registry.example` }),
  ],
  ['the token of a registry', 'create_image', (secret) => image({ docker_token: secret })],
  ['a link with a query', 'create_image', (secret) => image({ link_url: `https://a.example/x?sig=${secret}` })],
  ['a description', 'create_image', (secret) => image({ description: `log in with ${secret}` })],
  ['an unknown field', 'create_image', (secret) => image({ pull_with: secret })],
  ['an unknown list', 'create_image', (secret) => image({ pull_with: [[secret]] })],
  [
    'an unknown number',
    'create_image',
    (secret) => image({ pin: secret.length, pull_with: { deep: { [secret]: secret } } }),
  ],
  ['a password', 'create_user', (secret) => ({ target_user: { username: 'ada', password: secret } })],
  [
    'the environment of a session',
    'request_kasm',
    (secret) => ({ image_id: '0'.repeat(32), environment: { A: secret } }),
  ],
  ['the connection of a session', 'request_kasm', (secret) => ({ connection_info: { ssh: { key: secret } } })],
  ['the link of a session', 'request_kasm', (secret) => ({ kasm_url: `https://a.example/#${secret}` })],
  [
    'a command',
    'exec_command_kasm',
    (secret) => ({ kasm_id: '0'.repeat(32), exec_config: { cmd: `curl -u me:${secret} a` } }),
  ],
  [
    'an SSH key',
    'update_user_attributes',
    (secret) => ({ target_user_attributes: { user_id: '0'.repeat(32), ssh_public_key: secret } }),
  ],
  [
    'a kubeconfig',
    'create_vm_provider_config',
    (secret) => ({ target_vm_provider_config: { kubeconfig: `users: [{token: ${secret}}]` } }),
  ],
  [
    'a credential of egress',
    'create_egress_credential',
    (secret) => ({ target_egress_credential: { name: 'a', config: secret } }),
  ],
  [
    'a casting link',
    'create_cast_config',
    (secret) => ({ target_cast_config: { casting_config_name: 'a', key: secret } }),
  ],
  ['a setting', 'update_setting', (secret) => ({ setting_id: '0'.repeat(32), value: secret })],
  ['the list of a registry', 'create_registry', (secret) => ({ registry: `https://me:${secret}@127.0.0.1:1/` })],
  ['a login', 'authenticate', (secret) => ({ username: 'ada', password: secret })],
  ['the token of a login', 'get_users', (secret) => ({ token: secret, username: 'ada' })],
  ['an id that is none', 'get_image', (secret) => ({ image_id: `${secret}=` })],
  ['a key where its name belongs', 'get_images', (secret) => ({ api_key: `ghp_${secret}` })],
]

function image(fields: object): object {
  return { target_image: { name: 'team/app:1.0', friendly_name: 'App', ...fields } }
}

const secretOf = (index: number) => `Hush9${index}Zq7Xw2Kv8Lm`

test('nobody reads in the journal or the log what callers planted anywhere', async () => {
  const lines: string[] = []
  const model = createKasmModel({ images: [{ name: chrome }] })
  const app = buildApp({ model, clock: createClock(), log: (line) => void lines.push(line) })
  onTestFinished(() => app.close())
  const send = (verb: string, payload: object, url = `/api/public/${verb}`) =>
    app.inject({ method: 'POST', url: verb === 'authenticate' ? '/api/authenticate' : url, payload })
  for (const [index, [, verb, body]] of places.entries()) {
    await send(verb, { ...apiCredentials, ...body(secretOf(index)) })
  }
  const elsewhere = secretOf(99)
  await app.inject({ method: 'GET', url: `/api/public/get_images?token=${elsewhere}` })
  await app.inject({ method: 'POST', url: `/api/public/${elsewhere}`, payload: {} })
  await app.inject({
    method: 'POST',
    url: '/api/public/get_images',
    headers: { authorization: `Bearer ${elsewhere}`, cookie: `session_token=${elsewhere}; username=ada` },
  })
  const journal = (await app.inject('/__sim__/journal')).body
  for (const [index, [where]] of places.entries()) {
    expect(journal, where).not.toContain(secretOf(index))
    expect(lines.join(''), where).not.toContain(secretOf(index))
  }
  expect(journal + lines.join('')).not.toContain(elsewhere)
  expect(JSON.parse(journal).total).toBe(places.length + 3)
  expect(journal).toContain('team/app:1.0')
})

test('nobody reads what an engine says of a token, in the journal, the log and the pages', async () => {
  const kasm = startControlled({ autoEnableAgents: true })
  const secrets = Array.from({ length: 5 }, (_none, index) => secretOf(index))
  const causes = [
    `Get "https://me:${secrets[0]}@registry.example/v2/": denied`,
    `denied for header Authorization: Bearer ${secrets[1]}`,
    `denied for Basic ${secrets[2]}=`,
    `{"access_token":"${secrets[3]}"}`,
    `GET /v2/token?service=a&token=${secrets[4]}&scope=b: 401`,
  ]
  for (const cause of causes) {
    await kasm.heartbeat({ docker_images: [], image_states: [{ name: chrome, state: 'failed', cause }] })
    const { agents } = (await kasm.get('/agents')).body
    const shown = [
      JSON.stringify((await kasm.get('/journal')).body),
      JSON.stringify((await kasm.get(`/agents/${agents[0].server_id}`)).body),
      (await kasm.app.inject(`/agents/${agents[0].server_id}`)).body,
      JSON.stringify((await kasm.developer('get_agents')).body),
    ]
    for (const text of shown) for (const secret of secrets) expect(text, cause).not.toContain(secret)
  }
})

test('what is not shown can be verified by those who sent it, but no password', async () => {
  const { post, developer } = startControlled()
  const sent = image({ run_config: { environment: { STAGE: 'test', TOKEN: 'hush-hush' } }, docker_token: 'hush' })
  await developer('create_image', sent)
  const isVerified = async (body: object) =>
    (await post('/journal/verify', { operation: 'create_image', body })).body.verified
  expect(await isVerified(image({ run_config: { environment: { STAGE: 'test' } } }))).toBe(true)
  expect(await isVerified(image({ run_config: { environment: { STAGE: 'live' } } }))).toBe(false)
  expect(await isVerified(image({ run_config: { environment: ['STAGE'] } }))).toBe(false)
  expect(await isVerified(image({ docker_token: 'hush' }))).toBe(false)
  const { body } = await post('/journal/verify', {
    operation: 'create_image',
    body: image({ run_config: { environment: { STAGE: 'live' } } }),
  })
  expect(body.nearMisses[0].differences).toMatchObject([
    { path: 'body.target_image.run_config', actual: '[redacted]', problem: expect.stringContaining('does not show') },
  ])
  expect(JSON.stringify(body)).not.toContain('hush-hush')
})

test('whoever adds a field to a call says whether it is shown', () => {
  const names = new Set<string>()
  const collect = (schema: Record<string, unknown>) => {
    for (const key of ['anyOf', 'allOf', 'oneOf']) for (const part of (schema[key] as []) ?? []) collect(part)
    if (schema['items']) collect(schema['items'] as Record<string, unknown>)
    for (const [name, field] of Object.entries((schema['properties'] as object) ?? {})) {
      names.add(name)
      collect(field)
    }
  }
  for (const { body } of Object.values({ ...developerOperations, ...managerOperations })) collect(body as never)
  const decided = (name: string) => [plainFields.has(name), sealedFields.has(name), isOpenField(name)].filter(Boolean)
  expect([...names].filter((name) => decided(name).length !== 1)).toEqual([])
  expect([...plainFields, ...sealedFields].filter((name) => !names.has(name))).toEqual([])
})

test('shows nothing of any value in a field that is not known, at any depth', () => {
  const value = fc.jsonValue({ maxDepth: 4 })
  const unknown = fc
    .stringMatching(/^[a-z][a-z_]{0,11}$/)
    .filter((name) => !plainFields.has(name) && !isOpenField(name))
  fc.assert(
    fc.property(unknown, value, fc.constantFrom(null, 'target_image', 'api_config'), (name, sent, wrapper) => {
      const marked = { mark: 'Planted#1', sent, list: ['Planted#2', [{ it: 'Planted#3' }]] }
      const fields = { [name]: marked, enabled: true }
      const shown = JSON.stringify(redact(wrapper === null ? fields : { [wrapper]: fields }))
      expect(shown).toBe(
        JSON.stringify(
          wrapper === null
            ? { [name]: '[redacted]', enabled: true }
            : { [wrapper]: { [name]: '[redacted]', enabled: true } },
        ),
      )
    }),
  )
})

test('a body with whatever in it never fails, and costs a bounded number of seals', () => {
  fc.assert(fc.property(fc.jsonValue(), (body) => void JSON.stringify(redact(body))))
  let deep: unknown = 'hush'
  for (let depth = 0; depth < 20_000; depth += 1) deep = depth % 2 === 0 ? [deep] : { target_image: deep }
  expect(JSON.stringify(redact({ environment: deep, target_image: deep }))).not.toContain('hush')
  const hidden: string[] = []
  redact({ environment: Array.from({ length: 100_000 }, (_none, index) => `value-${index}`) }, hidden)
  expect(hidden.length).toBeLessThanOrEqual(1_001)
  expect(withoutHidden('It quotes value-99999.', hidden)).toBe('[redacted]')
})

test('what was sent verifies, whatever it is', () => {
  const call = { operation: 'x', method: 'POST', path: '/', caller: null, status: 200, errorMessage: null, cause: null }
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('cmd', 'name', 'zzz', 'environment'), fc.jsonValue({ maxDepth: 3 })),
      (body) => {
        const entry = { ...call, sequence: 1, atMs: 0, fault: null, body: redact(body) }
        expect(verify([entry], { body: JSON.parse(JSON.stringify(body)) }).verified).toBe(true)
      },
    ),
  )
})

test.for([
  'team/app:1.0',
  'ghcr.io/Team/app@sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f',
  'ada@example.com',
  'Visual Studio Code',
  'c1f7a3e65d0b4b7e8a2c9d1e0f345678',
  'https://index.docker.io/v1/',
  '2026-01-31 12:00:00.000000',
  'kasmweb/ubuntu-focal-desktop:1.16.1-rolling-weekly',
  'agent-1.example.com',
  'Büro (neu)',
  'images_view',
])('%s is harmless', (text) => expect(isHarmless(text)).toBe(true))

test.for([
  'https://me:pw@a.example/',
  'me:pw@a.example',
  'https://a.example/?token=x',
  'https://a.example/#x',
  'a=b',
  'line\nline',
  'glpat-abc',
  'dckr_pat_abc',
  'eyJhbGciOiJIUzI1NiJ9',
  'Zq7Xw2Kv8LmHush9A',
  '<script>',
  'x'.repeat(300),
])('%j is not', (text) => expect(isHarmless(text)).toBe(false))
