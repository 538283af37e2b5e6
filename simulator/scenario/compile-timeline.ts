// Compiles the timeline. Actions are followed in the order of their moments, so that each is judged by what is published and
// defined by then: a tag can only move once it exists.
import { formatDuration } from '../../server/kernel/units.ts'
import type { Compilation } from './compilation.ts'
import { compileFault } from './compile-faults.ts'
import { checkRoom, compileImage } from './compile-images.ts'
import { PeopleWorld } from './compile-people.ts'
import { compileSelection } from './compile-selection.ts'
import { restartDefaults } from './defaults.ts'
import { formatPath, formatValue, type Path } from './problems.ts'
import type { FleetGroup, ScenarioImage, ScenarioWebApp, TimelineAction } from './scenario.ts'
import type { ActionSource, ImageSource } from './schema.ts'

type ActionOf<Do extends ActionSource['do']> = Extract<ActionSource, { do: Do }>

/** What the actions are judged by; null where that is itself in error. */
export interface TimelineContext {
  compilation: Compilation
  groups: FleetGroup[] | null
  images: ScenarioImage[] | null
  endMs: number | null
  people: Pick<Required<ScenarioWebApp>, 'groups' | 'users'> | null
  /** Names of the faults that the registry has from its start. */
  faults: readonly string[]
}

/**
 * Compiles the actions and sorts them by their moments; actions of one moment keep their order.
 * `names`: every image reference that means something at some moment; `sessions`: every session that anyone asks for.
 */
export function compileTimeline(
  actions: { item: ActionSource; path: Path }[],
  context: TimelineContext,
): { timeline: TimelineAction[]; names: string[]; sessions: string[] } {
  const { compilation, endMs } = context
  const ordered = actions
    .map(({ item: action, path }) => ({ action, path, atMs: compilation.durationMs(action.at, [...path, 'at']) }))
    .sort((one, other) => one.atMs - other.atMs)
  const world = new ImageWorld(context)
  const people = new PeopleWorld(context, (image, path) => world.requireDefined(image, path))
  const injected = ordered.flatMap(({ action }) => (action.do === 'inject-fault' ? [action.fault.name] : []))
  const faults = [...context.faults, ...injected]
  const timeline = ordered.map(({ action, path, atMs }) => {
    if (endMs !== null && atMs >= endMs) {
      compilation.problems.add(
        [...path, 'at'],
        `must be before the end of the run at ${formatDuration(endMs)}, it is "${action.at}"`,
      )
    }
    const compiled = { atMs, ...compileAction({ action, atMs, path, faults }, context, { world, people }) }
    if (compiled.do === 'update-agent') checkStarted(compiled, path, context)
    return compiled
  })
  return { timeline, names: world.names(), sessions: people.sessions() }
}

/** The web app knows of an agent only once it has checked in, which it does when it starts. */
function checkStarted(
  { atMs, agents }: Extract<TimelineAction, { do: 'update-agent' }>,
  path: Path,
  { groups, compilation }: TimelineContext,
): void {
  const touched = (groups ?? []).filter(
    ({ name }) => typeof agents === 'string' || !('group' in agents) || agents.group === name,
  )
  const startedMs = Math.max(0, ...touched.map(({ startupSpreadMs }) => startupSpreadMs))
  if (atMs > startedMs) return
  const at = [...path, 'at']
  const moment = formatDuration(startedMs)
  compilation.problems.add(at, `must be after ${moment}, when the last of the agents has started (startupSpread)`)
}

type Unplaced<Action> = Action extends unknown ? Omit<Action, 'atMs'> : never

