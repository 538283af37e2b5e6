// What a Kasm administrator types into an image's registry, user and token, and what the agent's log then says: the words that people
// search for when it fails.
import { expect, test } from 'vitest'
import { createAgentLog } from '../../simulator/reporters/agent-log.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { defineScenario } from '../../simulator/scenario/define.ts'
import { loadScenario } from '../../simulator/scenario/load.ts'
import type { LoadedScenario } from '../../simulator/scenario/loaded.ts'

/** The lines of the first agent about an image, and the requests of the registry, once the scenario has run. */
async function watch(loaded: LoadedScenario) {
  const scenario = compileScenario(loaded)
  const lines: string[] = []
  const requests: string[] = []
  const pullers: boolean[] = []
  const log = createAgentLog({
    scenario,
    startMs: 0,
    write: (agent, line) => {
      if (agent === 0) lines.push(line.replace(/^\S+ \S+ /, ''))
    },
  })
  await runScenario({
    scenario,
    time: 'virtual',
    sinks: [
      log,
      (event) => {
        if (event.kind !== 'registry-request') return
        requests.push(`${event.class} ${event.status}`)
        if (event.class === 'manifest') pullers.push(event.authenticated)
      },
    ],
  })
  return { linesOf: (image: string) => lines.filter((line) => line.includes(image)), lines, requests, pullers }
}

test('says of each slip with a key of Google what the real agent says, and shows no key', async () => {
  const { linesOf, lines } = await watch(await loadScenario('google-json-key'))
  const unauthorized = (reason: string) =>
    expect.stringMatching(
      new RegExp(`Error Getting Image: \\(us-docker.* : 401 Client Error for .*/auth: Unauthorized \\(".*${reason}`),
    )
  for (const label of [
    'truncated',
    'escaped-once-more',
    'wrapped-base64',
    'base64-under-json-key',
    'json-under-base64',
  ]) {
    expect(linesOf(label).at(-1), label).toEqual(unauthorized('Unable to parse json key'))
  }
  expect(linesOf('access-token').find((line) => line.includes('Error'))).toEqual(unauthorized(''))
  expect(linesOf('key-as-it-is').find((line) => line.includes('Successfully'))).toContain(
    'Successfully pulled image (us-docker.pkg.dev/acme/desktops/key-as-it-is:1.0) with hash (sha256:',
  )
  expect(lines.join('\n')).not.toContain('BEGIN PRIVATE KEY')
})

function one(image: { name: string; registry?: string; user?: string; token?: string }) {
  return {
    source: defineScenario({
      name: 'one',
      fleet: { agents: 1 },
      registry: { profile: 'docker-hub-anonymous', accounts: [{ username: 'acme', password: 'right' }] },
      images: [{ ...image, size: '10kB', layers: 1 }],
      end: { after: '1m' },
    }),
  }
}

test('logs in before the pull where there is a user, and not where there is none', async () => {
  const login = ['ping 401', 'token 200', 'ping 200']
  const pull = ['ping 401', 'token 200', 'version-check 200', 'manifest 200', 'manifest 200', 'blob 200', 'blob 200']
  const name = 'kasmweb/chrome:1.16.1'
  const withUser = await watch(one({ name, user: 'acme', token: 'right' }))
  expect(withUser.requests.slice(0, login.length + pull.length)).toEqual([...login, ...pull])
  expect((await watch(one({ name }))).requests.slice(0, pull.length)).toEqual(pull)
})

test('pulls a bare name from Docker Hub whatever the registry of its definition, whose login it then does not use', async () => {
  const elsewhere = { name: 'kasmweb/chrome:1.16.1', registry: 'registry.example.com', user: 'acme', token: 'wrong' }
  const { lines } = await watch(one(elsewhere))
  expect(lines.find((line) => line.includes('Error'))).toContain('https://registry.example.com/v2/')
  const right = await watch(one({ ...elsewhere, token: 'right' }))
  expect(right.lines.find((line) => line.includes('Successfully'))).toContain('kasmweb/chrome:1.16.1')
  expect(right.pullers).toEqual([false, false])
  expect((await watch(one({ ...elsewhere, registry: 'https://index.docker.io/v1/', token: 'right' }))).pullers).toEqual(
    [true, true],
  )
})

test('a scenario gives an account further tokens and a plan', () => {
  const account = {
    username: 'acme',
    password: 'p',
    tokens: [{ token: 'a', access: 'read-only' as const, lifetime: '90m' }, { token: 'b' }],
    plan: 'paid' as const,
  }
  const source = defineScenario({
    name: 'x',
    fleet: { agents: 1 },
    registry: { accounts: [account] },
    end: { after: '1m' },
  })
  expect(compileScenario({ source }).registry.accounts).toEqual([
    {
      username: 'acme',
      password: 'p',
      tokens: [{ token: 'a', access: 'read-only', lifetimeSeconds: 5_400 }, { token: 'b' }],
      plan: 'paid',
    },
  ])
  const wrong = { ...account, tokens: [{ token: 'a', lifetime: '0s' }] }
  const broken = { ...source, registry: { accounts: [wrong] } }
  expect(() => compileScenario({ source: broken })).toThrow('registry.accounts[0].tokens[0].lifetime')
})
