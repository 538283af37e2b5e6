// The connections of one engine: its own pool, bounded, with the engine's time limits, closed with it. Every request that it makes goes
// through here, and is work under way until its answer has ended.
import { Agent, type Dispatcher } from 'undici'

/** An answer of any status, its body still to come. */
export type Response = Dispatcher.ResponseData

export interface TransportRequest {
  method: 'GET' | 'HEAD' | 'POST'
  url: URL
  headers: Record<string, string | string[]>
  body: string | null
  /** Holds the answer to the engine's limit for pings and tokens. */
  isQuick: boolean
  signal: AbortSignal
}

/** Told of a request that is sent; what it returns is called once the answer has ended, however it did. */
export type Begin = () => () => void

const connectTimeoutMs = 30_000
/** The engine waits this long for answers to a ping and from a token server. */
const quickAnswerTimeoutMs = 15_000
/** Short, so that a registry never closes a connection that is about to be used again. */
const idleConnectionMs = 1_000

export class Transport {
  readonly #agent: Agent
  readonly #headers: Record<string, string>
  readonly #begin: Begin

  constructor(options: { headers: Record<string, string>; connections: number | null; begin?: Begin | undefined }) {
    this.#headers = options.headers
    this.#begin = options.begin ?? (() => () => undefined)
    this.#agent = new Agent({
      connections: options.connections,
      connect: { timeout: connectTimeoutMs },
      keepAliveTimeout: idleConnectionMs,
      keepAliveMaxTimeout: idleConnectionMs,
    })
  }

  /** Throws where there is no answer. */
  async send(request: TransportRequest): Promise<Response> {
    const end = this.#begin()
    try {
      const response = await this.#request(request)
      response.body.once('close', end)
      return response
    } catch (error) {
      end()
      throw error
    }
  }

  /** Drops every connection at once. */
  close(): Promise<void> {
    return this.#agent.destroy()
  }

  #request({ method, url, headers, body, isQuick, signal }: TransportRequest): Promise<Response> {
    return this.#agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...this.#headers, ...headers },
      body,
      signal,
      ...(isQuick ? { headersTimeout: quickAnswerTimeoutMs, bodyTimeout: quickAnswerTimeoutMs } : {}),
    })
  }
}
