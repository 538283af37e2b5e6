// `kasm-sim registry`: a local registry alone, with synthetic images if asked for.

import type { FaultDecision } from '../../server/faults/fault.ts'
import { createClock } from '../../server/kernel/clock.ts'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { formatBytes } from '../../server/kernel/units.ts'
import { packageVersion } from '../../server/kernel/version.ts'
import { FaultWatch } from '../driver/fault-watch.ts'
import { ImageLibrary } from '../driver/image-library.ts'
import { createWait } from '../driver/wait.ts'
import type { RunEventBody } from '../events/events.ts'
import { openBackend } from '../registry/backend/open.ts'
import type { FaultRequest, RegistryFaultControl } from '../registry/faults/registry-fault.ts'
import { formatHar } from '../registry/har.ts'
import type { FaultDecider } from '../registry/http/strike.ts'
import type { RequestRecord } from '../registry/journal.ts'
import type { Authentication, Profile } from '../registry/policy/policy.ts'
import { loadProfile } from '../registry/profile-file.ts'
import { type EmbeddedRegistry, startRegistry } from '../registry/registry.ts'
import { openJournal } from '../reporters/journal-file.ts'
import { compileScenario } from '../scenario/compile.ts'
import { loadFaults } from '../scenario/load-faults.ts'
import type { ScenarioImage } from '../scenario/scenario.ts'
import { type BackendFlags, backendOf } from './backend.ts'
import { assertWritable, writeText } from './files.ts'
import { type Account, readControlToken } from './flags.ts'
import { stopRequested } from './signals.ts'

/** Timers of the platform cannot wait longer. */
const timerMsMax = 2 ** 31 - 1

interface RegistryFlags extends BackendFlags {
  backend: string
  profile: string
  port: number
  blobPort: number
  host: string
  account: Account[]
  image: string[]
  size: string
  catalogue?: true
  scale: number
  faults?: string
  log?: true
  journal?: string
  har?: string
  controlToken?: string | true
  json?: true
}

interface Published {
  /** As a client names it after the registry's host. */
  reference: string
  digest: string
  sizeBytes: number
}

/**
 * Serves until Ctrl-C or SIGTERM.
 *
 * @throws KasmSimError PROFILE_UNKNOWN | PROFILE_INVALID | FAULTS_INVALID | PORT_IN_USE | LISTEN_FAILED | FILE_NOT_WRITABLE |
 *   USAGE | BACKEND_INVALID | DOCKER_UNAVAILABLE | SERVER_UNREACHABLE of its backend
 */
export async function registry(flags: RegistryFlags): Promise<void> {
  const stopped = stopRequested()
  const clock = createClock()
  if (flags.har !== undefined) assertWritable(flags.har)
  const journal = flags.journal === undefined ? null : openJournal(flags.journal, { atOnce: true })
  const write = (record: RequestRecord) => {
    journal?.take(record, clock.nowMs())
    if (!flags.log) return
    process.stdout.write(`${flags.json ? JSON.stringify(record) : describeRequest(record, clock.nowMs())}\n`)
  }
  const profile = loadProfile(flags.profile)
  assertRedirects(profile, flags.blobPort)
  const faults = new RegistryFaults(flags, profile.name)
  const control = readControlToken(flags.controlToken)
  const server = await startRegistry({
    profile,
    accounts: flags.account,
    port: flags.port,
    blobPort: flags.blobPort,
    host: flags.host,
    clock,
    backend: await openBackend(backendOf(flags.backend, flags), clock),
    ...(flags.log || journal ? { onRequest: write } : {}),
    ...control,
    faults,
    faultControl: faults.control,
  })
  try {
    const published = await publishImages(server, flags)
    process.stdout.write(
      describeStart(server, published, { flags, ...control, authentication: profile.authentication }),
    )
    server.markStart()
    faults.begin()
    await stopped
  } finally {
    faults.end()
    await server.close()
    journal?.close()
  }
  if (flags.har === undefined) return
  writeText(flags.har, formatHar(server.journal.records(), { baseUrl: server.url, version: packageVersion() }))
}

/** @throws KasmSimError USAGE where nothing would listen on the port */
function assertRedirects({ name, blobRedirect }: Profile, blobPort: number): void {
  if (blobPort === 0 || blobRedirect !== undefined) return
  throw new KasmSimError(
    'USAGE',
    `Failed to use --blob-port with the profile ${name}: it answers blobs itself. Leave it out, or name a profile with blobRedirect.`,
  )
}

