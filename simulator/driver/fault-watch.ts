// Keeps the faults of a run on time, in either kind of time: each start and each end is told when it comes, whether or not anybody
// asks the registry for anything.
import type { FaultDecision, FaultKind } from '../../server/faults/fault.ts'
import { FaultControl } from '../../server/faults/fault-control.ts'
import type { Faults } from '../../server/faults/faults.ts'
import type { Emit } from '../events/event-log.ts'
import {
  createRegistryFaults,
  type Fault,
  type FaultChange,
  type FaultRequest,
  type FaultScope,
  isOfProfile,
  type RegistryFaultControl,
} from '../registry/faults/registry-fault.ts'
import { checkInjectedFault, scopeOfInjected } from '../scenario/injected-fault.ts'
import type { FleetGroup, Scenario } from '../scenario/scenario.ts'
import { memberNames } from './agent-streams.ts'

/** What of a scenario its faults hang on; a registry without a fleet has no groups. */
interface FaultyScenario {
  seed: number
  registry: { faults?: readonly Fault[] }
  groups?: Scenario['groups']
}

interface FaultWatchOptions {
  nowMs: () => number
  emit: Emit
  schedule: (atMs: number, due: () => void) => void
}

const breakingKinds: ReadonlySet<FaultKind> = new Set(['connection-drop', 'truncated-body', 'outage'])
/** Of the run's own time: in a run of high speed a few milliseconds are minutes. */
const shownWithinMs = 60_000

/**
 * The faults of a run. Until it is watched, nothing starts.
 *
 * @example
 * const watch = new FaultWatch(scenario, 'ghcr')
 * watch.begin({ nowMs, emit: log.emit, schedule })
 * watch.inject(fault)
 */
export class FaultWatch {
  readonly #faults: Faults<FaultScope, FaultRequest>
  readonly #profile: string
  #options: FaultWatchOptions | null = null
  /** The nearest moment that is scheduled. */
  #armedMs = Number.POSITIVE_INFINITY
  /** Names of the faults in force that end connections. */
  readonly #breaking = new Set<string>()
  #brokeUntilMs = Number.NEGATIVE_INFINITY

  constructor({ seed, registry, groups = [] }: FaultyScenario, profile: string) {
    const onChange = (change: FaultChange) => this.#tell(change)
    this.#profile = profile
    this.#faults = createRegistryFaults({
      ...{ seed, profile, faults: registry.faults ?? [], onChange },
      agentNames: memberNames(groups),
    })
  }

  /** What hits a request that arrives now; null where nothing does. */
  decide(request: FaultRequest, nowMs = this.#nowMs()): FaultDecision | null {
    return this.#options === null ? null : this.#faults.decide(request, nowMs)
  }

  begin(options: FaultWatchOptions): void {
    this.#options = options
    this.#settle()
  }

  inject(fault: Fault): void {
    if (!isOfProfile(fault, this.#profile)) return
    this.#faults.inject(fault, this.#nowMs())
    this.#arm()
  }

  clear(name: string): void {
    this.#faults.clear(name, this.#nowMs())
  }

  /** Faults in the form of the documentation, while the registry runs. `groups` are those of the fleet; none: there is no fleet. */
  control(groups: FleetGroup[]): RegistryFaultControl {
    return new FaultControl({
      faults: this.#faults,
      nowMs: () => this.#nowMs(),
      check: checkInjectedFault,
      compileScope: (source) => scopeOfInjected(source, groups),
      changed: () => this.#arm(),
    })
  }

  /** Whether a connection that breaks now may be the work of a fault; what it broke may show a little later. */
  breakConnections(nowMs: number): boolean {
    return this.#breaking.size > 0 || nowMs <= this.#brokeUntilMs + shownWithinMs
  }

  #nowMs(): number {
    return this.#options?.nowMs() ?? 0
  }

  #settle(): void {
    this.#faults.settle(this.#nowMs())
    this.#arm()
  }

  #arm(): void {
    const atMs = this.#faults.nextChangeMs
    if (this.#options === null || atMs >= this.#armedMs) return
    this.#armedMs = atMs
    this.#options.schedule(atMs, () => {
      this.#armedMs = Number.POSITIVE_INFINITY
      this.#settle()
    })
  }

  #tell({ kind, fault: { name, rule, scope } }: FaultChange): void {
    if (kind === 'fault-started' && breakingKinds.has(rule.kind)) this.#breaking.add(name)
    if (kind === 'fault-ended' && this.#breaking.delete(name)) this.#brokeUntilMs = this.#nowMs()
    this.#options?.emit({ kind, fault: name, effect: rule.kind, scope })
  }
}
