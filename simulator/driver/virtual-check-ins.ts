// The check-ins of a fleet in virtual time. One that changes nothing is counted, not carried out: its agent is parked until something
// may change; docs/model.md says why nobody can tell the difference.
import type { HeartbeatReply } from '../../server/api/manager.ts'
import type { EventQueue } from '../../server/kernel/event-queue.ts'
import type { CheckInAnswer } from '../agent/agent.ts'
import type { Emit } from '../events/event-log.ts'
import type { ScenarioNetwork } from '../scenario/scenario.ts'
import { AnswerReader, heartbeatOf } from './agent-messages.ts'
import type { Fleet, FleetAgent } from './fleet.ts'
import { IdleCheckIns } from './idle-check-ins.ts'
import { CheckIn } from './virtual-tasks.ts'
import type { VirtualWebApp } from './virtual-web-app.ts'

export interface VirtualCheckInsOptions {
  queue: EventQueue
  network: ScenarioNetwork
  fleet: Fleet
  webApp: VirtualWebApp
  emit: Emit
  /** False carries out even the check-ins that change nothing. */
  fastForward: boolean
  /** Sets an agent's next check-in. */
  setNext: (agent: number, atMs: number) => void
}

/** What there is to know of an agent's check-ins. */
interface Line {
  /** The check-in that has not been answered yet. */
  underWay: CheckIn | null
  answer: CheckInAnswer | null
  /** Whether what the agent holds has changed since it last said so. */
  hasNews: boolean
  /** How many changes of the web app its last answer knew of. */
  changesKnown: number
}

export class VirtualCheckIns {
  readonly #options: VirtualCheckInsOptions
  readonly #lines: Line[]
  readonly #answers = new AnswerReader()
  readonly #idle: IdleCheckIns
  readonly #servedMs: number
  readonly #answeredMs: number
  /** Raised by every action of the timeline. */
  #changes = 0

  constructor(options: VirtualCheckInsOptions) {
    const { agents } = options.fleet
    const { roundTripMs, serverLatencyMs } = options.network
    this.#options = options
    this.#lines = agents.map(() => ({ underWay: null, answer: null, hasNews: true, changesKnown: -1 }))
    this.#idle = new IdleCheckIns(agents.length)
    this.#servedMs = roundTripMs / 2 + serverLatencyMs
    this.#answeredMs = roundTripMs + serverLatencyMs
  }

  /** An agent sends a check-in. */
  send(agent: number): void {
    this.#line(agent).hasNews = false
    this.#sendAt(agent, this.#options.queue.nowMs)
  }

