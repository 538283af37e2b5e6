// The world of a run over sockets: a registry that listens with the scenario's images in it, and a web app that defines them.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { formatDuration } from '../../server/kernel/units.ts'
import { startWebApp } from '../../server/main.ts'
import { generatorFailureOf } from '../checks/generator-failures.ts'
import { groupsByAgent } from '../checks/signals.ts'
import type { Emit } from '../events/event-log.ts'
import type { Lateness, Peer } from '../events/events.ts'
import type { Served } from '../network/shared-link.ts'
import { openBackend } from '../registry/backend/open.ts'
import type { Shape } from '../registry/http/shaping.ts'
import type { FaultDecider } from '../registry/http/strike.ts'
import type { RequestRecord } from '../registry/journal.ts'
import type { Profile } from '../registry/policy/policy.ts'
import { loadProfile } from '../registry/profile-file.ts'
import { startRegistry } from '../registry/registry.ts'
import { TrafficRecorder } from '../report/registry-traffic.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { definedImages, zonesOf } from './agent-messages.ts'
import { FaultWatch } from './fault-watch.ts'
import { hasRemoteEngines, openGroupEngines } from './group-engines.ts'
import { ImageLibrary } from './image-library.ts'
import { initialImages } from './initial-images.ts'
import { LatenessWatch, latenessBoundMs } from './lateness.ts'
import { createPeople } from './people.ts'
import type { PreparedRun } from './prepared-run.ts'
import { pusherOf } from './push.ts'
import { runRealTime } from './real-time.ts'
import { epochMs } from './virtual-web-app.ts'
import { type Wait, waitOn } from './wait.ts'
import { type WebAppAddress, WebAppClient } from './web-app-client.ts'

/** Why an agent would not answer the web app, by its server id; null where it would. */
type SilenceOf = (serverId: string) => string | null

/** Timers of the platform cannot wait longer. */
const wallTimeMaxMs = 2 ** 31 - 1

export interface RealRunOptions {
  /** How many times faster than the wall; null where the clock moves on as soon as the work of a moment is done. */
  speed: number | null
  /** Checks in with this web app and defines the scenario's images there; absent: the run has a web app of its own. */
  webApp?: WebAppAddress | undefined
  /** Keeps each agent's blobs in a folder of its own in here; absent: bytes are verified and dropped. */
  contentDirectory?: string | undefined
}

/**
 * Starts what a run over sockets needs.
 *
 * @throws KasmSimError USAGE of a speed that makes no sense, SERVER_UNREACHABLE of a web app or upstream that does not answer,
 *   BACKEND_INVALID | DOCKER_UNAVAILABLE | IMAGES_MISSING of the scenario's backend
 */
