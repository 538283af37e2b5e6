// Real Docker Engines as the engines of agents: they pull through the engine's API what the run's registry holds, and have it under
// the names that Kasm would give. Several agents may share one engine, and then share its disk.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { type ImageReference, parseReference } from '../../server/kernel/reference.ts'
import { DockerEngineApi, type EngineLogin, type EnginePull } from './docker-engine-api.ts'
import { asPullError } from './docker-engine-failure.ts'
import type { Engine, PullRequest } from './engine.ts'
import { familiarReference, loginHost } from './protocol/names.ts'
import { PullError, type PullResult } from './protocol/outcome.ts'

export interface DockerEnginesOptions {
  /** `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2375`; agents are spread over them in turn. */
  hosts: readonly string[]
  /** Where the engines find the registry: `127.0.0.1:43217`. Whatever host a reference names, this is where it is pulled from. */
  registryHost: string
  /** Leaves the images on the engines at the end; else every name is put back to what it stood for before. Default: false. */
  keepImages?: boolean
}

/**
 * Some Docker Engines, for any number of agents.
 *
 * @example
 * const engines = await openDockerEngines({ hosts: ['unix:///var/run/docker.sock'], registryHost: '127.0.0.1:5055' })
 * const engine = engines.engineOf(0)
 * await engine.pull({ reference: 'kasmweb/chrome:1.16.1', credentials: null }, signal)
 * await engine.close() // the last one to close tidies up
 */
export interface DockerEngines {
  /** The engine of one agent; `position` counts the agents that have one. */
  engineOf(position: number): Engine
  /** Tidies up and drops the connections; engines still in use must be closed before. */
  close(): Promise<void>
}

/**
 * Makes sure that every engine answers.
 *
 * @throws KasmSimError DOCKER_UNAVAILABLE
 */
export async function openDockerEngines(options: DockerEnginesOptions): Promise<DockerEngines> {
  const { registryHost, keepImages = false } = options
  const hosts = options.hosts.map((host) => new SharedEngine(new DockerEngineApi(host), { registryHost, keepImages }))
  const close = async () => {
    await Promise.all(hosts.map((host) => host.close()))
  }
  try {
    for (const { api } of hosts) await api.assertReachable()
  } catch (error) {
    await close()
    throw error
  }
  return { engineOf: (position) => new AgentEngine(hosts[position % hosts.length] as SharedEngine), close }
}

