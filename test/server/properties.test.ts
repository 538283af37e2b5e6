// Every operation with bodies drawn from its schema, and with such bodies spoiled: nothing crashes, nothing leaks, and whatever succeeds
// answers as documented.
import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { expect, test } from 'vitest'
import {
  type DeveloperOperationName,
  developerOperationNames,
  developerRules,
} from '../../server/api/operation-names.ts'
import { developerOperations, managerOperations } from '../../server/api/operations.ts'
import { defaultCredentials } from '../../server/model/access/credentials.ts'
import { defaultPassword, defaultPasswordHash } from '../../server/model/defaults.ts'
import { internalErrorPage } from '../../server/model/reply.ts'
import { arbitraryOf, type Ids, type JsonSchema, spoiled } from './bodies.ts'
import { apiCredentials, assertFollows, chrome, digestOf, heartbeatBody, startTestApp } from './support.ts'

const { apiKeySecret, managerToken } = defaultCredentials
const dockerToken = 'a-registry-token-nobody-may-see'
const secrets = [dockerToken, defaultPassword, defaultPasswordHash.slice(-32), managerToken]
/** A web app in which there is something of most kinds. */
async function startFilledApp() {
  const kasm = startTestApp({ images: [{ name: chrome, docker_user: 'robot', docker_token: dockerToken }] })
  const { developer, heartbeat } = kasm
  const { agent } = await heartbeat({ docker_images: [{ name: chrome, digest: digestOf('a') }] })
  await developer('update_agent', { target_agent: { agent_id: agent.agent_id, enabled: true } })
  const image_id = (await kasm.images())[0]?.image_id as string
  const { user } = (await developer('create_user', { target_user: { username: 'ada', password: defaultPassword } }))
    .body
  const { group } = (await developer('create_group', { target_group: { name: 'Testers' } })).body
  const { api_config } = (await developer('create_api_configs', { api_config: { name: 'other' } })).body
  const session = (await developer('request_kasm', { image_id, user_id: user.user_id, enable_sharing: true })).body
  const { staging_config } = (await developer('create_staging_config', { target_staging_config: { image_id } })).body
  const { server } = (await developer('create_server', { target_server: { hostname: 'win' } })).body
  const { settings } = (await developer('get_settings')).body
  const { zones } = (await developer('get_zones')).body
  const { cast_config } = (await developer('create_cast_config', { target_cast_config: { key: 'try', image_id } })).body
  const target_egress_provider = { name: 'vpn' }
  const { egress_provider } = (await developer('create_egress_provider', { target_egress_provider })).body
  const { registry } = (await developer('create_registry', { registry: 'https://registry.example.com/' })).body
  kasm.clock.advance(5_000)
  const ids: Ids = {
    agent_id: agent.agent_id,
    image_id,
    user_id: user.user_id,
    group_id: group.group_id,
    api_id: api_config.api_id,
    kasm_id: session.kasm_id,
    share_id: session.share_id,
    staging_config_id: staging_config.staging_config_id,
    server_id: server.server_id,
    setting_id: settings[0].setting_id,
    zone_id: zones[0].zone_id,
    cast_config_id: cast_config.cast_config_id,
    egress_provider_id: egress_provider.egress_provider_id,
    registry_id: registry.registry_id,
  }
  return { ...kasm, ids, otherSecret: api_config.api_key_secret as string }
}

type Filled = Awaited<ReturnType<typeof startFilledApp>>

async function check(kasm: Filled, verb: DeveloperOperationName, body: unknown) {
  const prefix = developerRules[verb].prefix === 'bare' ? '' : 'public/'
  const payload =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...apiCredentials, ...body } : body
  const answer = await kasm.send(`/api/${prefix}${verb}`, JSON.stringify(payload))
  const shown = `${verb} ${JSON.stringify(body)} -> ${answer.status} ${answer.text.slice(0, 300)}`
  expect([200, 400, 401, 403, 500], shown).toContain(answer.status)
  if (answer.status === 500) {
    // Only what Kasm itself fails at, and then the fake says why: a failure of its own has no cause.
    expect(answer.text, shown).toBe(internalErrorPage)
    expect(answer.headers['x-kasm-sim-cause'], shown).toEqual(expect.stringMatching(/\w/))
  }
  if (answer.body) assertFollows(answer, developerOperations[verb].reply as TSchema)
  expect(answer.text, shown).not.toMatch(/node_modules|\.ts:\d+|\n\s+at /)
  const sent = JSON.stringify(body) ?? ''
  for (const secret of [...secrets, apiKeySecret, kasm.otherSecret]) {
    if (!sent.includes(secret)) expect(answer.text, shown).not.toContain(secret)
  }
}

const parts = 6
test.each(Array.from({ length: parts }, (_, part) => part))(
  'takes every operation with good and bad bodies, part %i',
  async (part) => {
    const kasm = await startFilledApp()
    for (const verb of developerOperationNames.filter((_name, index) => index % parts === part)) {
      const good = arbitraryOf(developerOperations[verb].body as JsonSchema, kasm.ids)
      // Fresh credentials of the generated body would only ever be refused.
      const usable = good.map((body) => {
        const { api_key, api_key_secret, token, username, ...fields } = body as Record<string, unknown>
        return verb === 'authenticate' ? { username, ...fields } : fields
      })
      await fc.assert(
        fc.asyncProperty(usable, (body) => check(kasm, verb, body)),
        { numRuns: 12 },
      )
      await fc.assert(
        fc.asyncProperty(usable.chain(spoiled), (body) => check(kasm, verb, body)),
        { numRuns: 12 },
      )
    }
  },
)

test('takes junk on the agents’ side', async () => {
  const kasm = await startFilledApp()
  for (const call of Object.keys(managerOperations)) {
    await fc.assert(
      fc.asyncProperty(spoiled(heartbeatBody()), async (body) => {
        const headers = { authorization: `Bearer ${managerToken}` }
        const { status, text } = await kasm.send(`/manager_api/api/v1/${call}`, JSON.stringify(body), headers)
        expect([200, 400, 404]).toContain(status)
        expect(text).not.toMatch(/node_modules|\.ts:\d+/)
      }),
      { numRuns: 30 },
    )
  }
})
