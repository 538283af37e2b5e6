// The sessions of a run: asked for by the scenario's users, kept alive as by someone who uses them, and looked at again and again through
// the developer API, so that what a session runs is what the web app says of it now and not what was remembered.
import type { Emit } from '../events/event-log.ts'
import type { SessionPlace, SessionRefusalCode, SessionSubject } from '../events/events.ts'
import { agentServerId } from './agent-names.ts'
import { type Administrator, imageId, userId } from './people.ts'
import { WebAppError } from './web-app-client.ts'

/** How often a session is looked at until it runs, and how often from then on. */
const startingLookMs = 1_000
const runningLookMs = 30_000

interface Session {
  subject: SessionSubject
  kasmId: string
  userId: string
  /** Null until it runs. */
  place: SessionPlace | null
  destroyed: boolean
}

/** The fields of a session of the developer API that are read here. */
interface SessionReply {
  kasm_id: string
  operational_status: string
  server_id: string | null
  image_digest: string | null
}

export interface SessionsOptions {
  administrator: Administrator
  /** How many agents the fleet has. */
  agents: number
  emit: Emit
  nowMs: () => number
}

/** The living sessions of a run, by the names that the scenario gives them. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #living = new Map<string, Session>()
  readonly #agentOf: ReadonlyMap<string, number>
  #nextLookMs = Number.POSITIVE_INFINITY

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#agentOf = new Map(Array.from({ length: options.agents }, (_, agent) => [agentServerId(agent), agent]))
  }

  /** When the sessions have to be looked at; Infinity where there are none. */
  get nextLookMs(): number {
    return this.#nextLookMs
  }

  /**
   * Asks for a session; a refusal is an event and no error.
   *
   * @throws WebAppError where the web app answers otherwise than with a session or the words of a refusal
   */
  async request(subject: SessionSubject): Promise<void> {
    const { administrator, emit } = this.#options
    const user_id = await userId(administrator, subject.user)
    const image_id = await imageId(administrator, subject.image)
    emit({ kind: 'session-requested', ...subject })
    try {
      const { kasm_id } = await administrator.developer('request_kasm', { user_id, image_id })
      const session = { subject, kasmId: plain(String(kasm_id)), userId: user_id, place: null, destroyed: false }
      this.#living.set(subject.session, session)
    } catch (error) {
      if (!(error instanceof WebAppError) || error.reason === null) throw error
      const cause = error.detail === null ? error.reason : `${error.reason} (${error.detail})`
      emit({ kind: 'session-refused', ...subject, code: codeOf(error.reason), cause })
    }
  }

  /** Ends a session. One that was refused is not there, and stays so. */
  async destroy(name: string): Promise<void> {
    const session = this.#living.get(name)
    if (!session) return
    session.destroyed = true
    await this.#options.administrator.developer('destroy_kasm', { kasm_id: session.kasmId, user_id: session.userId })
  }

  /** Asks the web app how the sessions are; true where one of them ended that nobody destroyed. */
  async look(): Promise<boolean> {
    const { administrator, nowMs } = this.#options
    let ended = false
    if (this.#living.size > 0) {
      const { kasms } = (await administrator.developer('get_kasms', {})) as { kasms: SessionReply[] }
      const replies = new Map(kasms.map((kasm) => [plain(kasm.kasm_id), kasm]))
      for (const [name, session] of this.#living) {
        const reply = replies.get(session.kasmId)
        if (reply) await this.#see(session, reply)
        else ended = this.#end(name, session) || ended
      }
    }
    const all = [...this.#living.values()]
    const everyMs =
      all.length === 0 ? Number.POSITIVE_INFINITY : all.every(({ place }) => place) ? runningLookMs : startingLookMs
    this.#nextLookMs = nowMs() + everyMs
    return ended
  }

  async #see(session: Session, { operational_status, server_id, image_digest }: SessionReply): Promise<void> {
    if (operational_status !== 'running') return
    const { administrator, emit } = this.#options
    const agent = this.#agentOf.get(plain(server_id ?? '')) ?? null
    const kind = session.place === null ? 'session-started' : 'session-seen'
    session.place = { agent, digest: image_digest ?? '' }
    emit({ kind, ...session.subject, ...session.place })
    await administrator.developer('keepalive', { kasm_id: session.kasmId })
  }

  #end(name: string, { subject, place, destroyed }: Session): boolean {
    this.#living.delete(name)
    const cause = destroyed ? 'destroyed' : 'gone'
    this.#options.emit({ kind: 'session-ended', ...subject, ...(place ?? { agent: null, digest: '' }), cause })
    return !destroyed
  }
}

function codeOf(reason: string): SessionRefusalCode {
  if (reason === 'Image Not Authorized') return 'NOT_AUTHORIZED'
  return reason.startsWith('No resources') ? 'NO_RESOURCES' : 'OTHER'
}

/** Ids come with and without dashes. */
function plain(id: string): string {
  return id.replaceAll('-', '')
}
