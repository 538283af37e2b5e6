// The rules of the agent: one step from what happened to what it asks for. No clock, no sockets, no randomness,
// so that real time, virtual time and the property tests run the very same rules. A1, A2, ... are rows of docs/agent.md.
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
      if (state.running) takeAnswer(state, input.answer, context, commands)
      break
    case 'check-in-failed':
      break
    case 'refresh-due':
      if (state.running) refresh(state, context, commands)
      break
    case 'pull-succeeded':
      if (endPull(state, input.pullId, input.name)) {
        hold(state, input.name, { digest: input.digest, sizeBytes: input.sizeBytes })
        startPulls(state, context, commands)
        noteReady(state, commands)
      }
      break
    case 'pull-failed':
      if (endPull(state, input.pullId, input.name)) {
        if (state.pullable.has(input.name)) state.failing.set(input.name, input.cause)
        startPulls(state, context, commands)
      }
      break
    default:
      input satisfies never
  }
  return commands
}

/** A1, A8 and A31: a start reads the configuration file and checks in at once; a cap comes into force nowhere else. */
function start(state: AgentState, context: AgentContext, commands: AgentCommand[]): void {
  if (state.running) return
  state.running = true
  state.config = state.configOnDisk
  state.looksFromMs = state.hasRun ? context.nowMs + state.config.restartLookDelayMs : context.nowMs
  state.hasRun = true
  setRefresh(state, context, commands)
  checkIn(state, context, commands)
}

/** A9: a stop drops running and queued pulls; what is on disk stays. */
function stop(state: AgentState, commands: AgentCommand[]): void {
  if (!state.running) return
  state.running = false
  commands.push({ kind: 'clear-timers' })
  for (const { name, pullId } of state.pulls.values()) commands.push({ kind: 'abort-pull', name, pullId })
  cancelQueue(state, 'agent-stopped', commands)
  state.pulls.clear()
  state.definitions = []
  state.pullable.clear()
  state.missing.clear()
  state.failing.clear()
  state.refreshAtMs = null
  state.ready = false
}

/** A2: every check-in sets the next one a whole interval later, so that the agent keeps its own phase. */
function checkIn(state: AgentState, { nowMs }: AgentContext, commands: AgentCommand[]): void {
  setTimer('check-in', nowMs + state.config.checkInIntervalMs, commands)
  commands.push({ kind: 'check-in' })
}

function setRefresh(state: AgentState, { nowMs }: AgentContext, commands: AgentCommand[]): void {
  state.refreshAtMs = nowMs + state.config.refreshIntervalMs
  setTimer('refresh', state.refreshAtMs, commands)
}

function setTimer(timer: 'check-in' | 'refresh', atMs: number, commands: AgentCommand[]): void {
  commands.push({ kind: 'set-timer', timer, atMs })
}

/**
 * A4: missing images are queued, then the disk is pruned, then pulls start, so that what is removed makes room first.
 * An answer that brings no news and finds nothing missing costs the same however many images there are.
 */
function takeAnswer(state: AgentState, answer: CheckInAnswer, context: AgentContext, commands: AgentCommand[]): void {
  if (answer.definitions !== state.definitions) takeDefinitions(state, answer.definitions, commands)
  state.enabled = answer.agentEnabled
  state.imagesInUse = answer.imagesInUse
  if (!managesImages(state)) {
    cancelQueue(state, 'agent-disabled', commands)
    return
  }
  takePruneMode(state, answer.pruneImagesMode)
  if (looksAtImages(state, context)) {
    for (const name of state.missing) enqueue(state, name, 'missing', commands)
    prune(state, commands)
    startPulls(state, context, commands)
  }
  noteReady(state, commands)
}

/** A31: for a while after a restart an agent only listens. */
function looksAtImages({ looksFromMs }: AgentState, { nowMs }: AgentContext): boolean {
  return nowMs >= looksFromMs
}

/** A18 and A19: whether the agent looks after its images at all. */
function managesImages(state: AgentState): boolean {
  return state.enabled && state.config.validateImages
}

/** A5, A14 and A17: takes in new definitions; pulls that wait for one that is gone are cancelled, those that run go on. */
function takeDefinitions(state: AgentState, definitions: readonly ImageDefinition[], commands: AgentCommand[]): void {
  state.definitions = definitions
  state.pullable.clear()
  state.missing.clear()
  for (const definition of definitions) {
    const { name, enabled, registry } = definition
    if (!enabled || registry === null || registry === '' || state.pullable.has(name)) continue
    state.pullable.set(name, definition)
    if (!state.held.has(name)) state.missing.add(name)
  }
  for (const name of state.queue.keys()) {
    if (state.pullable.has(name)) continue
    state.queue.delete(name)
    commands.push({ kind: 'cancelled', name, cause: 'definition-gone' })
  }
  for (const name of state.failing.keys()) {
    if (!state.pullable.has(name)) state.failing.delete(name)
  }
  state.pruneNeeded = true
  if (state.missing.size > 0) state.ready = false
}

/** A11: each present image that may be pulled goes through the same queue and cap again. */
function refresh(state: AgentState, context: AgentContext, commands: AgentCommand[]): void {
  setRefresh(state, context, commands)
  if (!managesImages(state) || !looksAtImages(state, context)) return
  for (const name of state.pullable.keys()) {
    if (state.held.has(name)) enqueue(state, name, 'refresh', commands)
  }
  startPulls(state, context, commands)
}

