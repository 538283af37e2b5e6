// `kasm-sim serve`: the fake Kasm web app, alone or with agents and a registry.
import { setFlagsFromString } from 'node:v8'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { type Quirks, startWebApp, type WebAppOptions } from '../../server/main.ts'
import { readControlToken } from './flags.ts'
import { stopRequested } from './signals.ts'

interface ServeFlags {
  port: number
  host: string
  apiKey?: string
  apiKeySecret?: string
  managerToken?: string
  autoEnableAgents?: true
  pruneImages: 'Off' | 'Normal' | 'Aggressive'
  seed?: string
  seedVersion?: string
  seedChannel?: string
  quirk?: Partial<Quirks>
  data?: string
  secretKey?: string
  controlToken?: string | true
  registryListHosts?: string[]
  https?: true
  tlsCert?: string
  tlsKey?: string
  allowOrigin: string[]
  agents?: number
  registryProfile: string
  registryPort: number
  log?: true
  json?: true
}

/**
 * Serves until Ctrl-C or SIGTERM.
 *
 * @throws KasmSimError USAGE and those of `startWebApp`
 */
export async function serve(flags: ServeFlags): Promise<void> {
  const { port, host, apiKey, apiKeySecret, managerToken, data, secretKey } = flags
  const stopped = stopRequested()
  const timekeeper = flags.agents === undefined ? null : new Timekeeper()
  const app = await startWebApp({
    port,
    host,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(apiKeySecret === undefined ? {} : { apiKeySecret }),
    ...(managerToken === undefined ? {} : { managerToken }),
    ...readControlToken(flags.controlToken),
    ...(flags.registryListHosts === undefined ? {} : { registryListHosts: flags.registryListHosts }),
    ...seedOf(flags),
    ...(data === undefined ? {} : { dataFile: data }),
    ...(secretKey === undefined ? {} : { secretKey: Buffer.from(secretKey) }),
    ...httpsOf(flags),
    logger: flags.log ?? false,
    allowOrigins: flags.allowOrigin,
    ...(timekeeper ? { clock: timekeeper } : {}),
    autoEnableAgents: flags.autoEnableAgents ?? timekeeper !== null,
    pruneImagesMode: flags.pruneImages,
    ...(flags.quirk === undefined ? {} : { quirks: flags.quirk }),
  })
  // From here on the heap may grow and code may be compiled as it pays off: simulator/main.js has held both back.
  setFlagsFromString('--semi-space-growth-factor=2')
  setFlagsFromString('--opt')
  try {
    const fleet = timekeeper ? await startFleet(app, flags, timekeeper) : null
    const address = { ...app, ...(fleet ? { registryUrl: fleet.registryUrl } : {}) }
    process.stdout.write(flags.json ? describeAsJson(address) : describeAsText(address, flags))
    await stopped
    await fleet?.close()
  } finally {
    await app.close()
    timekeeper?.close()
  }
}

type Address = Awaited<ReturnType<typeof startWebApp>> & { registryUrl?: string }

async function startFleet(webApp: Address, flags: ServeFlags, timekeeper: Timekeeper) {
  const { startServedFleet } = await import('../embedding/serve-fleet.ts')
  const { agents = 0, registryProfile: profile, registryPort: port, host } = flags
  return startServedFleet({ agents, registry: { profile, host, port }, webApp, timekeeper })
}

function seedOf({ seed, seedVersion: version, seedChannel: channel }: ServeFlags): Partial<WebAppOptions> {
  if (seed === undefined && (version !== undefined || channel !== undefined)) {
    const advice = 'Name the list of a workspace registry with --seed.'
    throw new KasmSimError('USAGE', `Failed to choose images of a registry: there is none. ${advice}`)
  }
  if (seed === undefined) return {}
  return {
    seed,
    seedChoice: { ...(version === undefined ? {} : { version }), ...(channel === undefined ? {} : { channel }) },
  }
}

function httpsOf({ https, tlsCert, tlsKey }: ServeFlags): Pick<WebAppOptions, 'https'> {
  if (tlsCert !== undefined && tlsKey !== undefined) return { https: { certificateFile: tlsCert, keyFile: tlsKey } }
  if (tlsCert === undefined && tlsKey === undefined) return https ? { https } : {}
  const [given, missing] = tlsCert === undefined ? ['--tls-key', '--tls-cert'] : ['--tls-cert', '--tls-key']
  throw new KasmSimError('USAGE', `Failed to read the command line: ${given} needs ${missing}. Give both.`)
}

function describeAsJson({ close: _, ...address }: Address): string {
  return `${JSON.stringify({ ...address, docsUrl: `${address.url}/docs` })}\n`
}

function describeAsText(address: Address, flags: ServeFlags): string {
  const { url, apiKey, apiKeySecret, managerToken } = address
  const marked = (value: string, own: string | undefined) => (own === undefined ? `${value} (the default)` : value)
  const body = JSON.stringify({ api_key: apiKey, api_key_secret: apiKeySecret })
  // What signed itself is known to nobody.
  const insecure = flags.https && flags.tlsCert === undefined ? '--insecure ' : ''
  return `The fake Kasm listens on ${url}

  API key        ${marked(apiKey, flags.apiKey)}
  API secret     ${marked(apiKeySecret, flags.apiKeySecret)}
  manager token  ${marked(managerToken, flags.managerToken)}
  API page       ${url}/docs
${describeMore(address)}
Try it:
  curl ${insecure}${url}/api/public/get_images --header 'content-type: application/json' \\
    --data ${quote(body)}

Ctrl-C stops it; ${flags.data === undefined ? 'nothing is kept.' : `${flags.data} keeps its state.`}
`
}

/** Lines that only some servers have. */
function describeMore({ controlToken, fingerprint, registryUrl }: Address): string {
  const registry = registryUrl === undefined ? '' : `  registry       ${registryUrl}\n`
  const control = controlToken === null ? registry : `${registry}  control token  ${controlToken}\n`
  return fingerprint === null ? control : `${control}  certificate    SHA-256 ${fingerprint}\n`
}

/** Quotes for a POSIX shell, so that the line can be pasted whatever the secret holds. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