export async function prepareRealRun(scenario: Scenario, options: RealRunOptions): Promise<PreparedRun> {
  const { speed, contentDirectory } = options
  if (speed !== null) assertSpeed(scenario, speed)
  const timekeeper = new Timekeeper(speed === null ? { startMs: epochMs, frozen: true } : { speed })
  /** The run's own time stands still until it is driven. */
  let startMs = Number.NaN
  let emit: Emit = () => {}
  let silenceOf: SilenceOf = () => null
  const nowMs = () => (Number.isNaN(startMs) ? 0 : timekeeper.nowMs() - startMs)
  const profile = loadProfile(scenario.registry.profile)
  const faults = new FaultWatch(scenario, profile.name)
  const groups = groupsByAgent(scenario)
  const traffic = new TrafficRecorder((agent) => groups[agent] ?? null, { measured: true })
  const onServed = ({ bytes, fromMs, toMs }: Served) => {
    if (!Number.isNaN(startMs)) traffic.addServed({ bytes, fromMs: fromMs - startMs, toMs: toMs - startMs })
  }
  const decider = { decide: faults.decide.bind(faults), nowMs, delay: waitOn(timekeeper) }
  const tell = (record: RequestRecord) => {
    const told = { ...record, startedAtMs: Math.round(record.startedAtMs - startMs) }
    if (!Number.isNaN(startMs)) traffic.add({ ...told, atMs: Math.round(nowMs()) })
    emit({ kind: 'registry-request', ...told })
  }
  const requests = new RequestsOfMoment(tell)
  const onRequest = speed === null ? requests.add : tell
  const lateness = speed === null ? null : watchLateness(scenario, { speed, timekeeper, tell: (told) => emit(told) })
  const onNoAnswer = (error: unknown, { agent, peer }: { agent: number | null; peer: Peer }) => {
    const code = generatorFailureOf(error, { isOrdered: peer === 'registry' && faults.breakConnections(nowMs()) })
    if (code !== null) emit({ kind: 'generator-failed', agent, peer, code, cause: (error as Error).message || code })
  }
  const onLate = (lateMs: number) => lateness?.note('transfers', lateMs)
  const world = await startWorld(
    {
      ...{ scenario, timekeeper, profile, faults: decider, webApp: options.webApp, onLate, onNoAnswer, onServed },
      silenceOf: (id) => silenceOf(id),
    },
    onRequest,
  )
  return {
    time: speed === null ? 'settled' : 'wall',
    speed: speed ?? 1,
    nowMs,
    published: world.published,
    drive: async (driving) => {
      startMs = timekeeper.nowMs()
      world.registry.renewPasswords()
      emit = driving.log.emit
      const settled = () => requests.tell()
      const onAnswered = (durationMs: number) => lateness?.note('check-ins', durationMs)
      const askAgents = (asked: SilenceOf) => {
        silenceOf = asked
      }
      const tellTraffic = () => emit({ kind: 'registry-traffic', ...traffic.result() })
      const clock = { timekeeper, originMs: startMs, settled, onAnswered, onNoAnswer, askAgents, tellTraffic }
      lateness?.begin()
      const reason = await runRealTime({ scenario, contentDirectory, faults, ...clock, ...world, ...driving })
      if (lateness) emit({ kind: 'lateness', ...lateness.end() })
      return reason
    },
    doubts: () => lateness?.doubts() ?? [],
    close: async () => {
      await world.close()
      timekeeper.close()
    },
  }
}

/** The requests that became known at one moment, told in the order in which they were begun. */
class RequestsOfMoment {
  readonly #tell: (record: RequestRecord) => void
  #known: { record: RequestRecord; work: number }[] = []

  constructor(tell: (record: RequestRecord) => void) {
    this.#tell = tell
  }

  readonly add = (record: RequestRecord, work: number | null): void => {
    this.#known.push({ record, work: work ?? 0 })
  }

