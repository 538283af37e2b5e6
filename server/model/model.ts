// The fake Kasm itself: its state and rules, synchronous and told the time. Routes, and whoever runs it in process,
// hand it one operation after the other.
import type { ImageSeed } from '../api/images.ts'
import { type DeveloperOperationName, type OperationName, ruleOf } from '../api/operation-names.ts'
import type { RequestOf } from '../api/operations.ts'
import { administrator, type Caller } from './access/callers.ts'
import { type Credentialed, type Credentials, defaultCredentials } from './access/credentials.ts'
import { type Areas, createAreas, type Environment } from './areas.ts'
import { accessHandlers } from './handlers/access.ts'
import { deploymentHandlers } from './handlers/deployment.ts'
import { groupHandlers } from './handlers/groups.ts'
import type { CallContext, Handlers } from './handlers/handler.ts'
import { agentHandlers, imageHandlers } from './handlers/images.ts'
import { recordHandlers } from './handlers/records.ts'
import { serverHandlers } from './handlers/servers.ts'
import { sessionHandlers } from './handlers/sessions.ts'
import { userHandlers } from './handlers/users.ts'
import { changedQuirks, defaultQuirks, type Quirks, quirkyBody, refusedReply } from './quirks.ts'
import type { FetchedLists, RegistrySource } from './registries.ts'
import { internalError, type Reply, refusalOf } from './reply.ts'
import { Secrets } from './secrets.ts'
import { seedState } from './seed.ts'
import { defaultDelays, type SessionDelays } from './sessions/lifecycle.ts'
import { type CallBacks, everyoneAnswers } from './sessions/placement.ts'
import type { PruneImagesMode } from './state/records.ts'
import { State, type StateListener, type StateSnapshot } from './state/state.ts'
import { type AgentsView, type AgentView, agentsView, agentView } from './views/agent-view.ts'
import type { ZoneSeed } from './zones.ts'

/** What a fake starts with; everything has a default. */
export interface KasmModelOptions {
  /** In this order; none by default. */
  images?: ImageSeed[]
  /** Zone names; the first is the default zone. */
  zones?: (string | ZoneSeed)[]
  credentials?: Credentials
  /** Whether new agents register enabled; Kasm's default is no. The same as the quirk `agents.autoEnable`. */
  autoEnableAgents?: boolean
  /** How new agents are told to prune. The same as the quirk `prune.default`. */
  pruneImagesMode?: PruneImagesMode
  quirks?: Partial<Quirks>
  /** How long sessions stay in the statuses that pass by themselves; a second each by default, where that is seen at all. */
  sessionDelays?: Partial<SessionDelays>
  /** A state to go on from; images, zones and credentials are then those of the state. */
  snapshot?: StateSnapshot
  /** What tokens are derived from and secrets sealed with. A snapshot is of use only with the key it was made with. */
  secretKey?: Uint8Array
  /** Told of every write from the very first. */
  listener?: StateListener
}

/** One call. The body must follow the operation's schema; routes check that first. */
export interface ModelCall<Name extends OperationName> {
  operation: Name
  body: RequestOf<Name>
  nowMs: number
  /** Who `admit` said it is; whoever holds the model may do everything. */
  caller?: Caller
  /** Of a request for a session: what calling its agents has brought; agents are taken to answer where it is absent. */
  callBacks?: CallBacks
  /** Of a call that needs lists of workspace registries: what fetching them has brought; nobody fetches any where it is absent. */
  fetchedLists?: FetchedLists
}

/** The state of one fake Kasm. */
export class KasmModel {
  readonly #state: State
  readonly #environment: Environment
  readonly #installation: Required<Pick<KasmModelOptions, 'credentials' | 'zones'>>
  #quirks: Quirks
  #silenceOf: Environment['silenceOf'] = () => null
  #delays: SessionDelays
  #areas: Areas
  #handlers: Handlers

