// One pull from its first request to its last: patience, the log-in, then the image as the engine's persona pulls it. How it ends is told
// to whoever runs it.
import { pullAsContentClient } from './content-pull.ts'
import { pullAsDocker } from './docker-pull.ts'
import { logIn } from './engine-conversation.ts'
import { RegistryFailure } from './failure.ts'
import { loginHost } from './names.ts'
import { PullError, type PulledImage, type RegistryCredentials } from './outcome.ts'
import type { ImagePull, PullEngine } from './pull-engine.ts'
import type { PullThread, ThreadOwner } from './pull-thread.ts'
import { inTime, type Login, type Script } from './steps.ts'

/** What is to be pulled. */
export interface PullOrder {
  /** A docker reference. */
  reference: string
  credentials: RegistryCredentials | null
}

/** The engine has the image at its end, and nothing of a pull that failed. */
export abstract class PullRun implements ThreadOwner<PulledImage> {
  readonly order: PullOrder
  readonly #engine: PullEngine
  #host: string | null = null

  constructor(engine: PullEngine, order: PullOrder) {
    this.#engine = engine
    this.order = order
  }

  /** Told of the image, or of a `PullError` in the persona's words, or of what must not be. */
  protected abstract ended(image: PulledImage): void
  protected abstract failed(error: unknown): void

  script(thread: PullThread): Script<PulledImage> {
    const engine = this.#engine
    const { credentials } = this.order
    const pulled = engine.settings.read(this.order.reference)
    const { reference } = pulled
    const { host } = reference
    const refusal = engine.coolDown?.refusal(host, thread.nowMs) ?? null
    if (refusal !== null) throw refusal
    this.#host = host
    const endpoint = engine.settings.endpointOf(host)
    const pull: ImagePull = { engine, pulled, reference, endpoint, ownLogin: null }
    return credentials === null ? scriptOf(thread, pull) : withLogIn(thread, pull, credentials)
  }

  scriptEnded(image: PulledImage): void {
    if (image.outcome === 'downloaded' && this.#host !== null) this.#engine.coolDown?.granted(this.#host)
    this.ended(image)
  }

  scriptFailed(error: unknown, { nowMs, progress }: PullThread): void {
    if (!(error instanceof RegistryFailure)) {
      this.failed(error)
      return
    }
    const { code, message, status, retryAfterMs } = error
    const host = this.#host
    if (code === 'TOOMANYREQUESTS' && host !== null) this.#engine.coolDown?.denied(host, nowMs, retryAfterMs)
    const { requests } = progress
    this.failed(new PullError(code, message, { status, retryAfterMs, requests, cause: error.cause ?? error }))
  }
}

function scriptOf(thread: PullThread, pull: ImagePull): Script<PulledImage> {
  return pull.engine.persona.downloads.layersBy === 'chain'
    ? pullAsDocker(thread, pull)
    : pullAsContentClient(thread, pull)
}

/** Logs in where the definition says, as the real agent does; the account goes along where that is the image's own registry. */
function* withLogIn(thread: PullThread, pull: ImagePull, credentials: RegistryCredentials): Script<PulledImage> {
  const { engine, endpoint } = pull
  const { registry, username, password } = credentials
  const login: Login = { username, password }
  const host = loginHost(registry)
  const { login: as } = engine.persona
  try {
    if (as !== 'none') yield* logIn(thread, engine, { endpoint: engine.settings.endpointOf(host), login, as })
  } catch (error) {
    yield inTime
    throw error
  }
  return yield* scriptOf(thread, host === endpoint.host ? { ...pull, ownLogin: login } : pull)
}
