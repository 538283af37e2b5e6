// Users, groups, sessions and waits of a scenario: what they compile to, and what people read who get them wrong.
import { expect, test } from 'vitest'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { readYaml } from '../../simulator/scenario/load-yaml.ts'

const rest = `
name: lab
fleet: { agents: 4 }
images: [{ name: 'acme/a:1' }]
end: { after: 1h }`
const people = 'webApp: { groups: [Testers], users: [{ name: ada }, { name: tess, groups: [Testers] }] }'

function compile(...lines: string[]) {
  return compileScenario(readYaml(`${lines.join('\n')}${rest}`, 'lab.yaml'))
}

function problemsOf(...lines: string[]): string[] {
  try {
    compile(...lines)
  } catch (error) {
    if (!(error instanceof KasmSimError)) throw error
    return error.message
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim().replace(/^lab\.yaml:/, ''))
  }
  throw new Error('nothing is wrong with it')
}

/** A timeline of one line per action, the first on line 2. */
function timeline(...actions: string[]): string {
  return `timeline:\n${actions.map((action) => `  - { ${action} }`).join('\n')}`
}

test('compiles people, with no trace of them where there are none', () => {
  expect(compile(people).webApp).toStrictEqual({
    autoEnableAgents: true,
    pruneImagesMode: 'Aggressive',
    groups: ['Testers'],
    users: [
      { name: 'ada', groups: [] },
      { name: 'tess', groups: ['Testers'] },
    ],
  })
  expect(compile().webApp).toStrictEqual({ autoEnableAgents: true, pruneImagesMode: 'Aggressive' })
})

test('compiles a push with its tags as references of the same repository, which are known from then on', () => {
  const { timeline: actions } = compile(
    timeline(
      "at: 1m, do: push-image, image: { name: 'host.example:5000/acme/b:1' }, tags: [latest, stable]",
      "at: 2m, do: create-definition, image: 'host.example:5000/acme/b:latest'",
      "at: 3m, do: push-image, image: { name: 'host.example:5000/acme/b:2' }, tags: [latest]",
      "at: 4m, do: move-tag, image: 'host.example:5000/acme/b:stable'",
    ),
  )
  expect(actions).toMatchObject([
    { tags: ['host.example:5000/acme/b:latest', 'host.example:5000/acme/b:stable'] },
    { image: { name: 'host.example:5000/acme/b:latest', defined: true } },
    { tags: ['host.example:5000/acme/b:latest'] },
    {},
  ])
})

test('expects of every scenario with a wait that each is met, within the longest of their times', () => {
  const { expect: expectations } = compile(
    timeline(
      "at: 1m, do: wait-for, image: 'acme/a:1', within: 5m",
      "at: 2m, do: wait-for, image: 'acme/a:1', agents: [0], within: 10m",
    ),
  )
  expect(expectations).toMatchObject([
    { metric: 'wait-time', where: { fromMs: 0, untilMs: null }, judge: { form: 'within', durationMs: 600_000 } },
  ])
  expect(compile().expect).toStrictEqual([])
})

test('names filters of sessions in the name of an expectation and leaves the others out', () => {
  const { expect: expectations } = compile(
    people,
    timeline("at: 1m, do: request-session, name: trial, as: tess, image: 'acme/a:1'"),
    'expect: [{ metric: sessions-started, where: { session: trial, publication: 0 }, exactly: 1 }]',
  )
  expect(expectations).toMatchObject([
    { name: 'sessions-started (session trial, publication 0): count exactly 1', where: { session: 'trial' } },
  ])
  expect(expectations[0]?.where).not.toHaveProperty('user')
})

const request = "at: 1m, do: request-session, name: trial, as: tess, image: 'acme/a:1'"

test.each<[string, string[], string]>([
  [
    'a user who is there already',
    ['webApp: { users: [{ name: ada }, { name: ada }] }'],
    '1:42: webApp.users[1].name must be unique, "ada" is there already',
  ],
  [
    'a group that every Kasm has',
    ['webApp: { groups: [All Users] }'],
    '1:20: webApp.groups[0] must be unique, "All Users" is there already',
  ],
  [
    'a user of an unknown group',
    ['webApp: { groups: [Testers], users: [{ name: ada, groups: [Tester] }] }'],
    '1:60: webApp.users[0].groups[0] must be the name of a group of the web app, it is "Tester"; did you mean "Testers"?',
  ],
  [
    'a session of an unknown user',
    [timeline(request), people.replace('tess', 'tessa')],
    '2:53: timeline[0].as must be the name of a user under webApp.users, it is "tess"; did you mean "tessa"?',
  ],
  [
    'a session of an image that is not defined by then',
    [timeline(request.replace('acme/a:1', 'acme/b:1')), people],
    '2:66: timeline[0].image must be the name of a defined image, it is "acme/b:1"; did you mean "acme/a:1"?',
  ],
  [
    'two sessions of one name',
    [timeline(request, request), people],
    '3:42: timeline[1].name must be unique, "trial" is there already',
  ],
  [
    'the end of a session that nobody asked for',
    [timeline(request, 'at: 2m, do: destroy-session, name: tryal'), people],
    '3:42: timeline[1].name must be the name of a session that was requested by then, it is "tryal"; did you mean "trial"?',
  ],
  [
    'a session that ends twice',
    [timeline(request, 'at: 2m, do: destroy-session, name: trial', 'at: 3m, do: destroy-session, name: trial'), people],
    '4:42: timeline[2].name must not be destroyed yet, "trial" is',
  ],
  [
    'a group that is made twice',
    [timeline('at: 1m, do: create-group, name: Testers'), people],
    '2:39: timeline[0].name must be unique, "Testers" is there already',
  ],
  [
    'an image for a group that is made later',
    [timeline("at: 1m, do: assign-image, image: 'acme/a:1', group: Lab", 'at: 2m, do: create-group, name: Lab')],
    '2:59: timeline[0].group must be the name of a group of the web app, it is "Lab"; there are All Users, Administrators',
  ],
  [
    'a wait that may last longer than the run',
    [timeline("at: 50m, do: wait-for, image: 'acme/a:1', within: 20m")],
    '2:57: timeline[0].within must be over before the end of the run: at most "10m", it is "20m"',
  ],
  [
    'a push of what is there',
    [timeline("at: 1m, do: push-image, image: 'acme/a:1'")],
    '2:38: timeline[0].image must not be published yet, "acme/a:1" is; use move-tag',
  ],
  [
    'a filter for a session that nobody asks for',
    [timeline(request), people, 'expect: [{ metric: session-digests, where: { session: trail }, exactly: 1 }]'],
    '4:55: expect[0].where.session must be the name of a session of the scenario, it is "trail"; did you mean "trial"?',
  ],
  [
    'a filter that is not for this metric',
    [people, 'expect: [{ metric: sessions-running, where: { user: ada }, atMost: 1 }]'],
    '2:47: expect[0].where.user does not go with metric: "sessions-running"',
  ],
])('refuses %s', (_what, lines, problem) => {
  expect(problemsOf(...lines)).toStrictEqual([problem])
})
