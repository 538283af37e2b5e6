// One agent's log, from the events of a real fleet whose driver is this test.
import { expect, test } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import type { ImageDefinition } from '../../simulator/agent/agent.ts'
import { Fleet } from '../../simulator/driver/fleet.ts'
import { createEventLog } from '../../simulator/events/event-log.ts'
import { PullError } from '../../simulator/pull/protocol/outcome.ts'
import { createAgentLog } from '../../simulator/reporters/agent-log.ts'
import type { Scenario, ScenarioImage } from '../../simulator/scenario/scenario.ts'

const megabyte = 1_000_000
const keyFile = '{\n  "private_key": "not for anybody"\n}'

function image(name: string, token: string | null = null): ScenarioImage {
  return {
    ...{ name, friendlyName: name, sizeBytes: 1_000, uncompressedSizeBytes: 2_300 * megabyte },
    ...{ layers: 1, base: null, baseShare: 0, registry: 'https://index.docker.io/v1/' },
    ...{ user: token && 'ci', token, enabled: true, defined: true, published: true, zone: null },
  }
}

const scenario: Scenario = {
  ...{ name: 'log', description: '', seed: 1, speed: 1 },
  groups: [
    {
      ...{
        name: 'all',
        agents: 2,
        cap: 2,
        checkInIntervalMs: 30_000,
        refreshIntervalMs: 3_600_000,
        startupSpreadMs: 0,
      },
      ...{ diskSizeBytes: 48_277 * megabyte, diskUsedBytes: 21_786 * megabyte, diskUsageLimit: 0.9 },
      ...{
        validateImages: true,
        restartLookDelayMs: 30_000,
        egressAddress: 'own',
        persona: 'docker',
        downlinkBytesPerSecond: null,
        zone: 'default',
      },
    },
  ],
  registry: { backend: 'embedded', profile: 'none', accounts: [{ username: 'ci', password: 'right password' }] },
  network: {
    ...{ uplinkBytesPerSecond: null, connectionBytesPerSecond: null, unpackBytesPerSecond: null },
    ...{ roundTripMs: 1, serverLatencyMs: 1 },
  },
  webApp: { autoEnableAgents: true, pruneImagesMode: 'Aggressive' },
  images: [image('kasmweb/terminal:1.13.0'), image('registry.example.com/team/app:2.0', 'wrong password')],
  timeline: [
    { atMs: 1, do: 'create-definition', image: image('registry.example.com/team/key', keyFile) },
    { atMs: 2, do: 'update-definition', image: 'kasmweb/terminal:1.13.0', set: { token: 'later password' } },
  ],
  end: { afterMs: 1, when: 'never' },
  expect: [],
}

function define(name: string, over: Partial<ImageDefinition> = {}): ImageDefinition {
  const uncompressedSizeBytes = 2_300 * megabyte
  const registry = 'https://index.docker.io/v1/'
  return { imageId: '0', name, enabled: true, registry, user: null, token: null, uncompressedSizeBytes, ...over }
}

/** A fleet of two whose log lines are kept by agent. */
function createLoggedFleet() {
  const clock = createManualClock()
  const logs: string[][] = [[], []]
  const sink = createAgentLog({
    scenario,
    startMs: Date.UTC(2026, 10, 24, 7, 32, 41, 123),
    write: (agent, line) => logs[agent]?.push(line),
  })
  const failLoudly = (error: unknown) => {
    throw error
  }
  const log = createEventLog({ sinks: [sink], nowMs: clock.nowMs, onSinkError: failLoudly })
  const ignore = () => {}
  const ports = { setTimer: ignore, clearTimers: ignore, checkIn: ignore, startPull: ignore, abortPull: ignore }
  const fleet = new Fleet({ scenario, log, nowMs: clock.nowMs, ports: { ...ports, removeImage: ignore } })
  let pullId = 0
  return {
    clock,
    fleet,
    logs,
    answer: (definitions: ImageDefinition[], pruneImagesMode: 'Off' | 'Aggressive' = 'Off') =>
      fleet.checkInAnswered(0, { agentEnabled: true, pruneImagesMode, imagesInUse: [], definitions }, { told: true }),
    succeed: (name: string, digest: string) =>
      fleet.pullSucceeded(0, ++pullId, name, {
        ...{
          outcome: 'downloaded',
          digest: `sha256:${digest.repeat(64)}`,
          downloadedBytes: 1,
          sizeBytes: 1,
          requests: 9,
        },
      }),
    fail: (name: string, ...[code, message]: ConstructorParameters<typeof PullError>) =>
      fleet.pullFailed(0, ++pullId, name, new PullError(code, message)),
  }
}

