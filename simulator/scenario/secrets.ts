// What of a scenario must not be written down: the credentials of registries that are not ours.
import type { Scenario } from './scenario.ts'

/** The scenario as a trace may hold it. Accounts of the local registry are made up and stay; that of an upstream is real. */
export function withoutSecrets(scenario: Scenario): Scenario {
  const { backend } = scenario.registry
  if (backend === 'embedded' || backend.kind !== 'upstream' || backend.account === null) return scenario
  const account = { ...backend.account, password: '***' }
  return { ...scenario, registry: { ...scenario.registry, backend: { ...backend, account } } }
}
