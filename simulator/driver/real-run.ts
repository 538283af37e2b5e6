// The world of a run in real time: a registry that listens with the scenario's images in it, and a web app that defines them.
import { type Clock, createClock } from '../../server/kernel/clock.ts'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { formatDuration } from '../../server/kernel/units.ts'
import { startWebApp } from '../../server/main.ts'
import type { Emit } from '../events/event-log.ts'
import type { RequestRecord } from '../registry/journal.ts'
import { loadProfile } from '../registry/profile-file.ts'
import { startRegistry } from '../registry/registry.ts'
import type { Shape } from '../registry/shaping.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { definedImages, zonesOf } from './agent-messages.ts'
import { ImageLibrary } from './image-library.ts'
import type { PreparedRun } from './prepared-run.ts'
import { runRealTime } from './real-time.ts'
import { createWait } from './wait.ts'
import { type WebAppAddress, WebAppClient } from './web-app-client.ts'

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
 * @throws KasmSimError USAGE of a speed that makes no sense, SERVER_UNREACHABLE of a web app that does not answer
 */
export async function prepareRealRun(scenario: Scenario, options: RealRunOptions): Promise<PreparedRun> {
  const { speed, contentDirectory } = options
  assertSpeed(scenario, speed)
  const clock = createClock({ speed })
  /** Time stands still until the run is driven. */
  let startMs = Number.NaN
  let emit: Emit = () => {}
  const world = await startWorld({ scenario, speed, clock, webApp: options.webApp }, (record) => {
    emit({ kind: 'registry-request', ...record, startedAtMs: Math.round(record.startedAtMs - startMs) })
  })
  const nowMs = () => (Number.isNaN(startMs) ? 0 : clock.nowMs() - startMs)
  return {
    time: 'real',
    speed,
    nowMs,
    published: world.published,
    drive: (driving) => {
      startMs = clock.nowMs()
      emit = driving.log.emit
      return runRealTime({ scenario, speed, clock: { nowMs }, contentDirectory, ...world, ...driving })
    },
    close: world.close,
  }
}

interface WorldOptions {
  scenario: Scenario
  speed: number
  clock: Clock
  webApp: WebAppAddress | undefined
}

async function startWorld(
  { scenario, speed, clock, webApp }: WorldOptions,
  onRequest: (record: RequestRecord) => void,
) {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers.reverse()) await closer()
  }
  try {
    const registry = await startRegistry({
      profile: loadProfile(scenario.registry.profile),
      accounts: scenario.registry.accounts,
      clock,
      trustSimulationHeaders: true,
      shape: shapeOf(scenario, speed),
      onRequest,
    })
    closers.push(registry.close)
    const client = webApp ? await joinWebApp(webApp, scenario) : await ownWebApp(scenario, clock, closers)
    closers.push(() => client.close())
    const library = new ImageLibrary(scenario)
    return { registry, client, library, published: library.publishAll(scenario.images, registry), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The network of the scenario, as the registry holds back what it sends. */
function shapeOf({ network, groups }: Scenario, speed: number): Shape {
  const { uplinkBytesPerSecond, connectionBytesPerSecond, roundTripMs, serverLatencyMs } = network
  const downlinks = groups.flatMap(({ agents, downlinkBytesPerSecond }) =>
    new Array<number | null>(agents).fill(downlinkBytesPerSecond),
  )
  return {
    uplinkBytesPerSecond,
    connectionBytesPerSecond,
    downlinkBytesPerSecond: (agent) => downlinks[agent] ?? null,
    latencyMs: roundTripMs + serverLatencyMs,
    delay: createWait(speed),
  }
}

async function ownWebApp(scenario: Scenario, clock: Clock, closers: (() => Promise<void>)[]): Promise<WebAppClient> {
  const webApp = await startWebApp({
    clock,
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
