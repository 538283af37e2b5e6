// The fake Kasm itself: its state and rules, synchronous and told the time. Routes, and whoever runs it in process,
// hand it one operation after the other.
import type { ImageSeed } from '../api/images.ts'
import type { HeartbeatReply, HeartbeatRequest } from '../api/manager.ts'
import type { OperationName } from '../api/operation-names.ts'
import type { ReplyOf, RequestOf } from '../api/operations.ts'
import { KasmSimError } from '../kernel/errors.ts'
import { Access, type Credentials, defaultCredentials } from './access.ts'
import { type AgentRecord, Agents, type PruneImagesMode } from './agents.ts'
import { Definitions } from './definitions.ts'
import { Images } from './images.ts'
import { internalError, Refusal, type Reply } from './reply.ts'
import { Stock } from './stock.ts'
import { Zones } from './zones.ts'

/** What a fake starts with; everything has a default. */
export interface KasmModelOptions {
  /** In this order; none by default. */
  images?: ImageSeed[]
  /** Zone names; the first is the default zone. */
  zones?: string[]
  credentials?: Credentials
  /** Whether new agents register enabled; Kasm's default is no. */
  autoEnableAgents?: boolean
  /** How new agents are told to prune. */
  pruneImagesMode?: PruneImagesMode
}

/** One call. The body must follow the operation's schema; routes check that first. */
export interface ModelCall<Name extends OperationName> {
  operation: Name
  body: RequestOf<Name>
  nowMs: number
}

type Handlers = { [Name in OperationName]: (body: RequestOf<Name>, nowMs: number) => ReplyOf<Name> }

/** The state of one fake Kasm. */
export class KasmModel {
  readonly #images: Images
  readonly #agents: Agents
  readonly #definitions: Definitions
  readonly #access: Access
  readonly #handlers: Handlers

  constructor(options: KasmModelOptions) {
    const stock = new Stock()
    const zones = new Zones(options.zones ?? ['default'])
    this.#access = new Access(options.credentials ?? defaultCredentials)
    this.#images = new Images(zones, stock)
    this.#definitions = new Definitions(this.#images, stock)
    this.#agents = new Agents(zones, stock, {
      enabled: options.autoEnableAgents ?? false,
      pruneImagesMode: options.pruneImagesMode ?? 'Aggressive',
    })
    for (const image of options.images ?? []) this.#seed(image)
    this.#handlers = this.#createHandlers()
  }

  /** Whether a caller of the developer API may call: null, or the reply that turns it away. */
  authenticateDeveloper(body: unknown, authorization: string | undefined): Reply | null {
    return refusalOf(() => this.#access.requireApiKey(body, authorization))
  }

  /** Whether an agent may call: null, or the reply that turns it away. */
  authenticateAgent(authorization: string | undefined): Reply | null {
    return refusalOf(() => this.#access.requireManagerToken(authorization))
  }

  /**
   * Does one operation and answers as Kasm would.
   *
   * @example
   * model.handle({ operation: 'get_images', body: {}, nowMs: 0 })
   * // { status: 200, body: { images: [...] } }
   */
  handle<Name extends OperationName>({ operation, body, nowMs }: ModelCall<Name>): Reply {
    this.#agents.guard(nowMs)
    let result: unknown
    const refusal = refusalOf(() => {
      result = this.#handlers[operation](body, nowMs)
    })
    return refusal ?? { status: 200, body: result }
  }

  /** Takes note that a known agent has checked in with nothing new: for whoever counts such check-ins instead of sending them. */
  noteReport(serverId: string, nowMs: number): void {
    this.#agents.noteReport(serverId, nowMs)
  }

  #createHandlers(): Handlers {
    return {
      get_images: () => ({ images: this.#images.list() }),
      get_image: ({ image_id, target_image }) => {
        const id = target_image?.image_id ?? image_id
        if (id === undefined) throw internalError('target_image is missing')
        return { image: this.#images.get(id) }
      },
      create_image: ({ target_image }) => ({ image: this.#images.create(target_image) }),
      update_image: ({ target_image }) => ({ image: this.#images.update(target_image) }),
      delete_image: ({ target_image }) => {
        this.#images.delete(target_image.image_id)
        return {}
      },
      get_agents: (_body, nowMs) => ({ agents: this.#agents.list(nowMs) }),
      update_agent: ({ target_agent }, nowMs) => ({ agent: this.#agents.update(target_agent, nowMs) }),
      agent_config: () => ({ agent: { retention_period: '24' } }),
      heartbeat: (body, nowMs) => this.#heartbeat(body, nowMs),
      images: ({ server_id }) => this.#definitionsFor(this.#requireAgent(server_id)),
    }
  }

  #heartbeat(body: HeartbeatRequest, nowMs: number): HeartbeatReply {
    const agent = this.#agents.report(body, nowMs)
    return {
      agent: {
        agent_id: agent.agentId,
        server_id: body.server_id,
        enabled: agent.enabled,
        auto_prune_images: agent.pruneImagesMode,
        zone_id: agent.zone.id,
      },
      managers: [],
      ...this.#definitionsFor(agent),
    }
  }

  #definitionsFor(agent: AgentRecord): ReplyOf<'images'> {
    const images = this.#definitions.of({ zoneId: agent.zone.id, serverId: agent.serverId })
    return { images_revision: this.#images.revision, images }
  }

  #requireAgent(serverId: string): AgentRecord {
    const agent = this.#agents.find(serverId)
    if (agent) return agent
    const error_message = `Agent not registered: ${serverId}. Send a heartbeat first.`
    throw new Refusal({ status: 404, body: { error_message } })
  }

  #seed(image: ImageSeed): void {
    const refusal = refusalOf(() => this.#images.create(image))
    if (!refusal) return
    const cause = refusal.cause ?? (refusal.body as { error_message: string }).error_message
    throw new KasmSimError(
      'IMAGE_REFERENCE_INVALID',
      `Failed to seed the web app with the image "${image.name}": ${cause} Correct the image.`,
    )
  }
}

/**
 * A fake Kasm without a web server.
 *
 * @throws KasmSimError IMAGE_REFERENCE_INVALID where an image to start with cannot be used
 * @example
 * const model = createKasmModel({ images: catalogueSeeds(), autoEnableAgents: true })
 */
export function createKasmModel(options: KasmModelOptions = {}): KasmModel {
  return new KasmModel(options)
}

function refusalOf(action: () => void): Reply | null {
  try {
    action()
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.reply
    throw error
  }
}
