// What people get wrong in a scenario, and what they read then: code, line, column and words.
import { expect, test } from 'vitest'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { readYaml } from '../../simulator/scenario/load-yaml.ts'

function failureOf(text: string, file = 'storm.yaml'): KasmSimError {
  try {
    compileScenario(readYaml(text, file))
  } catch (error) {
    if (error instanceof KasmSimError) return error
    throw error
  }
  throw new Error('nothing is wrong with it')
}

/** The problem lines of a failure. */
function problemsOf(text: string): string[] {
  return failureOf(text)
    .message.split('\n')
    .slice(1, -1)
    .map((line) => line.trim().replace(/^storm\.yaml:?/, ''))
}

/** A scenario that is right but for the given lines; those come first, so that their positions are easy to see. */
function withLines(lines: string): string {
  const given = new Set(lines.match(/^\w+/gm))
  const rest = ['name: storm', 'fleet: { agents: 4 }', 'images: [{ name: acme/a:1 }]', 'end: { after: 1h }']
  return [lines, ...rest.filter((line) => !given.has(line.split(':')[0] as string))].join('\n')
}

test.each<[string, string, string]>([
  // Words and keys.
  ['an unknown key', 'sped: 60', '1:1: "sped" is no field of a scenario; did you mean "speed"?'],
  [
    'an unknown key within a part',
    'fleet: { agents: 4, chekInInterval: 30s }',
    '1:21: "chekInInterval" is no field of fleet; did you mean "checkInInterval"?',
  ],
  [
    'a key that is like none',
    'end: { after: 1h, zzz: 1 }',
    '1:19: "zzz" is no field of end; its fields are after, when',
  ],
  [
    'a key of an object prototype',
    'end: { after: 1h, toString: 1 }',
    '1:19: "toString" is no field of end; its fields are after, when',
  ],
  [
    'a field of another action',
    'timeline: [{ at: 1m, do: restart-agent, cap: 3 }]',
    '1:41: timeline[0].cap does not go with do: "restart-agent"',
  ],
  [
    'a form of another metric',
    'expect: [{ metric: pulls-running, within: 1m }]',
    '1:35: expect[0].within does not go with metric: "pulls-running"',
  ],
  ['a missing field', 'timeline: [{ do: restart-agent }]', '1:12: timeline[0].at is missing'],
  ['a missing part of a nested field', 'images:\n  - size: 1MB', '2:5: images[0].name is missing'],
  ['no end to come to', 'end: { when: all-agents-ready }', '1:1: end.after is missing'],
  [
    'a name with capitals',
    'name: Storm',
    '1:7: name must be lower-case words joined by dashes, such as "tag-drift", it is "Storm"',
  ],
  // Units.
  [
    'a duration without a unit',
    'fleet: { agents: 4, checkInInterval: 30 }',
    '1:38: fleet.checkInInterval must be a duration with its unit, such as "250ms", "30s", "5m" or "1h30m", it is 30',
  ],
  [
    'a duration with a wrong unit',
    'end: { after: 30 sec }',
    '1:15: end.after must be a duration with its unit, such as "250ms", "30s", "5m" or "1h30m", it is "30 sec"',
  ],
  [
    'a negative duration',
    'end: { after: -1h }',
    '1:15: end.after must be a duration with its unit, such as "250ms", "30s", "5m" or "1h30m", it is "-1h"',
  ],
  [
    'a size with a wrong unit',
    'fleet: { agents: 4, disk: 500gb }',
    '1:27: fleet.disk must be a size with its unit, such as "512kB", "40MB" or "2.3GB", it is "500gb"',
  ],
  [
    'a rate without a unit',
    'network: { uplink: 100 }',
    '1:20: network.uplink must be a rate with its unit, such as "100Mbit/s" or "50MB/s", or "unlimited", it is 100',
  ],
  [
    'a rate with a wrong unit',
    'network: { uplink: 100Mbps }',
    '1:20: network.uplink must be a rate with its unit, such as "100Mbit/s" or "50MB/s", or "unlimited", it is "100Mbps"',
  ],
  [
    'a rate that is a size',
    'fleet: { agents: 4, downlink: 100MB }',
    '1:31: fleet.downlink must be a rate with its unit, such as "100Mbit/s" or "50MB/s", or "unlimited", it is "100MB"',
  ],
  [
    'a line that carries nothing',
    'network: { connection: 0MB/s }',
    '1:24: network.connection must be more than 0, it is "0MB/s"',
  ],
  [
    'an agent that receives nothing',
    'fleet: [{ name: a, agents: 4, downlink: 0.001kbit/s }]',
    '1:41: fleet[0].downlink must be more than 0, it is "0.001kbit/s"',
  ],
  [
    'a rate beyond all numbers',
    `network: { unpack: ${'9'.repeat(20)}GB/s }`,
    `1:20: network.unpack is too large: "${'9'.repeat(20)}GB/s"`,
  ],
  [
    'a round trip without a limit',
    'network: { roundTrip: unlimited }',
    '1:23: network.roundTrip must be a duration with its unit, such as "250ms", "30s", "5m" or "1h30m", it is "unlimited"',
  ],
  [
    'a preset that is none',
    'network: { preset: data-center }',
    '1:20: network.preset must be one of unlimited, data-centre, branch-office, home, it is "data-center"; did you mean "data-centre"?',
  ],
  [
    'the line of an agent among those of the network',
    'network: { downlink: 100Mbit/s }',
    '1:12: "downlink" is no field of network; its fields are preset, uplink, connection, roundTrip, serverLatency, unpack',
  ],
  [
    'a number where a time is limited',
    'expect: [{ metric: ready-time, atMost: 10 }]',
    '1:40: expect[0].atMost must be a duration with its unit, such as "250ms", "30s", "5m" or "1h30m", it is 10',
  ],
  [
    'a time where a count is limited',
    'expect: [{ metric: pulls-running, atMost: 2s }]',
    '1:43: expect[0].atMost must be a number, it is "2s"',
  ],
  [
    'no interval at all',
    'fleet: { agents: 4, refreshInterval: 0s }',
    '1:38: fleet.refreshInterval must be more than 0, it is "0s"',
  ],
  [
    'an interval that rounds to nothing',
    'fleet: { agents: 4, refreshInterval: 0.1ms }',
    '1:38: fleet.refreshInterval must be more than 0, it is "0.1ms"',
  ],
  ['an end at once', 'end: { after: 0s }', '1:15: end.after must be more than 0, it is "0s"'],
  [
    'a duration beyond all numbers',
    `end: { after: ${'9'.repeat(30)}h }`,
    `1:15: end.after is too large: "${'9'.repeat(30)}h"`,
  ],
  [
    'a duration of more than a century',
    'end: { after: 36526d }',
    '1:15: end.after must be at most 36525d, a century, it is "36526d"',
  ],
  // Counts and types.
  ['a cap of 0', 'fleet: { agents: 4, cap: 0 }', '1:26: fleet.cap must be at least 1, it is 0'],
  ['a negative count', 'fleet: { agents: -4 }', '1:18: fleet.agents must be at least 1, it is -4'],
  ['half an agent', 'fleet: { agents: 1.5 }', '1:18: fleet.agents must be a whole number, it is 1.5'],
  ['a count in quotes', 'fleet: { agents: "4" }', '1:18: fleet.agents must be a whole number, it is "4"'],
  ['a list of no groups', 'fleet: []', '1:8: fleet must be a list that is not empty, it is an empty list'],
  ['a text for a part', 'fleet: twenty', '1:8: fleet must be an object or a list that is not empty, it is "twenty"'],
  [
    'a share above 1',
    'fleet: { agents: 4, diskUsageLimit: 90 }',
    '1:37: fleet.diskUsageLimit must be at most 1, it is 90',
  ],
  ['a speed of 0', 'speed: 0', '1:8: speed must be more than 0, it is 0'],
  ['no number', 'speed: .nan', '1:8: speed must be a number, it is NaN'],
  [
    'a word for true or false',
    'webApp: { autoEnableAgents: yes }',
    '1:29: webApp.autoEnableAgents must be true or false, it is "yes"',
  ],
  [
    'a word that is none of the words',
    'webApp: { pruneImages: Agressive }',
    '1:24: webApp.pruneImages must be one of Off, Normal, Aggressive, it is "Agressive"; did you mean "Aggressive"?',
  ],
  ['nothing where a text belongs', 'description:', '1:13: description must be a text, it is null'],
  ['a text for an item', 'timeline: [10m]', '1:12: timeline[0] must be an object, it is "10m"'],
  // Words that choose what an item is.
  [
    'an unknown action',
    'timeline: [{ at: 1m, do: mov-tag, image: acme/a:1 }]',
    '1:26: timeline[0].do must be one of move-tag, publish-image, push-image, edit-agent-config, restart-agent, create-definition, update-definition, delete-definition, update-agent, create-group, assign-image, unassign-image, request-session, destroy-session, wait-for, inject-fault, clear-fault, it is "mov-tag"; did you mean "move-tag"?',
  ],
  [
    'no action',
    'timeline: [{ at: 1m }]',
    '1:12: timeline[0].do is missing: it is one of move-tag, publish-image, push-image, edit-agent-config, restart-agent, create-definition, update-definition, delete-definition, update-agent, create-group, assign-image, unassign-image, request-session, destroy-session, wait-for, inject-fault, clear-fault',
  ],
  [
    'a registry of another kind',
    'registry: { backend: zot }',
    '1:22: registry.backend must be one of embedded, container or an object, it is "zot"',
  ],
  [
    'an upstream that can be none',
    'registry: { backend: { kind: upstream, url: "registry.example/path" } }',
    '1:45: registry.backend.url must be the URL of a registry without a path, it is "registry.example/path"',
  ],
  [
    'half an account of an upstream',
    'registry: { backend: { kind: upstream, url: "http://127.0.0.1:5000", username: me } }',
    '1:22: registry.backend must have both a username and a password, or neither',
  ],
  [
    'a container with the fields of an upstream',
    'registry: { backend: { kind: container, push: true } }',
    '1:41: registry.backend.push does not go with kind: "container"',
  ],
  // Names that stand for something.
  [
    'an unknown profile',
    'registry: { profile: docker-hub-anonymus }',
    '1:22: registry.profile: failed to find the registry profile "docker-hub-anonymus": there is none of this name. Did you mean "docker-hub-anonymous"? `kasm-sim profiles` explains them',
  ],
  [
    'a reference that does not parse',
    'images: [{ name: acme/Chrome:1 }]',
    '1:18: images[0].name: failed to read the image reference "acme/Chrome:1": the repository name must be lower case. Write it like kasmweb/chrome:1.16.1 or registry.example.com/team/app:2.0',
  ],
  [
    'a digest to publish',
    `images: [{ name: "a/b@sha256:${'0'.repeat(64)}" }]`,
    '1:18: images[0].name must have a tag: what is published under a digest alone cannot be made up',
  ],
  [
    'an image twice',
    'images: [{ name: acme/a:1 }, { name: acme/a:1 }]',
    '1:38: images[1].name must be unique, "acme/a:1" is there already',
  ],
  [
    'an image of the catalogue again',
    'images: { add: [{ name: "kasmweb/chrome:1.16.1" }] }',
    '1:25: images.add[0].name must be unique, "kasmweb/chrome:1.16.1" is there already',
  ],
  [
    'two images for one place',
    'images: [{ name: acme/a:1 }, { name: ghcr.io/acme/a:1 }]',
    '1:30: images[1]: "ghcr.io/acme/a:1" and "acme/a:1" are one and the same image to the local registry (acme/a:1); give one of them another name or tag',
  ],
  [
    'an image for a zone without agents',
    'images: [{ name: a/b:1, zone: lab }]',
    `1:31: images[0].zone must be the name of a zone of the fleet's groups, it is "lab"; there is default`,
  ],
  [
    'a group twice',
    'fleet: [{ name: a, agents: 1 }, { name: a, agents: 1 }]',
    '1:41: fleet[1].name must be unique, another group is named "a" too',
  ],
  [
    'no address',
    'fleet: { agents: 4, egressAddress: 300.1.1.1 }',
    '1:36: fleet.egressAddress must be "shared", "own" or an IP address, it is "300.1.1.1"',
  ],
  [
    'more used than there is',
    'fleet: { agents: 4, disk: 1GB, diskUsed: 2GB }',
    '1:42: fleet.diskUsed must be at most the disk (1.00 GB), it is 2.00 GB',
  ],
  [
    'an account twice',
    'registry: { accounts: [{ username: a, password: b }, { username: a, password: c }] }',
    '1:66: registry.accounts[1].username must be unique, "a" is there already',
  ],
  // The timeline.
  [
    'an action after the end',
    'timeline: [{ at: 1h, do: restart-agent }]',
    '1:18: timeline[0].at must be before the end of the run at 1h, it is "1h"',
  ],
  [
    'an agent that is not there',
    'timeline: [{ at: 1m, do: restart-agent, agents: [0, 4] }]',
    '1:53: timeline[0].agents[1] must be the number of an agent, 0 to 3, it is 4',
  ],
  [
    'a group that is not there',
    'timeline: [{ at: 1m, do: restart-agent, agents: { group: defalt } }]',
    '1:58: timeline[0].agents.group must be the name of a group of the fleet, it is "defalt"; did you mean "default"?',
  ],
  [
    'a tag of an unknown image',
    'timeline: [{ at: 1m, do: move-tag, image: acme/a:2 }]',
    '1:43: timeline[0].image must be the name of an image of the scenario, it is "acme/a:2"; did you mean "acme/a:1"?',
  ],
  [
    'a move that keeps all layers',
    'timeline: [{ at: 1m, do: move-tag, image: acme/a:1, sharedLayers: 5 }]',
    "1:67: timeline[0].sharedLayers must be less than the image's 5 layers, else nothing moves; it is 5",
  ],
  [
    'an image published twice',
    'timeline: [{ at: 1m, do: publish-image, image: acme/a:1 }]',
    '1:48: timeline[0].image must not be published yet, "acme/a:1" is; use move-tag',
  ],
  [
    'an image defined twice',
    'timeline: [{ at: 1m, do: create-definition, image: { name: acme/a:1 } }]',
    '1:52: timeline[0].image must not be defined yet, "acme/a:1" is; use update-definition',
  ],
  [
    'a definition gone by then',
    'timeline: [{ at: 2m, do: update-definition, image: acme/a:1, set: { enabled: false } }, { at: 1m, do: delete-definition, image: acme/a:1 }]',
    '1:52: timeline[0].image must be defined by then, "acme/a:1" is not',
  ],
  [
    'a rename onto another definition',
    'images: [{ name: a/a:1 }, { name: a/a:2 }]\ntimeline: [{ at: 2m, do: update-definition, image: a/a:1, set: { name: a/a:2 } }]',
    '2:72: timeline[0].set.name must not be defined yet, "a/a:2" is',
  ],
  [
    'a config edit that changes nothing',
    'timeline: [{ at: 1m, do: edit-agent-config }]',
    '1:12: timeline[0] changes nothing: give it cap, refreshInterval or checkInInterval',
  ],
  [
    'an agent update that changes nothing',
    'timeline: [{ at: 1m, do: update-agent }]',
    '1:12: timeline[0] changes nothing: give it enabled or pruneImages',
  ],
  [
    'an update that sets nothing',
    'timeline: [{ at: 1m, do: update-definition, image: acme/a:1, set: {} }]',
    '1:12: timeline[0] changes nothing: give it one of name, enabled, registry, user, token under `set`',
  ],
  [
    'an agent updated before it has started',
    'timeline: [{ at: 30s, do: update-agent, enabled: true }]',
    '1:18: timeline[0].at must be after 30s, when the last of the agents has started (startupSpread)',
  ],
  // Expectations.
  [
    'an expectation of nothing',
    'expect: [{ metric: pulls-running, aggregate: max }]',
    '1:10: expect[0] expects nothing: give it atMost, atLeast, exactly, reaches, within or neverBefore',
  ],
  [
    'limits that exclude each other',
    'expect: [{ metric: pulls-running, atMost: 1, atLeast: 2 }]',
    '1:10: expect[0] can never hold: atLeast is more than atMost',
  ],
  [
    'a mark above the limit',
    'expect: [{ metric: pulls-running, atMost: 1, reaches: 2 }]',
    '1:10: expect[0] can never hold: reaches is more than atMost',
  ],
  [
    'exactly beside a limit',
    'expect: [{ metric: pulls-running, exactly: 1, atMost: 2 }]',
    '1:10: expect[0] can never hold: exactly is atMost and atLeast at once: leave those out',
  ],
  [
    'two forms at once',
    'expect: [{ metric: ready-time, atMost: 1m, within: 2m }]',
    '1:10: expect[0] has both atMost and within: write an expectation for each',
  ],
  [
    'an aggregate of a form that has none',
    'expect: [{ metric: ready-time, aggregate: p95, within: 2m }]',
    '1:32: expect[0].aggregate does not go with within',
  ],
  [
    'a filter that the metric does not know',
    'expect: [{ metric: pulls-running, atMost: 2, where: { status: 429 } }]',
    '1:55: expect[0].where.status does not go with metric: "pulls-running"',
  ],
  [
    'a filter for an unknown image',
    'expect: [{ metric: pulls-failed, exactly: 0, where: { image: acme/b:1 } }]',
    '1:62: expect[0].where.image must be the name of an image of the scenario, it is "acme/b:1"; did you mean "acme/a:1"?',
  ],
  [
    'a window that ends before it begins',
    'expect: [{ metric: pulls-failed, exactly: 0, where: { from: 5m, until: 3m } }]',
    '1:72: expect[0].where.until must be after from (5m), it is "3m"',
  ],
  [
    'a window after the end',
    'expect: [{ metric: pulls-failed, exactly: 0, where: { from: 2h } }]',
    '1:61: expect[0].where.from must be before the end of the run at 1h, it is "2h"',
  ],
  [
    'a moment after the end',
    'expect: [{ metric: pulls-running, neverBefore: { value: 3, at: 2h } }]',
    '1:64: expect[0].neverBefore.at must be before the end of the run at 1h, it is "2h"',
  ],
])('refuses %s', (_what, lines, problem) => {
  expect(problemsOf(withLines(lines))).toStrictEqual([problem])
})