/** The faults of a file, and those that are injected, on the wall clock from the start of the registry. */
class RegistryFaults implements FaultDecider {
  readonly delay = createWait(1)
  readonly #clock = createClock({ startMs: 0 })
  readonly #over = new AbortController()
  readonly #flags: RegistryFlags
  readonly #watch: FaultWatch

  constructor(flags: RegistryFlags, profile: string) {
    const { seed, faults } = flags.faults === undefined ? { seed: 1, faults: [] } : loadFaults(flags.faults)
    this.#flags = flags
    this.#watch = new FaultWatch({ seed, registry: { faults } }, profile)
  }

  /** A registry alone has no agents. */
  get control(): RegistryFaultControl {
    return this.#watch.control([])
  }

  nowMs(): number {
    return this.#clock.nowMs()
  }

  decide(request: FaultRequest): FaultDecision | null {
    return this.#watch.decide(request)
  }

  begin(): void {
    const { signal } = this.#over
    const schedule = (atMs: number, due: () => void) => {
      this.delay(Math.min(atMs - this.nowMs(), timerMsMax), signal).then(due, () => {})
    }
    this.#watch.begin({ nowMs: () => this.nowMs(), emit: (change) => this.#tell(change), schedule })
  }

  end(): void {
    this.#over.abort()
  }

  #tell(change: RunEventBody): void {
    if (!this.#flags.log || !('fault' in change)) return
    const words = `the fault "${change.fault}" ${change.kind === 'fault-started' ? 'starts' : 'ends'}`
    process.stdout.write(`${this.#flags.json ? JSON.stringify(change) : words}\n`)
  }
}

async function publishImages(server: EmbeddedRegistry, flags: RegistryFlags): Promise<Published[]> {
  const images = imagesOf(flags)
  const library = new ImageLibrary({ seed: 1, images })
  const published: Published[] = []
  for (const image of images) {
    const synthetic = library.add(image)
    const { digest, sizeBytes } = await server.publish(synthetic)
    published.push({ reference: `${synthetic.repository}:${synthetic.tag}`, digest, sizeBytes })
  }
  return published
}

/** The images of the flags, made by the rules that those of a scenario are made by. */
function imagesOf({ image, size, catalogue, scale }: RegistryFlags): ScenarioImage[] {
  const listed = image.map((name) => ({ name, size }))
  const images = catalogue ? ({ catalogue: 'enabled', scale, add: listed } as const) : listed
  return compileScenario({ source: { name: 'registry', fleet: { agents: 1 }, images, end: { after: '1s' } } }).images
}

function describeStart(
  { url }: EmbeddedRegistry,
  images: Published[],
  {
    flags,
    authentication,
    controlToken = null,
  }: { flags: RegistryFlags; authentication: Authentication; controlToken?: string | null },
): string {
  if (flags.json) return `${JSON.stringify({ url, profile: flags.profile, images, controlToken })}\n`
  const host = new URL(url).host
  const { reference } = images[0] ?? { reference: 'team/app:1.0' }
  const published = images.map((image) => `  ${host}/${image.reference}  ${formatBytes(image.sizeBytes)}\n`).join('')
  return `The registry listens on ${url} (profile ${flags.profile})
${controlToken === null ? '' : `\nControl token: ${controlToken}\n`}${published && `\nPublished:\n${published}`}
Try it:
${describeLogin(host, flags.account, authentication)}  docker pull ${host}/${reference}
  skopeo inspect --tls-verify=false docker://${host}/${reference}
  skopeo copy --dest-tls-verify=false docker://docker.io/library/alpine:latest docker://${host}/library/alpine:latest

Ctrl-C stops it; nothing is kept.
`
}

function describeLogin(host: string, [account]: Account[], authentication: Authentication): string {
  if (authentication.scheme === 'none') return ''
  if (account) return `  docker login --username ${account.username} ${host}\n`
  const isNeeded = authentication.scheme === 'basic' || !authentication.anonymousPull
  return isNeeded ? '  (nobody can log in, and this profile wants it: add --account <user:password>)\n' : ''
}

function describeRequest({ source, method, path, status, bytes, fault }: RequestRecord, nowMs: number): string {
  return `${new Date(nowMs).toISOString()} ${source} ${method} ${path} ${status} ${bytes} B${fault === undefined ? '' : ` (fault ${fault})`}`
}
