// Which way of keeping time a run has: the one that was asked for, or the best that its parts allow.
import { KasmSimError } from '../../server/kernel/errors.ts'
import type { RunTime } from '../driver/prepared-run.ts'
import type { Scenario } from '../scenario/scenario.ts'

interface TimeChoice {
  time?: RunTime | undefined
  speed?: number | undefined
  webApp?: unknown
}

/**
 * The way of keeping time of a run. `settled` is for runs whose web app, registry and pulls are all in this process: no clock of ours
 * waits for what is outside.
 *
 * @throws KasmSimError USAGE where what is asked for cannot be
 * @example
 * timeOf(scenario, {}) // 'settled'
 * timeOf(scenario, { speed: 60 }) // 'wall'
 */
export function timeOf(scenario: Scenario, { time, speed, webApp }: TimeChoice): RunTime {
  const outside = webApp === undefined ? partOutside(scenario) : 'its web app is another program (--web-app)'
  if (time === 'settled' && outside !== null) {
    throw new KasmSimError(
      'USAGE',
      `Failed to run in settled time: ${outside}, and its clock cannot wait for that. Use --time wall, or keep all parts in this process.`,
    )
  }
  if (time !== undefined && time !== 'wall' && speed !== undefined) {
    throw new KasmSimError(
      'USAGE',
      `Failed to run in ${time} time with --speed: it keeps no pace with the wall, and takes as long as the work does. Leave out --speed, or use --time wall.`,
    )
  }
  return time ?? (speed !== undefined || outside !== null ? 'wall' : 'settled')
}

/** A part of the run that no clock of ours can wait for; null where there is none. */
function partOutside({ groups, registry }: Scenario): string | null {
  const group = groups.find(({ dockerEngines }) => dockerEngines !== undefined)
  if (group !== undefined) return `real Docker Engines pull for the agents of group "${group.name}"`
  return registry.backend === 'embedded' ? null : 'its images are in another registry'
}
