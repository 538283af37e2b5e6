// Whether this machine can carry the bytes of a run as fast as a run by the wall wants them, guessed in some milliseconds.
import { createHash } from 'node:crypto'
import { createClock } from '../../server/kernel/clock.ts'
import { formatBytes, formatDuration } from '../../server/kernel/units.ts'
import { latenessBoundMs } from '../driver/lateness.ts'
import type { Scenario } from '../scenario/scenario.ts'

const sampleBytes = 2 ** 20
const samples = 4
/** Besides being hashed, every byte is made, written to a socket and read from it, which takes about as long as hashing it thrice. */
const workPerByte = 4

/** How many bytes per second this machine can make, send to itself, receive and verify, about. */
function measureCapacity(): number {
  const clock = createClock()
  const bytes = Buffer.alloc(sampleBytes, 1)
  const rates = Array.from({ length: samples }, () => {
    const startMs = clock.nowMs()
    createHash('sha256').update(bytes).digest()
    return sampleBytes / Math.max(1e-3, (clock.nowMs() - startMs) / 1_000)
  })
  return Math.max(...rates) / workPerByte
}

/**
 * Why a run by the wall at a speed will be too late to be judged, and what to do; null where the machine seems fast enough.
 *
 * @example
 * latenessWarning(scenario, 240)
 */
export function latenessWarning(scenario: Scenario, speed: number, bytesPerSecond = measureCapacity()): string | null {
  const totalBytes = downloadedBytes(scenario)
  const machineMs = (totalBytes / bytesPerSecond) * 1_000
  const networkMs = (totalBytes / networkBytesPerSecond(scenario)) * 1_000
  const boundMs = latenessBoundMs(scenario)
  if (machineMs * speed - networkMs <= boundMs) return null
  const highest = Math.floor((networkMs + boundMs) / machineMs)
  const slower = highest >= 1 ? `--speed ${highest} at most` : 'a lower --speed'
  const network = networkMs === 0 ? 'at once' : `in ${formatDuration(networkMs / speed)} of the wall`
  return `${scenario.name} moves ${formatBytes(totalBytes)}, which its network carries ${network} at speed ${speed}; this machine needs about ${formatDuration(machineMs)} (${formatBytes(Math.round(bytesPerSecond))}/s). The run will be late, and its verdict may be inconclusive. Use --time settled, or ${slower}.`
}

/** What the fleet downloads until it is ready: every image once for every agent, but the share of a base that it has already. */
function downloadedBytes({ groups, images }: Scenario): number {
  const agents = groups.reduce((sum, group) => sum + (group.dockerEngines === undefined ? group.agents : 0), 0)
  const bases = new Set<string>()
  const bytes = images
    .filter(({ defined, published, registry }) => defined && published && registry !== null)
    .map(({ sizeBytes, base, baseShare }) => {
      const isHeld = base !== null && bases.has(base)
      if (base !== null) bases.add(base)
      return isHeld ? sizeBytes * (1 - baseShare) : sizeBytes
    })
  return agents * bytes.reduce((sum, each) => sum + each, 0)
}

/** What the network of a scenario carries at most; Infinity where nothing limits it. */
function networkBytesPerSecond({ groups, network }: Scenario): number {
  const downlinks = groups.reduce(
    (sum, group) => sum + group.agents * (group.downlinkBytesPerSecond ?? Number.POSITIVE_INFINITY),
    0,
  )
  return Math.min(network.uplinkBytesPerSecond ?? Number.POSITIVE_INFINITY, downlinks)
}