function compileAction(
  { action, atMs, path, faults }: { action: ActionSource; atMs: number; path: Path; faults: readonly string[] },
  context: TimelineContext,
  { world, people }: { world: ImageWorld; people: PeopleWorld },
): Unplaced<TimelineAction> {
  const { compilation } = context
  switch (action.do) {
    case 'move-tag':
      return { do: action.do, image: action.image, sharedLayers: world.move(action, path) }
    case 'publish-image':
      return { do: action.do, image: world.publish(action.image, path) }
    case 'push-image':
      return { do: action.do, image: world.publish(action.image, path), tags: world.tag(action, path) }
    case 'create-definition':
      return { do: action.do, image: world.define(action.image, path) }
    case 'update-definition':
      world.update(action, path)
      return { do: action.do, image: action.image, set: definedFields(action.set) }
    case 'delete-definition':
      world.undefine(action.image, [...path, 'image'])
      return { do: action.do, image: action.image }
    case 'edit-agent-config':
      return compileConfigEdit(action, path, context)
    case 'restart-agent': {
      const downtimeMs = compilation.durationMs(action.downtime ?? restartDefaults.downtime, [...path, 'downtime'])
      const spreadMs = compilation.durationMs(action.spread ?? restartDefaults.spread, [...path, 'spread'])
      return { do: action.do, agents: compileSelection(action.agents, path, context), downtimeMs, spreadMs }
    }
    case 'update-agent': {
      const { enabled = null, pruneImages: pruneImagesMode = null } = action
      if (enabled === null && pruneImagesMode === null) reportNothing(path, 'enabled or pruneImages', compilation)
      return { do: action.do, agents: compileSelection(action.agents, path, context), enabled, pruneImagesMode }
    }
    case 'inject-fault': {
      const images = context.images && world.names()
      return { do: action.do, fault: compileFault(action.fault, [...path, 'fault'], { ...context, images }, atMs) }
    }
    case 'clear-fault':
      compilation.known(action.name, [...path, 'name'], { what: 'a fault of the scenario', known: faults })
      return { do: action.do, name: action.name }
    default:
      return people.compile(action, atMs, path)
  }
}

function compileConfigEdit(action: ActionOf<'edit-agent-config'>, path: Path, context: TimelineContext) {
  const { cap = null, refreshInterval, checkInInterval } = action
  const interval = (text: string | undefined, field: string) =>
    text === undefined ? null : context.compilation.durationMs(text, [...path, field], { positive: true })
  if (cap === null && refreshInterval === undefined && checkInInterval === undefined) {
    reportNothing(path, 'cap, refreshInterval or checkInInterval', context.compilation)
  }
  return {
    do: action.do,
    agents: compileSelection(action.agents, path, context),
    cap,
    refreshIntervalMs: interval(refreshInterval, 'refreshInterval'),
    checkInIntervalMs: interval(checkInInterval, 'checkInInterval'),
  }
}

function reportNothing(path: Path, fields: string, { problems }: Compilation): void {
  problems.addAtKey(path, `${formatPath(path)} changes nothing: give it ${fields}`)
}

function definedFields<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields
}

/** Which images are published and which are defined as the timeline goes on. */
class ImageWorld {
  readonly #context: TimelineContext
  /** By reference; null where the images or an action are in error, so that nothing can be said. */
  readonly #known: Map<string, ScenarioImage> | null
  readonly #names: Set<string>
  readonly #published: Set<string>
  readonly #defined: Set<string>

  constructor(context: TimelineContext) {
    const images = context.images ?? []
    this.#context = context
    this.#known = context.images && new Map(images.map((image) => [image.name, image]))
    this.#names = new Set(images.map(({ name }) => name))
    this.#published = new Set(images.filter(({ published }) => published).map(({ name }) => name))
    this.#defined = new Set(images.filter(({ defined }) => defined).map(({ name }) => name))
  }

  names(): string[] {
    return [...this.#names]
  }

  /** The number of layers that stay. */
  move({ image, sharedLayers }: ActionOf<'move-tag'>, path: Path): number {
    const known = this.#known?.get(image)
    if (this.#isKnown(image, [...path, 'image']) && !this.#published.has(image)) {
      this.#problems.add([...path, 'image'], `must be published by then, ${formatValue(image)} is not`)
    }
    if (!known) return sharedLayers ?? 0
    if (sharedLayers !== undefined && sharedLayers >= known.layers) {
      this.#problems.add(
        [...path, 'sharedLayers'],
        `must be less than the image's ${known.layers} layers, else nothing moves; it is ${sharedLayers}`,
      )
    }
    return sharedLayers ?? Math.min(known.layers - 1, Math.round(known.layers * known.baseShare))
  }

