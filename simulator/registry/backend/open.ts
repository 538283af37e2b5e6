// Opens the backend that a scenario or a command line names. Those that need a library of their own are loaded only when named.
import type { Clock } from '../../../server/kernel/clock.ts'
import type { ScenarioBackend } from '../../scenario/scenario.ts'
import type { Backend } from './backend.ts'
import { EmbeddedBackend } from './embedded.ts'

/**
 * `onNoAnswer` is told what a request died of that another registry did not answer.
 *
 * @throws KasmSimError BACKEND_INVALID | DOCKER_UNAVAILABLE | SERVER_UNREACHABLE
 * @example
 * const backend = await openBackend({ kind: 'container', image: 'registry:3' }, clock)
 */
export async function openBackend(
  backend: ScenarioBackend,
  clock: Clock,
  { onNoAnswer }: { onNoAnswer?: (error: unknown) => void } = {},
): Promise<Backend> {
  if (backend === 'embedded') return new EmbeddedBackend(clock)
  if (backend.kind === 'container') {
    const { startContainerBackend } = await import('./container.ts')
    return startContainerBackend(backend)
  }
  const { UpstreamBackend } = await import('./upstream.ts')
  return UpstreamBackend.connect({ url: backend.url, allowPush: backend.push, account: backend.account, onNoAnswer })
}
