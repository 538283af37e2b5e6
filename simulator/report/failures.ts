// Which pulls fail most and why: the first thing to read when a rehearsal goes wrong.
import type { PullFailureCode, RunEvent } from '../events/events.ts'

/** Pulls of one image that failed in one way. */
export interface FailureCause {
  image: string
  code: PullFailureCode
  count: number
  /** The engine's own words for the latest of them. */
  cause: string
}

/** What failed on one agent. */
export interface AgentFailures {
  agent: number
  group: string | null
  count: number
  /** The latest of them. */
  image: string
  code: PullFailureCode
  cause: string
}

/** Counts failed pulls by image and code, and by agent. */
export class Failures {
  readonly #causes = new Map<string, FailureCause>()
  readonly #agents = new Map<number, Omit<AgentFailures, 'group'>>()

  record({ agent, image, code, cause }: Extract<RunEvent, { kind: 'pull-failed' }>): void {
    const key = `${code} ${image}`
    this.#causes.set(key, { image, code, cause, count: (this.#causes.get(key)?.count ?? 0) + 1 })
    this.#agents.set(agent, { agent, image, code, cause, count: (this.#agents.get(agent)?.count ?? 0) + 1 })
  }

  /** All causes, the commonest first. */
  commonest(): FailureCause[] {
    return [...this.#causes.values()].sort((a, b) => b.count - a.count)
  }

  /** The agent with the most failures, the lowest number of those that are level. */
  worstAgent(groups: readonly string[]): AgentFailures | null {
    let worst: Omit<AgentFailures, 'group'> | null = null
    for (const failures of this.#agents.values()) {
      const { count, agent } = failures
      if (!worst || count > worst.count || (count === worst.count && agent < worst.agent)) worst = failures
    }
    return worst && { ...worst, group: groups[worst.agent] ?? null }
  }
}