/** One engine with all its agents: who holds what, and what its names stood for before the run. */
class SharedEngine {
  readonly api: DockerEngineApi
  readonly #registryHost: string
  readonly #keepImages: boolean
  /** How many pulls use a temporary name, which goes with the last of them. */
  readonly #pulling = new Map<string, number>()
  /** By name: the id that it stood for before the run, null where there was none. */
  readonly #before = new Map<string, string | null>()
  /** By name or image id: the agents that hold it. */
  readonly #holders = new Map<string, Set<AgentEngine>>()
  /** By digest: the id of the image that the engine made of it. */
  readonly #ids = new Map<string, string>()
  /** Changes of names come one after the other: agents that share an engine must not undo each other's. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(api: DockerEngineApi, options: { registryHost: string; keepImages: boolean }) {
    this.api = api
    this.#registryHost = options.registryHost
    this.#keepImages = options.keepImages
  }

  async pull(agent: AgentEngine, request: PullRequest, signal: AbortSignal): Promise<PullResult> {
    const { credentials } = request
    const reference = readReference(request.reference)
    const login: EngineLogin | null = credentials && {
      username: credentials.username,
      password: credentials.password,
      serveraddress: this.#registryHost,
    }
    // As the real agent does: a login before each pull, where it says; the credentials go along where the image is there too.
    if (login) await this.api.logIn(login, signal)
    const isOwn = credentials !== null && loginHost(credentials.registry) === reference.host
    const { image, version, temporary, kept } = this.#namesOf(reference)
    await this.#rememberBefore(kept)
    this.#pulling.set(temporary, (this.#pulling.get(temporary) ?? 0) + 1)
    try {
      const pulled = await this.api.pull({ image, version, login: isOwn ? login : null, signal })
      return await this.#inTurn(() => this.#settle(agent, { reference, temporary, pulled }))
    } finally {
      const left = (this.#pulling.get(temporary) ?? 1) - 1
      if (left > 0) this.#pulling.set(temporary, left)
      else this.#pulling.delete(temporary)
      if (left === 0 && reference.digest === null) await this.#inTurn(() => this.#dropTemporary(temporary))
    }
  }

  /** The agent holds a name or an image no longer; it goes with the last that held it. */
  async release(agent: AgentEngine, image: { reference: string | null; digest: string }): Promise<void> {
    const { reference, digest } = image
    const held = reference === null ? this.#ids.get(digest) : this.#namesOf(parseReference(reference)).kept
    if (held === undefined) return
    await this.#inTurn(async () => {
      const holders = this.#holders.get(held)
      if (!holders?.delete(agent) || holders.size > 0) return
      this.#holders.delete(held)
      if (!this.#wasThere(held)) await this.api.remove(held)
    })
  }

  async close(): Promise<void> {
    try {
      if (!this.#keepImages) await this.#inTurn(() => this.#restore())
    } catch {
      // An engine that went away during the run has nothing to be tidied up by us.
    } finally {
      await this.api.close()
    }
  }

  /** Gives what was pulled the definition's name. What the engine had before tells whether the pull brought anything. */
  async #settle(
    agent: AgentEngine,
    pull: { reference: ImageReference; temporary: string; pulled: EnginePull },
  ): Promise<PullResult> {
    const { reference, temporary, pulled } = pull
    const name = this.#namesOf(reference).kept
    const after = await this.api.inspect(temporary)
    if (after === null) throw new PullError('NOT_FOUND', `no such image: ${name}: No such image: ${name}`)
    const before = await this.api.inspect(name)
    if (before?.id !== after.id) await this.api.tag(temporary, splitName(name))
    const known = reference.digest === null ? before?.id : (this.#ids.get(pulled.digest) ?? this.#before.get(name))
    this.#ids.set(pulled.digest, after.id)
    this.#hold(agent, name)
    this.#hold(agent, after.id)
    const { digest, downloadedBytes } = pulled
    return {
      outcome: known === after.id ? 'up-to-date' : 'downloaded',
      digest,
      downloadedBytes,
      sizeBytes: after.sizeBytes,
      requests: 0,
    }
  }

  /** An image by digest has no tag to give: it keeps the name that it was pulled by. */
  #namesOf(reference: ImageReference) {
    const image = `${this.#registryHost}/${reference.repository}`
    const version = reference.digest ?? reference.tag ?? 'latest'
    const temporary = reference.digest === null ? `${image}:${version}` : `${image}@${version}`
    return { image, version, temporary, kept: reference.digest === null ? familiarReference(reference) : temporary }
  }

  /** What the engine had before the run is never removed. */
  #wasThere(held: string): boolean {
    return [...this.#before].some(([name, id]) => id !== null && (name === held || id === held))
  }

  async #rememberBefore(name: string): Promise<void> {
    if (this.#before.has(name)) return
    const image = await this.api.inspect(name)
    if (!this.#before.has(name)) this.#before.set(name, image?.id ?? null)
  }

  #hold(agent: AgentEngine, what: string): void {
    const holders = this.#holders.get(what)
    if (holders) holders.add(agent)
    else this.#holders.set(what, new Set([agent]))
  }

  async #dropTemporary(temporary: string): Promise<void> {
    if (!this.#pulling.has(temporary)) await this.api.remove(temporary)
  }

  async #restore(): Promise<void> {
    for (const [name, id] of this.#before) {
      if (id === null) await this.api.remove(name)
      else if (!name.includes('@')) await this.api.tag(id, splitName(name))
    }
    for (const id of new Set(this.#ids.values())) if (!this.#wasThere(id)) await this.api.remove(id)
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(act)
    this.#turn = result.catch(() => {})
    return result
  }
}

/** An agent's share of an engine. */
class AgentEngine implements Engine {
  readonly #shared: SharedEngine
  readonly #running = new Set<AbortController>()
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(shared: SharedEngine) {
    this.#shared = shared
  }

  async pull(request: PullRequest, signal: AbortSignal): Promise<PullResult> {
    signal.throwIfAborted()
    const controller = new AbortController()
    const abort = () => controller.abort(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#running.add(controller)
    try {
      return await this.#track(this.#shared.pull(this, request, controller.signal))
    } catch (error) {
      controller.signal.throwIfAborted()
      throw error instanceof PullError ? error : asPullError(error)
    } finally {
      this.#running.delete(controller)
      signal.removeEventListener('abort', abort)
    }
  }

  /** What the engine makes of it is nobody's to wait for before the end. */
  remove(image: { reference: string | null; digest: string }): void {
    void this.#track(this.#shared.release(this, image)).catch(() => {})
  }

  async close(): Promise<void> {
    for (const controller of this.#running) controller.abort(new Error('the engine closed'))
    await Promise.allSettled(this.#underWay)
  }

  #track<Result>(act: Promise<Result>): Promise<Result> {
    this.#underWay.add(act)
    const forget = () => this.#underWay.delete(act)
    act.then(forget, forget)
    return act
  }
}

function readReference(text: string): ImageReference {
  try {
    return parseReference(text)
  } catch (cause) {
    if (!(cause instanceof KasmSimError)) throw cause
    throw new PullError('REFERENCE_INVALID', 'invalid reference format', { cause })
  }
}

function splitName(name: string): { repository: string; tag: string } {
  const colon = name.lastIndexOf(':')
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) }
}
