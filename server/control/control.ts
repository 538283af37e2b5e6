// Everything that can be done to a fake from outside its own API: what the control API, and whoever runs a fake in process, call.
import type { Clock } from '../kernel/clock.ts'
import { KasmSimError } from '../kernel/errors.ts'
import { Timekeeper } from '../kernel/timekeeper.ts'
import type { KasmModel } from '../model/model.ts'
import type { Quirks } from '../model/quirks.ts'
import type { SessionDelays } from '../model/sessions/lifecycle.ts'
import type { StateSnapshot } from '../model/state/state.ts'
import { type ApiFaultControl, type ApiFaults, createApiFaults } from './api-faults.ts'
import { Journal } from './journal.ts'
import type { SeedProblem } from './seed/document.ts'
import type { ReadSeed } from './seed/read.ts'
import { Waits } from './waits.ts'

/** A state to go back to, and when it was taken. */
interface TakenState {
  state: StateSnapshot
  quirks: Quirks
  delays: SessionDelays
  atMs: number
}

/** A named snapshot as it is shown. */
export interface SnapshotFacts {
  name: string
  /** When it was taken, by the clock of the fake. */
  takenAt: string
  records: number
}

/** A snapshot costs little, because records are shared; but nobody names so many on purpose. */
const snapshotCountMax = 1_000

interface ControlOptions {
  model: KasmModel
  clock: Clock
  /** What `reset` goes back to; the state at hand by default. */
  seeded?: StateSnapshot | undefined
  /** Checks faults that are injected by a call of a function; those of the control API have been checked by then. */
  checkFault?: (source: unknown) => void
}

/**
 * The control of one fake.
 *
 * @example
 * const control = new Control({ model, clock })
 * control.reset()
 */
export class Control {
  readonly model: KasmModel
  readonly clock: Clock
  readonly journal = new Journal()
  /** What goes wrong at the API. */
  readonly faults: ApiFaultControl
  /** The same, for what calls are put to. */
  readonly strikes: ApiFaults
  /** What callers wait for is counted on the wall: the fake's clock may stand still. */
  readonly wall = new Timekeeper({ startMs: 0 })
  readonly waits: Waits
  readonly #snapshots = new Map<string, TakenState>()
  readonly #unwatch: () => void
  #seeded: TakenState

  constructor({ model, clock, seeded, checkFault: check = checkedAlready }: ControlOptions) {
    this.model = model
    this.clock = clock
    this.waits = new Waits(clock, this.wall)
    const { faults, control } = createApiFaults({ nowMs: () => clock.nowMs(), check })
    this.strikes = faults
    this.faults = control
    this.#seeded = { ...this.#take(), ...(seeded ? { state: seeded } : {}) }
    this.#unwatch = model.watch(() => this.waits.notice('state'))
    this.journal.onRecord(() => this.waits.notice('call'))
  }

  /** Puts the fake back to its seed: state, quirks and delays of sessions. Journal and faults are empty then; clock and snapshots stay as they are. */
  reset(): void {
    this.#put(this.#seeded)
    this.faults.reset()
    this.journal.clear()
  }

  /**
   * Fills the fake with a seed in place of all it knows, which is then what `reset` goes back to; or adds it to that; or only has
   * `reset` go back to it.
   *
   * @throws KasmSimError SEED_INVALID, and nothing has changed
   */
  async seed(
    { seed, document }: ReadSeed,
    { mode = 'replace' }: { mode?: 'replace' | 'add' | 'on-reset' } = {},
  ): Promise<void> {
    const [{ applySeed }, { seedError }, { generate }] = await Promise.all([
      import('./seed/apply.ts'),
      import('./seed/document.ts'),
      seed.generate ? import('./seed/generate.ts') : { generate: null },
    ])
    const generated = generate && seed.generate ? generate(seed.generate) : null
    const nowMs = this.clock.nowMs()
    const base = mode === 'add' ? this.model.snapshot() : this.model.fresh(seed.zones ? { zones: seed.zones } : {})
    const state = this.model.changed(base, (areas) => {
      const problems: SeedProblem[] = applySeed(areas, seed, { generated, nowMs })
      if (problems.length > 0) throw seedError(document, problems)
    })
    if (mode !== 'on-reset') this.model.restore(state)
    if (mode !== 'add') this.#seeded = { ...this.#seeded, state, atMs: nowMs }
  }

  /** Takes a snapshot; one of the same name is replaced. */
  takeSnapshot(name: string): SnapshotFacts {
    if (!this.#snapshots.has(name) && this.#snapshots.size >= snapshotCountMax) {
      const problem = `there are ${snapshotCountMax} already. Delete some first.`
      throw new KasmSimError('CONTROL_INVALID', `Failed to take the snapshot "${name}": ${problem}`)
    }
    const taken = this.#take()
    this.#snapshots.set(name, taken)
    return describeSnapshot(name, taken)
  }

  snapshots(): SnapshotFacts[] {
    return [...this.#snapshots].map(([name, taken]) => describeSnapshot(name, taken))
  }

  /** Puts a snapshot in place of state and quirks; null where there is none of this name. */
  restoreSnapshot(name: string): SnapshotFacts | null {
    const taken = this.#snapshots.get(name)
    if (!taken) return null
    this.#put(taken)
    return describeSnapshot(name, taken)
  }

  deleteSnapshot(name: string): boolean {
    return this.#snapshots.delete(name)
  }

  /** How many records of each kind that matters there are. */
  counts() {
    const { images, users, groups, zones, agents, sessions, apiKeys } = this.model.areas.rows
    return {
      images: images.size,
      users: users.size,
      groups: groups.size,
      zones: zones.size,
      agents: agents.size,
      sessions: sessions.size,
      api_keys: apiKeys.size,
    }
  }

  /** Has the call-back to an agent fail, or no longer. */
  setUnreachable(serverId: string, cause: string | null): void {
    this.model.setUnreachable(serverId, cause)
  }

  /** Ends every wait; the control is of no use afterwards. */
  close(): void {
    this.#unwatch()
    this.waits.close()
    this.wall.close()
  }

  #take(): TakenState {
    const { quirks, sessionDelays: delays } = this.model
    return { state: this.model.snapshot(), quirks, delays, atMs: this.clock.nowMs() }
  }

  #put({ state, quirks, delays, atMs }: TakenState): void {
    this.model.restore(movedOn(state, this.clock.nowMs() - atMs))
    this.model.setQuirks(quirks)
    this.model.setSessionDelays(delays)
  }
}

function checkedAlready(): void {}

/** Agents have been silent as long as they had when a state was taken: else they would all be gone after an hour. */
function movedOn(state: StateSnapshot, byMs: number): StateSnapshot {
  if (byMs === 0 || state.reports.length === 0) return state
  const reports = state.reports.map(([key, report]): StateSnapshot['reports'][number] => [
    key,
    { ...report, lastReportedMs: report.lastReportedMs + byMs },
  ])
  return { ...state, reports }
}

function describeSnapshot(name: string, { state, atMs }: TakenState): SnapshotFacts {
  const records = Object.values(state).reduce((sum, rows) => sum + rows.length, 0)
  return { name, takenAt: new Date(atMs).toISOString(), records }
}
