// Starts the fake Kasm web app; the only file of the server that listens.
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { ImageSeed } from './api/images.ts'
import { buildApp } from './app.ts'
import { Control } from './control/control.ts'
import type { Clock } from './kernel/clock.ts'
import { KasmSimError } from './kernel/errors.ts'
import { Timekeeper } from './kernel/timekeeper.ts'
import { type Credentials, defaultCredentials } from './model/access/credentials.ts'
import { catalogueSeeds } from './model/catalogue.ts'
import { createKasmModel, type KasmModel } from './model/model.ts'
import type { Quirks } from './model/quirks.ts'
import type { SessionDelays } from './model/sessions/lifecycle.ts'
import { callAgentOverHttp } from './routes/call-back.ts'
import type { Limits } from './routes/limits.ts'
import { fetchListsFrom } from './routes/registry-lists.ts'
import type { Store } from './store/store.ts'
import type { Certificate, CertificateFiles } from './tls.ts'

export type { ImageSeed } from './api/images.ts'
export { defaultCredentials } from './model/access/credentials.ts'
export type { Quirks } from './model/quirks.ts'
export type { SessionDelays } from './model/sessions/lifecycle.ts'
export type { Limits } from './routes/limits.ts'

/** How to start a web app; everything has a default. */
export interface WebAppOptions {
  /** 127.0.0.1 by default. */
  host?: string
  /** 0, the default, takes any free port. */
  port?: number
  /** What dates and the silence of agents are measured with; by default one that starts with the wall's and can be controlled. */
  clock?: Clock
  /** A file that the fake is filled with in place of the catalogue (docs/control.md, "Seeds"). */
  seed?: string
  /** Of a seed that is a workspace registry's list: which images of it. */
  seedChoice?: { version?: string; channel?: string }
  /** The real catalogue by default: 57 images, 24 of them enabled. */
  images?: ImageSeed[]
  /** Zone names; the first is the default zone. `['default']` by default. */
  zones?: string[]
  apiKey?: string
  apiKeySecret?: string
  managerToken?: string
  /** Opens the control API, and nothing else does. By default callers on this machine may use it; off loopback a new token is made. */
  controlToken?: string
  /** Whether new agents register enabled; false by default, as in Kasm. */
  autoEnableAgents?: boolean
  /** How new agents are told to prune; `Aggressive` by default, as operators found it. */
  pruneImagesMode?: 'Off' | 'Normal' | 'Aggressive'
  /** Ways in which real servers differ (docs/kasm.md, "Quirks"). */
  quirks?: Partial<Quirks>
  /** Why an agent of this process would not answer the call before a launch; null of all others (`KasmModel.askAgents`). */
  silenceOf?: (serverId: string) => string | null
  /** How long sessions stay in the statuses that pass by themselves (docs/sessions.md). */
  sessionDelays?: Partial<SessionDelays>
  /** What tokens are derived from and secrets sealed with; a new one for each fake by default. */
  secretKey?: Uint8Array
  /** Keeps the state in this file (docs/persistence.md); a state that it has is gone on from. In memory alone by default. */
  dataFile?: string
  /** Speaks HTTPS, with this certificate or with one that it makes for itself. */
  https?: true | CertificateFiles
  /** Writes a line of JSON per request to standard error. */
  logger?: boolean
  limits?: Partial<Limits>
  /** Origins whose pages may call the API from a browser (`http://localhost:5173`); none by default. */
  allowOrigins?: readonly string[]
  /** The only hosts that lists of workspace registries are fetched from (`registry.example.com`, `10.0.0.5:8443`); any by default. */
  registryListHosts?: readonly string[]
}

/** A web app that listens. */
export interface WebApp {
  url: string
  /** Over HTTPS what clients must trust, as PEM, and its SHA-256; null over HTTP. */
  certificate: string | null
  fingerprint: string | null
  managerToken: string
  apiKey: string
  apiKeySecret: string
  /** Null where callers on this machine need none. */
  controlToken: string | null
  close(): Promise<void>
}

/**
 * Starts a web app and waits until it listens.
 *
 * @throws KasmSimError PORT_IN_USE, LISTEN_FAILED, QUIRK_INVALID, IMAGE_REFERENCE_INVALID (of an image to start with), those of
 *   the data file (server/store/keep.ts), CERTIFICATE_INVALID
 * @example
 * const webApp = await startWebApp({ port: 8080, autoEnableAgents: true })
 * await fetch(`${webApp.url}/api/__healthcheck`)
 * await webApp.close()
 */
