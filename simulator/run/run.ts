// Runs one scenario from its compiled form to its outcome: starts the registry and the web app, gives the events to everyone who
// listens, and lets a driver move time.
import { createRequire } from 'node:module'
import { type Clock, createClock } from '../../server/kernel/clock.ts'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { formatDuration } from '../../server/kernel/units.ts'
import { startWebApp } from '../../server/main.ts'
import { createChecks } from '../checks/checks.ts'
import type { CheckResult } from '../checks/expectation.ts'
import { imageFields } from '../driver/agent-messages.ts'
import { ImageLibrary } from '../driver/image-library.ts'
import { type EndReason, runRealTime } from '../driver/real-time.ts'
import { type WebAppAddress, WebAppClient } from '../driver/web-app-client.ts'
import type { RequestRecord } from '../registry/journal.ts'
import { findProfile } from '../registry/policy/profiles.ts'
import { startRegistry } from '../registry/registry.ts'
import { createSummary, type Summary } from '../report/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { createEventLog, type Emit } from './event-log.ts'
import { type EventSink, eventVersion } from './events.ts'
import type { StepAgent } from './fleet.ts'

const { version } = createRequire(import.meta.url)('kasm-sim/package.json') as { version: string }

/** Timers of the platform cannot wait longer. */
const wallTimeMaxMs = 2 ** 31 - 1

export interface RunOptions {
  scenario: Scenario
  /** How many times faster than the wall; default: what the scenario says. */
  speed?: number
  /** Default: the scenario's. */
  seed?: number
  sinks?: EventSink[]
  /** Ends the run early and cleanly; the outcome is then `interrupted`, with what was seen so far. */
  signal?: AbortSignal
  /** Checks in with this web app and defines the scenario's images there; absent: the run has a web app of its own. */
  webApp?: WebAppAddress
  /** Keeps each agent's blobs in a folder of its own in here; absent: bytes are verified and dropped. */
  contentDirectory?: string
  /** Other rules for the agents than the product's: for tests of the checks. */
  stepAgent?: StepAgent
  /** Told once of each sink that threw; the run goes on without it. */
  onSinkError?: (error: unknown) => void
}

export interface RunOutcome {
  reason: EndReason
  checks: CheckResult[]
  summary: Summary
}

/**
 * Runs a scenario in real time and judges it.
 *
 * @throws KasmSimError where it cannot run; InvariantError where the program itself is wrong
 * @example
 * const { checks } = await runScenario({ scenario: compileScenario(await loadScenario('tag-drift')), speed: 120 })
 */
export async function runScenario(options: RunOptions): Promise<RunOutcome> {
  const scenario = { ...options.scenario, seed: options.seed ?? options.scenario.seed }
  const speed = options.speed ?? scenario.speed
  assertSpeed(scenario, speed)
  const clock = createClock({ speed })
  let startMs = clock.nowMs()
  const runClock = { nowMs: () => clock.nowMs() - startMs }
  const checks = createChecks(scenario)
  const summary = createSummary()
  let open = true
  const log = createEventLog({
    sinks: [checks.sink, summary.sink, ...(options.sinks ?? [])],
    nowMs: runClock.nowMs,
    onSinkError: options.onSinkError ?? (() => {}),
  })
  const emit: Emit = (body) => {
    if (open) log(body)
  }

  const world = await startWorld({ scenario, clock, webApp: options.webApp }, (record) => {
    emit({ kind: 'registry-request', ...record, startedAtMs: Math.round(record.startedAtMs - startMs) })
  })
  try {
    startMs = clock.nowMs()
    emit({ kind: 'run-started', eventVersion, version, time: 'real', speed, seed: scenario.seed, scenario })
    for (const { image, digest } of world.published) {
      emit({ kind: 'image-published', image, digest, previousDigest: null })
    }
    const { contentDirectory, stepAgent, signal = new AbortController().signal } = options
    const reason = await runRealTime({
      ...{ scenario, speed, clock: runClock, emit, signal, contentDirectory, stepAgent },
      ...world,
    })
    emit({ kind: 'run-ended', reason })
    open = false
    return { reason, checks: checks.results(), summary: summary.result() }
  } finally {
    await world.close()
  }
}

interface WorldOptions {
  scenario: Scenario
  clock: Clock
  webApp: WebAppAddress | undefined
}

/** The registry with the scenario's images in it, and the web app that defines them. */
async function startWorld({ scenario, clock, webApp }: WorldOptions, onRequest: (record: RequestRecord) => void) {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers.reverse()) await closer()
  }
  try {
    const registry = await startRegistry({
      profile: findProfile(scenario.registry.profile),
      accounts: scenario.registry.accounts,
      clock,
      trustSimulationHeaders: true,
      onRequest,
    })
    closers.push(registry.close)
    const client = webApp ? await joinWebApp(webApp, scenario) : await ownWebApp(scenario, clock, closers)
    closers.push(() => client.close())
    const library = new ImageLibrary(scenario)
    const published = scenario.images
      .filter((image) => image.published)
      .map((image) => ({ image: image.name, ...registry.publish(library.add(image)) }))
    return { registry, client, library, published, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function ownWebApp(scenario: Scenario, clock: Clock, closers: (() => Promise<void>)[]): Promise<WebAppClient> {
  const webApp = await startWebApp({
    clock,
    images: definedImages(scenario),
    zones: [...new Set(scenario.groups.map(({ zone }) => zone))],
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

function definedImages(scenario: Scenario) {
  return scenario.images.filter(({ defined }) => defined).map(imageFields)
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
