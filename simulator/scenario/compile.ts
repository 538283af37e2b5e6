// Turns the source form of a scenario into what the simulator runs: checks its form, fills every default, converts every unit and
// refuses what contradicts itself. All problems of a scenario come in one error, in the order of its file.
import { dirname, resolve } from 'node:path'
import { isRegistryUrl } from '../registry/backend/url.ts'
import { isProfileFile, loadProfile } from '../registry/profile-file.ts'
import { Compilation } from './compilation.ts'
import { compileAccounts } from './compile-accounts.ts'
import { compileExpectation, waitExpectations } from './compile-expect.ts'
import { compileFaults } from './compile-faults.ts'
import { compileFleet } from './compile-fleet.ts'
import { compileImages } from './compile-images.ts'
import { compilePeople } from './compile-people.ts'
import { compileTimeline } from './compile-timeline.ts'
import {
  backendDefaults,
  networkDefaults,
  networkPresets,
  registryDefaults,
  scenarioDefaults,
  webAppDefaults,
} from './defaults.ts'
import { checkForm } from './form.ts'
import type { LoadedScenario } from './loaded.ts'
import { isFields, type Path, Problems } from './problems.ts'
import type { Scenario, ScenarioBackend, ScenarioNetwork, ScenarioRegistry } from './scenario.ts'
import { type NetworkSource, ScenarioSchema, type ScenarioSource } from './schema.ts'

export type { LoadedScenario } from './loaded.ts'

/**
 * Compiles a scenario; past this line nothing is optional.
 *
 * @throws KasmSimError SCENARIO_INVALID with every problem, positioned at the first where the file has lines
 * @example
 * compileScenario(await loadScenario('tag-drift'))
 * compileScenario({ source: defineScenario({ name: 'tiny', fleet: { agents: 1 }, end: { after: '5m' } }) })
 */
export function compileScenario({ source, file, locate = () => null }: LoadedScenario): Scenario {
  const problems = new Problems()
  checkForm(ScenarioSchema, source, problems)
  const compilation = new Compilation({
    problems,
    resolveFile: (name) => resolve(file === undefined ? '.' : dirname(file), name),
  })
  const scenario = compileParts(isFields(source) ? source : {}, compilation)
  problems.throwIfAny({ source, file: file ?? null, locate })
  return scenario
}

/**
 * Compiles what there is, so that problems of meaning are found beside those of form. What a part in error would have told the
 * others is null to them: whether an image exists is only judged where the images themselves are right.
 */
function compileParts(source: Partial<ScenarioSource>, compilation: Compilation): Scenario {
  const { problems } = compilation
  const isWellFormed = (part: keyof ScenarioSource) => problems.isClean([part])
  const formed = { fleet: isWellFormed('fleet'), images: isWellFormed('images'), timeline: isWellFormed('timeline') }
  const network = isFields(source.network) ? source.network : {}
  const { downlink } = presetOf(network, compilation)
  const fleet = source.fleet === undefined ? [] : compileFleet(source.fleet, { downlink, compilation })
  const groups = formed.fleet && fleet.length > 0 ? fleet : null
  const images = compileImages(source.images, { groups, compilation })
  const afterMs = isFields(source.end)
    ? compilation.durationMs(source.end.after, ['end', 'after'], { positive: true })
    : 0
  const context = { compilation, groups, endMs: afterMs > 0 ? afterMs : null }
  const registry = isFields(source.registry) ? source.registry : {}
  const faults = problems.isClean(['registry', 'faults']) ? (registry.faults ?? []) : []
  const webApp = compileWebApp(isFields(source.webApp) ? source.webApp : {}, compilation)
  const { timeline, names, sessions } = compileTimeline(wellFormed(source, 'timeline', problems), {
    ...context,
    images: formed.images && formed.timeline ? images : null,
    people: isWellFormed('webApp') ? { groups: [], users: [], ...webApp } : null,
    faults: faults.map(({ name }) => name),
  })
  const known = {
    ...context,
    images: formed.images && formed.timeline ? names : null,
    sessions: formed.timeline ? sessions : null,
    users: isWellFormed('webApp') ? (webApp.users ?? []).map(({ name }) => name) : null,
  }
  const expect = wellFormed(source, 'expect', problems).map(({ item, path }) => compileExpectation(item, path, known))
  return {
    name: source.name ?? '',
    description: source.description ?? scenarioDefaults.description,
    seed: source.seed ?? scenarioDefaults.seed,
    speed: source.speed ?? scenarioDefaults.speed,
    groups: fleet,
    registry: {
      ...compileRegistry(registry, compilation),
      ...(faults.length === 0 ? {} : { faults: compileFaults(faults, ['registry', 'faults'], known) }),
    },
    network: compileNetwork(network, compilation),
    webApp,
    images,
    timeline,
    end: { afterMs, when: source.end?.when ?? 'never' },
    expect: [...expect, ...waitExpectations(timeline)],
  }
}

