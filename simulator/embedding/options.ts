// What whoever embeds a fake says of it, and the scenario that this is: the fleet, the registry and the images are those of scenarios,
// field for field.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { closest } from '../../server/kernel/suggest.ts'
import type { Quirks, SessionDelays } from '../../server/main.ts'
import type { EventSink, Subscription } from '../events/events.ts'
import { compileScenario } from '../scenario/compile.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { ScenarioSource } from '../scenario/schema.ts'

/** What a fake is like; everything has a default. */
export interface KasmOptions {
  /** Docker references, images of scenarios, or `catalogue`: defined in the web app and published in the registry. None by default. */
  images?: 'catalogue' | (string | NamedImage)[]
  /** Users besides the default ones, with the fields of `create_user`. */
  users?: object[]
  /** So many agents, or groups of them as in scenarios. They start at once and are enabled. None by default. */
  agents?: number | ScenarioSource['fleet']
  /** A profile (`docker-hub-anonymous`), the URL of a registry to stand before, a `registry` of scenarios, or none. */
  registry?: string | NonNullable<ScenarioSource['registry']> | false
  /** What lies between registry and agents, as in scenarios; by default it takes no time. */
  network?: NonNullable<ScenarioSource['network']>
  /** Of all randomness. */
  seed?: number
  /** `running`, the default, is as fast as the wall, a number that many times as fast; `frozen` moves when it is told to alone. */
  clock?: 'running' | 'frozen' | number
  /** The fake's date at the start. Default: the present. */
  now?: string
  /** A port on loopback, 0, the default, being any free one; false: no port, requests go in by `fetch` alone. */
  listen?: number | false
  apiKey?: string
  apiKeySecret?: string
  managerToken?: string
  /** Ways in which real servers differ (docs/kasm.md, "Quirks"). */
  quirks?: Partial<Quirks>
  /** How long sessions stay in the statuses that pass by themselves (docs/sessions.md). */
  sessionDelays?: Partial<SessionDelays>
  /** Origins whose pages may call the API from a browser; none by default. */
  allowOrigins?: string[]
  /** Told of everything that happens to agents (docs/events.md). */
  sinks?: (EventSink | Subscription)[]
}

type NamedImage = Extract<NonNullable<ScenarioSource['images']>, unknown[]>[number]

const optionNames = Object.keys({
  images: true,
  users: true,
  agents: true,
  registry: true,
  network: true,
  seed: true,
  clock: true,
  now: true,
  listen: true,
  apiKey: true,
  apiKeySecret: true,
  managerToken: true,
  quirks: true,
  sessionDelays: true,
  allowOrigins: true,
  sinks: true,
} satisfies Record<keyof KasmOptions, true>)
const delayNames = Object.keys({
  requestedMs: true,
  startingMs: true,
  resumingMs: true,
  deletingMs: true,
} satisfies Record<keyof SessionDelays, true>)

/**
 * Refuses what the types would, for callers in JavaScript: a mistyped option would otherwise be no option at all.
 *
 * @throws KasmSimError USAGE
 */
export function checkOptions({ clock = 'running', sessionDelays = {}, ...options }: KasmOptions): void {
  checkNames('option', Object.keys(options), optionNames)
  checkNames('session delay', Object.keys(sessionDelays), delayNames)
  for (const [name, delayMs] of Object.entries(sessionDelays)) {
    if (!(delayMs >= 0 && Number.isFinite(delayMs))) refuse(`sessionDelays.${name} is ${delayMs}. Give milliseconds.`)
  }
  for (const name of ['apiKey', 'apiKeySecret', 'managerToken'] as const) {
    if (options[name] === '') refuse(`${name} is empty. Leave it out for the default one.`)
  }
  if (typeof clock !== 'number' && clock !== 'running' && clock !== 'frozen') {
    refuse(`clock is "${clock}". Give 'running', 'frozen', or a number that many times as fast as the wall.`)
  }
}

function checkNames(what: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const near = closest(unknown, known)
  const hint = near === null ? 'docs/embedding.md lists them all.' : `Did you mean "${near}"?`
  refuse(`there is no ${what} "${unknown}". ${hint}`)
}

function refuse(problem: string): never {
  throw new KasmSimError('USAGE', `Failed to start a fake Kasm: ${problem}`)
}

/** Agents of an embedded fake are there at once: nobody wants to wait for them in a test. */
const startupSpread = '0s'

/**
 * The scenario behind the options.
 *
 * @throws KasmSimError SCENARIO_INVALID
 */
export function scenarioOf(options: KasmOptions): Scenario {
  const { images = [], agents = 0, registry = {}, network, seed } = options
  const hasAgents = agents !== 0
  const source: ScenarioSource = {
    name: 'embedded',
    fleet: fleetOf(hasAgents ? agents : 1),
    registry: typeof registry === 'string' ? registryOf(registry) : registry || {},
    images: images === 'catalogue' ? {} : images.map((image) => (typeof image === 'string' ? { name: image } : image)),
    ...(network ? { network } : {}),
    ...(seed === undefined ? {} : { seed }),
    end: { after: '1s' },
  }
  const scenario = compileScenario({ source })
  const groups = hasAgents ? scenario.groups : []
  return network ? { ...scenario, groups } : { ...scenario, groups, network: withoutDelay(scenario.network) }
}

function fleetOf(agents: number | ScenarioSource['fleet']): ScenarioSource['fleet'] {
  if (typeof agents === 'number') return { agents, startupSpread }
  return Array.isArray(agents) ? agents.map((group) => ({ startupSpread, ...group })) : { startupSpread, ...agents }
}

function registryOf(registry: string): NonNullable<ScenarioSource['registry']> {
  return /^https?:\/\//.test(registry) ? { backend: { kind: 'upstream', url: registry } } : { profile: registry }
}

function withoutDelay(network: Scenario['network']): Scenario['network'] {
  return { ...network, roundTripMs: 0, serverLatencyMs: 0 }
}
