// What a caller wants of a registry, read from its requests: Docker Hub's own classification of what its analytics count, which
// tells checks of a version from pulls by tag and by digest. docs/journal.md has the table and says what is decided here.
import type { RequestClass } from '../events/events.ts'

/** What requests for manifests add up to. */
export type ActionKind = 'version-check' | 'pull-by-tag' | 'pull-by-digest'

/** A request as its answer ended; `userAgent` tells callers of one address apart. */
export interface CallerRequest {
  agent: number | null
  source: string
  userAgent?: string
  method: string
  class: RequestClass
  repository: string | null
  reference: string | null
  status: number
  startedAtMs: number
  /** When its answer ended. */
  atMs: number
}

/** Requests of one caller for one thing. It goes on changing while requests of it come. */
export interface RegistryAction {
  /** Counts from 1 in the order in which actions begin. */
  number: number
  kind: ActionKind
  agent: number | null
  repository: string
  startedAtMs: number
  /** Its own, those for blobs of its repository, and the pings and token requests of its caller that came before it. */
  requests: number
}

/** Told of what requests turn out to be. */
interface ActionListener {
  /** An action began (`before` is null), or is another than it seemed. */
  onKind?(action: RegistryAction, before: ActionKind | null): void
  /** Nothing can join an action any more. */
  onDone?(action: RegistryAction): void
}

interface OpenAction extends RegistryAction {
  tag: string | null
  /** Digests that were asked for, and what was served to a GET. Lists that are replaced rather than added to take no more than they hold. */
  asked: readonly string[]
  served: readonly string[]
  lastAtMs: number
  lastFailed: boolean
}

interface Caller {
  /** Pings and token requests that are of no action yet. */
  pending: number
  readonly actions: Map<string, readonly OpenAction[]>
  lastAtMs: number
}

/** What follows a good answer within this time is of the same action; engines need far less, slow registries may need it. */
const joinGapMs = 60_000
/** What follows a failed one: engines try again within seconds, an agent's next pull comes at its next check-in at the earliest. */
export const retryGapMs = 20_000
/** Of one caller in one repository at once. */
const openActionsMax = 4
/** Of one caller: whoever asks for names at random must not fill the memory. */
const repositoriesMax = 1_000
const callersBeforeSweep = 1_000
const none: readonly never[] = []

/**
 * Joins requests to actions.
 *
 * @example
 * const reader = new ActionReader()
 * reader.take({ ...request, method: 'HEAD', reference: '1.16.1' })?.kind // 'version-check'
 * reader.take({ ...request, method: 'GET', reference: 'sha256:...' })?.kind // 'pull-by-tag': the check was the beginning of a pull
 */
export class ActionReader {
  readonly #callers = new Map<number | string, Caller>()
  readonly #listener: ActionListener
  readonly #forgetAfterMs: number
  #actions = 0
  #sweepAt = callersBeforeSweep

  /** `forgetAfterMs`: without a request for so long, a caller may be forgotten. Default an hour, for layers may take long. */
  constructor(listener: ActionListener = {}, { forgetAfterMs = 3_600_000 } = {}) {
    this.#listener = listener
    this.#forgetAfterMs = forgetAfterMs
  }

  /** The action that a request is of; null of one that is of none, or not yet. Requests come in the order of their ends. */
  take(request: CallerRequest): RegistryAction | null {
    const caller = this.#callerOf(request)
    caller.lastAtMs = request.atMs
    switch (request.class) {
      case 'ping':
      case 'token':
        caller.pending += 1
        return null
      case 'version-check':
      case 'manifest':
        return this.#takeManifest(request, caller)
      case 'blob': {
        const action = caller.actions.get(request.repository ?? '')?.at(-1) ?? null
        if (action) action.requests += 1
        return action
      }
      default:
        return null
    }
  }

