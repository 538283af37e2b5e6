// What the administrator had set at each moment of a run, worked out anew from the scenario's timeline: which images are defined, which
// agents are enabled, how they prune. Invariants judge agents by this and not by what the agents or the web app believe.
import type { PruneImagesMode } from '../../agent/agent.ts'
import type { RunEvent } from '../../events/events.ts'
import type { AgentSelection, FleetGroup, Scenario, ScenarioImage, TimelineAction } from '../../scenario/scenario.ts'

type Definition = Pick<ScenarioImage, 'name' | 'enabled' | 'registry' | 'zone'>

/** How things are from one action to the next. */
interface Settings {
  fromMs: number
  definitions: ReadonlyMap<string, Definition>
  /** By agent. */
  enabled: readonly boolean[]
  pruneModes: readonly PruneImagesMode[]
}

/** Follows the actions of a timeline as a run tells of them. */
export class Administration {
  readonly groupOf: readonly FleetGroup[]
  readonly #timeline: readonly TimelineAction[]
  readonly #history: Settings[]
  #actions = 0

  constructor({ groups, images, webApp, timeline }: Scenario) {
    this.groupOf = groups.flatMap((group) => new Array<FleetGroup>(group.agents).fill(group))
    this.#timeline = timeline
    this.#history = [
      {
        fromMs: 0,
        definitions: new Map(images.filter(({ defined }) => defined).map((image) => [image.name, image])),
        enabled: this.groupOf.map(() => webApp.autoEnableAgents),
        pruneModes: this.groupOf.map(() => webApp.pruneImagesMode),
      },
    ]
  }

  take(event: RunEvent): void {
    if (event.kind !== 'timeline-action') return
    const action = this.#timeline[this.#actions++]
    if (action) this.#history.push({ ...this.#now, fromMs: event.atMs, ...this.#changed(action) })
  }

  /** What the latest action wrote into configuration files. */
  get edited(): { cap?: number; checkInIntervalMs?: number } {
    const action = this.#timeline[this.#actions - 1]
    if (action?.do !== 'edit-agent-config') return {}
    const { cap, checkInIntervalMs } = action
    return { ...(cap === null ? {} : { cap }), ...(checkInIntervalMs === null ? {} : { checkInIntervalMs }) }
  }

  /** When it last changed anything. */
  get changedAtMs(): number {
    return this.#now.fromMs
  }

  /** Whether an agent was allowed to pull an image at some moment since `fromMs`. */
  allowedPull(agent: number, image: string, fromMs: number): boolean {
    return this.#since(fromMs).some((settings) => settings.enabled[agent] && this.#isPullable(settings, agent, image))
  }

  /** Whether an image was not defined for an agent at some moment since `fromMs`. */
  lacked(agent: number, image: string, fromMs: number): boolean {
    return this.#since(fromMs).some(({ definitions }) => !this.#applies(definitions.get(image), agent))
  }

  prunedBy(agent: number, mode: PruneImagesMode, fromMs: number): boolean {
    return this.#since(fromMs).some(({ pruneModes }) => pruneModes[agent] === mode)
  }

  isEnabled(agent: number): boolean {
    return this.#now.enabled[agent] === true
  }

  /** The images that an agent should hold now. */
  pullableBy(agent: number): string[] {
    return [...this.#now.definitions.keys()].filter((image) => this.#isPullable(this.#now, agent, image))
  }

  #isPullable({ definitions }: Settings, agent: number, image: string): boolean {
    const definition = definitions.get(image)
    const { enabled, registry } = definition ?? { enabled: false, registry: null }
    return this.#applies(definition, agent) && enabled && registry !== null && registry !== ''
  }

  #applies(definition: Definition | undefined, agent: number): boolean {
    return definition !== undefined && (definition.zone === null || definition.zone === this.groupOf[agent]?.zone)
  }

  get #now(): Settings {
    return this.#history.at(-1) as Settings
  }

  /** What was in force at `fromMs`, and all that came after. */
  #since(fromMs: number): Settings[] {
    const first = this.#history.findLastIndex((settings) => settings.fromMs <= fromMs)
    return this.#history.slice(Math.max(0, first))
  }

  #changed(action: TimelineAction): Partial<Settings> {
    switch (action.do) {
      case 'create-definition':
        return { definitions: new Map([...this.#now.definitions, [action.image.name, action.image]]) }
      case 'delete-definition':
        return { definitions: new Map([...this.#now.definitions].filter(([name]) => name !== action.image)) }
      case 'update-definition': {
        const { name: _name, ...fields } = action.set
        const name = action.set.name ?? action.image
        const renamed = [...this.#now.definitions].map(([key, definition]): [string, Definition] =>
          key === action.image ? [name, { ...definition, ...fields, name }] : [key, definition],
        )
        return { definitions: new Map(renamed) }
      }
      case 'update-agent': {
        const { enabled, pruneImagesMode, agents } = action
        const touched = (agent: number) => this.#isTouched(agent, agents)
        return {
          enabled: this.#now.enabled.map((old, agent) => (touched(agent) ? (enabled ?? old) : old)),
          pruneModes: this.#now.pruneModes.map((old, agent) => (touched(agent) ? (pruneImagesMode ?? old) : old)),
        }
      }
      default:
        return {}
    }
  }

  #isTouched(agent: number, selection: AgentSelection): boolean {
    if (selection === 'all') return true
    return 'group' in selection ? this.groupOf[agent]?.name === selection.group : selection.agents.includes(agent)
  }
}