export async function startWebApp(options: WebAppOptions = {}): Promise<WebApp> {
  const {
    host = '127.0.0.1',
    port = 0,
    clock = new Timekeeper(),
    logger = false,
    limits = {},
    allowOrigins = [],
  } = options
  const credentials = {
    apiKey: options.apiKey ?? defaultCredentials.apiKey,
    apiKeySecret: options.apiKeySecret ?? defaultCredentials.apiKeySecret,
    managerToken: options.managerToken ?? defaultCredentials.managerToken,
  }
  const certificate = options.https ? await certificateOf(options.https, host) : null
  const { model, store, isNew } = await createModel(options, credentials, clock)
  if (options.silenceOf) model.askAgents(options.silenceOf)
  const log = logger ? (line: string) => void process.stderr.write(line) : null
  const controlToken = options.controlToken ?? (isLoopback(host) ? null : randomBytes(16).toString('hex'))
  let control: Control
  try {
    control = await createControl(model, { ...options, clock, isNew })
    await store?.begin()
  } catch (error) {
    store?.close()
    throw error
  }
  const callAgent = awaited(callAgentOverHttp, clock)
  const fetchList = awaited(fetchListsFrom(options.registryListHosts ?? null), clock)
  const app = buildApp({
    model,
    clock,
    control,
    callAgent,
    fetchList,
    controlToken,
    log,
    limits,
    certificate,
    store,
    allowOrigins,
  })
  const close = async () => {
    await app.close()
    store?.close()
    if (!options.clock && clock instanceof Timekeeper) clock.close()
  }
  const url = await listen(app, { host, port, protocol: certificate ? 'https' : 'http' }).catch(async (error) => {
    await close()
    throw error
  })
  const shown = { certificate: certificate?.certificate ?? null, fingerprint: certificate?.fingerprint ?? null }
  return { url, ...shown, ...credentials, controlToken, close }
}

/**
 * Has an app listen, and returns where this machine reaches it.
 *
 * @throws KasmSimError PORT_IN_USE, LISTEN_FAILED
 */
export async function listen(
  app: FastifyInstance,
  { host = '127.0.0.1', port, protocol = 'http' }: { host?: string; port: number; protocol?: 'http' | 'https' },
): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    throw listenError(host, port, cause)
  }
  return urlOf(app.server.address() as AddressInfo, protocol)
}

/** A model in memory, or one that a data file keeps. */
async function createModel(
  options: WebAppOptions,
  credentials: Credentials,
  clock: Clock,
): Promise<{ model: KasmModel; store: Store | null; isNew: boolean }> {
  const model = { ...options, images: options.images ?? catalogueSeeds(), credentials }
  const { dataFile } = options
  if (dataFile === undefined) return { model: createKasmModel(model), store: null, isNew: true }
  const { keepModel } = await import('./store/keep.ts')
  const isOwnKey = options.apiKey !== undefined || options.apiKeySecret !== undefined
  return keepModel({ dataFile, clock, model, isOwnKey })
}

/** The control of a fake that was started. A state that a data file has kept is no seed: a reset does not come back to it. */
async function createControl(
  model: KasmModel,
  { clock, seed, seedChoice, images, isNew }: WebAppOptions & { clock: Clock; isNew: boolean },
): Promise<Control> {
  const seeded = isNew ? model.snapshot() : model.fresh({ images: images ?? catalogueSeeds() })
  const control = new Control({ model, clock, seeded })
  if (seed === undefined) return control
  const { readSeedFile } = await import('./control/seed/read.ts')
  await control.seed(await readSeedFile(seed, seedChoice), { mode: isNew ? 'replace' : 'on-reset' })
  return control
}

/** A call that a clock which is moved on waits for. */
export function awaited<Subject, Answer>(call: (subject: Subject) => Promise<Answer>, clock: Clock) {
  if (!(clock instanceof Timekeeper)) return call
  return (subject: Subject) => clock.during(`a call of the web app: ${call.name}`, () => call(subject))
}

async function certificateOf(https: true | CertificateFiles, host: string): Promise<Certificate> {
  const { createCertificate, readCertificate } = await import('./tls.ts')
  return https === true ? createCertificate(host) : readCertificate(https)
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

/** Whether nobody but this machine can reach an address. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}

/** Where this machine reaches the server: the loopback address where it listens on all. */
function urlOf({ address, family, port }: AddressInfo, scheme: 'http' | 'https'): string {
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return family === 'IPv6' ? `${scheme}://[${host}]:${port}` : `${scheme}://${host}:${port}`
}
