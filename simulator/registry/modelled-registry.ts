// A registry without bytes, for virtual time: which image a tag stands for, whose credentials are good, and what the policy says.
// The policy is the very one that the HTTP front asks; a manifest's size is that of the document which the front would serve.
import { createHash } from 'node:crypto'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { parseReference } from '../../server/kernel/reference.ts'
import type { RequestClass } from '../events/events.ts'
import type { RegistryAccount } from '../scenario/scenario.ts'
import type { Policy, PolicyDecision, Profile } from './policy/policy.ts'
import { describeImage, layerSizeBytes, type SyntheticImage } from './synthetic.ts'

/** One layer, whichever images have it. */
export interface ModelledLayer {
  /** Counts from 0 through all layers ever published. */
  number: number
  digest: string
  sizeBytes: number
}

/** What a tag stands for at one time. */
export interface ModelledImage {
  /** Counts from 0 through all images ever published. */
  number: number
  repository: string
  tag: string
  /** Of the index. */
  digest: string
  manifestDigest: string
  configDigest: string
  indexBytes: number
  manifestBytes: number
  configBytes: number
  layers: readonly ModelledLayer[]
  /** Of the layers together. */
  sizeBytes: number
}

/** What a docker reference leads to. */
interface FoundReference {
  host: string
  repository: string
  /** Whether any tag of it was ever published. */
  repositoryKnown: boolean
  tag: string
  image: ModelledImage | null
}

/** A request for a manifest. */
export interface ManifestRequest {
  class: Extract<RequestClass, 'version-check' | 'manifest'>
  repository: string
  reference: string
  /** The image that it is about; null when the registry has none. */
  image: ModelledImage | null
  /** Which of the image's documents would be served. */
  role: 'index' | 'platform'
  source: string
  user: string | null
}

/**
 * A registry in virtual time. Its constructor throws KasmSimError PROFILE_NEEDS_REAL_TIME for profiles that cannot be modelled.
 *
 * @example
 * const registry = new ModelledRegistry({ profile: findProfile('docker-hub-anonymous'), accounts: [] })
 * registry.publish({ repository: 'kasmweb/chrome', tag: '1.16.1', seed: 1, layers: [{ name: 'base', sizeBytes: 4_000_000 }] })
 * registry.find('kasmweb/chrome:1.16.1')
 */
export class ModelledRegistry {
  readonly profile: Profile
  readonly #policy: Policy
  readonly #passwords: Map<string, string>
  readonly #layers = new Map<string, ModelledLayer>()
  readonly #images: ModelledImage[] = []
  /** By repository and tag. */
  readonly #tags = new Map<string, ModelledImage>()
  readonly #repositories = new Set<string>()
  /** By docker reference: parsing one anew for each of millions of pulls would cost more than the rest of it. */
  readonly #references = new Map<string, { host: string; key: string; repository: string; tag: string }>()

  constructor({ profile, accounts }: { profile: Profile; accounts: readonly RegistryAccount[] }) {
    this.profile = profile
    this.#policy = profile.createPolicy()
    assertFollowable(profile, this.#policy, accounts)
    this.#passwords = new Map(accounts.map(({ username, password }) => [username, password]))
  }

  /** Whether nothing hangs on the moment of a version check. */
  get versionChecksAreFree(): boolean {
    return this.#policy.versionChecksAreFree
  }

  /** Every image ever published, by number. */
  get images(): readonly ModelledImage[] {
    return this.#images
  }

  /** Publishes under the image's tag; a tag that is there moves. */
  publish(image: SyntheticImage): { digest: string; previousDigest: string | null; sizeBytes: number } {
    const { repository, tag } = image
    const layers = image.layers.map((layer) => this.#layer({ seed: image.seed, ...layer }))
    const { index, manifest, config } = describeImage(layers)
    const published: ModelledImage = {
      number: this.#images.length,
      repository,
      tag,
      digest: index.digest,
      manifestDigest: manifest.digest,
      configDigest: config.digest,
      indexBytes: index.sizeBytes,
      manifestBytes: manifest.sizeBytes,
      configBytes: config.sizeBytes,
      layers,
      sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    }
    const key = `${repository}:${tag}`
    const previous = this.#tags.get(key)
    this.#images.push(published)
    this.#tags.set(key, published)
    this.#repositories.add(repository)
    return { digest: published.digest, previousDigest: previous?.digest ?? null, sizeBytes: published.sizeBytes }
  }

  /** What a docker reference leads to; its host is not looked at, as in a run of real time. */
  find(reference: string): FoundReference {
    let known = this.#references.get(reference)
    if (known === undefined) {
      const { host, repository, tag, digest } = parseReference(reference)
      known = { host, key: `${repository}:${tag}`, repository, tag: tag ?? digest ?? 'latest' }
      this.#references.set(reference, known)
    }
    const { host, repository, tag } = known
    const image = this.#tags.get(known.key) ?? null
    return { host, repository, repositoryKnown: this.#repositories.has(repository), tag, image }
  }

  /** Whether a login with these credentials succeeds; without authentication nobody is asked. */
  accepts({ username, password }: { username: string; password: string }): boolean {
    return this.profile.authentication.scheme === 'none' || this.#passwords.get(username) === password
  }

  decide(request: ManifestRequest, nowMs: number): PolicyDecision {
    const { image, role } = request
    return this.#policy.decide(
      {
        method: request.class === 'manifest' ? 'GET' : 'HEAD',
        class: request.class,
        repository: request.repository,
        reference: request.reference,
        digest: image === null ? null : role === 'index' ? image.digest : image.manifestDigest,
        role: image === null ? null : role,
        source: request.source,
        user: request.user,
        challenged: false,
      },
      nowMs,
    )
  }

  #layer(layer: { seed: number; name: string; sizeBytes: number }): ModelledLayer {
    const identity = JSON.stringify([layer.seed, layer.name, layer.sizeBytes])
    const known = this.#layers.get(identity)
    if (known) return known
    const digest = `sha256:${createHash('sha256').update(`kasm-sim-modelled-layer\n${identity}`).digest('hex')}`
    const created = { number: this.#layers.size, digest, sizeBytes: layerSizeBytes(layer.sizeBytes) }
    this.#layers.set(identity, created)
    return created
  }
}

/** What modelled pulls can follow: manifests alone are asked of the policy, and logins are names and passwords. */
function assertFollowable(
  { name, authentication }: Profile,
  { classes }: Policy,
  accounts: readonly RegistryAccount[],
): void {
  const others = classes.filter((each) => each !== 'manifest' && each !== 'version-check' && each !== 'push')
  const reason =
    authentication.scheme === 'basic'
      ? 'it authenticates with Basic'
      : authentication.scheme === 'bearer' && authentication.credentials !== undefined
        ? 'its user names have meanings of their own'
        : others.length > 0
          ? `it limits requests of the classes ${others.join(', ')}`
          : accounts.some(({ passwordLifetimeSeconds }) => passwordLifetimeSeconds !== undefined)
            ? 'an account has a password that ends'
            : null
  if (reason === null) return
  throw new KasmSimError(
    'PROFILE_NEEDS_REAL_TIME',
    `Failed to model the registry profile "${name}": ${reason}, which virtual time does not follow yet. Run it with --time real.`,
  )
}
