// How a run talks to the web app: as an agent (manager token) and as an administrator (developer API key). Real HTTP, kept alive, unless
// something else sends the requests.
import { Pool } from 'undici'
import type { HeartbeatReply, HeartbeatRequest } from '../../server/api/manager.ts'
import { KasmSimError } from '../../server/kernel/errors.ts'
import type { Timekeeper } from '../../server/kernel/timekeeper.ts'

/** Where a web app is and what it takes to talk to it. */
export interface WebAppAddress {
  url: string
  managerToken: string
  apiKey: string
  apiKeySecret: string
  /** What to trust over HTTPS, as PEM, besides what everybody trusts. */
  certificate?: string | null
}

/** Of no agent. */
const probeServerId = '00000000-0000-4000-8000-000000000000'

interface SentRequest {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body: string | null
}

/** Sends a request to the web app and gives back the whole answer. */
export type Send = (request: SentRequest) => Promise<{ status: number; text: string; cause?: string | null }>

/** The web app refused a call, or answered something that is no Kasm reply. */
export class WebAppError extends KasmSimError {
  /** What happened, without what to do about it. */
  readonly statement: string
  /** The `error_message` that the answer had; null where it had none. */
  readonly reason: string | null
  /** What the fake says besides, which the product would not; null where it says nothing. */
  readonly detail: string | null

  constructor(statement: string, reason: string | null, detail: string | null = null) {
    const remedy = 'Check the API key, its secret and the manager token, and what they may do there.'
    super('WEB_APP_REFUSED', `Failed to use the web app: ${statement.replace(/\.$/, '')}. ${remedy}`)
    this.statement = statement
    this.reason = reason
    this.detail = detail
  }
}

/** What a client does its calls with. */
interface WebAppClientOptions {
  /** Default: HTTP. */
  send?: Send | undefined
  /** The clock that waits for every call; default: none does. */
  timekeeper?: Timekeeper | undefined
}

/**
 * A client of one web app for a whole fleet.
 *
 * @example
 * const client = new WebAppClient({ url, managerToken, apiKey, apiKeySecret })
 * const { images } = await client.developer('get_images', {})
 */
export class WebAppClient {
  readonly #address: WebAppAddress
  readonly #send: Send
  readonly close: () => Promise<void>

  constructor(address: WebAppAddress, { send, timekeeper }: WebAppClientOptions = {}) {
    this.#address = address
    const limits = timekeeper ? { headersTimeout: 0, bodyTimeout: 0 } : {}
    const { send: own, close } = send ? { send, close: async () => {} } : sendOverHttp(address, limits)
    this.#send = timekeeper
      ? (request) => timekeeper.during(`${request.method} ${request.path}`, () => own(request))
      : own
    this.close = close
  }

  /** Fails early and clearly where nothing answers. */
  async assertReachable(): Promise<void> {
    try {
      const { status } = await this.#send({ method: 'GET', path: '/api/__healthcheck', headers: {}, body: null })
      if (status !== 200) throw new Error(`the health check answers with status ${status}`)
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  /**
   * Fails early and clearly where agents could not check in.
   *
   * @throws WebAppError
   */
  async assertManager(): Promise<void> {
    await this.#manager('agent_config', { server_id: probeServerId })
  }

  /** An agent's first call after its start. */
  async agentConfig(serverId: string): Promise<void> {
    await this.#manager('agent_config', { server_id: serverId })
  }

  /** A check-in. */
  async heartbeat(request: HeartbeatRequest): Promise<HeartbeatReply> {
    return (await this.#manager('heartbeat', request)) as HeartbeatReply
  }

  /**
   * A call of the developer API, as an administrator.
   *
   * @throws WebAppError where the answer carries an `error_message`, SERVER_UNREACHABLE where there is none
   */
  async developer(verb: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { apiKey: api_key, apiKeySecret: api_key_secret } = this.#address
    try {
      return await this.#post(`/api/public/${verb}`, { api_key, api_key_secret, ...body }, {})
    } catch (error) {
      throw error instanceof WebAppError ? error : this.#unreachable(error)
    }
  }

  #unreachable(error: unknown): KasmSimError {
    const cause = (error as Error).message || (error as NodeJS.ErrnoException).code
    return new KasmSimError(
      'SERVER_UNREACHABLE',
      `Failed to reach the web app at ${this.#address.url}: ${cause}. Start it with \`kasm-sim serve\`, or correct the address.`,
      { cause: error },
    )
  }

  #manager(call: string, body: unknown): Promise<Record<string, unknown>> {
    return this.#post(`/manager_api/api/v1/${call}`, body, { authorization: `Bearer ${this.#address.managerToken}` })
  }

  async #post(path: string, body: unknown, headers: Record<string, string>): Promise<Record<string, unknown>> {
    const {
      status,
      text,
      cause = null,
    } = await this.#send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const reply = parseObject(text)
    const message = reply?.['error_message']
    if (status !== 200 || !reply || message) {
      const reason = typeof message === 'string' ? message : null
      throw new WebAppError(`${path} answered with status ${status}: ${reason ?? text.slice(0, 200)}`, reason, cause)
    }
    return reply
  }
}

function sendOverHttp(
  { url, certificate }: WebAppAddress,
  limits: { headersTimeout?: number; bodyTimeout?: number },
): { send: Send; close(): Promise<void> } {
  const pool = new Pool(url, { connections: 64, ...limits, ...(certificate ? { connect: { ca: certificate } } : {}) })
  const send: Send = async (request) => {
    const { statusCode, headers, body } = await pool.request(request)
    const cause = headers['x-kasm-sim-cause']
    return { status: statusCode, text: await body.text(), cause: typeof cause === 'string' ? cause : null }
  }
  return { send, close: () => pool.destroy() }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