test.each<[string, string, string, { line: number; column: number } | undefined]>([
  ['nothing', '', 'the file is empty', { line: 1, column: 1 }],
  ['a comment alone', '# later\n', 'the file is empty', { line: 1, column: 1 }],
  [
    'an open bracket',
    'name: x\nfleet: { agents: [ 1\n',
    'flow sequence in block collection must be sufficiently indented and end with a ]',
    { line: 3, column: 1 },
  ],
  ['a tab as indentation', 'fleet:\n\tagents: 1\n', 'tabs are not allowed as indentation', { line: 2, column: 1 }],
  ['a key twice', 'name: a\nname: b\n', 'this key stands here twice', { line: 2, column: 1 }],
  ['a second document', 'name: a\n---\nname: b\n', 'the file holds more than one document', { line: 2, column: 1 }],
  [
    'an alias without an anchor',
    'name: a\nfleet: *fleet\n',
    'the alias *fleet has no anchor before it',
    { line: 2, column: 8 },
  ],
  ['a tag that means nothing', 'name: !storm a\n', 'unresolved tag: !storm', { line: 1, column: 7 }],
  [
    'aliases that multiply',
    `a: &a [x, x, x, x, x, x, x, x, x]\n${['b', 'c', 'd', 'e', 'f'].map((name, index) => `${name}: &${name} [${`*${'abcde'[index]}, `.repeat(9)}]`).join('\n')}`,
    'its aliases multiply into too much: write out what they stand for',
    undefined,
  ],
])('refuses YAML of %s', (_what, text, statement, place) => {
  const failure = failureOf(text)
  expect(failure.code).toBe('SCENARIO_SYNTAX')
  expect(failure.message).toMatch(/^Failed to read the scenario storm\.yaml: \d problems?\.\n/)
  expect(failure.message).toContain(statement)
  expect(failure.position).toStrictEqual(place && { file: 'storm.yaml', ...place })
})

