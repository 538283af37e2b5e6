// A second, naive account of one agent, kept from its commands alone, that objects to whatever the rules of docs/agent.md forbid.
// The property tests feed it random histories, of the real rules and of wrong ones.
import {
  type AgentCommand,
  type AgentInput,
  type AgentState,
  createAgentState,
  type ImageDefinition,
  type PruneImagesMode,
} from '../../simulator/agent/agent.ts'
import { defaultAgentConfig } from '../../simulator/agent/config.ts'
import type { step } from '../../simulator/agent/step.ts'

export type StepAgent = typeof step

/** What a history is made of. `pull` picks one of the running pulls, or of the dropped ones where it is late. */
export type Action =
  | { do: 'start' }
  | { do: 'stop' }
  | { do: 'edit-cap'; cap: number }
  | ({ do: 'answer' } & Answer)
  | { do: 'answer-fails' }
  | { do: 'check-in' }
  | { do: 'refresh' }
  | { do: 'succeed'; pull: number; digest: string; late: boolean }
  | { do: 'fail'; pull: number; late: boolean }

interface Answer {
  definitions: ImageDefinition[] | 'unchanged'
  enabled: boolean
  mode: PruneImagesMode
  /** Digests that containers use. */
  inUse: string[]
}

interface Pull {
  pullId: number
  name: string
}

const otherBytes = 2
const diskSizeBytes = 20

export class AgentModel {
  readonly state: AgentState = createAgentState({
    config: { ...defaultAgentConfig, restartLookDelayMs: 0 },
    diskSizeBytes,
    diskUsedBytes: otherBytes,
  })
  readonly #step: StepAgent
  #alive = false
  #enabled = false
  #cap = 0
  #capOnDisk = defaultAgentConfig.maxConcurrentPulls
  #definitions: readonly ImageDefinition[] = []
  #mode: PruneImagesMode = 'Off'
  #inUse: string[] = []
  readonly #running = new Map<string, number>()
  readonly #dropped: Pull[] = []
  readonly #waiting = new Set<string>()
  /** By reference: its digest. */
  readonly #tags = new Map<string, string>()
  /** By digest: what it takes on disk, tagged or not. */
  readonly #disk = new Map<string, number>()
  readonly #refused = new Set<string>()

  constructor(stepAgent: StepAgent) {
    this.#step = stepAgent
  }

