// Groups whose pulls real Docker Engines make: what a scenario may say of them, and docs/docker-engine.md.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dockerHostsOf } from '../../simulator/pull/docker-hosts.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { readYaml } from '../../simulator/scenario/load-yaml.ts'
import type { GroupSource } from '../../simulator/scenario/schema.ts'

const page = readFileSync(new URL('../../docs/docker-engine.md', import.meta.url), 'utf8')

function compileGroup(group: Partial<GroupSource>) {
  const fleet = { agents: 1, ...group }
  const { groups } = compileScenario({ source: { name: 'engines', fleet, end: { after: '1m' } } })
  return groups[0]?.dockerEngines
}

test('takes the scenario of its page', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
  const { groups } = compileScenario(readYaml(yaml, 'mixed.yaml'))
  expect(groups.map(({ dockerEngines }) => dockerEngines)).toEqual([
    { hosts: ['unix:///var/run/docker.sock'], registryHost: null, keepImages: false },
    undefined,
  ])
})

test('needs no more than the word, and takes what is said', () => {
  expect(compileGroup({})).toBeUndefined()
  expect(compileGroup({ pull: 'docker-engine' })).toEqual({ hosts: [], registryHost: null, keepImages: false })
  const hosts = ['tcp://10.0.0.5:2375', 'http://[::1]:2375']
  const dockerEngine = { hosts, registryHost: 'host.docker.internal', keepImages: true }
  expect(compileGroup({ pull: 'docker-engine', dockerEngine })).toEqual(dockerEngine)
})

test.for<[Partial<GroupSource>, RegExp]>([
  [{ dockerEngine: { keepImages: true } }, /dockerEngine.* add "pull: docker-engine"/],
  [
    { pull: 'docker-engine', dockerEngine: { hosts: ['ssh://ada@host'] } },
    /hosts.*must be like "unix:.*"ssh:\/\/ada@host"/,
  ],
  [{ pull: 'docker-engine', dockerEngine: { hosts: ['/var/run/docker.sock'] } }, /must be like "unix:/],
  [{ pull: 'docker-engine', dockerEngine: { hosts: [] } }, /hosts/],
  [{ pull: 'docker-engine', dockerEngine: { registryHost: 'http://here:5000' } }, /without a port/],
  [{ pull: 'docker-engine', persona: 'docker' }, /persona.*cannot be chosen/],
])('refuses %j', ([group, message]) => {
  expect(() => compileGroup(group)).toThrow(message)
})

test('is refused in virtual time', async () => {
  const source = { name: 'engines', fleet: { agents: 1, pull: 'docker-engine' }, end: { after: '1m' } } as const
  const running = runScenario({ scenario: compileScenario({ source }), time: 'virtual' })
  await expect(running).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('group "default"') })
})

test('does not begin where an engine does not answer', async () => {
  const dockerEngine = { hosts: ['unix:///nowhere/docker.sock'] }
  const source = {
    name: 'engines',
    fleet: { agents: 1, pull: 'docker-engine', dockerEngine },
    end: { after: '1m' },
  } as const
  await expect(runScenario({ scenario: compileScenario({ source }) })).rejects.toMatchObject({
    code: 'DOCKER_UNAVAILABLE',
  })
})

test('reads the list of DOCKER_HOST', () => {
  expect(dockerHostsOf({})).toEqual(['unix:///var/run/docker.sock'])
  expect(dockerHostsOf({ DOCKER_HOST: 'unix:///a.sock, tcp://b:2375,' })).toEqual(['unix:///a.sock', 'tcp://b:2375'])
})