test('writes the lines of a real agent', async () => {
  const { clock, fleet, logs, answer, succeed, fail } = createLoggedFleet()
  const terminal = define('kasmweb/terminal:1.13.0')
  const app = define('registry.example.com/team/app:2.0', { user: 'ci', token: 'wrong password' })
  fleet.start(0)
  clock.advance(64)
  answer([terminal, app, define('kasmweb/remnux:1.13.0', { uncompressedSizeBytes: 30_000 * megabyte })])
  clock.advance(8_000)
  succeed(terminal.name, '1')
  fail(app.name, 'UNAUTHORIZED', 'Get "https://registry.example.com/v2/": unauthorized: incorrect username or password')
  clock.advance(22_000)
  answer([terminal, define('kasmweb/chrome:1.10.0'), define('kasmweb/gone:0.0')])
  clock.advance(500)
  fail('kasmweb/chrome:1.10.0', 'TOOMANYREQUESTS', 'toomanyrequests: You have reached your pull rate limit.')
  fail('kasmweb/gone:0.0', 'NOT_FOUND', 'manifest for kasmweb/gone:0.0 not found: manifest unknown: manifest unknown')
  fleet.timerDue(0, 'refresh', 60_000)
  succeed(terminal.name, '2')
  clock.advance(29_500)
  fleet.checkInFailed(0, 'connect ECONNREFUSED 127.0.0.1:443')
  clock.advance(30_000)
  answer([], 'Aggressive')
  fleet.stop(0)
  await expect(`${logs[0]?.join('\n')}\n`).toMatchFileSnapshot('golden/agent-log.txt')
  expect(logs[1]).toEqual([])
})

test('never writes a token or a password, even where a registry repeats it', () => {
  const { fleet, logs, answer, fail } = createLoggedFleet()
  const names = ['a:1', 'b:1', 'c:1', 'd:1']
  const secrets = ['right password', 'wrong password', 'later password', keyFile]
  fleet.start(0)
  answer(names.map((name, index) => define(name, { user: 'ci', token: secrets[index] ?? null })))
  for (const [index, name] of names.entries()) fail(name, 'UNAUTHORIZED', `no such token: <${secrets[index]}>\r\nbye`)
  fleet.checkInFailed(0, `refused: ${keyFile}`)
  const text = logs[0]?.join('\n') ?? ''
  for (const secret of secrets) expect(text).not.toContain(secret)
  expect(text.match(/no such token: <\*\*\*>\\nbye/g)).toHaveLength(4)
  expect(text).not.toContain('private_key')
})

test('splits references as the Docker SDK does', () => {
  const { fleet, logs, answer, fail } = createLoggedFleet()
  const digest = `sha256:${'a'.repeat(64)}`
  const names = ['localhost:5055/team/app', `kasmweb/chrome@${digest}`, 'private:1']
  fleet.start(0)
  answer(names.map((name) => define(name)))
  for (const name of names.slice(0, 2)) fail(name, 'UNAVAILABLE', 'dial tcp: lookup failed')
  fail('private:1', 'DENIED', "pull access denied for private, repository does not exist or may require 'docker login'")
  const errors = logs[0]?.filter((line) => line.includes('[ERROR]')).map((line) => line.split(' : ')[1])
  const create = 'http+docker://localhost/v1.47/images/create'
  expect(errors).toEqual([
    `500 Server Error for ${create}?tag=latest&fromImage=localhost%3A5055%2Fteam%2Fapp: Internal Server Error ("dial tcp: lookup failed")`,
    `500 Server Error for ${create}?tag=sha256%3A${'a'.repeat(64)}&fromImage=kasmweb%2Fchrome: Internal Server Error ("dial tcp: lookup failed")`,
    `404 Client Error for ${create}?tag=1&fromImage=private: Not Found ("pull access denied for private, repository does not exist or may require 'docker login'")`,
  ])
})
