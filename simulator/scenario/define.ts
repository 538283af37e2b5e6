// What a scenario module calls, so that an editor completes and checks the fields while a person writes them.
import type { ScenarioSource } from './schema.ts'

/**
 * Types a scenario's source form and returns it as it is; `compileScenario` checks it.
 *
 * @example
 * export default defineScenario({ name: 'first', fleet: { agents: 5 }, end: { after: '10m' } })
 */
export function defineScenario(source: ScenarioSource): ScenarioSource {
  return source
}
