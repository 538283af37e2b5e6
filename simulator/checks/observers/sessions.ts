// Samples of sessions: asked for, refused, running, and on which image. What a session runs is told each time the web app is asked, so
// that one that changes under its user is found out.
import type { RunEvent, SessionRefusalCode } from '../../events/events.ts'
import type { EmitSample, SessionSample, Signal } from '../signals.ts'
import type { Observer } from './observer.ts'

type SessionEvent = Extract<RunEvent, { session: string }>

const refusals: Record<SessionRefusalCode, SessionSample['refusal']> = {
  NOT_AUTHORIZED: 'not-authorized',
  NO_RESOURCES: 'no-resources',
  OTHER: 'other',
}

/** Watches sessions, and what was published under their images' references. */
export class SessionObserver implements Observer {
  readonly #emit: EmitSample
  /** By reference: the digests in the order of their publication. */
  readonly #publications = new Map<string, string[]>()
  /** By session: the digests that it was seen on. */
  readonly #seen = new Map<string, Set<string>>()
  /** By image: the sessions that run. */
  readonly #running = new Map<string, Set<string>>()

  constructor(emit: EmitSample) {
    this.#emit = emit
  }

  take(event: RunEvent): void {
    switch (event.kind) {
      case 'image-published':
        this.#publish(event.image, event.digest)
        return
      case 'session-requested':
        this.#tell('sessions-requested', event, { value: 1 })
        return
      case 'session-refused':
        this.#tell('sessions-refused', event, { value: 1 }, { refusal: refusals[event.code] })
        return
      case 'session-started':
        this.#tell('sessions-started', event, { value: 1 }, this.#publicationOf(event))
        this.#count(event, true)
        this.#see(event)
        return
      case 'session-seen':
        this.#see(event)
        return
      case 'session-ended':
        this.#count(event, false)
        return
    }
  }

  #publish(image: string, digest: string): void {
    const digests = this.#publications.get(image) ?? []
    if (!digests.includes(digest)) digests.push(digest)
    this.#publications.set(image, digests)
  }

  #see(event: Extract<RunEvent, { kind: 'session-started' | 'session-seen' }>): void {
    const digests = this.#seen.get(event.session) ?? new Set()
    this.#seen.set(event.session, digests.add(event.digest))
    this.#tell('session-digests', event, { value: digests.size, agent: event.agent }, this.#publicationOf(event))
  }

  #count(event: Extract<RunEvent, { kind: 'session-started' | 'session-ended' }>, runs: boolean): void {
    const running = this.#running.get(event.image) ?? new Set()
    this.#running.set(event.image, running)
    if (runs) running.add(event.session)
    else if (!running.delete(event.session)) return
    this.#tell('sessions-running', event, { value: running.size, agent: event.agent })
  }

  /** Publications of a reference count from 1; what was never published under it is 0. */
  #publicationOf({ image, digest }: { image: string; digest: string }): Partial<SessionSample> {
    return { publication: (this.#publications.get(image) ?? []).indexOf(digest) + 1 }
  }

  #tell(
    signal: Signal,
    { atMs, image, session: name, user }: SessionEvent,
    sample: { value: number; agent?: number | null },
    more: Partial<SessionSample> = {},
  ): void {
    this.#emit(signal, { atMs, image, ...sample, session: { name, user, publication: null, refusal: null, ...more } })
  }
}
