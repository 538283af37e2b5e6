// Turns the source form of a scenario into what the simulator runs: checks its form, fills every default, converts every unit and
// refuses what contradicts itself. All problems of a scenario come in one error, in the order of its file.
import { dirname, resolve } from 'node:path'
import { isProfileFile, loadProfile } from '../registry/profile-file.ts'
import { Compilation } from './compilation.ts'
import { compileExpectation } from './compile-expect.ts'
import { compileFleet } from './compile-fleet.ts'
import { compileImages } from './compile-images.ts'
import { compileTimeline } from './compile-timeline.ts'
import { networkDefaults, networkPresets, registryDefaults, scenarioDefaults, webAppDefaults } from './defaults.ts'
import { checkForm } from './form.ts'
import type { LoadedScenario } from './loaded.ts'
import { isFields, type Path, Problems } from './problems.ts'
import type { Scenario, ScenarioNetwork, ScenarioRegistry } from './scenario.ts'
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
  const { timeline, names } = compileTimeline(wellFormed(source, 'timeline', problems), {
    ...context,
    images: formed.images && formed.timeline ? images : null,
  })
  const expect = wellFormed(source, 'expect', problems).map(({ item, path }) =>
    compileExpectation(item, path, { ...context, images: formed.images && formed.timeline ? names : null }),
  )
  return {
    name: source.name ?? '',
    description: source.description ?? scenarioDefaults.description,
    seed: source.seed ?? scenarioDefaults.seed,
    speed: source.speed ?? scenarioDefaults.speed,
    groups: fleet,
    registry: compileRegistry(source.registry ?? {}, compilation),
    network: compileNetwork(network, compilation),
    webApp: compileWebApp(source.webApp ?? {}),
    images,
    timeline,
    end: { afterMs, when: source.end?.when ?? 'never' },
    expect,
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

function compileWebApp(source: NonNullable<ScenarioSource['webApp']>): Scenario['webApp'] {
  const { autoEnableAgents = webAppDefaults.autoEnableAgents, pruneImages = webAppDefaults.pruneImages } = source
  return { autoEnableAgents, pruneImagesMode: pruneImages }
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

function compileRegistry(source: NonNullable<ScenarioSource['registry']>, compilation: Compilation): ScenarioRegistry {
  const { backend = registryDefaults.backend, profile: named = registryDefaults.profile } = source
  const isFile = typeof named === 'string' && isProfileFile(named)
  const profile = isFile ? compilation.resolveFile(named) : named
  compilation.attempt(profile, ['registry', 'profile'], loadProfile)
  const accountsAt = ['registry', 'accounts']
  const { accounts = [] } = compilation.problems.isClean(accountsAt) ? source : {}
  for (const [index, { username }] of accounts.entries()) {
    if (accounts.findIndex((account) => account.username === username) === index) continue
    compilation.problems.add([...accountsAt, index, 'username'], `must be unique, "${username}" is there already`)
  }
  const compiled = accounts.map(({ username, password, passwordLifetime: lifetime }, index) => {
    if (lifetime === undefined) return { username, password }
    const path = [...accountsAt, index, 'passwordLifetime']
    const passwordLifetimeSeconds = compilation.durationMs(lifetime, path, { positive: true }) / 1_000
    return { username, password, passwordLifetimeSeconds }
  })
  return { backend, profile, accounts: compiled }
}