  constructor(options: KasmModelOptions) {
    const { autoEnableAgents, pruneImagesMode, credentials = defaultCredentials } = options
    this.#installation = { credentials, zones: options.zones ?? [] }
    this.#quirks = changedQuirks(defaultQuirks, {
      ...(autoEnableAgents === undefined ? {} : { 'agents.autoEnable': autoEnableAgents }),
      ...(pruneImagesMode === undefined ? {} : { 'prune.default': pruneImagesMode }),
      ...options.quirks,
    })
    this.#delays = { ...defaultDelays, ...options.sessionDelays }
    this.#environment = {
      secrets: new Secrets(options.secretKey),
      managerToken: credentials.managerToken,
      quirks: () => this.#quirks,
      delays: () => this.#delays,
      silenceOf: (serverId) => this.#silenceOf(serverId),
    }
    this.#state = new State(options.snapshot)
    this.#state.listener = options.listener ?? null
    this.#state.onTakenBack = () => this.#build()
    this.#areas = createAreas(this.#state, this.#environment)
    this.#handlers = createHandlers(this.#areas)
    if (!options.snapshot) {
      seedState(this.#areas, { images: options.images ?? [], zones: options.zones ?? [], credentials })
      this.#state.commit()
    }
  }

  get quirks(): Quirks {
    return this.#quirks
  }

  /** The areas by name, for those who look at the state or change it past the API. */
  get areas(): Areas {
    return this.#areas
  }

  /**
   * Changes some quirks from now on.
   *
   * @throws KasmSimError QUIRK_INVALID
   * @example
   * model.setQuirks({ 'errors.permission': 200 })
   */
  setQuirks(changes: Partial<Quirks>): void {
    this.#quirks = changedQuirks(this.#quirks, changes)
  }

  get sessionDelays(): SessionDelays {
    return this.#delays
  }

  /**
   * Changes how long sessions stay in the statuses that pass by themselves; those that are in one already leave it as they would have.
   *
   * @example
   * model.setSessionDelays({ startingMs: 30_000 })
   */
  setSessionDelays(changes: Partial<SessionDelays>): void {
    this.#delays = { ...this.#delays, ...changes }
  }

  /**
   * Has the agents of this process asked whether they answer: what the call-back before a launch finds out over the network of others.
   * `silenceOf` says why an agent does not, and null of all others; whoever is given last is asked.
   *
   * @example
   * model.askAgents((serverId) => (stopped.has(serverId) ? 'the agent is stopped' : null))
   */
  askAgents(silenceOf: (serverId: string) => string | null): void {
    this.#silenceOf = silenceOf
  }

  /** Everything that the fake knows, as plain JSON. */
  snapshot(): StateSnapshot {
    return this.#state.snapshot()
  }

  /** Puts a snapshot in place of all that the fake knows. Agents notice: the revision of the images moves on, never back. */
  restore(snapshot: StateSnapshot): void {
    const { revision } = this.#areas.images
    this.#state.turn(() => {
      this.#state.restore(snapshot)
      this.#build()
      this.#areas.images.passRevision(revision)
    })
  }

  /**
   * What the fake would know if a state were changed past the API; `restore` makes it so.
   *
   * @example
   * model.restore(model.changed(model.snapshot(), (areas) => areas.zones.add('emea')))
   */
  changed(base: StateSnapshot, change: (areas: Areas) => void): StateSnapshot {
    const state = new State(base)
    change(createAreas(state, this.#environment))
    return state.snapshot()
  }

  /** What a fresh installation with this fake's credentials knows: its own zones unless others are given, and these images. */
  fresh({ zones, images = [] }: Pick<KasmModelOptions, 'zones' | 'images'> = {}): StateSnapshot {
    const state = new State()
    seedState(createAreas(state, this.#environment), { ...this.#installation, images, ...(zones && { zones }) })
    return state.snapshot()
  }

  /** Has a function called after every operation that changed anything; returns what ends that. */
  watch(watcher: () => void): () => void {
    return this.#state.watch(watcher)
  }

  /**
   * Whether a caller of the developer API may call an operation: who it is, or the reply that turns it away.
   *
   * @example
   * model.admit('get_images', { body, authorization: request.headers.authorization, nowMs })
   */
  admit(operation: OperationName, request: Credentialed & { nowMs: number }): { caller: Caller } | { refused: Reply } {
    let caller: Caller | null = null
    const basic = this.#quirks['auth.basic']
    // A key that is turned away has been used all the same: the refusal undoes nothing.
    const refusal = this.#state.turn(() =>
      refusalOf(() => {
        caller = this.#areas.access.require(operation, { ...request, basic })
      }),
    )
    return refusal ? { refused: refusedReply(refusal, this.#quirks) } : { caller: caller as unknown as Caller }
  }

  /** Whether an agent may call: null, or the reply that turns it away. */
  authenticateAgent(authorization: string | undefined): Reply | null {
    return refusalOf(() => this.#areas.access.requireManagerToken(authorization))?.reply ?? null
  }

  /**
   * Does one operation, whole or not at all, and answers as Kasm would.
   *
   * @example
   * model.handle({ operation: 'get_images', body: {}, nowMs: 0 })
   * // { status: 200, body: { images: [...] } }
   */
  handle<Name extends OperationName>(call: ModelCall<Name>): Reply {
    const { operation, body, nowMs, caller = administrator, callBacks, fetchedLists } = call
    this.settle(nowMs)
    let result: unknown
    const context: CallContext = { caller, nowMs, callBacks, fetchedLists }
    const refusal = refusalOf(() => {
      result = this.#state.turn(() => this.#handlers[operation](body, context))
    })
    if (refusal) return refusedReply(refusal, this.#quirks)
    return { status: 200, body: ruleOf(operation) ? quirkyBody(result, this.#quirks) : result }
  }

  /** Brings everything up to a moment, as each operation does first: for those who look at the areas themselves. */
  settle(nowMs: number): void {
    this.#state.turn(() => {
      this.#areas.logins.settle(nowMs)
      this.#areas.sessions.settle(nowMs)
      this.#areas.staging.settle(nowMs)
    })
  }

  /** Has the call-back to an agent fail with these words, or no longer; of an agent that is not there nothing becomes. */
  setUnreachable(serverId: string, cause: string | null): void {
    const { agents } = this.#areas
    const agent = agents.find(serverId)
    if (agent) this.#state.turn(() => agents.setUnreachable(agent, cause))
  }

  #build(): void {
    this.#areas = createAreas(this.#state, this.#environment)
    this.#handlers = createHandlers(this.#areas)
  }

  /**
   * The agent that a request for a session would get now, and where it is to be called before: the product calls agents back before
   * each launch. Null where nobody is to be called: the request is refused anyway, or the agent has told no address.
   */
  callBackFor(call: ModelCall<'request_kasm'>): { serverId: string; url: string } | null {
    const { body, nowMs, caller = administrator, callBacks = everyoneAnswers } = call
    const { sessions, agents } = this.#areas
    this.settle(nowMs)
    const serverId = sessions.agentFor(body, caller, nowMs, callBacks)?.serverId
    const url = serverId === undefined ? null : agents.addressOf(serverId)
    return serverId === undefined || url === null ? null : { serverId, url }
  }

  /** The lists of workspace registries that are to be fetched before a call: of the one it adds, or of those that are due. */
  listsFor({ operation, body, nowMs }: ModelCall<DeveloperOperationName>): RegistrySource[] {
    const { registries } = this.#areas
    if (operation === 'get_registries') return registries.due(nowMs)
    if (operation !== 'create_registry') return []
    return [registries.sourceOf(body as RequestOf<'create_registry'>) ?? []].flat()
  }

  /** The answer to a request that the real server fails at before it comes to any operation. */
  fail(cause: string): Reply {
    return refusedReply(internalError(cause), this.#quirks)
  }

  /**
   * All agents with their load and the state of their images, and what became of the last requests for sessions.
   *
   * @example
   * model.agentsView(nowMs).agents[0]?.images // { absent: 2, queued: 1, pulling: 2, present: 19, failed: 0 }
   */
  agentsView(nowMs: number): AgentsView {
    this.settle(nowMs)
    return agentsView(this.#areas, nowMs)
  }

  /** Everything about one agent, by its `agent_id` or `server_id`; null where there is none. */
  agentView(id: string, nowMs: number): AgentView | null {
    this.settle(nowMs)
    const agent = this.#areas.agents.named(id)
    return agent && agentView(agent, this.#areas, nowMs)
  }

  /** Takes note that a known agent has checked in with nothing new: for whoever counts such check-ins instead of sending them. */
  noteReport(serverId: string, nowMs: number): void {
    this.#areas.agents.noteReport(serverId, nowMs)
  }
}

/**
 * A fake Kasm without a web server.
 *
 * @throws KasmSimError IMAGE_REFERENCE_INVALID where an image to start with cannot be used; QUIRK_INVALID
 * @example
 * const model = createKasmModel({ images: catalogueSeeds(), autoEnableAgents: true })
 */
export function createKasmModel(options: KasmModelOptions = {}): KasmModel {
  return new KasmModel(options)
}

function createHandlers(areas: Areas): Handlers {
  const records = recordHandlers(areas)
  return {
    ...userHandlers(areas),
    ...groupHandlers(areas),
    ...imageHandlers(areas),
    ...agentHandlers(areas),
    ...sessionHandlers(areas),
    ...accessHandlers(areas),
    ...deploymentHandlers(areas),
    ...records,
    ...serverHandlers(areas, records),
  }
}
