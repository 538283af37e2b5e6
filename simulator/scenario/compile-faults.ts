// Compiles faults of a registry, those of a scenario and those of a file alike: fills defaults, converts units, and refuses faults
// that could never hit anything.
import { isIP } from 'node:net'
import { compileFault as compileAnyFault } from '../../server/faults/compile-fault.ts'
import type { Fault, FaultScope, FaultSource, FaultyImage } from '../registry/faults/registry-fault.ts'
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
  const { compilation, endMs } = context
  const scope = compileFaultScope(source.scope ?? {}, [...path, 'scope'], context)
  return compileAnyFault(source, { name: source.name, scope, path, atMs, endMs }, compilation)
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

/** Whom a fault concerns. */
export function compileFaultScope(
  source: NonNullable<FaultSource['scope']>,
  path: Path,
  context: FaultContext,
): FaultScope {
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
