// The Docker Engines of a run: each group that has some, and which of its agents pulls with which.
import { dockerHostsOf } from '../pull/docker-hosts.ts'
import type { Engine } from '../pull/engine.ts'
import type { FleetGroup, Scenario } from '../scenario/scenario.ts'
import type { FleetAgent } from './fleet.ts'

/** Null for an agent whose pulls this program makes. */
export type EngineOf = (agent: FleetAgent) => Engine | null

/** Whether some engine is not on this machine, so that the registry must be reachable from elsewhere. */
export function hasRemoteEngines({ groups }: Scenario): boolean {
  return groups.some(({ dockerEngines }) => dockerEngines !== undefined && dockerEngines.registryHost !== null)
}

/**
 * Reaches the Docker Engines that the groups of a scenario name; loads nothing where none does.
 *
 * @throws KasmSimError DOCKER_UNAVAILABLE
 */
export async function openGroupEngines(
  { groups }: Scenario,
  registryUrl: string,
): Promise<{ engineOf: EngineOf; close(): Promise<void> }> {
  const engines = new Map<FleetGroup, (position: number) => Engine>()
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers) await closer()
  }
  const { hostname, port } = new URL(registryUrl)
  try {
    for (const group of groups) {
      if (group.dockerEngines === undefined) continue
      const { hosts, registryHost, keepImages } = group.dockerEngines
      const { openDockerEngines } = await import('../pull/docker-engine.ts')
      const opened = await openDockerEngines({
        hosts: hosts.length > 0 ? hosts : dockerHostsOf(process.env),
        registryHost: `${registryHost ?? hostname}:${port}`,
        keepImages,
      })
      closers.push(opened.close)
      engines.set(group, opened.engineOf)
    }
  } catch (error) {
    await close()
    throw error
  }
  const positions = new Map<FleetGroup, number>()
  const engineOf: EngineOf = ({ group }) => {
    const position = positions.get(group) ?? 0
    positions.set(group, position + 1)
    return engines.get(group)?.(position) ?? null
  }
  return { engineOf, close }
}
