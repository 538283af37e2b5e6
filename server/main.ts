// Starts the fake Kasm web app; the only file of the server that listens.
import type { AddressInfo } from 'node:net'
import type { ImageSeed } from './api/images.ts'
import { buildApp } from './app.ts'
import { type Clock, createClock } from './kernel/clock.ts'
import { KasmSimError } from './kernel/errors.ts'
import { defaultCredentials } from './model/access.ts'
import { catalogueSeeds } from './model/catalogue.ts'
import { createKasmModel } from './model/model.ts'

export type { ImageSeed } from './api/images.ts'
export { defaultCredentials } from './model/access.ts'

/** How to start a web app; everything has a default. */
export interface WebAppOptions {
  /** 127.0.0.1 by default. */
  host?: string
  /** 0, the default, takes any free port. */
  port?: number
  /** What dates and the silence of agents are measured with; the wall clock by default. */
  clock?: Clock
  /** The real catalogue by default: 57 images, 24 of them enabled. */
  images?: ImageSeed[]
  /** Zone names; the first is the default zone. `['default']` by default. */
  zones?: string[]
  apiKey?: string
  apiKeySecret?: string
  managerToken?: string
  /** Whether new agents register enabled; false by default, as in Kasm. */
  autoEnableAgents?: boolean
  /** How new agents are told to prune; `Aggressive` by default, as operators found it. */
  pruneImagesMode?: 'Off' | 'Normal' | 'Aggressive'
  /** Writes a line of JSON per request to standard output. */
  logger?: boolean
}

/** A web app that listens. */
export interface WebApp {
  url: string
  managerToken: string
  apiKey: string
  apiKeySecret: string
  close(): Promise<void>
}

/**
 * Starts a web app and waits until it listens.
 *
 * @throws KasmSimError PORT_IN_USE, LISTEN_FAILED or IMAGE_REFERENCE_INVALID (of an image to start with)
 * @example
 * const webApp = await startWebApp({ port: 8080, autoEnableAgents: true })
 * await fetch(`${webApp.url}/api/__healthcheck`)
 * await webApp.close()
 */
export async function startWebApp(options: WebAppOptions = {}): Promise<WebApp> {
  const { host = '127.0.0.1', port = 0, clock = createClock(), logger = false } = options
  const credentials = {
    apiKey: options.apiKey ?? defaultCredentials.apiKey,
    apiKeySecret: options.apiKeySecret ?? defaultCredentials.apiKeySecret,
    managerToken: options.managerToken ?? defaultCredentials.managerToken,
  }
  const model = createKasmModel({ ...options, images: options.images ?? catalogueSeeds(), credentials })
  const app = buildApp({ model, clock, logger })
  try {
    await app.listen({ host, port })
  } catch (cause) {
    await app.close()
    throw listenError(host, port, cause)
  }
  const close = async () => {
    await app.close()
  }
  return { url: urlOf(app.server.address() as AddressInfo), ...credentials, close }
}

function listenError(host: string, port: number, cause: unknown): KasmSimError {
  if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
    const message = `Failed to listen on ${host}:${port}: the port is in use. Choose another port, or 0 for any free one.`
    return new KasmSimError('PORT_IN_USE', message, { cause })
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `Failed to listen on ${host}:${port}: ${reason}. Choose an address of this machine and a port you may use.`
  return new KasmSimError('LISTEN_FAILED', message, { cause })
}

/** Where this machine reaches the server: the loopback address where it listens on all. */
function urlOf({ address, family, port }: AddressInfo): string {
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return family === 'IPv6' ? `http://[${host}]:${port}` : `http://${host}:${port}`
}
