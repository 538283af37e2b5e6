// The rules of the agent: one step from what happened to what it asks for. No clock, no sockets, no randomness,
// so that real time, virtual time and the property tests run the very same rules. Rows of docs/agent.md are named (A1, ...).
import { invariant } from '../../server/kernel/errors.ts'
import type {
  AgentCommand,
  AgentContext,
  AgentInput,
  AgentState,
  CheckInAnswer,
  HeldImage,
  ImageDefinition,
  PruneImagesMode,
  PullReason,
} from './agent.ts'

/**
 * Takes one input, changes `state` and returns what the agent asks for, in order.
 * An input that no longer applies (an answer after a stop, the end of a dropped pull) changes nothing.
 *
 * @example
 * step(state, { kind: 'start' }, { nowMs: 0 })
 * // [{ kind: 'set-timer', timer: 'refresh', ... }, { kind: 'set-timer', timer: 'check-in', ... }, { kind: 'check-in' }]
 */
export function step(state: AgentState, input: AgentInput, context: AgentContext): AgentCommand[] {
  const commands: AgentCommand[] = []
  switch (input.kind) {
    case 'start':
      start(state, context, commands)
      break
    case 'stop':
      stop(state, commands)
      break
    case 'config-edited':
      state.configOnDisk = input.config
      break
    case 'check-in-due':
      if (state.running) checkIn(state, context, commands)
      break
    case 'check-in-answered':
      if (state.running) takeAnswer(state, input.answer, commands)
      break
    case 'check-in-failed':
      break
    case 'refresh-due':
      if (state.running) refresh(state, context, commands)
      break
    case 'pull-succeeded':
      if (endPull(state, input.pullId, input.name)) {
        hold(state, input.name, { digest: input.digest, sizeBytes: input.sizeBytes })
        startPulls(state, commands)
        noteReady(state, commands)
      }
      break
    case 'pull-failed':
      if (endPull(state, input.pullId, input.name)) {
        state.failing.set(input.name, input.cause)
        startPulls(state, commands)
      }
      break
    default:
      input satisfies never
  }
  return commands
}

/** A1 and A4: a start reads the configuration file and checks in at once; the cap changes nowhere else. */
function start(state: AgentState, { nowMs }: AgentContext, commands: AgentCommand[]): void {
  if (state.running) return
  state.running = true
  state.config = state.configOnDisk
  commands.push({ kind: 'set-timer', timer: 'refresh', atMs: nowMs + state.config.refreshIntervalMs })
  checkIn(state, { nowMs }, commands)
}

/** A4: a stop drops running and queued pulls; what is on disk stays. */
function stop(state: AgentState, commands: AgentCommand[]): void {
  if (!state.running) return
  state.running = false
  commands.push({ kind: 'clear-timers' })
  for (const { name, pullId } of state.pulls.values()) commands.push({ kind: 'abort-pull', name, pullId })
  for (const { name } of state.queue) commands.push({ kind: 'cancelled', name, cause: 'agent-stopped' })
  state.pulls.clear()
  state.queue = []
  state.definitions = []
  state.pullable.clear()
  state.ready = false
}

/** A2: every check-in sets the next one a whole interval later, so that the agent keeps its own phase. */
function checkIn(state: AgentState, { nowMs }: AgentContext, commands: AgentCommand[]): void {
  commands.push({ kind: 'set-timer', timer: 'check-in', atMs: nowMs + state.config.checkInIntervalMs })
  commands.push({ kind: 'check-in' })
}

/** A3, A7, A8 and A10: the answer may define, change and remove images; missing ones are queued, then the disk is pruned. */
function takeAnswer(state: AgentState, answer: CheckInAnswer, commands: AgentCommand[]): void {
  if (answer.definitions !== state.definitions) takeDefinitions(state, answer.definitions, commands)
  if (!answer.agentEnabled || !state.config.validateImages) {
    for (const { name } of state.queue) commands.push({ kind: 'cancelled', name, cause: 'agent-disabled' })
    state.queue = []
    return
  }
  for (const name of state.pullable.keys()) {
    if (!state.held.has(name)) enqueue(state, name, 'missing', commands)
  }
  prune(state, answer.pruneImagesMode, commands)
  startPulls(state, commands)
  noteReady(state, commands)
}

