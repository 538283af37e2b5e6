// Whose pulls an agent's engine makes: how the real clients differ, as data. Both kinds of time read this table; docs/pull.md explains
// it with its sources.

/** Names of the personas, in the order in which people read of them. */
export const personaNames = ['docker', 'containerd', 'containerd-legacy', 'podman', 'crane', 'polite'] as const

export type PersonaName = (typeof personaNames)[number]

/** Answers, or broken exchanges, after which a request is sent again. */
interface RetryRule {
  /** Statuses; `broken` is no answer at all or one that breaks off. */
  on: readonly (number | 'broken')[]
  /** What is waited before each further attempt, in ms; as many attempts as entries. */
  waitsMs: readonly number[]
  /** A share of each wait that is added at random. */
  jitter: number
  /** The longest wait that a `Retry-After`, in seconds or as a date, may ask for, in ms; null: it is not read. */
  retryAfterMsMax: number | null
}

export interface Persona {
  name: PersonaName
  /** One sentence for people. */
  description: string
  /** Where its behaviour is written down. */
  source: string
  userAgent: string
  /** Whether a pull begins with `GET /v2/`; else the first 401 tells how to authenticate. */
  ping: boolean
  /** What an account costs before each pull; `none` sends the account along with the pull alone. */
  login: 'docker' | 'podman' | 'none'
  token: {
    /** How a token is asked for with an account; `post-then-get` falls back upon 400, 401, 404 and 405. Without one it is always GET. */
    firstCall: 'get' | 'post-then-get'
    /** Who shares a token: the requests of one pull, or all pulls of an engine that want the same scope. */
    sharedBy: 'pull' | 'engine'
    /** When it is renewed: by the clock, or only once it is refused. */
    renewed: 'when-expired' | 'when-refused'
    /** The life of a token that names none, and the shortest there is, in seconds; null: it never expires. */
    lifetimeSecondsMin: number | null
    /** Whether `retries` are for token requests too. Pings are always tried again by them. */
    retried: boolean
    /** Whether the query of a GET names the account. */
    namesAccount: boolean
  }
  /** What asks for a tag's digest first; after `head` the documents are asked for by digest, after `get` the answer is the document. */
  resolve: 'head' | 'get'
  /** After which HEAD the tag is asked for with GET; a digest that is missing counts for all. */
  headFallback: 'any-refusal' | readonly number[]
  /** How often one request is sent at most, the time that was answered 401 for want of a token included; null: as `retries` say. */
  attemptsMax: number | null
  retries: readonly RetryRule[]
  /**
   * What is waited before each further try of a whole pull, in ms. Only a manifest that is refused, and then not with 401, 403 or
   * as unknown, and a broken connection are worth one.
   */
  wholePullWaitsMs: readonly number[]
  downloads: {
    /** At once; null is no limit. */
    max: number | null
    /** Over all pulls of an engine, or over each. */
    across: 'engine' | 'pull'
    /** Whether manifests and the configuration take a place too. */
    countsDocuments: boolean
    config: 'beside-layers' | 'before-layers'
    /** How often a layer that broke off goes on from there without getting any further. */
    resumes: number
    /** By what a layer is known: where two images have it in common it is downloaded once. */
    layersBy: 'chain' | 'digest'
    /** Whether pulls of one engine that run at the same time share the download of a layer. */
    shared: boolean
  }
  /** What must be the same for a pull to bring nothing: what the tag stands for, or the configuration of the platform. */
  upToDateBy: 'index' | 'config'
  /** What is asked for after the tag although the image is held and the tag has not moved; `referrers` only with attestations. */
  asksAgain: readonly ('platform-manifest' | 'config' | 'referrers')[]
  /** Whether the attestation of the platform is fetched, and its referrers asked for. A toggle of every engine. */
  attestations: boolean
  /** Leaves a registry alone for a while once it was denied. */
  coolDown: boolean
}

const noAnswer = { jitter: 0, retryAfterMsMax: null } as const

const docker: Persona = {
  name: 'docker',
  description: 'Docker Engine with a graphdriver store: what every engine before 29.0 has, and upgraded hosts keep.',
  source: 'docs/registries.md 4.1; measured on Docker Engine 20.10.24',
  userAgent: 'docker/29.7.0',
  ping: true,
  login: 'docker',
  token: {
    firstCall: 'get',
    sharedBy: 'pull',
    renewed: 'when-expired',
    lifetimeSecondsMin: 60,
    retried: false,
    namesAccount: true,
  },
  resolve: 'head',
  headFallback: 'any-refusal',
  attemptsMax: null,
  // Blobs have rules of their own (engine-blobs.ts); nothing else is sent twice.
  retries: [],
  wholePullWaitsMs: [],
  downloads: {
    ...{ max: 3, across: 'engine', countsDocuments: false, config: 'beside-layers' },
    ...{ layersBy: 'chain', shared: true, resumes: 4 },
  },
  upToDateBy: 'config',
  asksAgain: [],
  attestations: false,
  coolDown: false,
}