  tell(): void {
    if (this.#known.length === 0) return
    const known = this.#known.sort((one, other) => one.work - other.work)
    this.#known = []
    for (const { record } of known) this.#tell(record)
  }
}

function watchLateness(
  scenario: Scenario,
  { speed, timekeeper, tell }: { speed: number; timekeeper: Timekeeper; tell: Emit },
): LatenessWatch {
  const onWorse = (lateness: Lateness) => tell({ kind: 'lateness', ...lateness })
  const watch = new LatenessWatch({ speed, boundMs: latenessBoundMs(scenario), onWorse })
  timekeeper.watchLateness(watch.noteTurn)
  return watch
}

interface WorldOptions {
  scenario: Scenario
  timekeeper: Timekeeper
  profile: Profile
  faults: FaultDecider
  webApp: WebAppAddress | undefined
  onLate: (lateMs: number) => void
  onNoAnswer: (error: unknown, exchange: { agent: null; peer: Peer }) => void
  silenceOf: SilenceOf
  onServed: (served: Served) => void
}

async function startWorld(
  { scenario, timekeeper, profile, faults, webApp, onLate, onNoAnswer, silenceOf, onServed }: WorldOptions,
  onRequest: (record: RequestRecord, work: number | null) => void,
) {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers.reverse()) await closer()
  }
  try {
    const registry = await startRegistry({
      ...(hasRemoteEngines(scenario) ? { host: '0.0.0.0' } : {}),
      backend: await openBackend(scenario.registry.backend, timekeeper, {
        onNoAnswer: (error) => onNoAnswer(error, { agent: null, peer: 'upstream' }),
      }),
      profile,
      accounts: scenario.registry.accounts,
      clock: timekeeper,
      trustSimulationHeaders: true,
      shape: { ...shapeOf(scenario, waitOn(timekeeper)), wholeBodies: timekeeper.state.isFrozen, onLate, onServed },
      faults,
      onRequest,
    })
    closers.push(registry.close)
    const engines = await openGroupEngines(scenario, registry.url)
    closers.push(engines.close)
    const client = webApp
      ? await joinWebApp(webApp, scenario)
      : await ownWebApp({ scenario, timekeeper, silenceOf }, closers)
    closers.push(() => client.close())
    await createPeople(client, scenario.webApp)
    const library = new ImageLibrary(scenario)
    const published = await initialImages(scenario, library, registry)
    return {
      registry: { ...registry, push: pusherOf(registry, scenario, timekeeper) },
      client,
      library,
      published,
      engineOf: engines.engineOf,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The network of the scenario, as the registry holds back what it sends. */
export function shapeOf({ network, groups }: Pick<Scenario, 'network' | 'groups'>, delay: Wait): Shape {
  const { uplinkBytesPerSecond, connectionBytesPerSecond, roundTripMs, serverLatencyMs } = network
  const downlinks = groups.flatMap(({ agents, downlinkBytesPerSecond }) =>
    new Array<number | null>(agents).fill(downlinkBytesPerSecond),
  )
  return {
    uplinkBytesPerSecond,
    connectionBytesPerSecond,
    downlinkBytesPerSecond: (agent) => downlinks[agent] ?? null,
    roundTripMs,
    serverLatencyMs,
    delay,
  }
}

async function ownWebApp(
  { scenario, timekeeper, silenceOf }: Pick<WorldOptions, 'scenario' | 'timekeeper' | 'silenceOf'>,
  closers: (() => Promise<void>)[],
): Promise<WebAppClient> {
  const webApp = await startWebApp({
    clock: timekeeper,
    silenceOf,
    images: definedImages(scenario),
    zones: zonesOf(scenario),
    autoEnableAgents: scenario.webApp.autoEnableAgents,
    pruneImagesMode: scenario.webApp.pruneImagesMode,
  })
  closers.push(() => webApp.close())
  return new WebAppClient(webApp, { timekeeper })
}

/** Defines what the scenario needs and the web app lacks; definitions of the same reference are left as they are. */
async function joinWebApp(address: WebAppAddress, scenario: Scenario): Promise<WebAppClient> {
  const client = new WebAppClient(address)
  try {
    await client.assertReachable()
    await client.assertManager()
    const { images } = (await client.developer('get_images', {})) as { images: { name: string }[] }
    const known = new Set(images.map(({ name }) => name))
    for (const image of definedImages(scenario)) {
      if (!known.has(image.name)) await client.developer('create_image', { target_image: image })
    }
    return client
  } catch (error) {
    await client.close()
    throw error
  }
}

function assertSpeed(scenario: Scenario, speed: number): void {
  if (!(speed > 0 && Number.isFinite(speed))) {
    throw new KasmSimError('USAGE', `Failed to run at speed ${speed}: it must be a number above 0. Try --speed 60.`)
  }
  if (scenario.end.afterMs / speed > wallTimeMaxMs) {
    const takes = formatDuration(scenario.end.afterMs / speed)
    throw new KasmSimError(
      'USAGE',
      `Failed to run at speed ${speed}: the run would take ${takes} of real time, more than 24 days. Choose a higher --speed.`,
    )
  }
}
