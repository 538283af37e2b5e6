// Compiles the groups of agents. An agent's configuration file, where one is named, stands between the defaults and the fields.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { formatBytes } from '../../server/kernel/units.ts'
import type { AgentConfig } from '../agent/agent.ts'
import { defaultAgentConfig, parseAgentConfig } from '../agent/config.ts'
import { isDockerHost } from '../pull/docker-hosts.ts'
import type { Compilation } from './compilation.ts'
import { agentConfigDefaults, fleetDefaults } from './defaults.ts'
import { formatValue, isFields, type Path } from './problems.ts'
import type { DockerEnginesSpec, FleetGroup } from './scenario.ts'
import type { GroupSource, ScenarioSource } from './schema.ts'

/** What a group does not say for itself, and where problems go. */
interface FleetContext {
  /** Of an agent's line; null is no limit. */
  downlink: string | null
  compilation: Compilation
}

/** Groups whose form is wrong are compiled as far as they go, so that what else is wrong with them is found too. */
export function compileFleet(fleet: ScenarioSource['fleet'], context: FleetContext): FleetGroup[] {
  if (!Array.isArray(fleet)) return isFields(fleet) ? [compileGroup(fleet, ['fleet'], context)] : []
  const { problems } = context.compilation
  const names = new Set<string>()
  return fleet.flatMap((group, index) => {
    if (!isFields(group)) return []
    const path = ['fleet', index]
    if (typeof group.name === 'string' && names.has(group.name)) {
      problems.add([...path, 'name'], `must be unique, another group is named ${formatValue(group.name)} too`)
    }
    names.add(group.name)
    return compileGroup(group, path, context)
  })
}

function compileGroup(source: GroupSource, path: Path, { downlink, compilation }: FleetContext): FleetGroup {
  const config =
    source.config === undefined ? defaultAgentConfig : readConfig(source.config, [...path, 'config'], compilation)
  const { checkInInterval, refreshInterval } = source
  const interval = (text: string | undefined, field: string, fallbackMs: number) =>
    text === undefined ? fallbackMs : compilation.durationMs(text, [...path, field], { positive: true })
  const group: FleetGroup = {
    name: source.name ?? fleetDefaults.name,
    agents: source.agents,
    cap: source.cap ?? config.maxConcurrentPulls,
    checkInIntervalMs: interval(checkInInterval, 'checkInInterval', config.checkInIntervalMs),
    refreshIntervalMs: interval(refreshInterval, 'refreshInterval', config.refreshIntervalMs),
    startupSpreadMs: compilation.durationMs(source.startupSpread ?? fleetDefaults.startupSpread, [
      ...path,
      'startupSpread',
    ]),
    diskSizeBytes: compilation.sizeBytes(source.disk ?? fleetDefaults.disk, [...path, 'disk'], { positive: true }),
    diskUsedBytes: compilation.sizeBytes(source.diskUsed ?? fleetDefaults.diskUsed, [...path, 'diskUsed']),
    diskUsageLimit: source.diskUsageLimit ?? config.diskUsageLimit,
    validateImages: source.validateImages ?? config.validateImages,
    restartLookDelayMs: compilation.durationMs(source.restartLookDelay ?? agentConfigDefaults.restartLookDelay, [
      ...path,
      'restartLookDelay',
    ]),
    egressAddress: source.egressAddress ?? fleetDefaults.egressAddress,
    persona: source.persona ?? fleetDefaults.persona,
    downlinkBytesPerSecond: compilation.rateBytesPerSecond(source.downlink === undefined ? downlink : source.downlink, [
      ...path,
      'downlink',
    ]),
    zone: source.zone ?? fleetDefaults.zone,
  }
  checkGroup(group, path, compilation)
  const dockerEngines = compileDockerEngines(source, path, compilation)
  return dockerEngines === null ? group : { ...group, dockerEngines }
}

function compileDockerEngines(source: GroupSource, path: Path, { problems }: Compilation): DockerEnginesSpec | null {
  const { pull = fleetDefaults.pull, dockerEngine, persona } = source
  if (pull !== 'docker-engine') {
    if (dockerEngine !== undefined) {
      problems.add([...path, 'dockerEngine'], 'is for pulls by Docker Engines: add "pull: docker-engine"')
    }
    return null
  }
  if (persona !== undefined) {
    problems.add(
      [...path, 'persona'],
      'cannot be chosen with "pull: docker-engine", whose pulls are those of the engine',
    )
  }
  const at = [...path, 'dockerEngine']
  const { hosts = [], registryHost = null, keepImages = false } = problems.isClean(at) ? (dockerEngine ?? {}) : {}
  for (const [index, host] of hosts.entries()) {
    if (isDockerHost(host)) continue
    const form = 'must be like "unix:///var/run/docker.sock" or "tcp://127.0.0.1:2375"'
    problems.add([...at, 'hosts', index], `${form}, it is ${formatValue(host)}`)
  }
  if (registryHost !== null && !/^(?:[\w.-]+|\[[0-9a-f:]+\])$/i.test(registryHost)) {
    const form = 'must be a host name or an IP address without a port'
    problems.add([...at, 'registryHost'], `${form}, it is ${formatValue(registryHost)}`)
  }
  return { hosts, registryHost, keepImages }
}

function checkGroup(
  { diskUsedBytes, diskSizeBytes, egressAddress }: FleetGroup,
  path: Path,
  { problems }: Compilation,
): void {
  if (diskUsedBytes > diskSizeBytes && problems.isClean([...path, 'disk'])) {
    const disk = formatBytes(diskSizeBytes)
    problems.add([...path, 'diskUsed'], `must be at most the disk (${disk}), it is ${formatBytes(diskUsedBytes)}`)
  }
  if (problems.isClean([...path, 'egressAddress']) && !isEgress(egressAddress)) {
    problems.add(
      [...path, 'egressAddress'],
      `must be "shared", "own" or an IP address, it is ${formatValue(egressAddress)}`,
    )
  }
}

function isEgress(address: string): boolean {
  return address === 'shared' || address === 'own' || isIP(address) !== 0
}

function readConfig(name: string, path: Path, compilation: Compilation): AgentConfig {
  const config = compilation.attempt(name, path, () => {
    const file = compilation.resolveFile(name)
    return parseAgentConfig(readText(file), file)
  })
  return config ?? defaultAgentConfig
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    throw new KasmSimError('AGENT_CONFIG_INVALID', `Failed to read the agent configuration ${file}: ${reason}`, {
      cause,
    })
  }
}
