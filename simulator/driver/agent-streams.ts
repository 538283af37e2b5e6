// The random streams of a fleet. Each is named by whom and what its draws belong to (the group and the member, and not a number that
// counts through the fleet), so that one more agent, group, action or image moves nothing of the others.
import { type RandomStream, randomStream, streamName } from '../../server/kernel/random.ts'
import type { FleetGroup } from '../scenario/scenario.ts'

/** An agent by its place in its group. */
export interface Member {
  group: Pick<FleetGroup, 'name'>
  /** Counts from 0 within the group. */
  member: number
}

/**
 * The name of an agent's stream for some purpose.
 *
 * @example
 * agentStreamName({ group: { name: 'berlin' }, member: 17 }, 'start-up') // 'agent/berlin/17/start-up'
 */
export function agentStreamName({ group, member }: Member, ...purpose: readonly (string | number)[]): string {
  return streamName('agent', group.name, member, ...purpose)
}

/** When within the start-up spread of its group an agent starts. */
export function startUpDelayMs(seed: number, agent: { group: FleetGroup; member: number }): number {
  const stream = randomStream(seed, agentStreamName(agent, 'start-up'))
  return stream.integer({ low: 0, high: agent.group.startupSpreadMs })
}

/** The waits of an agent's engine in its pulls of one image. */
export function pullStreamName(agent: Member, reference: string): string {
  return agentStreamName(agent, 'pull', reference)
}

/** The waits of a polite agent until it asks one host again. */
export function coolDownStream(seed: number, agent: Member, host: string): RandomStream {
  return randomStream(seed, agentStreamName(agent, 'cool-down', host))
}

/** What a scenario's agents are called in the streams of others, by their numbers. */
export function memberNames(groups: readonly Pick<FleetGroup, 'name' | 'agents'>[]): string[] {
  return groups.flatMap((group) =>
    Array.from({ length: group.agents }, (_, member) => agentStreamName({ group, member })),
  )
}
