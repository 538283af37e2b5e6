// What the registry holds when a run in real time begins: the run publishes it, or makes sure that a registry which is only read has it.
import { KasmSimError } from '../../server/kernel/errors.ts'
import type { EmbeddedRegistry } from '../registry/registry.ts'
import type { Scenario, ScenarioBackend } from '../scenario/scenario.ts'
import type { ImageLibrary } from './image-library.ts'

/** An image that the registry has, and the digest of its tag. */
interface InitialImage {
  image: string
  digest: string
}

/**
 * Puts the scenario's images into the registry, or finds them there.
 *
 * @throws KasmSimError IMAGES_MISSING, naming every image that a registry which is only read lacks; BACKEND_INVALID where the
 *   timeline publishes to such a registry
 */
export async function initialImages(
  scenario: Scenario,
  library: ImageLibrary,
  registry: Pick<EmbeddedRegistry, 'publish' | 'find'>,
): Promise<InitialImage[]> {
  const images = library.addPublished(scenario.images)
  const readOnlyUrl = readOnlyUrlOf(scenario.registry.backend)
  if (readOnlyUrl !== null) assertNothingPublished(scenario, readOnlyUrl)
  const found: InitialImage[] = []
  const missing: string[] = []
  for (const { name, image } of images) {
    const digest = readOnlyUrl === null ? (await registry.publish(image)).digest : await registry.find(image)
    if (digest === null) missing.push(name)
    else found.push({ image: name, digest })
  }
  if (readOnlyUrl === null || missing.length === 0) return found
  throw new KasmSimError(
    'IMAGES_MISSING',
    `Failed to run ${scenario.name}: the registry ${readOnlyUrl} lacks ${missing.join(', ')}. Push them there, or let the run publish its own with push: true (--allow-push).`,
  )
}

function readOnlyUrlOf(backend: ScenarioBackend): string | null {
  return typeof backend === 'object' && backend.kind === 'upstream' && !backend.push ? backend.url : null
}

function assertNothingPublished({ name, timeline }: Scenario, url: string): void {
  const action = timeline.find(({ do: word }) => ['move-tag', 'publish-image', 'push-image'].includes(word))
  if (action === undefined) return
  throw new KasmSimError(
    'BACKEND_INVALID',
    `Failed to run ${name}: its timeline has ${action.do}, and the registry ${url} is only read. Allow pushes with push: true (--allow-push), or use another backend.`,
  )
}
