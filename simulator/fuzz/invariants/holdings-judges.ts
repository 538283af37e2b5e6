// What agents hold: layers that they have are not fetched again, tags bring what they stood for, containers keep their images, and what
// the summary says of drift is what is on the disks.
import type { RunEvent } from '../../events/events.ts'
import { personas } from '../../pull/protocol/personas.ts'
import type { Summary } from '../../report/summary.ts'
import type { Judge, World } from './invariant.ts'

interface Fetch {
  layer: string
  repository: string
  startedAtMs: number
  atMs: number
  isWhole: boolean
}

/** What is known of the layers of one agent. */
class Layers {
  /** Of the pulls since the last start that have not been told to have ended. */
  fetches: Fetch[] = []
  /** By digest of an image that is on disk: since when, and layers that were fetched for it. */
  readonly ofImage = new Map<string, { heldFromMs: number; layers: Set<string> }>()
}

/** Layers are known by the requests for them: what a repository's pull has fetched is part of the image that it brought. */
export class LayersShared implements Judge {
  readonly invariant = 'layers-shared'
  readonly #agents: Layers[] = []

  take(event: RunEvent, world: World): string | null {
    if (!('agent' in event) || event.agent === null || 'session' in event) return null
    const known = this.#agents[event.agent] ?? new Layers()
    this.#agents[event.agent] = known
    switch (event.kind) {
      case 'registry-request':
        return event.class === 'blob' ? this.#judgeFetch(event, known, world) : null
      case 'pull-succeeded': {
        const repository = repositoryOf(event.image)
        const { heldFromMs, layers } = known.ofImage.get(event.digest) ?? { heldFromMs: event.atMs, layers: new Set() }
        for (const fetch of known.fetches) if (fetch.repository === repository && fetch.isWhole) layers.add(fetch.layer)
        known.fetches = known.fetches.filter((fetch) => fetch.repository !== repository)
        known.ofImage.set(event.digest, { heldFromMs, layers })
        return null
      }
      case 'image-pruned': {
        const { held } = world.agents[event.agent] ?? {}
        const others = [...(held ?? [])].filter(([name]) => name !== event.image)
        if (!others.some(([, digest]) => digest === event.digest)) known.ofImage.delete(event.digest)
        return null
      }
      case 'pull-failed':
      case 'pull-dropped':
        known.fetches = known.fetches.filter(({ repository }) => repository !== repositoryOf(event.image))
        return null
      default:
        return null
    }
  }

  #judgeFetch(event: Extract<RunEvent, { kind: 'registry-request' }>, known: Layers, world: World): string | null {
    const { agent, reference: layer, repository, startedAtMs, atMs, status } = event
    if (layer === null || repository === null || agent === null || status !== 200 || event.bytes < layerBytesMin)
      return null
    // A pull looks for what it lacks at its beginning; what another one brings from then on may come too late for it.
    const pulls = [...(world.agents[agent]?.pulls.values() ?? [])].filter(
      ({ image }) => repositoryOf(image) === repository,
    )
    const askedFromMs = Math.min(...pulls.map((pull) => pull.atMs))
    for (const [digest, { heldFromMs, layers }] of known.ofImage) {
      if (layers.has(layer) && pulls.length > 0 && heldFromMs < askedFromMs)
        return `agent ${agent} fetched ${layer}, a layer of ${digest}, which it holds`
    }
    const { persona } = world.administration.groupOf[agent] ?? {}
    const twin = known.fetches.find((other) => other.layer === layer && other.atMs > startedAtMs + 1)
    if (twin && persona && personas[persona].downloads.shared) return `agent ${agent} fetched ${layer} twice at once`
    known.fetches.push({ layer, repository, startedAtMs, atMs, isWhole: true })
    return null
  }
}

/** Configurations are smaller, and are fetched for each image. */
const layerBytesMin = 1_536

function repositoryOf(image: string): string {
  const path = image.replace(/:[^/]*$/, '')
  const [host = '', ...rest] = path.split('/')
  return rest.length > 0 && /[.:]/.test(host) ? rest.join('/') : path
}

/** Digests that a tag stood for, and from when on. */
type TagHistory = { digest: string; fromMs: number }[]

/** A pull brings what its tag stood for at some moment between its start and its end. */
export class TagsCurrent implements Judge {
  readonly invariant = 'tags-current'
  readonly #tags = new Map<string, TagHistory>()

  take(event: RunEvent, { agents }: World): string | null {
    if (event.kind === 'image-published') {
      const history = this.#tags.get(event.image) ?? []
      history.push({ digest: event.digest, fromMs: event.atMs })
      this.#tags.set(event.image, history)
    }
    if (event.kind !== 'pull-succeeded') return null
    const { agent, image, digest, pull, atMs } = event
    const fromMs = agents[agent]?.pulls.get(pull)?.atMs ?? atMs
    const history = this.#historyOf(image)
    const possible = history.filter(
      (_tag, index) => (history[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY) >= fromMs - 1,
    )
    if (possible.some((tag) => tag.digest === digest)) return null
    return `agent ${agent} pulled ${image} and got ${digest}, which the tag did not stand for since the pull began`
  }

  /** By the end of a run: how many agents hold something else than the latest under each tag that has moved. */
  contradiction({ drift }: Summary, { agents }: World): string | null {
    for (const { image, behind } of new Map(drift.map((each) => [each.image, each])).values()) {
      const latest = this.#historyOf(image).at(-1)?.digest
      const counted = agents.filter(({ held }) => held.has(image) && held.get(image) !== latest).length
      if (counted !== behind) return `the summary says that ${behind} agents are behind on ${image}, ${counted} are`
    }
    return null
  }

  #historyOf(image: string): TagHistory {
    return this.#tags.get(image) ?? []
  }
}

/** An image that a session runs is not pruned, once its agent may have heard of the session. */
export class UsedImagesKept implements Judge {
  readonly invariant = 'used-images-kept'
  readonly #sessions = new Map<string, { agent: number | null; digest: string; fromMs: number }>()

  take(event: RunEvent, { agents, sinceMs }: World): string | null {
    switch (event.kind) {
      case 'session-started':
        this.#sessions.set(event.session, { agent: event.agent, digest: event.digest, fromMs: event.atMs })
        return null
      case 'session-ended':
        this.#sessions.delete(event.session)
        return null
      case 'image-pruned': {
        const heardMs = sinceMs(agents[event.agent] as World['agents'][number], event.atMs)
        for (const [session, { agent, digest, fromMs }] of this.#sessions) {
          if (agent !== event.agent || digest !== event.digest || fromMs > heardMs) continue
          return `agent ${agent} pruned ${digest}, which session ${session} runs`
        }
        return null
      }
      default:
        return null
    }
  }
}
