// The `polite` persona: the engine of another persona that leaves a registry alone for a while once it was denied.
import { parseReference } from '../../server/kernel/reference.ts'
import type { CoolDown } from './cool-down.ts'
import { type Engine, PullError } from './engine.ts'

/**
 * Makes an engine polite. While it waits, its pulls fail at once and without a request.
 *
 * @example
 * const engine = createPoliteEngine(createRegistryEngine(options), { coolDown, nowMs: () => clock.nowMs() })
 */
export function createPoliteEngine(engine: Engine, options: { coolDown: CoolDown; nowMs: () => number }): Engine {
  const { coolDown, nowMs } = options
  return {
    pull: async (request, signal) => {
      const { host } = parseReference(request.reference)
      const refusal = coolDown.refusal(host, nowMs())
      if (refusal) throw refusal
      try {
        const result = await engine.pull(request, signal)
        if (result.outcome === 'downloaded') coolDown.granted(host)
        return result
      } catch (error) {
        if (error instanceof PullError && error.code === 'TOOMANYREQUESTS') {
          coolDown.denied(host, nowMs(), error.retryAfterMs)
        }
        throw error
      }
    },
    remove: (image) => engine.remove(image),
    close: () => engine.close(),
  }
}