test('refuses a file that holds no scenario', () => {
  expect(problemsOf('- 1')).toStrictEqual(['1:1: the scenario must be an object, it is a list'])
  expect(problemsOf('storm')).toStrictEqual(['1:1: the scenario must be an object, it is "storm"'])
})

test('lists every problem once, in the order of the file, of form and of meaning alike', () => {
  const failure = failureOf(`name: storm
end: { after: 1h }
expect:
  - { metric: pulls-failed, where: { group: b }, exactly: 0 }
images:
  - { name: Acme, layers: 0 }
fleet:
  agents: 2
  cap: 0
  egressAddress: here
timeline:
  - { at: 2h, do: restart-agent }
  - { at: soon, do: restart-agent }
`)
  expect(failure.message.split('\n')).toStrictEqual([
    'Failed to read the scenario storm.yaml: 6 problems.',
    '  storm.yaml:6:13: images[0].name: failed to read the image reference "Acme": the repository name must be lower case. Write it like kasmweb/chrome:1.16.1 or registry.example.com/team/app:2.0',
    '  storm.yaml:6:27: images[0].layers must be at least 1, it is 0',
    '  storm.yaml:9:8: fleet.cap must be at least 1, it is 0',
    '  storm.yaml:10:18: fleet.egressAddress must be "shared", "own" or an IP address, it is "here"',
    '  storm.yaml:12:11: timeline[0].at must be before the end of the run at 1h, it is "2h"',
    '  storm.yaml:13:11: timeline[1].at must be a duration with its unit, such as "250ms", "30s", "5m" or "1h30m", it is "soon"',
    'docs/scenarios.md explains every field.',
  ])
  expect(failure.code).toBe('SCENARIO_INVALID')
  expect(failure.position).toStrictEqual({ file: 'storm.yaml', line: 6, column: 13 })
})

