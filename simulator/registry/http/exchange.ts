// One request and its answer: reads the body within a limit, answers or streams with back-pressure, and counts what went out.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { BodyEffect, LostAnswer } from '../../../server/faults/fault.ts'
import {
  BodyEnds,
  type BodyTime,
  sentSizeBytes,
  spoiled,
  spoiledSizeBytes,
} from '../../../server/faults/spoiled-body.ts'
import type { Work } from '../../../server/kernel/work.ts'
import { substituteFor } from '../answer/lost-answer.ts'
import { RegistryProblem } from '../answer/problem.ts'
import type { PolicyRefusal } from '../policy/policy.ts'
import type { Target } from '../target.ts'
import type { ShapedAnswer } from './shaping.ts'

/** The caller went away before its request or its answer was complete: nobody is there to be told. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone'
}

/** A body in pieces, made here or on their way from elsewhere. */
type Pieces = Iterable<Buffer> | AsyncIterable<Buffer>

/** Headers by name; undefined ones are left out. */
type Headers = Record<string, string | number | undefined>

/** Made once: an error with its own trace for every answer would cost more than many answers do. */
const left = new CallerGone()

/** Aborted when an answer has ended or its caller has left. */
export function goneSignalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  if (response.destroyed) gone.abort(left)
  response.once('close', () => gone.abort(left))
  return gone.signal
}

