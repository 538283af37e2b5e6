// One request and its answer: reads the body within a limit, answers or streams with back-pressure, and counts what went out.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { RegistryProblem } from './errors.ts'
import type { PolicyRefusal } from './policy/policy.ts'
import type { ShapedAnswer } from './shaping.ts'
import type { Target } from './target.ts'

/** The caller went away before its request or its answer was complete: nobody is there to be told. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone'
}

/** Headers by name; undefined ones are left out. */
type Headers = Record<string, string | number | undefined>

/** A request being answered. */
export class Exchange {
  readonly request: IncomingMessage
  readonly target: Target
  readonly source: string
  /** The user that a valid credential names. */
  user: string | null = null
  rateLimitRemaining: number | null = null
  /** Headers that the policy adds to whatever the answer is. */
  policyHeaders: Record<string, string> = {}
  /** Told when the answer has ended. */
  onEnd: (() => void) | null = null
  /** The status of an answer that went out byte for byte. */
  rawStatus: number | null = null
  /** Bytes of the body that went out so far. */
  bytesSent = 0
  readonly #response: ServerResponse
  readonly #shaped: ShapedAnswer | null

  constructor(options: {
    request: IncomingMessage
    response: ServerResponse
    target: Target
    source: string
    /** Null where nothing holds back what goes out. */
    shaped: ShapedAnswer | null
  }) {
    this.request = options.request
    this.target = options.target
    this.source = options.source
    this.#response = options.response
    this.#shaped = options.shaped
  }

  get answered(): boolean {
    return this.#response.headersSent || this.rawStatus !== null
  }

  /** Answers with a policy's refusal. What is no JSON comes from something in front of the registry, which adds no header to it. */
  refuse({ status, headers, body, lineEnds }: PolicyRefusal): void {
    if (lineEnds) {
      this.#refuseRaw({ status, headers, body, lineEnd: lineEnds === 'lf' ? '\n' : '\r\n' })
      return
    }
    const isJson = Object.entries(headers).some(([name, value]) => /^content-type$/i.test(name) && /json/.test(value))
    this.reply(status, isJson ? {} : { 'docker-distribution-api-version': undefined }, body)
  }

  /** For answers that Node would not write: it ends lines as HTTP has it, and adds headers of its own. */
  #refuseRaw(answer: { status: number; headers: Record<string, string>; body: string; lineEnd: string }): void {
    const { status, headers, body, lineEnd } = answer
    const { socket } = this.#response
    this.rawStatus = status
    if (!socket) return
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', ''].join(lineEnd)
    const sent = this.request.method === 'HEAD' ? '' : body
    socket.write(head + sent)
    socket.destroySoon()
    this.bytesSent += Buffer.byteLength(sent)
  }

  /** The whole answer at once. To HEAD the body is measured and not sent. */
  reply(status: number, headers: Headers = {}, body: string | Buffer = ''): void {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    this.#writeHead(status, { 'content-length': status === 204 ? undefined : bytes.length, ...headers })
    if (this.request.method !== 'HEAD' && bytes.length > 0) this.#write(bytes)
    this.#response.end()
  }

  json(status: number, value: unknown, headers: Headers = {}): void {
    this.reply(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value))
  }

  /** Streams pieces no faster than the caller takes them, and the network between lets them through. */
  async stream(status: number, headers: Headers, pieces: Iterable<Buffer>, sizeBytes: number): Promise<void> {
    this.#writeHead(status, headers)
    if (this.request.method !== 'HEAD') {
      for await (const piece of this.#shaped?.pace(pieces, sizeBytes) ?? pieces) {
        if (!this.#write(piece) && !this.#response.destroyed) await this.#drained()
        if (this.#response.destroyed) throw new CallerGone()
      }
    }
    this.#response.end()
  }

  /**
   * The pieces of the request's body as they arrive.
   *
   * @throws CallerGone when the body ends early
   */
  async *body(): AsyncIterable<Buffer> {
    try {
      for await (const piece of this.request) yield piece as Buffer
    } catch {
      throw new CallerGone()
    }
  }

  /**
   * The whole body.
   *
   * @throws RegistryProblem 413 when it is longer than `sizeBytesMax`, CallerGone when it ends early
   */
  async wholeBody(sizeBytesMax: number): Promise<Buffer> {
    const pieces: Buffer[] = []
    let sizeBytes = 0
    for await (const piece of this.body()) {
      sizeBytes += piece.length
      if (sizeBytes > sizeBytesMax) {
        throw new RegistryProblem('SIZE_INVALID', null, {
          status: 413,
          message: `the body is longer than ${sizeBytesMax} bytes`,
        })
      }
      pieces.push(piece)
    }
    return Buffer.concat(pieces)
  }

  /** Cuts the connection: for an answer that cannot be completed. */
  cut(): void {
    this.#response.destroy()
  }

  #writeHead(status: number, headers: Headers): void {
    const all = { 'docker-distribution-api-version': 'registry/2.0', ...this.policyHeaders, ...headers }
    this.#response.writeHead(status, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
  }

  /** Whether the caller can take more at once. Bytes count when they have gone out, which is before the answer has ended. */
  #write(bytes: Buffer): boolean {
    return this.#response.write(bytes, (error) => {
      if (!error) this.bytesSent += bytes.length
    })
  }

  #drained(): Promise<void> {
    const response = this.#response
    return new Promise((resolve) => {
      const settle = () => {
        response.off('drain', settle).off('close', settle)
        resolve()
      }
      response.on('drain', settle).on('close', settle)
    })
  }
}