  publish(source: string | ImageSource, path: Path): ScenarioImage {
    const image = { ...this.#imageOf(source, path), published: true }
    if (this.#published.has(image.name)) {
      this.#problems.add([...path, 'image'], `must not be published yet, ${formatValue(image.name)} is; use move-tag`)
    }
    const published = [...(this.#known?.values() ?? [])].filter(({ name }) => this.#published.has(name))
    checkRoom(image, published, [...path, 'image'], this.#context.compilation)
    this.#published.add(image.name)
    this.#known?.set(image.name, image)
    return image
  }

  /** The references under which an image is pushed besides its own; unlike that one they may be there and move. */
  tag({ image: source, tags = [] }: ActionOf<'push-image'>, path: Path): string[] {
    const image = this.#imageOf(source, path)
    return tags.map((tag, index) => {
      const name = image.name.replace(/:[^:/@]+$/, '').concat(`:${tag}`)
      if (this.#context.compilation.reference(name, [...path, 'tags', index]) === null) return name
      this.#names.add(name)
      this.#published.add(name)
      const known = this.#known?.get(name)
      this.#known?.set(name, { ...image, ...(known ? { defined: known.defined } : {}), name, published: true })
      return name
    })
  }

  define(source: string | ImageSource, path: Path): ScenarioImage {
    const image = { ...this.#imageOf(source, path), defined: true }
    if (this.#defined.has(image.name)) {
      this.#problems.add(
        [...path, 'image'],
        `must not be defined yet, ${formatValue(image.name)} is; use update-definition`,
      )
    }
    this.#defined.add(image.name)
    if (!this.#known?.has(image.name)) this.#known?.set(image.name, { ...image, published: false })
    return image
  }

  update({ image, set }: ActionOf<'update-definition'>, path: Path): void {
    if (Object.values(set).every((value) => value === undefined)) {
      reportNothing(path, 'one of name, enabled, registry, user, token under `set`', this.#context.compilation)
    }
    this.requireDefined(image, [...path, 'image'])
    if (set.name === undefined) return
    this.#context.compilation.reference(set.name, [...path, 'set', 'name'])
    if (set.name !== image && this.#defined.has(set.name)) {
      this.#problems.add([...path, 'set', 'name'], `must not be defined yet, ${formatValue(set.name)} is`)
    }
    this.#defined.delete(image)
    this.#defined.add(set.name)
    this.#names.add(set.name)
  }

  undefine(image: string, path: Path): void {
    this.requireDefined(image, path)
    this.#defined.delete(image)
  }

  get #problems() {
    return this.#context.compilation.problems
  }

  #imageOf(source: string | ImageSource, path: Path): ScenarioImage {
    const at = [...path, 'image']
    if (typeof source !== 'string') {
      this.#names.add(source.name)
      return compileImage(source, at, this.#context)
    }
    const known = this.#known?.get(source)
    if (known) return known
    this.#isKnown(source, at)
    return compileImage({ name: source }, at, this.#context)
  }

  #isKnown(image: string, path: Path): boolean {
    return this.#context.compilation.known(image, path, {
      what: 'an image of the scenario',
      known: this.#known?.keys() ?? null,
    })
  }

  /** Reports a reference that no definition has by now. */
  requireDefined(image: string, path: Path): void {
    if (this.#known === null || this.#defined.has(image)) return
    if (this.#names.has(image)) this.#problems.add(path, `must be defined by then, ${formatValue(image)} is not`)
    else this.#context.compilation.known(image, path, { what: 'a defined image', known: this.#defined })
  }
}
