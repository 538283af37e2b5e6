// One request and its answer: reads the body within a limit, answers or streams with back-pressure, and counts what went out.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { BodyEffect, LostAnswer } from '../../server/faults/fault.ts'
import { BodyEnds, type BodyTime, spoiled, spoiledSizeBytes } from '../../server/faults/spoiled-body.ts'
import { substituteFor } from './answer/lost-answer.ts'
import { RegistryProblem } from './answer/problem.ts'
import type { PolicyRefusal } from './policy/policy.ts'
import type { ShapedAnswer } from './shaping.ts'
import type { Target } from './target.ts'

/** The caller went away before its request or its answer was complete: nobody is there to be told. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone'
}

/** A body in pieces, made here or on their way from elsewhere. */
type Pieces = Iterable<Buffer> | AsyncIterable<Buffer>

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
  /** Headers of the answer, once its head has gone out. */
  headers: Headers = {}
  /** Told when the head of the answer goes out. */
  onHead: (() => void) | null = null
  /** Told when the answer has ended. */
  onEnd: (() => void) | null = null
  /** The status of an answer that went out byte for byte. */
  rawStatus: number | null = null
  /** Bytes of the body that went out so far. */
  bytesSent = 0
  /** Name of the fault that hit it. */
  fault: string | null = null
  readonly #response: ServerResponse
  readonly #shaped: ShapedAnswer | null
  /** What a fault does to the body; null where it goes out as it is. */
  #spoil: { effect: BodyEffect; time: BodyTime } | null = null
  /** What goes out in place of whatever is answered; null where that goes out. */
  #lost: LostAnswer | null = null

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

  /**
   * Holds the answer back.
   *
   * @throws CallerGone when the caller leaves meanwhile
   */
  async hold(wait: (gone: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await wait(this.goneSignal())
    } catch {
      throw new CallerGone()
    }
  }

  /** Lets a fault have the body of the answer to come. */
  spoilBody(effect: BodyEffect, time: Omit<BodyTime, 'gone'>): void {
    this.#spoil = { effect, time: { nowMs: () => time.nowMs(), delay: time.delay, gone: this.goneSignal() } }
  }

  /** Has a fault take the place of the answer: at once, or of the one that there will be. */
  loseAnswer(effect: LostAnswer): void {
    this.#lost = effect
    if (!effect.operationDone) this.#replyLost(effect)
  }

  #replyLost(effect: LostAnswer): void {
    const substitute = substituteFor(effect)
    this.#lost = null
    if (substitute === null) {
      this.cut()
      return
    }
    this.policyHeaders = substitute.headers
    this.refuse(substitute)
  }

  /** Answers with a head in which one line is no header; clients give up at it. */
  replyMalformed(): void {
    this.#replyRaw(200, ['content-type: application/json', 'ratelimit-limit 100;w=21600'], '{}', '\r\n')
  }

  /** Answers with a policy's refusal. What is no JSON comes from something in front of the registry, which adds no header to it. */
  refuse({ status, headers, body, lineEnds }: Pick<PolicyRefusal, 'status' | 'headers' | 'body' | 'lineEnds'>): void {
    if (lineEnds) {
      this.headers = headers
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
      this.#replyRaw(status, lines, body, lineEnds === 'lf' ? '\n' : '\r\n')
      return
    }
    const isJson = Object.entries(headers).some(([name, value]) => /^content-type$/i.test(name) && /json/.test(value))
    this.reply(status, isJson ? {} : { 'docker-distribution-api-version': undefined }, body)
  }

  /** For answers that Node would not write: it ends lines as HTTP has it, and adds headers of its own. */
  #replyRaw(status: number, lines: readonly string[], body: string, lineEnd: string): void {
    const { socket } = this.#response
    this.rawStatus = status
    this.onHead?.()
    if (!socket) return
    const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', ''].join(lineEnd)
    const sent = this.request.method === 'HEAD' ? '' : body
    socket.write(head + sent)
    socket.destroySoon()
    this.bytesSent += Buffer.byteLength(sent)
  }

  /** The whole answer at once. To HEAD the body is measured and not sent. */
  reply(status: number, headers: Headers = {}, body: string | Buffer = ''): void {
    if (this.#lost !== null) {
      this.#replyLost(this.#lost)
      return
    }
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    this.#writeHead(status, { 'content-length': status === 204 ? undefined : bytes.length, ...headers })
    if (this.#spoil && bytes.length > 0) {
      this.#send([bytes], bytes.length).catch(() => this.cut())
      return
    }
    if (this.request.method !== 'HEAD' && bytes.length > 0) this.#write(bytes)
    this.#response.end()
  }

  json(status: number, value: unknown, headers: Headers = {}): void {
    this.reply(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value))
  }

  /** Streams pieces no faster than the caller takes them, and the network between lets them through. */
  async stream(status: number, headers: Headers, pieces: Pieces, sizeBytes: number): Promise<void> {
    if (this.#lost !== null) {
      this.#replyLost(this.#lost)
      return
    }
    this.#writeHead(status, headers)
    await this.#send(this.#shaped?.pace(pieces, sizeBytes) ?? pieces, sizeBytes)
  }

  async #send(pieces: Pieces, sizeBytes: number): Promise<void> {
    if (this.request.method !== 'HEAD') {
      try {
        for await (const piece of this.#asSpoiled(pieces, sizeBytes)) {
          if (!this.#write(piece) && !this.#response.destroyed) await this.#drained()
          if (this.#response.destroyed) throw new CallerGone()
        }
      } catch (error) {
        if (!(error instanceof BodyEnds)) throw error
        // What has been written goes out before the connection ends.
        this.#response.socket?.destroySoon()
        return
      }
    }
    this.#response.end()
  }

  #asSpoiled(pieces: Pieces, sizeBytes: number) {
    return this.#spoil === null ? pieces : spoiled(pieces, sizeBytes, this.#spoil.effect, this.#spoil.time)
  }

  /** Aborted when the answer has ended or its caller has left. */
  goneSignal(): AbortSignal {
    const gone = new AbortController()
    if (this.#response.destroyed) gone.abort()
    this.#response.once('close', () => gone.abort())
    return gone.signal
  }

  /**
   * The pieces of the request's body as they arrive. Whoever stops reading may still answer: the connection stays.
   *
   * @throws CallerGone when the body ends early
   */
  async *body(): AsyncIterable<Buffer> {
    try {
      for await (const piece of this.request.iterator({ destroyOnReturn: false })) yield piece as Buffer
    } catch {
      throw new CallerGone()
    }
  }

  /** How long the request says that its body is; 0 where it does not say. */
  get announcedBytes(): number {
    return Number(this.request.headers['content-length'] ?? 0)
  }

  /**
   * The whole body. One that says to be too long is not waited for.
   *
   * @throws RegistryProblem 413 when it is longer than `sizeBytesMax`, CallerGone when it ends early
   */
  async wholeBody(sizeBytesMax: number): Promise<Buffer> {
    const assertFits = (sizeBytes: number) => {
      if (sizeBytes <= sizeBytesMax) return
      const message = `the body is longer than ${sizeBytesMax} bytes`
      throw new RegistryProblem('SIZE_INVALID', null, { status: 413, message })
    }
    assertFits(this.announcedBytes)
    const pieces: Buffer[] = []
    let sizeBytes = 0
    for await (const piece of this.body()) {
      sizeBytes += piece.length
      assertFits(sizeBytes)
      pieces.push(piece)
    }
    return Buffer.concat(pieces)
  }

  /** Cuts the connection: for an answer that cannot be completed. */
  cut(): void {
    this.#response.destroy()
  }

  #writeHead(status: number, headers: Headers): void {
    const all: Headers = { 'docker-distribution-api-version': 'registry/2.0', ...this.policyHeaders, ...headers }
    const sizeBytes = all['content-length']
    if (this.#spoil !== null && typeof sizeBytes === 'number') {
      all['content-length'] = spoiledSizeBytes(sizeBytes, this.#spoil.effect)
    }
    this.headers = all
    this.onHead?.()
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
