// A thread of a pull over sockets: one request at a time, the body of a blob as it streams, and waits on the run's clock.
import { RegistryFailure } from '../../protocol/failure.ts'
import type { PullProgress } from '../../protocol/outcome.ts'
import { PullThread, type ThreadOwner } from '../../protocol/pull-thread.ts'
import { type Answer, BlobBody, inTime, noAnswer, type RegistryRequest, type Step } from '../../protocol/steps.ts'
import { bodyFailure, discard, headOf, readBody } from './answer-reader.ts'
import { BlobReception } from './blob-reception.ts'
import type { ContentDirectory } from './content-directory.ts'
import { httpRequest } from './http-request.ts'
import { networkFailure } from './network-errors.ts'
import type { Response, Transport } from './transport.ts'

/** What the threads of an engine share. */
export interface SocketWire {
  transport: Transport
  /** Where blobs and documents are kept; null drops them. */
  content: ContentDirectory | null
  /** Waits on the run's clock; rejects once the signal is aborted. */
  delay: (durationMs: number, signal: AbortSignal) => Promise<void>
  nowMs: () => number
  /** A layer's bytes as they arrive. */
  onBytes: (bytes: number) => void
}

/** Why what was under way ends. */
const dropped = new Error('nobody waits for it any more')

export class SocketThread<Result = unknown> extends PullThread<Result> {
  readonly #wire: SocketWire
  readonly #controller = new AbortController()
  #isUnderWay = false
  #isFork = false
  /** The answer whose body nobody has taken yet. */
  #opened: Response | null = null
  #reception: BlobReception | null = null

  constructor(owner: ThreadOwner<Result>, progress: PullProgress, wire: SocketWire) {
    super(owner, progress)
    this.#wire = wire
  }

  get nowMs(): number {
    return this.#wire.nowMs()
  }

  fork<Other>(owner: ThreadOwner<Other>): SocketThread<Other> {
    const fork = new SocketThread(owner, this.progress, this.#wire)
    fork.#isFork = true
    return fork
  }

  /** Every answer takes its time. */
  askAtOnce(): null {
    return null
  }

  protected carryOut(step: NonNullable<Step>): Answer | undefined {
    if (step === inTime) return noAnswer
    if (typeof step === 'number') this.#finish(this.#wait(step))
    else if (step instanceof BlobBody) this.#finish(this.#receive(step))
    else this.#finish(this.#ask(step))
    return undefined
  }

  /** What one that waits knows is what the clock says. */
  protected catchUp(): void {}

  protected release(): void {
    if (this.#isUnderWay) this.#controller.abort(dropped)
    this.#letGo()
    void this.#reception?.discard()
  }

  /** Goes on once a step has been carried out. */
  #finish(work: Promise<Answer>): void {
    this.#isUnderWay = true
    work.then(
      (answer) => {
        this.#isUnderWay = false
        this.resume(answer)
      },
      (error: unknown) => {
        this.#isUnderWay = false
        this.fail(error)
      },
    )
  }

  async #wait(durationMs: number): Promise<Answer> {
    await this.#wire.delay(durationMs, this.#controller.signal)
    return noAnswer
  }

  async #ask(request: RegistryRequest): Promise<Answer> {
    this.#letGo()
    // What is asked at one moment is asked by the pull first and then by its forks, as in virtual time.
    if (this.#isFork) await null
    const { transport, content } = this.#wire
    const { signal } = this.#controller
    let response: Response
    let host = ''
    try {
      const http = httpRequest(request)
      host = http.url.host
      this.progress.requests += 1
      response = await transport.send({ ...http, signal })
    } catch (error) {
      if (!signal.aborted) this.progress.onNoAnswer?.(error)
      return { ...noAnswer, broken: error instanceof RegistryFailure ? error : networkFailure(error, host) }
    }
    const answer = headOf(response)
    if (request.kind !== 'blob' || answer.status < 200 || answer.status > 299) {
      return readBody(answer, response, { request, content })
    }
    this.#opened = response
    return answer
  }

  async #receive(body: BlobBody): Promise<Answer> {
    const response = this.#opened
    this.#opened = null
    const reception = await this.#receptionOf(body.request)
    try {
      if (response !== null) await this.#stream(response, reception, body)
      const { digest, config } = await reception.finish()
      body.digest = digest
      body.config = config
    } catch (error) {
      body.broken = bodyFailure(error)
    }
    return noAnswer
  }

  async #stream(response: Response, reception: BlobReception, body: BlobBody): Promise<void> {
    const isLayer = body.request.purpose === 'layer'
    for await (const piece of response.body as AsyncIterable<Buffer>) {
      body.receivedBytes += piece.length
      this.progress.receivedBytes += piece.length
      if (isLayer) this.#wire.onBytes(piece.length)
      const kept = reception.take(piece)
      if (kept !== null) await kept
      if (reception.isOverlong) break
    }
  }

  /** A blob that is asked for from its beginning is received anew. */
  async #receptionOf(request: RegistryRequest): Promise<BlobReception> {
    const known = this.#reception
    if (known !== null && known.digest === request.reference) {
      if (request.offset === 0) await known.startOver()
      return known
    }
    await known?.discard()
    this.#reception = new BlobReception(request, this.#wire.content)
    return this.#reception
  }

  /** Lets go of a body that no script has asked for. */
  #letGo(): void {
    const opened = this.#opened
    this.#opened = null
    if (opened !== null) void discard(opened)
  }
}
