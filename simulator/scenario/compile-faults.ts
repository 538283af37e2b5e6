// Compiles faults of a registry, those of a scenario and those of a file alike: fills defaults, converts units, and refuses faults
// that could never hit anything.
import { isIP } from 'node:net'
import { formatDuration } from '../../server/kernel/units.ts'
import type { DelayDistribution, Fault, FaultRule, FaultScope, FaultyImage } from '../registry/faults/fault.ts'
import { type FaultSource, faultDefaults } from '../registry/faults/fault-source.ts'
import { isProfileFile, loadProfile } from '../registry/profile-file.ts'
import type { Compilation } from './compilation.ts'
import { compileSelection } from './compile-selection.ts'
import { formatValue, type Path } from './problems.ts'
import type { FleetGroup } from './scenario.ts'

/** What faults are judged by. */
export interface FaultContext {
  compilation: Compilation
  /** Null where they are in error. */
  groups: FleetGroup[] | null
  /** References that mean something; null where nobody can know. */
  images: readonly string[] | null
  /** Null: the registry runs until it is stopped. */
  endMs: number | null
}

/** Compiles one fault; `atMs` is when it is injected. */
export function compileFault(source: FaultSource, path: Path, context: FaultContext, atMs = 0): Fault {
  const { compilation } = context
  const { probability = faultDefaults.probability, succeedFirst = faultDefaults.succeedFirst } = source
  const rampMs = compilation.durationMs(source.ramp ?? faultDefaults.ramp, [...path, 'ramp'])
  const { fromMs, untilMs } = compileLife(source, path, context, atMs)
  if (untilMs !== null && rampMs > untilMs - fromMs && compilation.problems.isClean(path)) {
    const life = formatDuration(untilMs - fromMs)
    compilation.problems.add([...path, 'ramp'], `must be at most ${life}, how long the fault lasts`)
  }
  const scope = compileScope(source.scope ?? {}, [...path, 'scope'], context)
  const rule = compileRule(source, path, compilation)
  return { name: source.name, rule, scope, probability, succeedFirst, rampMs, fromMs, untilMs }
}

/** Compiles the faults that a registry has from its start. */
export function compileFaults(sources: readonly FaultSource[], path: Path, context: FaultContext): Fault[] {
  const { problems } = context.compilation
  return sources
    .map((source, index) => ({ source, at: [...path, index] }))
    .filter(({ at }) => problems.isClean(at))
    .map(({ source, at }, index, all) => {
      if (all.findIndex((other) => other.source.name === source.name) < index) {
        problems.add([...at, 'name'], `must be unique, ${formatValue(source.name)} is there already`)
      }
      return compileFault(source, at, context)
    })
}

function compileLife(source: FaultSource, path: Path, { compilation, endMs }: FaultContext, atMs: number) {
  const { problems } = compilation
  const fromMs = source.from === undefined ? atMs : compilation.durationMs(source.from, [...path, 'from'])
  if (fromMs < atMs) problems.add([...path, 'from'], `must not be before the action at ${formatDuration(atMs)}`)
  if (source.from !== undefined && endMs !== null && fromMs >= endMs) {
    problems.add([...path, 'from'], `must be before the end of the run at ${formatDuration(endMs)}`)
  }
  if (source.until !== undefined && source.for !== undefined) {
    problems.add([...path, 'for'], 'does not go with until: give one of the two')
  }
  if (source.for !== undefined) {
    return { fromMs, untilMs: fromMs + compilation.durationMs(source.for, [...path, 'for'], { positive: true }) }
  }
  if (source.until === undefined) return { fromMs, untilMs: null }
  const untilMs = compilation.durationMs(source.until, [...path, 'until'])
  if (untilMs <= fromMs) {
    const at = [...path, 'until']
    problems.add(at, `must be after the start at ${formatDuration(fromMs)}, it is ${formatValue(source.until)}`)
  }
  return { fromMs, untilMs }
}

