// `kasm-sim registry`: a local registry alone, with synthetic images if asked for.
import { createClock } from '../../server/kernel/clock.ts'
import { formatBytes } from '../../server/kernel/units.ts'
import { ImageLibrary } from '../driver/image-library.ts'
import type { RequestRecord } from '../registry/journal.ts'
import { loadProfile } from '../registry/profile-file.ts'
import { type EmbeddedRegistry, startRegistry } from '../registry/registry.ts'
import { compileScenario } from '../scenario/compile.ts'
import type { ScenarioImage } from '../scenario/scenario.ts'
import type { Account } from './flags.ts'
import { stopRequested } from './signals.ts'

interface RegistryFlags {
  profile: string
  port: number
  host: string
  account: Account[]
  image: string[]
  size: string
  catalogue?: true
  scale: number
  log?: true
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
 * @throws KasmSimError PROFILE_UNKNOWN | PROFILE_INVALID | PORT_IN_USE | LISTEN_FAILED
 */
export async function registry(flags: RegistryFlags): Promise<void> {
  const stopped = stopRequested()
  const clock = createClock()
  const write = (record: RequestRecord) => {
    process.stdout.write(`${flags.json ? JSON.stringify(record) : describeRequest(record, clock.nowMs())}\n`)
  }
  const server = await startRegistry({
    profile: loadProfile(flags.profile),
    accounts: flags.account,
    port: flags.port,
    host: flags.host,
    clock,
    ...(flags.log ? { onRequest: write } : {}),
  })
  const published = publishImages(server, flags)
  process.stdout.write(describeStart(server, published, flags))
  await stopped
  await server.close()
}

function publishImages(server: EmbeddedRegistry, flags: RegistryFlags): Published[] {
  const images = imagesOf(flags)
  const library = new ImageLibrary({ seed: 1, images })
  return images.map((image) => {
    const synthetic = library.add(image)
    const { digest, sizeBytes } = server.publish(synthetic)
    return { reference: `${synthetic.repository}:${synthetic.tag}`, digest, sizeBytes }
  })
}

/** The images of the flags, made by the rules that those of a scenario are made by. */
function imagesOf({ image, size, catalogue, scale }: RegistryFlags): ScenarioImage[] {
  const listed = image.map((name) => ({ name, size }))
  const images = catalogue ? ({ catalogue: 'enabled', scale, add: listed } as const) : listed
  return compileScenario({ source: { name: 'registry', fleet: { agents: 1 }, images, end: { after: '1s' } } }).images
}

function describeStart({ url }: EmbeddedRegistry, images: Published[], flags: RegistryFlags): string {
  if (flags.json) return `${JSON.stringify({ url, profile: flags.profile, images })}\n`
  const host = new URL(url).host
  const { reference } = images[0] ?? { reference: 'team/app:1.0' }
  const published = images.map((image) => `  ${host}/${image.reference}  ${formatBytes(image.sizeBytes)}\n`).join('')
  return `The registry listens on ${url} (profile ${flags.profile})
${published && `\nPublished:\n${published}`}
Try it:
  docker pull ${host}/${reference}
  skopeo inspect --tls-verify=false docker://${host}/${reference}
  skopeo copy --dest-tls-verify=false docker://docker.io/library/alpine:latest docker://${host}/library/alpine:latest

Ctrl-C stops it; nothing is kept.
`
}

function describeRequest({ source, method, path, status, bytes }: RequestRecord, nowMs: number): string {
  return `${new Date(nowMs).toISOString()} ${source} ${method} ${path} ${status} ${bytes} B`
}
