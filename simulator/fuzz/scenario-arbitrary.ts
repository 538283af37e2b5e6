// Draws small scenarios that have a bit of everything in them. What is drawn is always valid, since an action that makes no sense at its
// moment is left out; the first choice of every list is the plainest, so that shrinking ends at a scenario with nothing in it by chance.
import fc from 'fast-check'
import type { ActionSource, ImageSource, NetworkSource, ScenarioSource } from '../scenario/schema.ts'
import { type DrawnAction, DrawnTimeline, drawnUser, durationText } from './drawn-timeline.ts'

const groupArbitrary = fc.record({
  agents: fc.integer({ min: 1, max: 3 }),
  cap: fc.constantFrom(undefined, 1, 3, 4),
  checkInInterval: fc.constantFrom(undefined, '10s', '45s', '1m'),
  refreshInterval: fc.constantFrom(undefined, '12m', '5m', '2m'),
  startupSpread: fc.constantFrom('0s', '20s', '47s'),
  disk: fc.constantFrom(undefined, undefined, undefined, '40MB', '20MB'),
  egressAddress: fc.constantFrom(undefined, 'own'),
  downlink: fc.constantFrom(undefined, undefined, '1MB/s', '20Mbit/s'),
  validateImages: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, undefined, false),
  restartLookDelay: fc.constantFrom(undefined, undefined, '0s', '7s', '2m'),
  zone: fc.constantFrom(undefined, undefined, 'east'),
  persona: fc.constantFrom(undefined, undefined, undefined, 'containerd' as const, 'podman' as const, 'crane' as const),
})

const imageArbitrary = fc.record({
  size: fc.constantFrom('40kB', '300kB', '2MB'),
  uncompressedSize: fc.constantFrom(undefined, '9MB', '16MB'),
  layers: fc.constantFrom(1, 2, 5),
  base: fc.constantFrom(undefined, undefined, 'team/base'),
  host: fc.constantFrom('', '', 'registry.example.com/'),
  account: fc.constantFrom(undefined, undefined, 'right', 'wrong'),
  hasRegistry: fc.constantFrom(true, true, true, true, true, false),
  enabled: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, false),
  defined: fc.constantFrom(undefined, undefined, undefined, undefined, false),
  published: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, false),
  zone: fc.constantFrom(undefined, undefined, undefined, 'east'),
})

const agentsArbitrary = fc.oneof(fc.constant('all' as const), fc.nat({ max: 5 }), fc.constant('group' as const))
const imageNumber = fc.nat({ max: 5 })

const changeArbitrary: fc.Arbitrary<DrawnAction['change']> = fc.oneof(
  fc.record({ do: fc.constant('restart-agent' as const), downtime: fc.constantFrom(undefined, '0s', '40s', '3m') }),
  fc.record({ do: fc.constant('move-tag' as const), image: imageNumber }),
  fc.record({ do: fc.constant('edit-agent-config' as const), cap: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('delete-definition' as const), image: imageNumber }),
  fc.record({ do: fc.constant('create-definition' as const), image: imageNumber }),
  fc.record({ do: fc.constant('publish-image' as const), image: imageNumber }),
  fc.record({ do: fc.constant('request-session' as const), image: imageNumber }),
  fc.record({ do: fc.constant('destroy-session' as const), session: imageNumber }),
  fc.record({ do: fc.constant('rename-definition' as const), image: imageNumber, to: fc.nat({ max: 7 }) }),
  fc.record({
    do: fc.constant('update-definition' as const),
    image: imageNumber,
    set: fc.constantFrom({ enabled: false }, { enabled: true }, { registry: null }, { token: 'wrong' }),
  }),
  fc.record({
    do: fc.constant('update-agent' as const),
    set: fc.constantFrom<{ enabled?: boolean; pruneImages?: 'Off' | 'Normal' | 'Aggressive' }>(
      { enabled: true },
      { enabled: false },
      { pruneImages: 'Aggressive' },
      { pruneImages: 'Normal' },
      { pruneImages: 'Off' },
    ),
  }),
)

/** Half of the moments are those at which agents that start without a spread check in: equal moments are where order matters. */
const momentArbitrary = fc.oneof(
  fc.integer({ min: 2, max: 50 }).map((number) => number * 30_000),
  fc.integer({ min: 60_000, max: 1_500_000 }),
)

