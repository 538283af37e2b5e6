// Turns drawn changes into actions of a timeline, in the order of their moments. Keeps track of what is defined and published by then,
// and leaves out what would make no sense: a tag that moves before it exists, a definition that is deleted twice.
import type { ActionSource, ImageSource } from '../scenario/schema.ts'

/** A change as drawn: images and agents by numbers that are taken modulo what there is. */
export interface DrawnAction {
  atMs: number
  agents: 'all' | 'group' | number
  change:
    | { do: 'restart-agent'; downtime: string | undefined }
    | { do: 'edit-agent-config'; cap: number }
    | { do: 'move-tag' | 'delete-definition' | 'create-definition' | 'publish-image'; image: number }
    | { do: 'request-session'; image: number }
    | { do: 'destroy-session'; session: number }
    | { do: 'rename-definition'; image: number; to: number }
    | { do: 'update-definition'; image: number; set: { enabled: boolean } | { registry: null } | { token: string } }
    | { do: 'update-agent'; set: { enabled?: boolean; pruneImages?: 'Off' | 'Normal' | 'Aggressive' } }
}

/** The groups and images that actions refer to. */
interface Cast {
  groups: readonly { name: string; agents: number }[]
  images: readonly ImageSource[]
}

/** Who asks for sessions. */
export const drawnUser = 'ada'

/** As short as it can be written without rounding. */
export function durationText(durationMs: number): string {
  return durationMs % 1_000 === 0 ? `${durationMs / 1_000}s` : `${durationMs}ms`
}

/** Follows one timeline; actions must come in the order of their moments. */
export class DrawnTimeline {
  readonly #cast: Cast
  readonly #defined: Set<string>
  readonly #published: Set<string>
  /** Sessions that were asked for and not yet destroyed. */
  readonly #sessions: string[] = []
  #requested = 0

  constructor(cast: Cast) {
    this.#cast = cast
    this.#defined = new Set(cast.images.filter(({ defined = true }) => defined).map(({ name }) => name))
    this.#published = new Set(cast.images.filter(({ published = true }) => published).map(({ name }) => name))
  }

  /** The action; null where it makes no sense by now. */
  take({ atMs, agents, change }: DrawnAction): ActionSource | null {
    const at = durationText(atMs)
    switch (change.do) {
      case 'restart-agent': {
        const { downtime } = change
        return { at, do: change.do, ...this.#selection(agents), ...(downtime === undefined ? {} : { downtime }) }
      }
      case 'edit-agent-config':
        return { at, do: change.do, ...this.#selection(agents), cap: change.cap }
      case 'update-agent':
        return { at, do: change.do, ...this.#selection(agents), ...change.set }
      case 'rename-definition':
        return this.#rename(at, change)
      case 'request-session':
        return this.#request(at, this.#imageAt(change.image))
      case 'destroy-session': {
        const [name] = this.#sessions.splice(change.session % Math.max(1, this.#sessions.length), 1)
        return name === undefined ? null : { at, do: change.do, name }
      }
      default:
        return this.#changeImage(at, change)
    }
  }

  #changeImage(
    at: string,
    change: Exclude<
      DrawnAction['change'],
      {
        do: Exclude<DrawnAction['change'], { image: number }>['do'] | 'rename-definition' | 'request-session'
      }
    >,
  ): ActionSource | null {
    const image = this.#imageAt(change.image)
    const isDefined = this.#defined.has(image)
    switch (change.do) {
      case 'move-tag':
        return this.#published.has(image) ? { at, do: change.do, image } : null
      case 'publish-image':
        if (this.#published.has(image)) return null
        this.#published.add(image)
        return { at, do: change.do, image }
      case 'create-definition':
        if (isDefined) return null
        this.#defined.add(image)
        return { at, do: change.do, image }
      case 'delete-definition':
        return this.#defined.delete(image) ? { at, do: change.do, image } : null
      case 'update-definition':
        return isDefined ? { at, do: change.do, image, set: change.set } : null
      default:
        return change satisfies never
    }
  }

  /** Some names are those of other images, others are of nothing that the registry has. */
  #rename(at: string, change: { image: number; to: number }): ActionSource | null {
    const image = this.#imageAt(change.image)
    const other = this.#cast.images[change.to]?.name
    const name = other ?? `team/new-${change.to}:1.0`
    if (this.#defined.has(name) || !this.#defined.delete(image)) return null
    this.#defined.add(name)
    return { at, do: 'update-definition', image, set: { name } }
  }

  #request(at: string, image: string): ActionSource | null {
    if (!this.#defined.has(image)) return null
    this.#requested += 1
    const name = `session-${this.#requested}`
    this.#sessions.push(name)
    return { at, do: 'request-session', name, as: drawnUser, image }
  }

  #imageAt(number: number): string {
    const { images } = this.#cast
    return images[number % images.length]?.name ?? ''
  }

  #selection(agents: DrawnAction['agents']): { agents?: number[] | { group: string } } {
    const { groups } = this.#cast
    if (agents === 'all') return {}
    if (agents === 'group') return { agents: { group: groups.at(-1)?.name ?? '' } }
    return { agents: [agents % groups.reduce((sum, group) => sum + group.agents, 0)] }
  }
}
