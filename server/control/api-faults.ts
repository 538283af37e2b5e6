// The faults of the fake's own API: whom they concern, and how they are injected (docs/faults.md).

import type { FaultSource } from '../api/control/faults.ts'
import { developerOperationNames, managerOperationNames } from '../api/operation-names.ts'
import type { FaultReader } from '../faults/compile-fault.ts'
import type { Fault } from '../faults/fault.ts'
import { FaultControl } from '../faults/fault-control.ts'
import { Faults } from '../faults/faults.ts'
import { closest } from '../kernel/suggest.ts'
import { hashOf } from '../model/secrets.ts'

/** Whom a fault concerns: each part that is not null narrows it. */
interface CallScope {
  operations: readonly string[] | null
  /** Of paths. */
  prefixes: readonly string[] | null
  /** API keys and user names, as calls name them. */
  callers: readonly string[] | null
  /** Server ids and host names. */
  agents: readonly string[] | null
  /** Addresses. */
  sources: readonly string[] | null
}

/** What a fault is told of a call. */
export interface FaultCall {
  operation: string | null
  path: string
  caller: string | null
  /** Null where the caller is no agent. */
  agent: { serverId: string; hostname: string | null } | null
  source: string
}

/** The faults that calls of an API are put to. */
export type ApiFaults = Faults<CallScope, FaultCall>
export type ApiFaultControl = FaultControl<FaultSource, CallScope>

/** Whoever calls may name themselves anew each time. */
const callersMax = 20_000

/** Longer names are remembered by their hash. */
const callerLengthMax = 255

const operationNames: readonly string[] = [...developerOperationNames, ...managerOperationNames]

/**
 * The faults of one API, and the control of them. `check` refuses what does not follow the schema of a fault.
 *
 * @example
 * const { faults, control } = createApiFaults({ nowMs: () => clock.nowMs(), check })
 * control.inject({ kind: 'internal-error', times: 1 })
 * faults.decide(call, clock.nowMs())
 */
export function createApiFaults(options: { nowMs: () => number; check: (source: unknown) => void }): {
  faults: ApiFaults
  control: ApiFaultControl
} {
  const faults: ApiFaults = new Faults({ concerns, callerOf, callersMax })
  const control = new FaultControl<FaultSource, CallScope>({ ...options, faults, compileScope })
  return { faults, control }
}

function compileScope({ scope = {} }: FaultSource, reader: FaultReader): CallScope {
  const { operations = null, prefixes = null, callers = null, agents = null, sources = null } = scope
  // A fault for an operation that there is not would never hit, and its test would pass for nothing.
  for (const [index, name] of (operations ?? []).entries()) {
    if (operationNames.includes(name)) continue
    const near = closest(name, operationNames)
    const hint = near === null ? 'docs/api.md lists them' : `did you mean "${near}"?`
    reader.problem(['scope', 'operations', index], `must be the name of an operation, it is "${name}"; ${hint}`)
  }
  return { operations, prefixes, callers, agents, sources }
}

function callerOf({ agent, caller, source }: FaultCall): string {
  const name = agent ? `agent/${agent.serverId}` : caller === null ? `source/${source}` : `caller/${caller}`
  return name.length <= callerLengthMax ? name : hashOf(name)
}

function concerns({ scope }: Fault<CallScope>, { operation, path, caller, agent, source }: FaultCall): boolean {
  const { operations, prefixes, callers, agents, sources } = scope
  if (operations !== null && (operation === null || !operations.includes(operation))) return false
  if (prefixes !== null && !prefixes.some((prefix) => path.startsWith(prefix))) return false
  if (callers !== null && (caller === null || !callers.includes(caller))) return false
  if (sources !== null && !sources.includes(source)) return false
  return agents === null || (agent !== null && agents.some((name) => isNamed(agent, name)))
}

/** Server ids come with and without dashes. */
function isNamed({ serverId, hostname }: { serverId: string; hostname: string | null }, name: string): boolean {
  const plain = (text: string) => text.replaceAll('-', '').toLowerCase()
  return name === hostname || plain(name) === plain(serverId)
}