test('points through an alias at what it stands for', () => {
  const text = 'name: storm\nfleet:\n  - &a { name: a, agents: 1, cap: 0 }\n  - *a\nend: { after: 1h }\n'
  expect(problemsOf(text)).toStrictEqual([
    '3:35: fleet[0].cap must be at least 1, it is 0',
    '3:16: fleet[1].name must be unique, another group is named "a" too',
    '3:35: fleet[1].cap must be at least 1, it is 0',
  ])
})

test('points at lines and columns of JSON too', () => {
  const failure = failureOf(
    '{\n\t"name": "storm",\n\t"fleet": { "agents": 0 },\n\t"end": { "after": "1h" }\n}\n',
    'storm.json',
  )
  expect(failure.position).toStrictEqual({ file: 'storm.json', line: 3, column: 23 })
})

test('says what is wrong with the configuration file of an agent, and where', () => {
  const missing = withLines('fleet: { agents: 4, config: ./fixtures/none.yaml }')
  expect(problemsOf(missing)).toStrictEqual([
    expect.stringMatching(
      /^1:29: fleet\.config: failed to read the agent configuration .*none\.yaml: there is no such file$/,
    ),
  ])
  const empty = withLines('fleet: { agents: 4, config: test/scenario/fixtures/empty.yaml }')
  expect(problemsOf(empty)).toStrictEqual([
    expect.stringMatching(/^1:29: fleet\.config: failed to .*the file is empty.* \(.*empty\.yaml:1:1\)$/),
  ])
})

test('judges scenarios without a file too', () => {
  const source = { name: 'x', fleet: { agents: 1, cap: () => 3 }, end: { after: '1h' } } as never
  expect(() => compileScenario({ source })).toThrow(
    new KasmSimError(
      'SCENARIO_INVALID',
      'Failed to read the scenario: 1 problem.\n  fleet.cap must be a whole number, it is a function\ndocs/scenarios.md explains every field.',
    ),
  )
})
