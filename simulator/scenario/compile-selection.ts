// Compiles which agents something concerns.
import type { Compilation } from './compilation.ts'
import type { Path } from './problems.ts'
import type { AgentSelection, FleetGroup } from './scenario.ts'

/** What a selection is judged by; groups are null where they are themselves in error. */
interface SelectionContext {
  groups: FleetGroup[] | null
  compilation: Compilation
}

/** The agents that the field `agents` below a path names. */
export function compileSelection(
  agents: 'all' | number[] | { group: string } | undefined,
  path: Path,
  { groups, compilation }: SelectionContext,
): AgentSelection {
  if (agents === undefined || agents === 'all') return 'all'
  const at = [...path, 'agents']
  if (Array.isArray(agents)) {
    checkAgents(agents, at, { groups, compilation })
    return { agents: [...agents] }
  }
  compilation.known(agents.group, [...at, 'group'], {
    what: 'a group of the fleet',
    known: groups?.map(({ name }) => name) ?? null,
  })
  return { group: agents.group }
}

/** Reports numbers that no agent has. */
export function checkAgents(agents: number[], path: Path, { groups, compilation }: SelectionContext): void {
  if (!groups) return
  const count = groups.reduce((sum, group) => sum + group.agents, 0)
  agents.forEach((agent, index) => {
    if (agent >= count) {
      compilation.problems.add([...path, index], `must be the number of an agent, 0 to ${count - 1}, it is ${agent}`)
    }
  })
}
