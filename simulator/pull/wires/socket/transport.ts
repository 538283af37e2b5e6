// The connections of one engine: its own pool, bounded, with the engine's time limits, closed with it. Every request that it makes goes
// through here, and is work under way until its answer has ended.
import { Agent, type Dispatcher } from 'undici'
import { type Work, workHeader } from '../../../../server/kernel/work.ts'

/** An answer of any status, its body still to come. */
export type Response = Dispatcher.ResponseData

export interface TransportRequest {
  method: 'GET' | 'HEAD' | 'POST'
  url: URL
  headers: Record<string, string | string[]>
  body: string | null
  /** Holds the answer to the engine's limit for pings and tokens, where the wall decides. */
  isQuick: boolean
  signal: AbortSignal
}

/** Told of a request that is about to be sent; the work ends once the answer has, however it did. */
export type Begin = (name: string) => Work

const connectTimeoutMs = 30_000
/** The engine waits this long for answers to a ping and from a token server. */
const quickAnswerTimeoutMs = 15_000
const quickAnswer = { headersTimeout: quickAnswerTimeoutMs, bodyTimeout: quickAnswerTimeoutMs }
/** A clock that waits for the answer has its own watch: on a slow machine an answer of no time at all may take long. */
const unlimited = { headersTimeout: 0, bodyTimeout: 0 }
/** Short, so that a registry never closes a connection that is about to be used again. */
const idleConnectionMs = 1_000

export class Transport {
  readonly #agent: Agent
  readonly #headers: Record<string, string>
  /** Null where the wall decides how long an answer is waited for. */
  readonly #begin: Begin | null

  constructor(options: {
    headers: Record<string, string>
    connections: number | null
    begin?: Begin | undefined
    /** The connections of another transport, instead of new ones. */
    agent?: Agent
  }) {
    this.#headers = options.headers
    this.#begin = options.begin ?? null
    this.#agent = options.agent ?? createAgent(options.connections, { isUnlimited: this.#begin !== null })
  }

  /** The same connections, with more headers. */
  with(headers: Record<string, string>): Transport {
    const begin = this.#begin ?? undefined
    return new Transport({ agent: this.#agent, connections: null, headers: { ...this.#headers, ...headers }, begin })
  }

  /** Throws where there is no answer. */
  async send(request: TransportRequest): Promise<Response> {
    const work = this.#begin?.(`${request.method} ${request.url.href}`)
    if (work === undefined) return this.#request(request, request.isQuick ? quickAnswer : {})
    try {
      const response = await this.#request(request, { headers: { [workHeader]: String(work.number) } })
      response.body.once('close', work.end)
      return response
    } catch (error) {
      work.end()
      throw error
    }
  }

  /** Drops every connection at once. */
  close(): Promise<void> {
    return this.#agent.destroy()
  }

  #request(
    { method, url, body, signal, headers }: TransportRequest,
    { headers: added, ...limits }: { headers?: Record<string, string>; headersTimeout?: number; bodyTimeout?: number },
  ): Promise<Response> {
    return this.#agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...this.#headers, ...headers, ...added },
      body,
      signal,
      ...limits,
    })
  }
}

function createAgent(connections: number | null, { isUnlimited }: { isUnlimited: boolean }): Agent {
  return new Agent({
    connections,
    ...(isUnlimited ? unlimited : {}),
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: idleConnectionMs,
    keepAliveMaxTimeout: idleConnectionMs,
  })
}
