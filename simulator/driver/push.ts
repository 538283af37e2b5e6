// Pushes of images: over the wire, by the distribution specification; in virtual time as if they had been.
import type { Dispatcher } from 'undici'
import type { Timekeeper } from '../../server/kernel/timekeeper.ts'
import type { PublishedImage } from '../registry/backend/backend.ts'
import type { SyntheticImage } from '../registry/content/synthetic.ts'
import { publisherHeader } from '../registry/http/registry-server.ts'
import type { EmbeddedRegistry } from '../registry/registry.ts'
import type { VirtualRegistry } from '../registry/virtual/virtual-registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { awaitedBy } from './awaited.ts'
import type { Publisher } from './image-library.ts'

/** The longest that a timer of the platform can wait. */
const wallDelayMsMax = 2 ** 31 - 1

/**
 * A function that pushes images over the wire, as the first account of the scenario's registry. The images after the first send
 * none of its layers again.
 */
export function pusherOf(
  { url }: Pick<EmbeddedRegistry, 'url'>,
  { registry }: Pick<Scenario, 'registry'>,
  timekeeper: Timekeeper,
): (images: readonly SyntheticImage[]) => Promise<PublishedImage[]> {
  const [account = null] = registry.accounts
  return async (images) => {
    const { UpstreamBackend } = await timekeeper.during('a push', () => import('../registry/backend/upstream.ts'))
    // The clock watches over every request: the wall does not.
    const patience = { answersWithinMs: wallDelayMsMax, intercept: asPublisher(timekeeper) }
    const client = await UpstreamBackend.connect({ url, allowPush: true, account, ...patience })
    try {
      const pushed: PublishedImage[] = []
      for (const image of images) pushed.push(await client.publish(image))
      return pushed
    } finally {
      await timekeeper.during('the end of a push', () => client.close())
    }
  }
}

/** The clock waits for what is pushed, and the network between is none of it: that is the agents'. */
function asPublisher(timekeeper: Timekeeper): Dispatcher.DispatcherComposeInterceptor {
  const awaited = awaitedBy((name) => timekeeper.begin(name))
  return (dispatch) =>
    awaited((options, handler) =>
      dispatch({ ...options, headers: { ...(options.headers as object), [publisherHeader]: 'run' } }, handler),
    )
}

/** Without a wire, a push and what it leaves in the registry are the same. */
export function modelledPublisher(registry: Pick<VirtualRegistry, 'publish' | 'find'>): Publisher {
  return {
    publish: (image) => registry.publish(image),
    push: (images) => images.map((image) => registry.publish(image)),
    find: ({ repository, tag }) => registry.find(repository, tag)?.digest ?? null,
  }
}
