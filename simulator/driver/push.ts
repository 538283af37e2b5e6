// Pushes of images: in real time over the wire, by the distribution specification; in virtual time as if they had been.
import type { PublishedImage } from '../registry/backend/backend.ts'
import type { ModelledRegistry } from '../registry/modelled-registry.ts'
import type { EmbeddedRegistry } from '../registry/registry.ts'
import type { SyntheticImage } from '../registry/synthetic.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Publisher } from './image-library.ts'

/**
 * A function that pushes images over the wire, as the first account of the scenario's registry. The images after the first send
 * none of its layers again.
 */
export function pusherOf(
  { url }: Pick<EmbeddedRegistry, 'url'>,
  { registry }: Pick<Scenario, 'registry'>,
): (images: readonly SyntheticImage[]) => Promise<PublishedImage[]> {
  const [account = null] = registry.accounts
  return async (images) => {
    const { UpstreamBackend } = await import('../registry/backend/upstream.ts')
    const client = await UpstreamBackend.connect({ url, allowPush: true, account })
    try {
      const pushed: PublishedImage[] = []
      for (const image of images) pushed.push(await client.publish(image))
      return pushed
    } finally {
      await client.close()
    }
  }
}

/** Without a wire, a push and what it leaves in the registry are the same. */
export function modelledPublisher(registry: Pick<ModelledRegistry, 'publish' | 'find'>): Publisher {
  return {
    publish: (image) => registry.publish(image),
    push: (images) => images.map((image) => registry.publish(image)),
    find: ({ repository, tag }) => registry.find(repository, tag)?.digest ?? null,
  }
}
