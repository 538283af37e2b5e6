// Opens the backend that a scenario or a command line names. Those that need a library of their own are loaded only when named.
import type { Clock } from '../../../server/kernel/clock.ts'
import type { ScenarioBackend } from '../../scenario/scenario.ts'
import type { Backend } from './backend.ts'
import { EmbeddedBackend } from './embedded.ts'

/**
 * @throws KasmSimError BACKEND_INVALID | DOCKER_UNAVAILABLE | SERVER_UNREACHABLE
 * @example
 * const backend = await openBackend({ kind: 'container', image: 'registry:3' }, clock)
 */
export async function openBackend(backend: ScenarioBackend, clock: Clock): Promise<Backend> {
  if (backend === 'embedded') return new EmbeddedBackend(clock)
  if (backend.kind === 'container') {
    const { startContainerBackend } = await import('./container.ts')
    return startContainerBackend(backend)
  }
  const { UpstreamBackend } = await import('./upstream.ts')
  return UpstreamBackend.connect({ url: backend.url, allowPush: backend.push, account: backend.account })
}
