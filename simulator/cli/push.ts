// `kasm-sim push`: builds a synthetic image and pushes it, where there is no Docker to build and push a real one.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { parseReference } from '../../server/kernel/reference.ts'
import { formatBytes } from '../../server/kernel/units.ts'
import { ImageLibrary } from '../driver/image-library.ts'
import { UpstreamBackend } from '../registry/backend/upstream.ts'
import type { SyntheticImage } from '../registry/content/synthetic.ts'
import { compileScenario } from '../scenario/compile.ts'
import type { ScenarioImage } from '../scenario/scenario.ts'
import type { Account } from './flags.ts'

interface PushFlags {
  tag: string[]
  size: string
  account?: Account[]
  json?: true
}

interface Pushed {
  reference: string
  digest: string
  /** What the tag stood for before; null where it is new. */
  previousDigest: string | null
}

/** Where `docker.io` answers. */
const dockerHub = 'registry-1.docker.io'

/**
 * Pushes the image under its reference and every further tag.
 *
 * @throws KasmSimError IMAGE_REFERENCE_INVALID, BACKEND_INVALID, SERVER_UNREACHABLE
 */
export async function push(reference: string, { tag: tags, size, account, json }: PushFlags): Promise<void> {
  const { host, repository, tag, digest } = parseReference(reference)
  if (tag === null || digest !== null) {
    const message = `Failed to push ${reference}: it has no tag, or a digest. Write it like ${host}/${repository}:2026-11-24.`
    throw new KasmSimError('IMAGE_REFERENCE_INVALID', message)
  }
  const references = [tag, ...tags].map((each) => `${host}/${repository}:${each}`)
  const images = build(references, size)
  const url = `${isLoopback(host) ? 'http' : 'https'}://${host === 'docker.io' ? dockerHub : host}`
  const registry = await UpstreamBackend.connect({ url, allowPush: true, account: account?.[0] ?? null })
  try {
    for (const [index, image] of images.entries()) {
      const { sizeBytes, ...ids } = await registry.publish(image)
      const pushed: Pushed = { reference: references[index] as string, ...ids }
      process.stdout.write(json ? `${JSON.stringify({ ...pushed, sizeBytes })}\n` : describe(pushed, sizeBytes))
    }
  } finally {
    await registry.close()
  }
}

/** One image under every reference: its bytes follow from the first, so that another tag is another build. */
function build(references: string[], size: string): SyntheticImage[] {
  const images = [{ name: references[0] as string, size }]
  const scenario = compileScenario({ source: { name: 'push', fleet: { agents: 1 }, images, end: { after: '1s' } } })
  const library = new ImageLibrary(scenario)
  const [image] = scenario.images as [ScenarioImage]
  const [, ...others] = references
  return [library.add(image), ...others.map((other) => library.tag(image.name, other))]
}

/** As docker does: a registry on this machine needs no certificate. */
function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host)
}

function describe({ reference, digest, previousDigest }: Pushed, sizeBytes: number): string {
  const moved = previousDigest !== null && previousDigest !== digest ? `, before ${previousDigest}` : ''
  return `${reference}  ${digest}  ${formatBytes(sizeBytes)}${moved}\n`
}
