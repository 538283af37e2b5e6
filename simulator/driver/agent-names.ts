// What simulated agents are called by their installation: the same in every run.
import { createHash } from 'node:crypto'

/** What an agent's installation makes once: the same in every run. */
interface Identity {
  /** `agent-0007` */
  hostname: string
  serverId: string
}

/** Made once per number: check-ins ask for them by the million. */
const identities: Identity[] = []

export function identityOf(index: number): Identity {
  const known = identities[index]
  if (known) return known
  const hex = createHash('sha256').update(`kasm-sim-agent-${index}`).digest('hex')
  const serverId = `${hex.slice(0, 12)}4${hex.slice(13, 16)}8${hex.slice(17, 32)}`
  const identity = { hostname: `agent-${String(index).padStart(4, '0')}`, serverId }
  identities[index] = identity
  return identity
}

/** The `server_id` of an agent, written as Kasm writes ids. */
export function agentServerId(index: number): string {
  return identityOf(index).serverId
}

/** `agent-0007` */
export function agentHostname(index: number): string {
  return identityOf(index).hostname
}