function compileScope(source: NonNullable<FaultSource['scope']>, path: Path, context: FaultContext): FaultScope {
  const { images, sources, classes } = source
  for (const [index, address] of (sources ?? []).entries()) {
    if (isIP(address) !== 0) continue
    context.compilation.problems.add(
      [...path, 'sources', index],
      `must be an IP address, it is ${formatValue(address)}`,
    )
  }
  return {
    profile: source.profile === undefined ? null : profileName(source.profile, [...path, 'profile'], context),
    images: images?.map((image, index) => compileImage(image, [...path, 'images', index], context)) ?? null,
    agents: compileAgents(source.agents, path, context),
    sources: sources ?? null,
    classes: classes ?? null,
  }
}

function profileName(named: string, path: Path, { compilation }: FaultContext): string {
  const profile = isProfileFile(named) ? compilation.resolveFile(named) : named
  return compilation.attempt(profile, path, loadProfile)?.name ?? named
}

/** A reference without a tag is a repository: faults lie on what the registry holds, and there the latest tag is one of many. */
function compileImage(image: string, path: Path, { compilation, images }: FaultContext): FaultyImage {
  const reference = compilation.reference(image, path)
  if (images !== null && reference !== null) {
    compilation.known(image, path, {
      what: 'an image of the scenario, or its repository',
      known: images.flatMap((known) => [known, repositoryPart(known)]),
    })
  }
  const tagged = repositoryPart(image) !== image
  return { repository: reference?.repository ?? image, tag: tagged ? (reference?.tag ?? null) : null }
}

/** The reference without its tag or digest, as written. */
function repositoryPart(reference: string): string {
  return reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
}

function compileAgents(
  source: NonNullable<FaultSource['scope']>['agents'],
  path: Path,
  { compilation, groups }: FaultContext,
): FaultScope['agents'] {
  if (source === undefined) return null
  if (groups?.length === 0) {
    compilation.problems.add([...path, 'agents'], 'must be left out: a registry alone has no agents; give sources')
    return null
  }
  const selection = compileSelection(source, path, { compilation, groups })
  if (selection === 'all') return [{ first: 0, last: Number.MAX_SAFE_INTEGER }]
  if ('agents' in selection) return selection.agents.map((agent) => ({ first: agent, last: agent }))
  let first = 0
  for (const { name, agents } of groups ?? []) {
    if (name === selection.group) return [{ first, last: first + agents - 1 }]
    first += agents
  }
  return null
}

function compileRule(source: FaultSource, path: Path, compilation: Compilation): FaultRule {
  switch (source.kind) {
    case 'status': {
      const { kind, status, headers = {}, body = null } = source
      return { kind, status, headers: { ...headers }, body }
    }
    case 'latency':
      return { kind: source.kind, delay: compileDelay(source.delay, [...path, 'delay'], compilation) }
    case 'truncated-body':
      return { kind: source.kind, share: source.share ?? faultDefaults.truncatedShare }
    case 'slow-body': {
      const at = [...path, 'rate']
      const bytesPerSecond = compilation.rateBytesPerSecond(source.rate, at)
      if (bytesPerSecond === null)
        compilation.problems.add(at, 'must be a rate such as "100kB/s": else it slows nothing')
      return { kind: source.kind, bytesPerSecond: bytesPerSecond ?? 1 }
    }
    default:
      return { kind: source.kind }
  }
}

type DelaySource = Extract<FaultSource, { kind: 'latency' }>['delay']

function compileDelay(source: DelaySource, path: Path, compilation: Compilation): DelayDistribution {
  const ms = (text: string, field: string) => compilation.durationMs(text, [...path, field])
  if (typeof source === 'string') return { distribution: 'constant', delayMs: compilation.durationMs(source, path) }
  switch (source.distribution) {
    case 'uniform': {
      const lowMs = ms(source.low, 'low')
      const highMs = ms(source.high, 'high')
      if (highMs < lowMs)
        compilation.problems.add([...path, 'high'], `must not be less than low, ${formatDuration(lowMs)}`)
      return { distribution: source.distribution, lowMs, highMs }
    }
    case 'exponential':
      return { distribution: source.distribution, meanMs: ms(source.mean, 'mean') }
    case 'lognormal':
      return { distribution: source.distribution, medianMs: ms(source.median, 'median'), sigma: source.sigma }
    default:
      return source satisfies never
  }
}
