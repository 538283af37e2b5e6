// Agents and a registry beside a web app that serves: what `kasm-sim serve --agents` adds.
import type { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { LiveFleet } from '../driver/live-fleet.ts'
import { type WebAppAddress, WebAppClient } from '../driver/web-app-client.ts'
import { LiveRegistry } from './live-registry.ts'
import { scenarioOf } from './options.ts'

/** Spread enough that the registry is not asked by all at the same moment. */
const startupSpread = '5s'

/**
 * Starts a registry that has the images of the real catalogue at a thousandth of their size, and agents that pull from it.
 *
 * @throws KasmSimError of a profile that is none, PORT_IN_USE | LISTEN_FAILED of the registry
 */
export async function startServedFleet(options: {
  agents: number
  registry: { profile: string; host: string; port: number }
  webApp: WebAppAddress & { controlToken?: string | null }
  /** The clock of the web app. */
  timekeeper: Timekeeper
}): Promise<{ registryUrl: string; close(): Promise<void> }> {
  const { agents, registry: place, webApp, timekeeper } = options
  const { profile, ...address } = place
  const scenario = scenarioOf({ agents: { agents, startupSpread }, registry: profile, images: 'catalogue' })
  const registry = await LiveRegistry.start(scenario, {
    timekeeper,
    isShaped: false,
    // Who may control the web app may ask its registry.
    ...(webApp.controlToken ? { controlToken: webApp.controlToken } : {}),
    ...address,
  })
  const client = new WebAppClient(webApp, { timekeeper })
  const fleet = new LiveFleet({ scenario, timekeeper, webApp: client, registryUrl: registry.url })
  fleet.start()
  const close = async () => {
    await fleet.close()
    await client.close()
    await registry.close()
  }
  return { registryUrl: registry.url, close }
}
