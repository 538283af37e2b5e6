// The invariants of single agents: caps, slots, disks, what they pull and what they keep.
import { formatDuration } from '../../../server/kernel/units.ts'
import type { RunEvent } from '../../events/events.ts'
import type { AgentView } from './agent-view.ts'
import type { Judge, World } from './invariant.ts'

type StartedEvent = Extract<RunEvent, { kind: 'pull-started' }>

/** An agent, while it starts a pull. */
function starting(event: RunEvent, world: World): { event: StartedEvent; agent: AgentView } | null {
  if (event.kind !== 'pull-started') return null
  return { event, agent: world.agents[event.agent] as AgentView }
}

/** A cap comes into force with a start, and with nothing else. */
export const capKept: Judge = {
  invariant: 'cap-kept',
  take(event, world) {
    const start = starting(event, world)
    if (start === null) return null
    const { agent } = start
    const running = agent.pulls.size + 1
    if (!agent.running) return `agent ${start.event.agent} started a pull while it was stopped`
    if (running <= agent.config.cap) return null
    return `agent ${start.event.agent} ran ${running} pulls with a cap of ${agent.config.cap}`
  },
}

export const onlyPullable: Judge = {
  invariant: 'only-pullable',
  take(event, world) {
    const start = starting(event, world)
    if (start === null) return null
    const { agent: index, image, atMs } = start.event
    if (world.administration.allowedPull(index, image, world.sinceMs(start.agent, atMs))) return null
    return `agent ${index} started a pull of ${image}, which it may not pull`
  },
}

export const heldUntilPruned: Judge = {
  invariant: 'held-until-pruned',
  take(event, world) {
    if (event.kind === 'pull-queued') return judgeReason(event, world)
    if (event.kind !== 'image-pruned') return null
    const { agent: index, image, mode, atMs } = event
    const agent = world.agents[index] as AgentView
    const sinceMs = world.sinceMs(agent, atMs)
    const pruned = `agent ${index} pruned ${image ?? 'an untagged image'}`
    if (mode === 'Off' || !world.administration.prunedBy(index, mode, sinceMs)) return `${pruned} in mode ${mode}`
    if (image === null) return null
    if (mode !== 'Aggressive') return `${pruned}, which has its tag, in mode ${mode}`
    if (agent.isPulling(image)) return `${pruned} while it pulled it`
    return world.administration.lacked(index, image, sinceMs) ? null : `${pruned}, which was defined all the time`
  },
}

/** Told in whole milliseconds. */
export const looksInTime: Judge = {
  invariant: 'looks-in-time',
  take(event, world) {
    if (event.kind !== 'pull-queued' && event.kind !== 'image-pruned') return null
    const { looksFromMs } = world.agents[event.agent] as AgentView
    if (event.atMs >= looksFromMs - 1) return null
    return `agent ${event.agent} looked at its images ${formatDuration(looksFromMs - event.atMs)} too early after its restart`
  },
}

function judgeReason(
  { agent: index, image, reason }: Extract<RunEvent, { kind: 'pull-queued' }>,
  world: World,
): string | null {
  const isHeld = world.agents[index]?.held.has(image) === true
  if (isHeld && reason === 'missing') return `agent ${index} missed ${image}, which it holds`
  if (!isHeld && reason === 'refresh') return `agent ${index} refreshed ${image}, which it does not hold`
  return null
}

export const diskLimitKept: Judge = {
  invariant: 'disk-limit-kept',
  take(event, { administration }) {
    if (event.kind !== 'pull-started' && event.kind !== 'pull-refused') return null
    const { agent: index, image, diskUsedBytes, diskUsedAfterBytes, diskSizeBytes } = event
    const { diskUsageLimit, diskSizeBytes: groupDiskBytes } = administration.groupOf[index] ?? {}
    if (diskSizeBytes !== groupDiskBytes) return `agent ${index} has a disk of ${diskSizeBytes} bytes`
    if (diskUsedBytes < 0 || diskUsedAfterBytes < diskUsedBytes)
      return `agent ${index} uses ${diskUsedBytes} bytes of disk`
    const fits = diskUsedAfterBytes <= (diskUsageLimit ?? 1) * diskSizeBytes
    if (fits === (event.kind === 'pull-started')) return null
    const did = fits ? 'refused a pull' : 'started a pull'
    return `agent ${index} ${did} of ${image} at ${diskUsedAfterBytes} of ${diskSizeBytes} bytes of disk`
  },
}

