// How a run talks to the web app: as an agent (manager token) and as an administrator (developer API key). Real HTTP, kept alive.
import { Pool } from 'undici'
import type { HeartbeatReply, HeartbeatRequest } from '../../server/api/manager.ts'
import { KasmSimError } from '../../server/kernel/errors.ts'

/** Where a web app is and what it takes to talk to it. */
export interface WebAppAddress {
  url: string
  managerToken: string
  apiKey: string
  apiKeySecret: string
}

/** The web app refused a call, or answered something that is no Kasm reply. */
export class WebAppError extends Error {
  override readonly name = 'WebAppError'
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
  readonly #pool: Pool

  constructor(address: WebAppAddress) {
    this.#address = address
    this.#pool = new Pool(address.url, { connections: 64 })
  }

  /** Fails early and clearly where nothing answers. */
  async assertReachable(): Promise<void> {
    try {
      const { statusCode, body } = await this.#pool.request({ method: 'GET', path: '/api/__healthcheck' })
      await body.dump()
      if (statusCode !== 200) throw new WebAppError(`the health check answers with status ${statusCode}`)
    } catch (error) {
      throw new KasmSimError(
        'SERVER_UNREACHABLE',
        `Failed to reach the web app at ${this.#address.url}: ${(error as Error).message || (error as NodeJS.ErrnoException).code}. Start it with \`kasm-sim serve\`, or correct the address.`,
        { cause: error },
      )
    }
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
   * @throws WebAppError where the answer carries an `error_message`
   */
  async developer(verb: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { apiKey: api_key, apiKeySecret: api_key_secret } = this.#address
    return this.#post(`/api/public/${verb}`, { api_key, api_key_secret, ...body }, {})
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  #manager(call: string, body: unknown): Promise<Record<string, unknown>> {
    return this.#post(`/manager_api/api/v1/${call}`, body, { authorization: `Bearer ${this.#address.managerToken}` })
  }

  async #post(path: string, body: unknown, headers: Record<string, string>): Promise<Record<string, unknown>> {
    const response = await this.#pool.request({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const text = await response.body.text()
    const reply = parseObject(text)
    const message = reply?.['error_message']
    if (response.statusCode !== 200 || !reply || message) {
      throw new WebAppError(`${path} answered with status ${response.statusCode}: ${message ?? text.slice(0, 200)}`)
    }
    return reply
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
