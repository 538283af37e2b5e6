// The web app of a run in virtual time: its model, called directly and told the time of the run.
import type { EventQueue } from '../../server/kernel/event-queue.ts'
import type { KasmModel, ModelCall } from '../../server/model/model.ts'
import { agentServerId } from './agent-names.ts'
import { WebAppError } from './web-app-client.ts'

/** Dates of the web app count from here where no wall does, so that two runs show the same ones. */
export const epochMs = Date.UTC(2026, 0, 1)

export class VirtualWebApp {
  readonly #model: KasmModel
  readonly #queue: EventQueue

  constructor(options: { model: KasmModel; queue: EventQueue }) {
    this.#model = options.model
    this.#queue = options.queue
  }

  /** The body of the reply, or the words of its error where it refuses. */
  call(operation: ModelCall<'heartbeat'>['operation'] | 'agent_config', body: unknown): object | string {
    const { refusal, body: answer } = this.#ask(operation, body)
    return refusal ?? answer
  }

  #ask(operation: string, body: unknown): { refusal: string | null; cause: string | null; body: object } {
    const call = { operation, body, nowMs: epochMs + this.#queue.nowMs } as ModelCall<'heartbeat'>
    const reply = this.#model.handle(call)
    const message = (reply.body as { error_message?: string }).error_message
    const refused = reply.status !== 200 || message !== undefined
    const refusal = refused ? (message ?? `status ${reply.status}`) : null
    return { refusal, cause: reply.cause ?? null, body: reply.body as object }
  }

  /**
   * A call of the developer API, as an administrator.
   *
   * @throws WebAppError
   */
  async developer(verb: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { refusal, cause, body: answer } = this.#ask(verb as ModelCall<'heartbeat'>['operation'], body)
    if (refusal !== null) throw new WebAppError(`${verb} was refused: ${refusal}`, refusal, cause)
    return answer as Record<string, unknown>
  }

  /** Takes note that an agent has checked in with nothing new. */
  noteReport(agent: number, atMs: number): void {
    this.#model.noteReport(agentServerId(agent), epochMs + atMs)
  }
}