/** All that an agent decides at one moment comes as one, so it is judged once time has moved on. */
export class SlotsUsed implements Judge {
  readonly invariant = 'slots-used'
  readonly #changed = new Set<number>()
  #atMs = 0

  take(event: RunEvent, world: World): string | null {
    const statement = event.atMs > this.#atMs ? this.finish(world) : null
    this.#atMs = event.atMs
    if ('agent' in event && event.agent !== null && event.kind !== 'registry-request') this.#changed.add(event.agent)
    return statement
  }

  finish(world: World): string | null {
    for (const index of this.#changed) {
      const { queue, pulls, config, running } = world.agents[index] as AgentView
      const [image] = queue.keys()
      if (image === undefined) continue
      if (!running) return `agent ${index} stopped, and its pull of ${image} still waits`
      if (pulls.size < config.cap)
        return `agent ${index} lets ${image} wait with ${pulls.size} of ${config.cap} slots used`
    }
    this.#changed.clear()
    return null
  }
}

/** Longer than any pull that is drawn could take. */
const pullPatienceMs = 1_500_000

export const nothingLost: Judge = {
  invariant: 'nothing-lost',
  take: () => null,
  finish(world, endMs) {
    for (const [index, agent] of world.agents.entries()) {
      const statement = judgeEnd({ index, agent, world, endMs })
      if (statement !== null) return statement
    }
    return null
  },
}

function judgeEnd({ index, agent, world, endMs }: { index: number; agent: AgentView; world: World; endMs: number }) {
  const { administration } = world
  for (const [image, { atMs }] of [
    ...agent.queue,
    ...[...agent.pulls.values()].map((pull) => [pull.image, pull] as const),
  ]) {
    if (endMs - atMs > pullPatienceMs)
      return `agent ${index} has not ended its pull of ${image} since ${formatDuration(atMs)}`
  }
  if (!agent.running || !administration.isEnabled(index) || !administration.groupOf[index]?.validateImages) return null
  const settledMs = Math.max(agent.looksFromMs, administration.changedAtMs)
  const patienceMs = endMs - world.sinceMs(agent, endMs)
  const pullable = administration.pullableBy(index)
  const missing = pullable.filter((image) => !agent.held.has(image))
  const waiting = new Set([...agent.queue.keys(), ...[...agent.pulls.values()].map(({ image }) => image)])
  const lost = missing.find(
    (image) => !waiting.has(image) && endMs - Math.max(settledMs, agent.triedAtMs.get(image) ?? 0) > patienceMs,
  )
  if (lost !== undefined) return `agent ${index} neither holds ${lost} nor tries to pull it`
  const calm = endMs - Math.max(settledMs, agent.changedAtMs) > patienceMs
  if (missing.length === 0 && calm && !agent.saidReady) return `agent ${index} holds all its images and is not ready`
  return null
}

export class ChecksIn implements Judge {
  readonly invariant = 'checks-in'

  take(event: RunEvent, world: World): string | null {
    if (event.kind !== 'agent-stopped') return null
    return judgeCheckIns(event.agent, world, event.atMs)
  }

  finish(world: World, endMs: number): string | null {
    for (const [index, { running }] of world.agents.entries()) {
      const statement = running ? judgeCheckIns(index, world, endMs) : null
      if (statement !== null) return statement
    }
    return null
  }
}

/** The first at the start, then one each interval; those whose answer takes longer than they had are not counted. */
function judgeCheckIns(index: number, world: World, untilMs: number): string | null {
  const { startedAtMs, config, checkIns } = world.agents[index] as AgentView
  const { roundTripMs, serverLatencyMs } = world.scenario.network
  const intervals = (durationMs: number) => Math.floor(durationMs / config.checkInIntervalMs) + 1
  const lastedMs = untilMs - startedAtMs
  // Moments of events are rounded to whole milliseconds.
  const atMost = intervals(lastedMs + 2)
  const atLeast =
    lastedMs < 2 ? 0 : intervals(Math.max(-config.checkInIntervalMs, lastedMs - roundTripMs - serverLatencyMs - 2))
  if (checkIns >= atLeast && checkIns <= atMost) return null
  return `agent ${index} checked in ${checkIns} times in ${formatDuration(lastedMs)}, not ${atLeast} to ${atMost} times`
}
