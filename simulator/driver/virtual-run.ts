// The world of a run in virtual time: the web app's model and a modelled registry, with no socket between them.

import { KasmSimError } from '../../server/kernel/errors.ts'
import { EventQueue } from '../../server/kernel/event-queue.ts'
import { createKasmModel } from '../../server/model/model.ts'
import type { LinkRates } from '../network/shared-link.ts'
import type { Profile } from '../registry/policy/policy.ts'
import { loadProfile } from '../registry/profile-file.ts'
import { VirtualRegistry } from '../registry/virtual/virtual-registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { definedImages, zonesOf } from './agent-messages.ts'
import { FaultWatch } from './fault-watch.ts'
import { ImageLibrary } from './image-library.ts'
import type { PreparedRun } from './prepared-run.ts'
import { runVirtualTime } from './virtual-time.ts'

export interface VirtualRunOptions {
  /** False carries out even the check-ins that change nothing: slower, and the same. Default true. */
  fastForward?: boolean
  /** Stands in for the profile that the scenario names: for tests with limits that small fleets reach. */
  profile?: Profile
  /** Stands in for the network that the scenario describes: for tests of what measures it. */
  changeRates?: (planned: LinkRates) => LinkRates
}

/** Builds what a run in virtual time needs. */
export function prepareVirtualRun(scenario: Scenario, options: VirtualRunOptions = {}): PreparedRun {
  const { fastForward = true, profile = loadProfile(scenario.registry.profile), changeRates } = options
  assertVirtual(scenario)
  const queue = new EventQueue()
  const model = createKasmModel({
    images: definedImages(scenario),
    zones: zonesOf(scenario),
    autoEnableAgents: scenario.webApp.autoEnableAgents,
    pruneImagesMode: scenario.webApp.pruneImagesMode,
  })
  const registry = new VirtualRegistry({ profile, accounts: scenario.registry.accounts })
  const library = new ImageLibrary(scenario)
  const faults = new FaultWatch(scenario, profile.name)
  return {
    time: 'virtual',
    speed: 1,
    nowMs: () => queue.nowMs,
    published: library
      .addPublished(scenario.images)
      .map(({ name, image }) => ({ image: name, digest: registry.publish(image).digest })),
    drive: (driving) => {
      const world = { scenario, queue, model, registry, library, faults }
      return runVirtualTime({ ...world, fastForward, changeRates, ...driving })
    },
    doubts: () => [],
    close: async () => {},
  }
}

/** A real engine knows no other time than that of the wall. */
function assertVirtual({ groups }: Scenario): void {
  const real = groups.find(({ dockerEngines }) => dockerEngines !== undefined)
  if (real === undefined) return
  throw new KasmSimError(
    'USAGE',
    `Failed to run in virtual time: real Docker Engines pull for the agents of group "${real.name}", and they know real time alone. Run it in real time, or leave out "pull: docker-engine".`,
  )
}