function takeDefinitions(state: AgentState, definitions: readonly ImageDefinition[], commands: AgentCommand[]): void {
  state.definitions = definitions
  state.pullable.clear()
  for (const definition of definitions) {
    const pullable = definition.enabled && definition.registry !== null && definition.registry !== ''
    if (pullable && !state.pullable.has(definition.name)) state.pullable.set(definition.name, definition)
  }
  state.queue = state.queue.filter(({ name }) => {
    if (state.pullable.has(name)) return true
    commands.push({ kind: 'cancelled', name, cause: 'definition-gone' })
    return false
  })
  for (const name of state.failing.keys()) {
    if (!state.pullable.has(name)) state.failing.delete(name)
  }
  state.pruneNeeded = true
  state.ready = false
}

/** A5: each present image that may be pulled goes through the same queue and cap again. */
function refresh(state: AgentState, { nowMs }: AgentContext, commands: AgentCommand[]): void {
  commands.push({ kind: 'set-timer', timer: 'refresh', atMs: nowMs + state.config.refreshIntervalMs })
  if (!state.config.validateImages) return
  for (const name of state.pullable.keys()) {
    if (state.held.has(name)) enqueue(state, name, 'refresh', commands)
  }
  startPulls(state, commands)
}

function enqueue(state: AgentState, name: string, reason: PullReason, commands: AgentCommand[]): void {
  if (state.pulls.has(name) || state.queue.some((queued) => queued.name === name)) return
  state.queue.push({ name, reason })
  commands.push({ kind: 'queued', name, reason })
}

/** A4 and A9: starts queued pulls while the cap allows and the disk has room. */
function startPulls(state: AgentState, commands: AgentCommand[]): void {
  while (state.queue.length > 0 && state.pulls.size < state.config.maxConcurrentPulls) {
    const { name, reason } = state.queue.shift() as { name: string; reason: PullReason }
    const definition = state.pullable.get(name)
    invariant(definition, `a pull of ${name} was queued that no definition allows`)
    const diskUsedAfterBytes = state.diskUsedBytes + definition.uncompressedSizeBytes
    if (diskUsedAfterBytes > state.config.diskUsageLimit * state.diskSizeBytes) {
      state.failing.set(name, 'disk usage limit')
      commands.push({ kind: 'refused', name, reason, diskUsedBytes: state.diskUsedBytes, diskUsedAfterBytes })
      continue
    }
    const pullId = state.nextPullId++
    state.pulls.set(name, { name, reason, pullId })
    commands.push({ kind: 'start-pull', pullId, definition, reason })
  }
}

function endPull(state: AgentState, pullId: number, name: string): boolean {
  if (state.pulls.get(name)?.pullId !== pullId) return false
  state.pulls.delete(name)
  return true
}

/** A6: the new image takes the tag; the old one stays on disk, untagged, until it is pruned. */
function hold(state: AgentState, name: string, image: HeldImage): void {
  const previous = state.held.get(name)
  state.failing.delete(name)
  if (previous?.digest === image.digest) return
  if (previous) state.dangling.push(previous)
  state.held.set(name, image)
  state.diskUsedBytes += image.sizeBytes
  state.pruneNeeded = true
}

/** A10: Normal removes untagged images, Aggressive also every image no definition names. A full disk cannot be pruned. */
function prune(state: AgentState, mode: PruneImagesMode, commands: AgentCommand[]): void {
  if (mode !== state.pruneImagesMode) state.pruneNeeded = true
  state.pruneImagesMode = mode
  if (mode === 'Off' || !state.pruneNeeded || state.diskUsedBytes >= state.diskSizeBytes) return
  for (const image of state.dangling) {
    state.diskUsedBytes -= image.sizeBytes
    commands.push({ kind: 'remove-image', name: null, digest: image.digest, mode })
  }
  state.dangling = []
  if (mode === 'Aggressive') {
    const defined = new Set(state.definitions.map(({ name }) => name))
    for (const [name, image] of state.held) {
      if (defined.has(name)) continue
      state.held.delete(name)
      state.diskUsedBytes -= image.sizeBytes
      commands.push({ kind: 'remove-image', name, digest: image.digest, mode })
    }
  }
  state.pruneNeeded = false
}

function noteReady(state: AgentState, commands: AgentCommand[]): void {
  if (state.ready) return
  for (const name of state.pullable.keys()) {
    if (!state.held.has(name)) return
  }
  state.ready = true
  commands.push({ kind: 'ready' })
}