  /** Ends what is open. */
  finish(): void {
    for (const caller of this.#callers.values()) this.#forget(caller)
    this.#callers.clear()
  }

  #takeManifest(request: CallerRequest, caller: Caller): RegistryAction {
    const { method, status, atMs } = request
    const repository = request.repository ?? ''
    const reference = request.reference ?? ''
    const action = joined(caller.actions.get(repository) ?? none, request) ?? this.#begin(request, caller)
    action.requests += 1
    action.lastAtMs = atMs
    action.lastFailed = status < 200 || status >= 400
    if (isDigest(reference)) action.asked = [...action.asked, reference]
    if (method === 'HEAD') return action
    if (action.kind === 'version-check') {
      action.kind = 'pull-by-tag'
      this.#listener.onKind?.(action, 'version-check')
    }
    if (!action.lastFailed) action.served = [...action.served, reference]
    return action
  }

  #begin(request: CallerRequest, caller: Caller): OpenAction {
    const { agent, method, startedAtMs, atMs } = request
    const repository = request.repository ?? ''
    const reference = request.reference ?? ''
    const byDigest = isDigest(reference)
    const action: OpenAction = {
      number: ++this.#actions,
      kind: byDigest ? 'pull-by-digest' : method === 'HEAD' ? 'version-check' : 'pull-by-tag',
      agent,
      repository,
      startedAtMs,
      requests: caller.pending,
      tag: byDigest ? null : reference,
      asked: none,
      served: none,
      lastAtMs: atMs,
      lastFailed: false,
    }
    caller.pending = 0
    if (caller.actions.size >= repositoriesMax && !caller.actions.has(repository)) this.#forget(caller)
    let open = caller.actions.get(repository) ?? none
    // The latest stays, however old: blobs of a long download are of it.
    while (open[0] && (open.length >= openActionsMax || startedAtMs - open[0].lastAtMs > joinGapMs)) {
      this.#listener.onDone?.(open[0])
      open = open.slice(1)
    }
    caller.actions.set(repository, [...open, action])
    this.#listener.onKind?.(action, null)
    return action
  }

  #callerOf({ agent, source, userAgent = '', atMs }: CallerRequest): Caller {
    const key = agent ?? `${source}\n${userAgent}`
    const known = this.#callers.get(key)
    if (known) return known
    if (this.#callers.size >= this.#sweepAt) this.#sweep(atMs)
    const caller: Caller = { pending: 0, actions: new Map(), lastAtMs: atMs }
    this.#callers.set(key, caller)
    return caller
  }

  #sweep(nowMs: number): void {
    for (const [key, caller] of this.#callers) {
      if (nowMs - caller.lastAtMs <= this.#forgetAfterMs) continue
      this.#forget(caller)
      this.#callers.delete(key)
    }
    this.#sweepAt = Math.max(callersBeforeSweep, 2 * this.#callers.size)
  }

  #forget(caller: Caller): void {
    for (const actions of caller.actions.values()) for (const action of actions) this.#listener.onDone?.(action)
    caller.actions.clear()
  }
}

/** Docker Hub's table, with what it leaves open: tries that are repeated, and two pulls from one repository at once. */
function joined(open: readonly OpenAction[], request: CallerRequest): OpenAction | undefined {
  if (open.length === 0) return undefined
  const { method, startedAtMs } = request
  const reference = request.reference ?? ''
  const isRecent = ({ lastAtMs, lastFailed }: OpenAction) =>
    startedAtMs - lastAtMs <= (lastFailed ? retryGapMs : joinGapMs)
  const recent = open.every(isRecent) ? open : open.filter(isRecent)
  if (!isDigest(reference)) {
    return recent.findLast(({ tag, kind, lastFailed, served }) => {
      if (tag !== reference) return false
      return method === 'HEAD' ? kind === 'version-check' && lastFailed : !served.includes(reference)
    })
  }
  return (
    recent.find(({ asked, served }) => asked.includes(reference) && !served.includes(reference)) ??
    recent.find(({ kind, lastFailed }) => kind === 'version-check' && !lastFailed) ??
    recent.findLast(({ served }) => served.length > 0 && !served.includes(reference))
  )
}

function isDigest(reference: string): boolean {
  return reference.includes(':')
}