/** A request being answered. */
export class Exchange {
  readonly request: IncomingMessage
  readonly target: Target
  readonly source: string
  /** Aborted when the answer has ended or its caller has left. */
  readonly gone: AbortSignal
  /** The user that a valid credential names. */
  user: string | null = null
  rateLimitRemaining: number | null = null
  /** Headers that the policy adds to whatever the answer is. */
  policyHeaders: Record<string, string> = {}
  /** Of the answer, once it is given; 0 of one that is cut before it begins. */
  status: number | null = null
  headers: Headers = {}
  /** Told when an answer is given, before it has found its way to the caller. */
  onHead: (() => void) | null = null
  /** Told that nothing more is to be known of an answer, which may still be on its way. */
  onKnown: (() => void) | null = null
  /** Told when the answer has ended. */
  onEnd: (() => void) | null = null
  /** Name of the fault that hit it. */
  fault: string | null = null
  readonly #response: ServerResponse
  readonly #shaped: ShapedAnswer | null
  /** What the caller has begun and waits for, on a clock that waits for it too. */
  readonly #work: Work | null
  #bytesSent = 0
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
    work: Work | null
    gone: AbortSignal
  }) {
    this.request = options.request
    this.target = options.target
    this.source = options.source
    this.gone = options.gone
    this.#response = options.response
    this.#shaped = options.shaped
    this.#work = options.work
  }

  get answered(): boolean {
    return this.status !== null
  }

  /** Bytes of the body that went out so far, or that the network has carried of what goes out at once. */
  get bytesSent(): number {
    return Math.max(this.#bytesSent, this.#shaped?.carriedBytes ?? 0)
  }

  /**
   * Holds the answer back.
   *
   * @throws CallerGone when the caller leaves meanwhile
   */
  async hold(wait: (gone: AbortSignal) => Promise<void>): Promise<void> {
    const goOn = this.#work?.pause()
    try {
      await wait(this.gone)
    } catch {
      throw new CallerGone()
    } finally {
      goOn?.()
    }
  }

  /** Lets a fault have the body of the answer to come. */
  spoilBody(effect: BodyEffect, time: Omit<BodyTime, 'gone'>): void {
    const delay: BodyTime['delay'] = (durationMs, gone) => {
      const goOn = this.#work?.pause()
      return time.delay(durationMs, gone).finally(goOn)
    }
    this.#spoil = { effect, time: { nowMs: () => time.nowMs(), delay, gone: this.gone } }
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
      this.hangUp()
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
    const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', ''].join(lineEnd)
    const sent = this.request.method === 'HEAD' ? '' : body
    this.#answer(status, this.headers)
    this.#sendHome(Buffer.byteLength(sent), () => {
      const { socket } = this.#response
      socket?.write(head + sent)
      socket?.destroySoon()
      if (socket) this.#bytesSent = Buffer.byteLength(sent)
    })
  }

  /** Ends the connection in place of an answer. */
  hangUp(): void {
    this.status = 0
    this.#sendHome(0, () => this.cut())
  }

  /** The whole answer at once. To HEAD the body is measured and not sent. */
  reply(status: number, headers: Headers = {}, body: string | Buffer = ''): void {
    if (this.#lost !== null) {
      this.#replyLost(this.#lost)
      return
    }
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    this.#answer(status, this.#allHeaders({ 'content-length': status === 204 ? undefined : bytes.length, ...headers }))
    if (this.#spoil && bytes.length > 0) {
      this.#sendSpoiled(bytes).catch(() => this.cut())
      return
    }
    const sent = this.request.method === 'HEAD' ? Buffer.alloc(0) : bytes
    this.#sendHome(sent.length, () => {
      this.#writeHead()
      if (sent.length > 0) this.#write(sent)
      this.#response.end()
    })
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
    this.#answer(status, this.#allHeaders(headers))
    await this.#wayHome()
    this.#writeHead()
    await this.#send(this.#asPaced(pieces, sizeBytes))
  }

  async #sendSpoiled(bytes: Buffer): Promise<void> {
    await this.#wayHome()
    this.#writeHead()
    await this.#send(this.#asSpoiled([bytes], bytes.length))
  }

  /** What can be known of an answer is known when it is given, but for the bytes of a body that takes its time. */
  #answer(status: number, headers: Headers): void {
    this.status = status
    this.headers = headers
    this.onHead?.()
  }

  /** Sends what goes out at once: now, or as long after as the way to the caller takes. Nobody hears what a caller who left would have. */
  #sendHome(sizeBytes: number, send: () => void): void {
    if (this.#shaped === null) {
      send()
      return
    }
    this.#bytesSent = sizeBytes
    this.onKnown?.()
    this.#wayHome().then(send, () => undefined)
  }

  /** @throws CallerGone */
  async #wayHome(): Promise<void> {
    const shaped = this.#shaped
    if (shaped !== null) await this.hold(() => shaped.wayHome())
  }

  async #send(pieces: Pieces): Promise<void> {
    if (this.request.method !== 'HEAD') {
      try {
        for await (const piece of pieces) {
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

  /** A body as the network lets through what a fault leaves of it; one that is slow by itself has a line of its own. */
  #asPaced(pieces: Pieces, sizeBytes: number): Pieces {
    const left = this.#asSpoiled(pieces, sizeBytes)
    const effect = this.#spoil?.effect
    if (this.#shaped === null || effect?.kind === 'slow-body') return left
    return this.#shaped.pace(left, effect === undefined ? sizeBytes : sentSizeBytes(sizeBytes, effect))
  }

  #asSpoiled(pieces: Pieces, sizeBytes: number): Pieces {
    return this.#spoil === null ? pieces : spoiled(pieces, sizeBytes, this.#spoil.effect, this.#spoil.time)
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

  /** Cuts the connection at once: for an answer that cannot be completed. */
  cut(): void {
    this.#response.destroy()
  }

  #allHeaders(headers: Headers): Headers {
    const all: Headers = { 'docker-distribution-api-version': 'registry/2.0', ...this.policyHeaders, ...headers }
    const sizeBytes = all['content-length']
    if (this.#spoil !== null && typeof sizeBytes === 'number') {
      all['content-length'] = spoiledSizeBytes(sizeBytes, this.#spoil.effect)
    }
    return all
  }

  #writeHead(): void {
    const headers = Object.entries(this.headers).filter(([, value]) => value !== undefined)
    this.#response.writeHead(this.status ?? 0, Object.fromEntries(headers))
  }

  /** Whether the caller can take more at once. Bytes count when they have gone out, which is before the answer has ended. */
  #write(bytes: Buffer): boolean {
    return this.#response.write(bytes, (error) => {
      if (!error) this.#bytesSent += bytes.length
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
