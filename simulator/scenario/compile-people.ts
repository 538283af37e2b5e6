// The people of a scenario: the users and groups of its web app, and the actions by which they get images and sessions. Actions are
// followed in the order of their moments, so that each is judged by who and what is there by then.
import { formatDuration } from '../../server/kernel/units.ts'
import type { Compilation } from './compilation.ts'
import { compileSelection } from './compile-selection.ts'
import { systemGroups } from './defaults.ts'
import { formatValue, type Path } from './problems.ts'
import type { FleetGroup, ScenarioUser, ScenarioWebApp, TimelineAction } from './scenario.ts'
import type { ActionSource, ScenarioSource } from './schema.ts'

type WebAppSource = NonNullable<ScenarioSource['webApp']>
type Unplaced<Action> = Action extends unknown ? Omit<Action, 'atMs'> : never

/** The actions that concern people. */
export type PeopleSource = Extract<
  ActionSource,
  { do: 'create-group' | 'assign-image' | 'unassign-image' | 'request-session' | 'destroy-session' | 'wait-for' }
>

interface PeopleContext {
  compilation: Compilation
  groups: FleetGroup[] | null
  endMs: number | null
}

/** The users and groups, once their form is right; both have names of their own. */
export function compilePeople(
  source: WebAppSource,
  compilation: Compilation,
): Pick<Required<ScenarioWebApp>, 'groups' | 'users'> {
  const { groups = [] } = compilation.problems.isClean(['webApp', 'groups']) ? source : {}
  const { users = [] } = compilation.problems.isClean(['webApp', 'users']) ? source : {}
  const taken = new Set<string>(systemGroups)
  for (const [index, name] of groups.entries()) {
    reportTaken(name, ['webApp', 'groups', index], { taken, compilation })
    taken.add(name)
  }
  const known = compilation.problems.isClean(['webApp', 'groups']) ? taken : null
  const names = new Set<string>()
  return { groups: [...groups], users: users.map(compileUser) }

  function compileUser({ name, groups: memberOf = [] }: (typeof users)[number], index: number): ScenarioUser {
    const path = ['webApp', 'users', index]
    reportTaken(name, [...path, 'name'], { taken: names, compilation })
    names.add(name)
    for (const [at, group] of memberOf.entries()) {
      compilation.known(group, [...path, 'groups', at], { what: 'a group of the web app', known })
    }
    return { name, groups: [...memberOf] }
  }
}

function reportTaken(
  name: string,
  path: Path,
  { taken, compilation }: { taken: ReadonlySet<string>; compilation: Compilation },
): void {
  if (taken.has(name)) compilation.problems.add(path, `must be unique, ${formatValue(name)} is there already`)
}

/** Which groups and sessions there are as the timeline goes on. */
export class PeopleWorld {
  readonly #context: PeopleContext
  /** Reports an image that is not defined by now. */
  readonly #requireDefined: (image: string, path: Path) => void
  /** Null where they are in error, so that nothing can be said. */
  readonly #users: ReadonlySet<string> | null
  readonly #groups: Set<string> | null
  readonly #sessions = new Set<string>()
  readonly #living = new Set<string>()

  constructor(
    context: PeopleContext & { people: Pick<Required<ScenarioWebApp>, 'groups' | 'users'> | null },
    requireDefined: (image: string, path: Path) => void,
  ) {
    this.#context = context
    this.#requireDefined = requireDefined
    const { people } = context
    this.#users = people && new Set(people.users.map(({ name }) => name))
    this.#groups = people && new Set([...systemGroups, ...people.groups])
  }

  /** The sessions that anyone ever asks for. */
  sessions(): string[] {
    return [...this.#sessions]
  }

  compile(action: PeopleSource, atMs: number, path: Path): Unplaced<TimelineAction> {
    switch (action.do) {
      case 'create-group':
        return this.#createGroup(action, path)
      case 'assign-image':
      case 'unassign-image':
        this.#requireDefined(action.image, [...path, 'image'])
        this.#known(action.group, [...path, 'group'], 'a group of the web app', this.#groups)
        return { do: action.do, image: action.image, group: action.group }
      case 'request-session':
        return this.#request(action, path)
      case 'destroy-session':
        this.#destroy(action.name, [...path, 'name'])
        return { do: action.do, name: action.name }
      case 'wait-for':
        return this.#wait(action, atMs, path)
      default:
        return action satisfies never
    }
  }

  #createGroup({ name, members = [] }: Extract<PeopleSource, { do: 'create-group' }>, path: Path) {
    const { compilation } = this.#context
    if (this.#groups) reportTaken(name, [...path, 'name'], { taken: this.#groups, compilation })
    this.#groups?.add(name)
    for (const [index, member] of members.entries()) this.#requireUser(member, [...path, 'members', index])
    return { do: 'create-group' as const, name, members: [...members] }
  }

  #request({ name, as, image }: Extract<PeopleSource, { do: 'request-session' }>, path: Path) {
    const { compilation } = this.#context
    this.#requireUser(as, [...path, 'as'])
    this.#requireDefined(image, [...path, 'image'])
    reportTaken(name, [...path, 'name'], { taken: this.#sessions, compilation })
    this.#sessions.add(name)
    this.#living.add(name)
    return { do: 'request-session' as const, as, image, name }
  }

  #destroy(name: string, path: Path): void {
    if (this.#sessions.has(name) && !this.#living.has(name)) {
      this.#context.compilation.problems.add(path, `must not be destroyed yet, ${formatValue(name)} is`)
    } else this.#known(name, path, 'a session that was requested by then', this.#sessions)
    this.#living.delete(name)
  }

  #wait(action: Extract<PeopleSource, { do: 'wait-for' }>, atMs: number, path: Path) {
    const { compilation, endMs } = this.#context
    this.#requireDefined(action.image, [...path, 'image'])
    const withinMs = compilation.durationMs(action.within, [...path, 'within'], { positive: true })
    if (endMs !== null && atMs < endMs && atMs + withinMs > endMs) {
      const left = formatDuration(endMs - atMs)
      compilation.problems.add(
        [...path, 'within'],
        `must be over before the end of the run: at most "${left}", it is "${action.within}"`,
      )
    }
    const agents = compileSelection(action.agents, path, this.#context)
    return { do: 'wait-for' as const, image: action.image, agents, withinMs }
  }

  #requireUser(name: string, path: Path): void {
    this.#known(name, path, 'a user under webApp.users', this.#users)
  }

  #known(name: string, path: Path, what: string, known: Iterable<string> | null): void {
    this.#context.compilation.known(name, path, { what, known })
  }
}
