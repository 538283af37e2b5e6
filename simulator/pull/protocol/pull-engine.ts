// What the pulls of one engine share, and one pull of it.
import type { RandomStream } from '../../../server/kernel/random.ts'
import type { ImageReference } from '../../../server/kernel/reference.ts'
import type { CoolDown } from './cool-down.ts'
import type { Platform } from './documents.ts'
import { LocalImages, type SharedImages } from './local-images.ts'
import type { Endpoint } from './names.ts'
import type { Persona } from './personas.ts'
import { Places } from './places.ts'
import type { PulledReference } from './pulled-reference.ts'
import type { Login, TokenNeed } from './steps.ts'
import { TokenSource } from './tokens.ts'
import { Transfers } from './transfers.ts'

/** What an engine is told of itself; engines of a fleet share it. */
export interface EngineSettings {
  persona: Persona
  /** Whether attestations and who refers to them are asked for. */
  attestations: boolean
  platform: Platform
  /** Downloads at once; null is no limit. */
  downloadsMax: number | null
  /** Per byte on the wire. */
  unpackMsPerByte: number
  endpointOf(host: string): Endpoint
  /** Throws what the pull of a reference that cannot be read fails of. */
  read(reference: string): PulledReference
  images: SharedImages
}

/** One pull: of what, from where, and with whose account. */
export interface ImagePull {
  engine: PullEngine
  pulled: PulledReference
  reference: ImageReference
  endpoint: Endpoint
  /** The account, where it is of the reference's own registry. */
  ownLogin: Login | null
}

export class PullEngine {
  readonly settings: EngineSettings
  readonly images: LocalImages
  /** Patience with registries; null where the persona has none. */
  readonly coolDown: CoolDown | null
  readonly #draws: (reference: string) => RandomStream
  /** By docker reference, once something has been drawn. */
  #streams: Map<string, RandomStream> | null = null
  #transfers: Transfers | null = null
  #places: Places | null = null
  /** Tokens that outlive a pull, by what they are for. */
  #tokens: Map<string, TokenSource> | null = null

  constructor(
    settings: EngineSettings,
    options: { coolDown: CoolDown | null; random: (reference: string) => RandomStream },
  ) {
    this.settings = settings
    this.images = new LocalImages(settings.images)
    this.coolDown = options.coolDown
    this.#draws = options.random
  }

  get persona(): Persona {
    return this.settings.persona
  }

  /** The draws of its waits in the pulls of a docker reference: what is drawn for one moves no draw of another. */
  random(reference: string): RandomStream {
    this.#streams ??= new Map()
    const stream = this.#streams.get(reference) ?? this.#draws(reference)
    this.#streams.set(reference, stream)
    return stream
  }

  /** The layers under way to any of its pulls. */
  get transfers(): Transfers {
    this.#transfers ??= new Transfers()
    return this.#transfers
  }

  /** The places for downloads of all its pulls. */
  get places(): Places {
    this.#places ??= new Places(this.settings.downloadsMax)
    return this.#places
  }

  /** The tokens for a need: the engine's, where its pulls share them, else new ones. */
  tokensFor(need: TokenNeed): TokenSource {
    const { token } = this.persona
    if (token.sharedBy === 'pull') return new TokenSource(token, need)
    const key = JSON.stringify(need)
    this.#tokens ??= new Map()
    const known = this.#tokens.get(key) ?? new TokenSource(token, need)
    this.#tokens.set(key, known)
    return known
  }

  /** The token of a log-in, which nobody else uses. */
  tokensOfLogIn(need: TokenNeed): TokenSource {
    return new TokenSource({ ...this.persona.token, firstCall: 'get' }, need)
  }
}
