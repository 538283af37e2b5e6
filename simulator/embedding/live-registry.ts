// The registry of a fake that is embedded: it is there as long as the fake is, and takes images whenever somebody has one.
import { parseReference } from '../../server/kernel/reference.ts'
import type { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { FaultWatch } from '../driver/fault-watch.ts'
import { ImageLibrary } from '../driver/image-library.ts'
import { initialImages } from '../driver/initial-images.ts'
import { shapeOf } from '../driver/real-run.ts'
import { waitOn } from '../driver/wait.ts'
import { openBackend } from '../registry/backend/open.ts'
import type { RegistryFaultControl } from '../registry/faults/registry-fault.ts'
import type { Journal } from '../registry/journal.ts'
import { loadProfile } from '../registry/profile-file.ts'
import { type EmbeddedRegistry, startRegistry } from '../registry/registry.ts'
import { compileScenario } from '../scenario/compile.ts'
import type { Scenario, ScenarioImage } from '../scenario/scenario.ts'

/** What a synthetic image is like; everything has a default. */
export interface PublishOptions {
  /** Compressed size of all layers together, such as `40MB`; 1 MB by default. */
  size?: string
  /** 5 by default. */
  layers?: number
  /** How many layers stay where the tag is there already; none by default. */
  sharedLayers?: number
}

/**
 * A registry in this process.
 *
 * @example
 * const digest = await kasm.registry.publish('team/app:1.0')
 */
export class LiveRegistry {
  readonly #registry: EmbeddedRegistry
  readonly #library: ImageLibrary
  readonly #published = new Set<string>()
  /** What goes wrong at it: injected, listed and ended in the form of docs/faults.md. */
  readonly faults: RegistryFaultControl

  private constructor(registry: EmbeddedRegistry, library: ImageLibrary, faults: RegistryFaultControl) {
    this.#registry = registry
    this.#library = library
    this.faults = faults
  }

  /**
   * Starts a registry with the images of a scenario in it.
   *
   * @throws KasmSimError of the scenario's backend, IMAGES_MISSING
   */
  static async start(
    scenario: Scenario,
    {
      timekeeper,
      isShaped,
      ...address
    }: { timekeeper: Timekeeper; isShaped: boolean; host?: string; port?: number; controlToken?: string },
  ): Promise<LiveRegistry> {
    const profile = loadProfile(scenario.registry.profile)
    const faults = new FaultWatch(scenario, profile.name)
    const originMs = timekeeper.nowMs()
    const nowMs = () => timekeeper.nowMs() - originMs
    const faultControl = faults.control(scenario.groups)
    const registry = await startRegistry({
      ...address,
      faultControl,
      backend: await openBackend(scenario.registry.backend, timekeeper),
      profile,
      accounts: scenario.registry.accounts,
      clock: timekeeper,
      trustSimulationHeaders: true,
      faults: { decide: faults.decide.bind(faults), nowMs, delay: waitOn(timekeeper) },
      ...(isShaped ? { shape: shapeOf(scenario, waitOn(timekeeper)) } : {}),
    })
    const schedule = (atMs: number, due: () => void) => void timekeeper.at(originMs + atMs, due)
    faults.begin({ nowMs, emit: () => undefined, schedule })
    const live = new LiveRegistry(registry, new ImageLibrary(scenario), faultControl)
    try {
      for (const { image } of await initialImages(scenario, live.#library, registry)) live.#published.add(image)
    } catch (error) {
      await live.close()
      throw error
    }
    return live
  }

  /** `http://127.0.0.1:43217`: agents find every image reference here, whatever host it names. */
  get url(): string {
    return this.#registry.url
  }

  get journal(): Journal {
    return this.#registry.journal
  }

  /**
   * Publishes a synthetic image; where the tag is there already, it moves to a new image. Returns the digest that it stands for now.
   *
   * @throws KasmSimError SCENARIO_INVALID of a reference that is none, BACKEND_INVALID
   */
  async publish(reference: string, { sharedLayers = 0, ...options }: PublishOptions = {}): Promise<string> {
    const image = this.#published.has(reference)
      ? this.#library.move(reference, { sharedLayers })
      : this.#library.add(imageOf(reference, options))
    const { digest } = await this.#registry.publish(image)
    this.#published.add(reference)
    return digest
  }

  /** The digest that a tag stands for; null where there is no such image. */
  async find(reference: string): Promise<string | null> {
    const { repository, tag } = parseReference(reference)
    return this.#registry.find({ repository, tag: tag ?? 'latest' })
  }

  close(): Promise<void> {
    return this.#registry.close()
  }
}

function imageOf(name: string, options: Pick<PublishOptions, 'size' | 'layers'>): ScenarioImage {
  const source = { name: 'publish', fleet: { agents: 1 }, images: [{ name, ...options }], end: { after: '1s' } }
  return compileScenario({ source }).images[0] as ScenarioImage
}