/** A12: no image is queued or pulled twice at once. */
function enqueue(state: AgentState, name: string, reason: PullReason, commands: AgentCommand[]): void {
  if (state.pulls.has(name) || state.queue.has(name)) return
  state.queue.set(name, reason)
  commands.push({ kind: 'queued', name, reason })
}

function cancelQueue(state: AgentState, cause: 'agent-stopped' | 'agent-disabled', commands: AgentCommand[]): void {
  for (const name of state.queue.keys()) commands.push({ kind: 'cancelled', name, cause })
  state.queue.clear()
}

/** A7, A13 and A20: starts queued pulls, by the definitions of this moment, while the cap allows and the disk has room. */
function startPulls(state: AgentState, { nowMs }: AgentContext, commands: AgentCommand[]): void {
  const { queue, pulls, config, diskUsedBytes } = state
  for (const [name, reason] of queue) {
    if (pulls.size >= config.maxConcurrentPulls) return
    queue.delete(name)
    const definition = state.pullable.get(name)
    invariant(definition, `a pull of ${name} was queued that no definition allows`)
    const diskUsedAfterBytes = diskUsedBytes + definition.uncompressedSizeBytes
    if (diskUsedAfterBytes > config.diskUsageLimit * state.diskSizeBytes) {
      state.failing.set(name, 'the disk usage limit')
      commands.push({ kind: 'refused', name, reason, diskUsedBytes, diskUsedAfterBytes })
      continue
    }
    const pullId = state.nextPullId++
    pulls.set(name, { pullId, name, reason, startedAtMs: nowMs })
    commands.push({ kind: 'start-pull', pullId, definition, reason })
  }
}

/** A10: false for a pull that was dropped. */
function endPull(state: AgentState, pullId: number, name: string): boolean {
  if (state.pulls.get(name)?.pullId !== pullId) return false
  state.pulls.delete(name)
  return true
}

/** A21: the new image takes the tag; the old one stays on disk, untagged, until it is pruned. */
function hold(state: AgentState, name: string, image: HeldImage): void {
  const previous = state.held.get(name)
  state.failing.delete(name)
  state.missing.delete(name)
  if (previous?.digest === image.digest) return
  state.held.set(name, store(state, image))
  if (previous && !findTagged(state, previous.digest)) state.dangling.push(previous)
  state.pruneNeeded = true
}

/** A22: an image is on disk once: one that another tag names, or that has lost its tag, needs no more room. */
function store(state: AgentState, image: HeldImage): HeldImage {
  const tagged = findTagged(state, image.digest)
  if (tagged) return tagged
  const untagged = state.dangling.find(({ digest }) => digest === image.digest)
  if (untagged) {
    state.dangling = state.dangling.filter((other) => other !== untagged)
    return untagged
  }
  state.diskUsedBytes += image.sizeBytes
  return image
}

function findTagged(state: AgentState, digest: string): HeldImage | undefined {
  for (const image of state.held.values()) {
    if (image.digest === digest) return image
  }
  return undefined
}

function takePruneMode(state: AgentState, mode: PruneImagesMode): void {
  if (mode !== state.pruneImagesMode) state.pruneNeeded = true
  state.pruneImagesMode = mode
}

/** A23 to A28, A30: at every check-in, by the mode that its answer names. A full disk cannot be pruned. */
function prune(state: AgentState, commands: AgentCommand[]): void {
  const mode = state.pruneImagesMode
  if (mode === 'Off' || !state.pruneNeeded || state.diskUsedBytes >= state.diskSizeBytes) return
  state.pruneNeeded = false
  const kept: HeldImage[] = []
  for (const image of state.dangling) {
    if (state.imagesInUse.includes(image.digest)) {
      kept.push(image)
      continue
    }
    state.diskUsedBytes -= image.sizeBytes
    commands.push({ kind: 'remove-image', name: null, digest: image.digest, mode })
  }
  state.dangling = kept
  if (kept.length > 0) state.pruneNeeded = true
  if (mode === 'Aggressive') pruneUndefined(state, commands)
}

/** A25, A26 and A30: an image stays while any of its tags is defined or being pulled, and goes with all its tags otherwise. */
function pruneUndefined(state: AgentState, commands: AgentCommand[]): void {
  const defined = new Set(state.definitions.map(({ name }) => name))
  const needed = new Set<string>()
  for (const [name, { digest }] of state.held) {
    const pulled = state.pulls.has(name)
    if (defined.has(name) || pulled) needed.add(digest)
    if (!defined.has(name) && pulled) state.pruneNeeded = true
  }
  for (const [name, { digest, sizeBytes }] of state.held) {
    if (needed.has(digest)) continue
    if (state.imagesInUse.includes(digest)) {
      state.pruneNeeded = true
      continue
    }
    state.held.delete(name)
    if (!findTagged(state, digest)) state.diskUsedBytes -= sizeBytes
    commands.push({ kind: 'remove-image', name, digest, mode: 'Aggressive' })
  }
}

/** A29: says once that every image that may be pulled is present; an image that comes up missing makes it news again. */
function noteReady(state: AgentState, commands: AgentCommand[]): void {
  if (state.ready || state.missing.size > 0) return
  state.ready = true
  commands.push({ kind: 'ready' })
}