const networks: (NetworkSource | undefined)[] = [
  undefined,
  { preset: 'data-centre' },
  { preset: 'branch-office' },
  { preset: 'home' },
  { roundTrip: '0s', serverLatency: '0s' },
  { roundTrip: '14s', serverLatency: '1s' },
  { uplink: '1MB/s', connection: '400kB/s', roundTrip: '80ms', serverLatency: '30ms', unpack: '5MB/s' },
]

const drawnArbitrary = fc.record({
  seed: fc.nat({ max: 1_000_000 }),
  groups: fc.array(groupArbitrary, { minLength: 1, maxLength: 2, size: 'max' }),
  images: fc.array(imageArbitrary, { minLength: 1, maxLength: 6, size: 'max' }),
  actions: fc.array(fc.record({ atMs: momentArbitrary, agents: agentsArbitrary, change: changeArbitrary }), {
    maxLength: 8,
    size: 'max',
  }),
  tailSeconds: fc.integer({ min: 60, max: 1_500 }),
  when: fc.constantFrom(undefined, undefined, undefined, 'all-agents-ready' as const),
  profile: fc.constantFrom(undefined, 'docker-hub-anonymous'),
  network: fc.constantFrom(...networks),
  autoEnableAgents: fc.constantFrom(undefined, undefined, undefined, false),
  pruneImages: fc.constantFrom(undefined, 'Normal' as const, 'Off' as const),
})

type Drawn = typeof drawnArbitrary extends fc.Arbitrary<infer Value> ? Value : never

/**
 * Scenarios of 1 to 6 agents and 1 to 6 images, in their source form: they compile, and they can be written as YAML.
 *
 * @example
 * fc.assert(fc.asyncProperty(scenarioArbitrary, async (source) => (await judge(source)) === null))
 */
export const scenarioArbitrary: fc.Arbitrary<ScenarioSource> = drawnArbitrary.map(sourceOf)

function sourceOf(drawn: Drawn): ScenarioSource {
  const { seed, profile, network, autoEnableAgents, pruneImages, when, tailSeconds } = drawn
  const groups = drawn.groups.map((group, index) =>
    known({ name: `group-${index}`, ...group, diskUsed: group.disk === undefined ? undefined : '0B' }),
  )
  const hasEast = groups.some(({ zone }) => zone === 'east')
  const images = drawn.images.map((image, index) => imageOf(image, { index, hasEast }))
  const timeline = new DrawnTimeline({ groups, images })
  const actions = drawn.actions.toSorted((one, other) => one.atMs - other.atMs)
  const taken = actions.map((action) => timeline.take(action)).filter((action) => action !== null)
  const lastMs = Math.max(0, ...actions.map(({ atMs }) => atMs))
  const needsAccount = images.some(({ user }) => user !== undefined)
  const registry = known({ profile, accounts: needsAccount ? [{ username: 'alice', password: 'right' }] : undefined })
  const hasSessions = taken.some((action) => action.do === 'request-session')
  const webApp = known({ autoEnableAgents, pruneImages, users: hasSessions ? [{ name: drawnUser }] : undefined })
  return known({
    name: 'fuzz',
    seed,
    fleet: groups,
    registry: filled(registry),
    network,
    webApp: filled(webApp),
    images,
    timeline: taken.length > 0 ? (taken as ActionSource[]) : undefined,
    end: known({ after: durationText(lastMs + tailSeconds * 1_000), when }),
  })
}

function imageOf(
  { host, account, hasRegistry, zone, ...fields }: Drawn['images'][number],
  { index, hasEast }: { index: number; hasEast: boolean },
): ImageSource {
  return known({
    name: `${host}team/app-${index}:1.0`,
    ...fields,
    registry: hasRegistry ? undefined : null,
    user: account === undefined ? undefined : 'alice',
    token: account,
    zone: hasEast ? zone : undefined,
  })
}

type Known<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name]
} & { [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined> }

/** The fields that say something: what is left out has its default, and is not in the file. */
function known<Fields extends object>(fields: Fields): Known<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Known<Fields>
}

function filled<Fields extends object>(fields: Fields): Fields | undefined {
  return Object.keys(fields).length === 0 ? undefined : fields
}
