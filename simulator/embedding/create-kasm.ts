// The way in for whoever embeds a fake. What is behind it is loaded when it is called: most who import the package want scenarios.
import type { Kasm } from './kasm.ts'
import type { KasmOptions } from './options.ts'

/**
 * Starts a fake Kasm in this process, with its agents and its registry; docs/embedding.md lists what it can do.
 *
 * @throws KasmSimError USAGE | SCENARIO_INVALID of options that make no sense, SEED_INVALID of users, PORT_IN_USE | LISTEN_FAILED, those of a
 *   registry's backend
 * @example
 * await using kasm = await createKasm({ agents: 3, clock: 'frozen' })
 * await kasm.registry.publish('team/app:1.0')
 * await kasm.client.call('create_image', { target_image: { name: 'team/app:1.0', friendly_name: 'App' } })
 * await kasm.clock.advance('1m') // each agent has checked in and pulled it
 */
export async function createKasm(options: KasmOptions = {}): Promise<Kasm> {
  const { startKasm } = await import('./kasm.ts')
  return startKasm(options)
}
