// The connections of one engine: its own pool, bounded, with the engine's time limits, closed with it.
import { Agent, type Dispatcher } from 'undici'

/** Answers of any status; only a failed exchange throws. */
export type Answer = Dispatcher.ResponseData

export interface TransportRequest {
  method: 'GET' | 'HEAD' | 'POST'
  url: URL
  headers: Record<string, string | string[]>
  body: string | null
  /** Holds the answer to the engine's limit for pings and tokens. */
  quick: boolean
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

  constructor(options: {
    headers: Record<string, string>
    connections: number | null
    begin?: Begin | undefined
    /** The connections of another transport, instead of new ones. */
    agent?: Agent
  }) {
    this.#headers = options.headers
    this.#begin = options.begin ?? (() => () => undefined)
    this.#agent = options.agent ?? createAgent(options.connections)
  }

  /** The same connections, with more headers. */
  with(headers: Record<string, string>): Transport {
    const agent = this.#agent
    return new Transport({ agent, connections: null, headers: { ...this.#headers, ...headers }, begin: this.#begin })
  }

  async send(request: TransportRequest): Promise<Answer> {
    const end = this.#begin()
    try {
      const answer = await this.#request(request)
      answer.body.once('close', end)
      return answer
    } catch (error) {
      end()
      throw error
    }
  }

  /** Drops every connection at once. */
  close(): Promise<void> {
    return this.#agent.destroy()
  }

  #request(request: TransportRequest): Promise<Answer> {
    const { method, url, body, quick, signal } = request
    return this.#agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...this.#headers, ...request.headers },
      body,
      signal,
      ...(quick ? { headersTimeout: quickAnswerTimeoutMs, bodyTimeout: quickAnswerTimeoutMs } : {}),
    })
  }
}

function createAgent(connections: number | null): Agent {
  return new Agent({
    connections,
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: idleConnectionMs,
    keepAliveMaxTimeout: idleConnectionMs,
  })
}
