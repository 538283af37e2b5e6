// The world of a run in virtual time: the web app's model and a modelled registry, with no socket between them.
import { createKasmModel } from '../../server/model/model.ts'
import { ModelledRegistry } from '../registry/modelled-registry.ts'
import { findProfile } from '../registry/policy/profiles.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { definedImages, zonesOf } from './agent-messages.ts'
import { EventQueue } from './event-queue.ts'
import { ImageLibrary } from './image-library.ts'
import type { PreparedRun } from './prepared-run.ts'
import { runVirtualTime } from './virtual-time.ts'

export interface VirtualRunOptions {
  /** False carries out even the check-ins that change nothing: slower, and the same. Default true. */
  fastForward?: boolean
}

/** Builds what a run in virtual time needs. */
export function prepareVirtualRun(scenario: Scenario, { fastForward = true }: VirtualRunOptions = {}): PreparedRun {
  const queue = new EventQueue()
  const model = createKasmModel({
    images: definedImages(scenario),
    zones: zonesOf(scenario),
    autoEnableAgents: scenario.webApp.autoEnableAgents,
    pruneImagesMode: scenario.webApp.pruneImagesMode,
  })
  const { profile, accounts } = scenario.registry
  const registry = new ModelledRegistry({ profile: findProfile(profile), accounts })
  const library = new ImageLibrary(scenario)
  return {
    time: 'virtual',
    speed: 1,
    nowMs: () => queue.nowMs,
    published: library.publishAll(scenario.images, registry),
    drive: (driving) => runVirtualTime({ scenario, queue, model, registry, library, fastForward, ...driving }),
    close: async () => {},
  }
}