  /** A check-in is due: true where it is passed over. */
  passOver(agent: number): boolean {
    if (!this.#isIdle(agent)) return false
    const { checkInIntervalMs: intervalMs } = this.#agent(agent).state.config
    if (!this.#idle.isParked(agent)) this.#idle.park(agent, { atMs: this.#options.queue.nowMs, intervalMs })
    return this.#options.fastForward
  }

  /** Whether an agent has heard all there is to hear. */
  isUpToDate(agent: number): boolean {
    const { underWay, changesKnown } = this.#line(agent)
    return underWay === null && changesKnown === this.#changes
  }

  /** What an agent holds has changed. */
  noteNews(agent: number): void {
    this.#line(agent).hasNews = true
  }

  /** With an image the agent has something to say; where one is missing, the end of any pull may leave it for the next check-in. */
  pullEnds(agent: number, { news }: { news: boolean }): void {
    if (news || this.#agent(agent).state.missing.size > 0) this.#wake(agent, { included: true })
    if (news) this.noteNews(agent)
  }

  /** The agent stopped: nobody waits for an answer. */
  stop(agent: number): void {
    const line = this.#line(agent)
    line.underWay?.drop()
    line.underWay = null
    line.hasNews = true
  }

  /** The world is about to change, or to end. */
  wakeAll(): void {
    for (const { index } of this.#options.fleet.agents) this.#wake(index, { included: false })
  }

  /** The world has changed: nobody's answer is the latest any more. */
  noteChange(): void {
    this.#changes += 1
  }

  /** Tells the web app that parked agents are not silent. */
  noteReports(): void {
    const { fleet, webApp, queue } = this.#options
    for (const { index } of fleet.agents) {
      if (this.#idle.isParked(index)) webApp.noteReport(index, this.#idle.lastSentMs(index, queue.nowMs))
    }
  }

  /** Whether a check-in now would say nothing new, hear nothing new and start nothing new. */
  #isIdle(agent: number): boolean {
    if (this.#idle.isParked(agent)) return true
    const { state } = this.#agent(agent)
    if (this.#line(agent).hasNews || !this.isUpToDate(agent) || !state.enabled) return false
    if (state.pruneNeeded && state.pruneImagesMode !== 'Off') return false
    if (state.missing.size === 0) return state.ready
    for (const name of state.missing) if (!state.queue.has(name) && !state.pulls.has(name)) return false
    return true
  }

  /**
   * Tells what a parked agent has sent and lets it go on from there; a check-in that is still on its way is carried out.
   * `included`: one that falls due at this very moment has been sent already.
   */
  #wake(agent: number, { included }: { included: boolean }): void {
    const { queue, emit, fastForward, setNext } = this.#options
    const span = this.#idle.wake(agent, queue.nowMs, { included })
    if (span === null) return
    const answeredMs = span.lastAtMs + this.#answeredMs
    const underWay = span.count > 0 && (included ? answeredMs > queue.nowMs : answeredMs >= queue.nowMs)
    const count = underWay ? span.count - 1 : span.count
    const firstAtMs = Math.round(span.firstAtMs + this.#answeredMs)
    if (count > 0) emit({ kind: 'check-ins-idle', agent, count, firstAtMs, intervalMs: span.intervalMs })
    if (!fastForward) return
    if (underWay) this.#sendAt(agent, span.lastAtMs)
    setNext(agent, span.nextAtMs)
  }

  /** One that was sent before now may have been served already, with the answer that the agent knows. */
  #sendAt(agent: number, sentAtMs: number): void {
    const served = sentAtMs + this.#servedMs < this.#options.queue.nowMs
    const line = this.#line(agent)
    line.underWay = new CheckIn({
      body: heartbeatOf(this.#agent(agent)),
      answer: served ? line.answer : null,
      serve: (checkIn) => this.#serve(agent, checkIn),
      take: (checkIn) => this.#takeAnswer(agent, checkIn),
    })
    this.#schedule(sentAtMs + (served ? this.#answeredMs : this.#servedMs), agent, line.underWay)
  }

  #serve(agent: number, checkIn: CheckIn): void {
    this.#line(agent).changesKnown = this.#changes
    const reply = this.#options.webApp.call('heartbeat', checkIn.body)
    if (typeof reply === 'string') checkIn.refusal = reply
    else checkIn.answer = this.#answers.read(agent, reply as HeartbeatReply)
    this.#schedule(this.#options.queue.nowMs + this.#answeredMs - this.#servedMs, agent, checkIn)
  }

  #takeAnswer(agent: number, checkIn: CheckIn): void {
    const { fleet } = this.#options
    const { answer, refusal } = checkIn
    const line = this.#line(agent)
    // Where an answer takes longer than an interval, a later check-in may be on its way.
    if (line.underWay === checkIn) line.underWay = null
    line.answer = answer
    if (answer === null) fleet.checkInFailed(agent, refusal ?? 'no answer')
    else fleet.checkInAnswered(agent, answer, { told: !this.#idle.isParked(agent) })
  }

  /** At one moment all check-ins are due before any is on its way. */
  #schedule(atMs: number, agent: number, checkIn: CheckIn): void {
    this.#options.queue.schedule(atMs, checkIn, this.#lines.length + agent)
  }

  #agent(index: number): FleetAgent {
    return this.#options.fleet.agents[index] as FleetAgent
  }

  #line(agent: number): Line {
    return this.#lines[agent] as Line
  }
}