const containerd: Persona = {
  name: 'containerd',
  description: 'Docker Engine 29.7 with the containerd image store, the default of fresh installs.',
  source: 'docs/registries.md 4.2 (containerd 2.3)',
  userAgent: 'containerd/2.3.0',
  ping: false,
  login: 'docker',
  token: {
    firstCall: 'post-then-get',
    sharedBy: 'pull',
    renewed: 'when-expired',
    lifetimeSecondsMin: null,
    retried: false,
    namesAccount: false,
  },
  resolve: 'head',
  headFallback: [403, 405],
  attemptsMax: 5,
  retries: [
    { on: [408, 429], waitsMs: [0, 0, 0, 0], ...noAnswer },
    { on: [500, 503, 504], waitsMs: [0], ...noAnswer },
    { on: ['broken'], waitsMs: [50, 50, 50, 50], ...noAnswer },
  ],
  wholePullWaitsMs: [],
  downloads: {
    ...{ max: 3, across: 'engine', countsDocuments: true, config: 'beside-layers' },
    ...{ layersBy: 'digest', shared: true, resumes: 3 },
  },
  upToDateBy: 'index',
  asksAgain: ['referrers'],
  attestations: true,
  coolDown: false,
}

const containerdLegacy: Persona = {
  ...containerd,
  name: 'containerd-legacy',
  description: 'Docker Engine 29.0 to 29.6 with the containerd image store: no limit on downloads.',
  source: 'docs/registries.md 4.2 (containerd 2.1 and 2.2)',
  userAgent: 'containerd/2.2.0',
  headFallback: [405],
  attemptsMax: 6,
  retries: [{ on: [408, 429], waitsMs: [0, 0, 0, 0, 0], ...noAnswer }],
  downloads: { ...containerd.downloads, max: null, countsDocuments: false },
}

const podman: Persona = {
  name: 'podman',
  description: 'podman and everything else that pulls with containers/image, such as skopeo and CRI-O.',
  source: 'docs/registries.md 4.4; measured on podman 4.3.1 and skopeo 1.9.3',
  userAgent: 'containers/5.23.1 (github.com/containers/image)',
  ping: true,
  login: 'podman',
  token: {
    firstCall: 'get',
    sharedBy: 'pull',
    renewed: 'when-expired',
    lifetimeSecondsMin: 60,
    retried: false,
    namesAccount: true,
  },
  resolve: 'get',
  headFallback: [],
  attemptsMax: null,
  retries: [{ on: [429], waitsMs: [2_000, 4_000, 8_000, 16_000], jitter: 0, retryAfterMsMax: 60_000 }],
  wholePullWaitsMs: [1_000, 1_000, 1_000],
  downloads: {
    ...{ max: 6, across: 'pull', countsDocuments: false, config: 'before-layers' },
    ...{ layersBy: 'digest', shared: false, resumes: 1 },
  },
  upToDateBy: 'config',
  asksAgain: ['platform-manifest', 'config'],
  attestations: false,
  coolDown: false,
}

const crane: Persona = {
  name: 'crane',
  description: 'crane and everything else that pulls with go-containerregistry.',
  source: 'docs/registries.md 3 and 4.4',
  userAgent: 'go-containerregistry/v0.21.0',
  ping: true,
  login: 'none',
  token: {
    firstCall: 'get',
    sharedBy: 'pull',
    renewed: 'when-refused',
    lifetimeSecondsMin: null,
    retried: true,
    namesAccount: false,
  },
  resolve: 'get',
  headFallback: [],
  attemptsMax: null,
  retries: [
    { on: [408, 429, 500, 502, 503, 504, 'broken'], waitsMs: [1_000, 3_000], jitter: 0.1, retryAfterMsMax: null },
  ],
  wholePullWaitsMs: [],
  downloads: {
    ...{ max: 4, across: 'pull', countsDocuments: false, config: 'before-layers' },
    ...{ layersBy: 'digest', shared: false, resumes: 0 },
  },
  upToDateBy: 'index',
  asksAgain: [],
  attestations: false,
  coolDown: false,
}

const polite: Persona = {
  ...docker,
  name: 'polite',
  description:
    'No product: `docker` that shares tokens and leaves a registry alone for as long as it asks, once it was denied.',
  source: 'docs/registries.md 3 and 8, what a client should do',
  token: { ...docker.token, sharedBy: 'engine' },
  headFallback: [401, 403, 404, 405],
  coolDown: true,
}

/**
 * The personas by their names.
 *
 * @example
 * personas.podman.retries[0]?.waitsMs // [2000, 4000, 8000, 16000]
 */
export const personas: Readonly<Record<PersonaName, Persona>> = {
  docker,
  containerd,
  'containerd-legacy': containerdLegacy,
  podman,
  crane,
  polite,
}