/** The items of a list whose form is right, each with where it stands. */
function wellFormed<Part extends 'timeline' | 'expect'>(
  source: Partial<ScenarioSource>,
  part: Part,
  problems: Problems,
): { item: NonNullable<ScenarioSource[Part]>[number]; path: Path }[] {
  const items: unknown = source[part]
  return (Array.isArray(items) ? items : [])
    .map((item, index) => ({ item, path: [part, index] }))
    .filter(({ path }) => problems.isClean(path))
}

function compileWebApp(source: NonNullable<ScenarioSource['webApp']>, compilation: Compilation): Scenario['webApp'] {
  const { autoEnableAgents = webAppDefaults.autoEnableAgents, pruneImages = webAppDefaults.pruneImages } = source
  const { groups, users } = compilePeople(source, compilation)
  return {
    ...{ autoEnableAgents, pruneImagesMode: pruneImages },
    ...(groups.length === 0 ? {} : { groups }),
    ...(users.length === 0 ? {} : { users }),
  }
}

function presetOf(source: NetworkSource, { problems }: Compilation) {
  const { preset = networkDefaults.preset } = problems.isClean(['network', 'preset']) ? source : {}
  return networkPresets[preset]
}

function compileNetwork(source: NetworkSource, compilation: Compilation): ScenarioNetwork {
  const fields = { ...presetOf(source, compilation), ...definedFields(source) }
  return {
    uplinkBytesPerSecond: compilation.rateBytesPerSecond(fields.uplink, ['network', 'uplink']),
    connectionBytesPerSecond: compilation.rateBytesPerSecond(fields.connection, ['network', 'connection']),
    roundTripMs: compilation.durationMs(fields.roundTrip, ['network', 'roundTrip']),
    serverLatencyMs: compilation.durationMs(fields.serverLatency, ['network', 'serverLatency']),
    unpackBytesPerSecond: compilation.rateBytesPerSecond(fields.unpack, ['network', 'unpack']),
  }
}

/** Fields that are undefined say nothing, so they must not hide what the preset says. */
function definedFields(source: NetworkSource): NetworkSource {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined))
}

function compileBackend(source: NonNullable<ScenarioSource['registry']>, compilation: Compilation): ScenarioBackend {
  const path = ['registry', 'backend']
  const { backend = registryDefaults.backend } = compilation.problems.isClean(path) ? source : {}
  if (backend === 'embedded') return backend
  if (backend === 'container') return { kind: 'container', image: backendDefaults.image }
  if (backend.kind === 'container') return { kind: 'container', image: backend.image ?? backendDefaults.image }
  const { url, push = backendDefaults.push, username, password } = backend
  if (!isRegistryUrl(url)) {
    compilation.problems.add([...path, 'url'], `must be the URL of a registry without a path, it is "${url}"`)
  }
  if ((username === undefined) !== (password === undefined)) {
    compilation.problems.add(path, 'must have both a username and a password, or neither')
  }
  const account = username === undefined || password === undefined ? null : { username, password }
  return { kind: 'upstream', url, push, account }
}

function compileRegistry(source: NonNullable<ScenarioSource['registry']>, compilation: Compilation): ScenarioRegistry {
  const { profile: named = registryDefaults.profile } = source
  const isFile = typeof named === 'string' && isProfileFile(named)
  const profile = isFile ? compilation.resolveFile(named) : named
  compilation.attempt(profile, ['registry', 'profile'], loadProfile)
  return { backend: compileBackend(source, compilation), profile, accounts: compileAccounts(source, compilation) }
}
