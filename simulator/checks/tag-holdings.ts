// Who holds which digest of which tag, and how long a moved tag takes to reach everyone.
import type { RunEvent } from '../events/events.ts'

/** One move of a tag. */
export interface TagMove {
  image: string
  digest: string
  movedAtMs: number
  /** Agents that hold an older digest under the tag. */
  behind: Set<number>
  /** The largest number of agents that were behind. */
  mostBehind: number
  /** When the last agent left an older digest behind, and which; null while none has. */
  lastLeft: { atMs: number; agent: number } | null
  /** Agents that were to pull the tag, or in the middle of it, when it moved: nobody knows yet which digest they get, and when. */
  undecided: Set<number>
  /** True once no agent is behind, nor pulls what it was to pull before the move. */
  settled: boolean
}

interface Tag {
  held: Map<number, string>
  holders: Map<string, number>
  /** Which move each published digest belongs to; a digest nobody saw published is older than any. */
  versions: Map<string, number>
  version: number
  /** Agents that have it in their queue or pull it. */
  underWay: Set<number>
  open: OpenMove[]
}

interface OpenMove extends TagMove {
  version: number
}

/** Told of what changes. */
export interface TagListener {
  /** An agent took or lost a tag; `digests` counts the distinct ones that all agents hold now. */
  onHeld?(change: { atMs: number; agent: number; image: string; digests: number }): void
  onMoved?(move: TagMove): void
  onSettled?(move: TagMove): void
}

/** The tags of all agents. Holds one digest per agent and tag, and the moves that are not settled. */
export class TagHoldings {
  readonly #tags = new Map<string, Tag>()
  readonly #listener: TagListener

  constructor(listener: TagListener) {
    this.#listener = listener
  }

  take(event: RunEvent): void {
    switch (event.kind) {
      case 'image-published':
        this.#publish(event)
        return
      case 'pull-queued':
      case 'pull-started':
        this.#tag(event.image).underWay.add(event.agent)
        return
      case 'pull-succeeded': {
        const tag = this.#tag(event.image)
        tag.underWay.delete(event.agent)
        this.#hold(tag, event, event.digest)
        return
      }
      case 'pull-failed':
      case 'pull-dropped':
      case 'pull-cancelled':
      case 'pull-refused': {
        const tag = this.#tag(event.image)
        tag.underWay.delete(event.agent)
        for (const move of tag.open) move.undecided.delete(event.agent)
        this.#settle(tag)
        return
      }
      case 'image-pruned':
        if (event.image !== null) this.#hold(this.#tag(event.image), { ...event, image: event.image }, null)
        return
    }
  }

  /** The moves that have not settled. */
  unsettled(): TagMove[] {
    return [...this.#tags.values()].flatMap((tag) => tag.open)
  }

  #publish({ image, digest, previousDigest, atMs }: Extract<RunEvent, { kind: 'image-published' }>): void {
    const tag = this.#tag(image)
    if (previousDigest === null || previousDigest === digest) {
      tag.versions.set(digest, tag.version)
      return
    }
    tag.version += 1
    tag.versions.set(digest, tag.version)
    const behind = new Set([...tag.held].filter(([, held]) => held !== digest).map(([agent]) => agent))
    const move = {
      image,
      digest,
      movedAtMs: atMs,
      behind,
      mostBehind: behind.size,
      lastLeft: null,
      settled: false,
      version: tag.version,
      undecided: new Set(tag.underWay),
    }
    tag.open.push(move)
    this.#listener.onMoved?.(move)
    this.#settle(tag)
  }

  #hold(tag: Tag, { atMs, agent, image }: { atMs: number; agent: number; image: string }, digest: string | null): void {
    const previous = tag.held.get(agent) ?? null
    if (digest === null) tag.held.delete(agent)
    else tag.held.set(agent, digest)
    if (previous !== digest) {
      count(tag.holders, previous, -1)
      count(tag.holders, digest, 1)
      this.#listener.onHeld?.({ atMs, agent, image, digests: tag.holders.size })
    }
    for (const move of tag.open) {
      move.undecided.delete(agent)
      if (digest !== null && (tag.versions.get(digest) ?? 0) < move.version) {
        move.behind.add(agent)
        move.mostBehind = Math.max(move.mostBehind, move.behind.size)
      } else if (move.behind.delete(agent)) {
        move.lastLeft = { atMs, agent }
      }
    }
    this.#settle(tag)
  }

  #settle(tag: Tag): void {
    if (tag.open.length === 0) return
    tag.open = tag.open.filter((move) => {
      move.settled = move.behind.size === 0 && move.undecided.size === 0
      if (move.settled) this.#listener.onSettled?.(move)
      return !move.settled
    })
  }

  #tag(image: string): Tag {
    const found = this.#tags.get(image)
    if (found) return found
    const tag: Tag = {
      held: new Map(),
      holders: new Map(),
      versions: new Map(),
      version: 0,
      underWay: new Set(),
      open: [],
    }
    this.#tags.set(image, tag)
    return tag
  }
}

function count(holders: Map<string, number>, digest: string | null, change: number): void {
  if (digest === null) return
  const holding = (holders.get(digest) ?? 0) + change
  if (holding === 0) holders.delete(digest)
  else holders.set(digest, holding)
}