  do(action: Action): void {
    switch (action.do) {
      case 'start':
        if (!this.#alive) this.#cap = this.#capOnDisk
        this.#alive = true
        this.#tell({ kind: 'start' })
        break
      case 'stop':
        this.#alive = false
        this.#definitions = []
        this.#tell({ kind: 'stop' })
        break
      case 'edit-cap':
        this.#capOnDisk = action.cap
        this.#tell({
          kind: 'config-edited',
          config: { ...this.state.configOnDisk, maxConcurrentPulls: action.cap },
        })
        break
      case 'answer':
        this.#answer(action)
        break
      case 'answer-fails':
        this.#tell({ kind: 'check-in-failed', cause: 'connection refused' })
        break
      case 'check-in':
        this.#tell({ kind: 'check-in-due' })
        break
      case 'refresh':
        this.#tell({ kind: 'refresh-due' })
        break
      case 'succeed':
        this.#succeed(this.#pick(action.pull, action.late), action.digest)
        break
      case 'fail': {
        const pull = this.#pick(action.pull, action.late)
        if (pull && !action.late) this.#running.delete(pull.name)
        if (pull) this.#tell({ kind: 'pull-failed', ...pull, cause: 'toomanyrequests' })
        break
      }
    }
  }

  /** A driver that leaves nothing unanswered: images named `broken` fail every time. */
  settle(definitions: readonly ImageDefinition[]): void {
    this.do({ do: 'start' })
    for (let round = 0; round < 3; round++) {
      this.#answer({
        definitions: round === 0 ? [...definitions] : 'unchanged',
        enabled: true,
        mode: 'Normal',
        inUse: [],
      })
      for (let pulls = 0; this.#running.size > 0; pulls++) {
        demand(pulls < 1_000, 'the pulls never end')
        const [name] = this.#running.keys()
        if (name?.startsWith('broken')) this.do({ do: 'fail', pull: 0, late: false })
        else this.do({ do: 'succeed', pull: 0, digest: `of ${name}`, late: false })
      }
    }
    for (const { name } of definitions.filter(mayBePulled)) {
      demand(this.#tags.has(name) || this.state.failing.has(name), `${name} is neither present nor failing in the end`)
    }
  }

  #answer(action: Answer): void {
    const definitions = action.definitions === 'unchanged' ? this.#definitions : action.definitions
    if (this.#alive) {
      this.#definitions = definitions
      this.#enabled = action.enabled
      this.#mode = action.mode
      this.#inUse = action.inUse
    }
    this.#refused.clear()
    const { enabled: agentEnabled, mode: pruneImagesMode, inUse: imagesInUse } = action
    const answer = { agentEnabled, pruneImagesMode, imagesInUse, definitions }
    this.#tell({ kind: 'check-in-answered', answer })
    if (this.#alive && action.enabled) this.#demandAnswered()
  }

  #succeed(pull: Pull | undefined, digest: string): void {
    if (!pull) return
    const sizeBytes = 1 + (digest.length % 3)
    if (this.#running.get(pull.name) === pull.pullId) {
      this.#running.delete(pull.name)
      this.#tags.set(pull.name, digest)
      if (!this.#disk.has(digest)) this.#disk.set(digest, sizeBytes)
    }
    this.#tell({ kind: 'pull-succeeded', ...pull, digest, sizeBytes })
  }

  #pick(pull: number, late: boolean): Pull | undefined {
    const pulls = late ? this.#dropped : Array.from(this.#running, ([name, pullId]) => ({ name, pullId }))
    return pulls.length === 0 ? undefined : pulls[pull % pulls.length]
  }

  #tell(input: AgentInput): void {
    for (const command of this.#step(this.state, input, { nowMs: 1_000 })) this.#take(command, input.kind)
    this.#compare()
  }

  #take(command: AgentCommand, cause: AgentInput['kind']): void {
    switch (command.kind) {
      case 'set-timer':
        demand(this.#alive && command.atMs > 1_000, 'a timer is set in the past or by a stopped agent')
        break
      case 'check-in':
        demand(this.#alive, 'a stopped agent checks in')
        break
      case 'clear-timers':
        demand(!this.#alive, 'a running agent clears its timers')
        break
      case 'queued': {
        const { name, reason } = command
        demand(!this.#waiting.has(name) && !this.#running.has(name), `${name} is queued twice`)
        demand(reason === (this.#tags.has(name) ? 'refresh' : 'missing'), `${name} is queued as ${reason}`)
        this.#waiting.add(name)
        break
      }
      case 'cancelled':
        demand(this.#waiting.delete(command.name), `${command.name} is cancelled and was not waiting`)
        break
      case 'refused':
        this.#takeFirst(command.name)
        this.#refused.add(command.name)
        demand(command.diskUsedAfterBytes > 0.9 * diskSizeBytes, `${command.name} is refused and fits`)
        break
      case 'start-pull':
        this.#startPull(command.pullId, command.definition)
        break
      case 'abort-pull':
        demand(cause === 'stop', 'a pull is aborted by something else than a stop')
        this.#dropped.push(command)
        demand(this.#running.delete(command.name), `${command.name} is aborted and did not run`)
        break
      case 'remove-image':
        this.#remove(command.name, command.digest, command.mode)
        break
      case 'ready':
        demand(this.#missing().length === 0, 'the agent is ready with an image missing')
        break
    }
  }

  #takeFirst(name: string): void {
    const [first] = this.#waiting
    demand(first === name, `${name} is taken before ${first}`)
    this.#waiting.delete(name)
  }

  #startPull(pullId: number, definition: ImageDefinition): void {
    const { name } = definition
    this.#takeFirst(name)
    demand(this.#alive && this.#enabled, 'an agent pulls that is stopped or disabled')
    demand(this.#definitions.includes(definition), `the definition of ${name} is not of the last answer`)
    demand(mayBePulled(definition), `${name} is pulled although it is disabled or has no registry`)
    demand(!this.#running.has(name), `${name} is pulled twice at once`)
    const afterBytes = this.#usedBytes() + definition.uncompressedSizeBytes
    demand(afterBytes <= 0.9 * diskSizeBytes, `${name} is pulled and does not fit`)
    this.#running.set(name, pullId)
    demand(this.#running.size <= this.#cap, `${this.#running.size} pulls run with a cap of ${this.#cap}`)
  }

  #remove(name: string | null, digest: string, mode: PruneImagesMode): void {
    demand(mode !== 'Off' && mode === this.#mode, `an image is pruned by mode ${mode}`)
    demand(!this.#inUse.includes(digest), `${digest} is pruned although a container uses it`)
    if (name !== null) {
      demand(mode === 'Aggressive' && !this.#isDefined(name), `${name} is pruned although it is defined`)
      demand(!this.#running.has(name), `${name} is pruned while it is pulled`)
      demand(this.#tags.get(name) === digest, `${name} is pruned and does not hold ${digest}`)
      this.#tags.delete(name)
    }
    const tagged = this.#isTagged(digest)
    demand(name !== null || !tagged, `${digest} is pruned as untagged and has a tag`)
    if (!tagged) demand(this.#disk.delete(digest), `${digest} is pruned and was not on disk`)
  }

  /** After every step: the agent and this account agree, and no pull waits that could run. */
  #compare(): void {
    const { state } = this
    demand(same([...state.pulls.keys()], [...this.#running.keys()]), 'the running pulls differ')
    demand(same([...state.queue.keys()], [...this.#waiting]), 'the queues differ')
    const held = Array.from(state.held, ([name, { digest }]) => `${name} ${digest}`)
    demand(same(held.toSorted(), Array.from(this.#tags, (tag) => tag.join(' ')).toSorted()), 'the images held differ')
    demand(state.diskUsedBytes === this.#usedBytes(), `${state.diskUsedBytes} bytes used, not ${this.#usedBytes()}`)
    demand(state.config.maxConcurrentPulls === this.#cap || !this.#alive, 'the cap has changed without a start')
    demand(this.#waiting.size === 0 || this.#running.size >= this.#cap, 'a pull waits although another could run')
  }

  /** After an answer: whatever is missing is on its way or was refused, and nothing is left that should have been pruned. */
  #demandAnswered(): void {
    for (const name of this.#missing()) {
      const onItsWay = this.#running.has(name) || this.#waiting.has(name) || this.#refused.has(name)
      demand(onItsWay, `${name} is missing and nothing is done about it`)
    }
    if (this.#mode === 'Off' || this.#usedBytes() >= diskSizeBytes) return
    for (const digest of this.#disk.keys()) {
      demand(this.#isTagged(digest) || this.#inUse.includes(digest), `${digest} is untagged and was not pruned`)
    }
    if (this.#mode === 'Normal') return
    const isNeeded = (name: string) => this.#isDefined(name) || this.#running.has(name)
    const needed = new Set(Array.from(this.#tags, ([name, digest]) => (isNeeded(name) ? digest : null)))
    for (const [name, digest] of this.#tags) {
      demand(needed.has(digest) || this.#inUse.includes(digest), `${name} is not defined and was not pruned`)
    }
  }

  #missing(): string[] {
    return this.#definitions.filter((one) => mayBePulled(one) && !this.#tags.has(one.name)).map(({ name }) => name)
  }

  #isDefined(name: string): boolean {
    return this.#definitions.some((definition) => definition.name === name)
  }

  #isTagged(digest: string): boolean {
    return [...this.#tags.values()].includes(digest)
  }

  #usedBytes(): number {
    return [...this.#disk.values()].reduce((sum, sizeBytes) => sum + sizeBytes, otherBytes)
  }
}

function mayBePulled({ enabled, registry }: ImageDefinition): boolean {
  return enabled && registry !== null && registry !== ''
}

function same(left: string[], right: string[]): boolean {
  return left.length === right.length && left.every((one, index) => one === right[index])
}

function demand(condition: boolean, objection: string): void {
  if (!condition) throw new Error(objection)
}
