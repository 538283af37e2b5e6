// The maintenance of an image from end to end: build, push under two tags, test with a group of testers, deploy, roll back.
// `latest` moves and is what testers launch; users get tags with a date, which never move. docs/maintenance.md explains each step.
import { defineScenario } from '../simulator/scenario/define.ts'

const registry = 'https://desktops.azurecr.io'
const repository = 'desktops.azurecr.io/desktops/office'
const lastWeek = `${repository}:2026-11-17`
const thisWeek = `${repository}:2026-11-24`
const nextWeek = `${repository}:2026-12-01`
const latest = `${repository}:latest`
const image = { size: '300kB', uncompressedSize: '800kB', layers: 4 }
/** What agents pull with may not push. */
const credentials = { registry, user: 'kasm', token: 'pull-only' }

export default defineScenario({
  name: 'build-push-test-deploy',
  description:
    'A new desktop is pushed with two tags, tested by a group that alone may launch it, deployed while old sessions live on, and rolled back.',
  speed: 180,
  fleet: { agents: 3, startupSpread: '10s', refreshInterval: '5m' },
  registry: {
    profile: 'acr',
    accounts: [{ username: 'kasm', password: 'push-secret', tokens: [{ token: 'pull-only', access: 'read-only' }] }],
  },
  webApp: { users: [{ name: 'ada' }, { name: 'bob' }, { name: 'tess' }] },
  images: [{ name: lastWeek, friendlyName: 'Office', ...image, ...credentials }],
  timeline: [
    { at: '30s', do: 'wait-for', image: lastWeek, within: '6m' },
    { at: '1m', do: 'request-session', name: 'before', as: 'ada', image: lastWeek },

    // Build and push; a Workspace for testers, whom the group of all users is not among.
    { at: '2m', do: 'push-image', image: { name: thisWeek, ...image }, tags: ['latest'] },
    { at: '2m', do: 'create-group', name: 'Testers', members: ['tess'] },
    {
      at: '2m',
      do: 'create-definition',
      image: { name: latest, friendlyName: 'Office (test)', ...image, ...credentials },
    },
    { at: '2m', do: 'unassign-image', image: latest, group: 'All Users' },
    { at: '2m', do: 'assign-image', image: latest, group: 'Testers' },
    { at: '2m10s', do: 'wait-for', image: latest, within: '6m' },

    // Test: who is in the group, and who is not.
    { at: '3m', do: 'request-session', name: 'test', as: 'tess', image: latest },
    { at: '3m', do: 'request-session', name: 'test-by-another', as: 'bob', image: latest },

    // Deploy: the Workspace of the users gets the new tag.
    { at: '4m', do: 'update-definition', image: lastWeek, set: { name: thisWeek } },
    { at: '4m', do: 'wait-for', image: thisWeek, within: '6m' },
    { at: '5m', do: 'request-session', name: 'after', as: 'ada', image: thisWeek },

    // Another build moves `latest`, which agents notice at their next refresh.
    { at: '6m', do: 'push-image', image: { name: nextWeek, ...image }, tags: ['latest'] },
    { at: '6m', do: 'wait-for', image: latest, within: '6m' },
    { at: '12m', do: 'request-session', name: 'test-of-next', as: 'tess', image: latest },

    // Roll back.
    { at: '13m', do: 'update-definition', image: thisWeek, set: { name: lastWeek } },
    { at: '13m', do: 'wait-for', image: lastWeek, within: '6m' },
    { at: '14m', do: 'request-session', name: 'rolled-back', as: 'ada', image: lastWeek },
    { at: '18m', do: 'destroy-session', name: 'before' },
  ],
  end: { after: '19m' },
  expect: [
    {
      name: 'a tester launches what was pushed',
      metric: 'sessions-started',
      where: { session: 'test', user: 'tess', image: latest, publication: 1 },
      exactly: 1,
    },
    {
      name: 'somebody else is refused: Image Not Authorized',
      metric: 'sessions-refused',
      where: { session: 'test-by-another', refusal: 'not-authorized' },
      exactly: 1,
    },
    { name: 'nobody else is refused', metric: 'sessions-refused', exactly: 1 },
    {
      name: 'before the update a session runs the old image',
      metric: 'sessions-started',
      where: { session: 'before', image: lastWeek, publication: 1 },
      exactly: 1,
    },
    {
      name: 'after the update the next session runs the new image',
      metric: 'sessions-started',
      where: { session: 'after', image: thisWeek, publication: 1 },
      exactly: 1,
    },
    {
      name: 'the old session lives on',
      metric: 'sessions-running',
      where: { image: lastWeek, from: '5m', until: '13m' },
      aggregate: 'min',
      exactly: 1,
    },
    {
      name: 'and keeps its digest',
      metric: 'session-digests',
      where: { session: 'before', from: '5m' },
      exactly: 1,
    },
    {
      name: 'a tag that moves changes no running session',
      metric: 'session-digests',
      where: { session: 'test', from: '12m' },
      exactly: 1,
    },
    {
      name: 'the next session of the moved tag runs what was pushed last',
      metric: 'sessions-started',
      where: { session: 'test-of-next', image: latest, publication: 2 },
      exactly: 1,
    },
    {
      name: 'after the rollback sessions run the old image again',
      metric: 'sessions-started',
      where: { session: 'rolled-back', image: lastWeek, publication: 1 },
      exactly: 1,
    },
    { name: 'the credentials are good for every pull', metric: 'pulls-failed', exactly: 0 },
  ],
})
