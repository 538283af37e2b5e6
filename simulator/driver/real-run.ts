// The world of a run in real time: a registry that listens with the scenario's images in it, and a web app that defines them.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { formatDuration } from '../../server/kernel/units.ts'
import { startWebApp } from '../../server/main.ts'
import { groupsByAgent } from '../checks/signals.ts'
import type { Emit } from '../events/event-log.ts'
import type { Served } from '../network/shared-link.ts'
import { openBackend } from '../registry/backend/open.ts'
import type { FaultDecider } from '../registry/faults/strike.ts'
import type { RequestRecord } from '../registry/journal.ts'
import type { Profile } from '../registry/policy/policy.ts'
import { loadProfile } from '../registry/profile-file.ts'
import { startRegistry } from '../registry/registry.ts'
import type { Shape } from '../registry/shaping.ts'
import { TrafficRecorder } from '../report/registry-traffic.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { definedImages, zonesOf } from './agent-messages.ts'
import { FaultWatch } from './fault-watch.ts'
import { hasRemoteEngines, openGroupEngines } from './group-engines.ts'
import { ImageLibrary } from './image-library.ts'
import { initialImages } from './initial-images.ts'
import { createPeople } from './people.ts'
import type { PreparedRun } from './prepared-run.ts'
import { pusherOf } from './push.ts'
import { runRealTime } from './real-time.ts'
import { type Wait, waitOn } from './wait.ts'
import { type WebAppAddress, WebAppClient } from './web-app-client.ts'

/** Why an agent would not answer the web app, by its server id; null where it would. */
type SilenceOf = (serverId: string) => string | null

/** Timers of the platform cannot wait longer. */
const wallTimeMaxMs = 2 ** 31 - 1

export interface RealRunOptions {
  /** How many times faster than the wall. */
  speed: number
  /** Checks in with this web app and defines the scenario's images there; absent: the run has a web app of its own. */
  webApp?: WebAppAddress | undefined
  /** Keeps each agent's blobs in a folder of its own in here; absent: bytes are verified and dropped. */
  contentDirectory?: string | undefined
}

/**
 * Starts what a run in real time needs.
 *
 * @throws KasmSimError USAGE of a speed that makes no sense, SERVER_UNREACHABLE of a web app or upstream that does not answer,
 *   BACKEND_INVALID | DOCKER_UNAVAILABLE | IMAGES_MISSING of the scenario's backend
 */
export async function prepareRealRun(scenario: Scenario, options: RealRunOptions): Promise<PreparedRun> {
  const { speed, contentDirectory } = options
  assertSpeed(scenario, speed)
  const timekeeper = new Timekeeper({ speed })
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
  const world = await startWorld(
    {
      ...{ scenario, timekeeper, profile, faults: decider },
      webApp: options.webApp,
      silenceOf: (id) => silenceOf(id),
      onServed,
    },
    (record) => {
      const told = { ...record, startedAtMs: Math.round(record.startedAtMs - startMs) }
      if (!Number.isNaN(startMs)) traffic.add({ ...told, atMs: Math.round(nowMs()) })
      emit({ kind: 'registry-request', ...told })
    },
  )
  return {
    time: 'real',
    speed,
    nowMs,
    published: world.published,
    drive: (driving) => {
      startMs = timekeeper.nowMs()
      world.registry.renewPasswords()
      emit = driving.log.emit
      const askAgents = (asked: SilenceOf) => {
        silenceOf = asked
      }
      const options = { scenario, timekeeper, originMs: startMs, contentDirectory, faults, askAgents }
      const tellTraffic = () => emit({ kind: 'registry-traffic', ...traffic.result() })
      return runRealTime({ ...options, tellTraffic, ...world, ...driving })
    },
    close: async () => {
      await world.close()
      timekeeper.close()
    },
  }
}

interface WorldOptions {
  scenario: Scenario
  timekeeper: Timekeeper
  profile: Profile
  faults: FaultDecider
  webApp: WebAppAddress | undefined
  silenceOf: SilenceOf
  onServed: (served: Served) => void
}

async function startWorld(
  { scenario, timekeeper, profile, faults, webApp, silenceOf, onServed }: WorldOptions,
  onRequest: (record: RequestRecord) => void,
) {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers.reverse()) await closer()
  }
  try {
    const registry = await startRegistry({
      ...(hasRemoteEngines(scenario) ? { host: '0.0.0.0' } : {}),
      backend: await openBackend(scenario.registry.backend, timekeeper),
      profile,
      accounts: scenario.registry.accounts,
      clock: timekeeper,
      trustSimulationHeaders: true,
      shape: { ...shapeOf(scenario, waitOn(timekeeper)), onServed },
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
      registry: { ...registry, push: pusherOf(registry, scenario) },
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
    latencyMs: roundTripMs + serverLatencyMs,
    delay,
  }
}

async function ownWebApp(
  { scenario, timekeeper: clock, silenceOf }: Pick<WorldOptions, 'scenario' | 'timekeeper' | 'silenceOf'>,
  closers: (() => Promise<void>)[],
): Promise<WebAppClient> {
  const webApp = await startWebApp({
    clock,
    silenceOf,
    images: definedImages(scenario),
    zones: zonesOf(scenario),
    autoEnableAgents: scenario.webApp.autoEnableAgents,
    pruneImagesMode: scenario.webApp.pruneImagesMode,
  })
  closers.push(() => webApp.close())
  return new WebAppClient(webApp)
}

/** Defines what the scenario needs and the web app lacks; definitions of the same reference are left as they are. */
async function joinWebApp(address: WebAppAddress, scenario: Scenario): Promise<WebAppClient> {
  const client = new WebAppClient(address)
  try {
    await client.assertReachable()
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
