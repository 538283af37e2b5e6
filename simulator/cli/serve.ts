// `kasm-sim serve`: the fake Kasm web app alone.
import { startWebApp } from '../../server/main.ts'
import { stopRequested } from './signals.ts'

interface ServeFlags {
  port: number
  host: string
  apiKey?: string
  apiKeySecret?: string
  managerToken?: string
  autoEnableAgents?: true
  pruneImages: 'Off' | 'Normal' | 'Aggressive'
  json?: true
}

/**
 * Serves until Ctrl-C or SIGTERM.
 *
 * @throws KasmSimError PORT_IN_USE | LISTEN_FAILED
 */
export async function serve(flags: ServeFlags): Promise<void> {
  const { port, host, apiKey, apiKeySecret, managerToken } = flags
  const stopped = stopRequested()
  const app = await startWebApp({
    port,
    host,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(apiKeySecret === undefined ? {} : { apiKeySecret }),
    ...(managerToken === undefined ? {} : { managerToken }),
    autoEnableAgents: flags.autoEnableAgents ?? false,
    pruneImagesMode: flags.pruneImages,
  })
  process.stdout.write(flags.json ? describeAsJson(app) : describeAsText(app, flags))
  await stopped
  await app.close()
}

type Address = Awaited<ReturnType<typeof startWebApp>>

function describeAsJson({ url, apiKey, apiKeySecret, managerToken }: Address): string {
  return `${JSON.stringify({ url, apiKey, apiKeySecret, managerToken, docsUrl: `${url}/docs` })}\n`
}

function describeAsText({ url, apiKey, apiKeySecret, managerToken }: Address, flags: ServeFlags): string {
  const marked = (value: string, own: string | undefined) => (own === undefined ? `${value} (the default)` : value)
  const body = JSON.stringify({ api_key: apiKey, api_key_secret: apiKeySecret })
  return `The fake Kasm listens on ${url}

  API key        ${marked(apiKey, flags.apiKey)}
  API secret     ${marked(apiKeySecret, flags.apiKeySecret)}
  manager token  ${marked(managerToken, flags.managerToken)}
  API page       ${url}/docs

Try it:
  curl ${url}/api/public/get_images --header 'content-type: application/json' \\
    --data ${quote(body)}

Ctrl-C stops it; nothing is kept.
`
}

/** Quotes for a POSIX shell, so that the line can be pasted whatever the secret holds. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
