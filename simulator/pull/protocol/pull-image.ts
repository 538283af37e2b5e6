// One pull from its first request to its last: patience, the log-in, then the image as the engine's persona pulls it.

import { pullAsContentClient } from './content-pull.ts'
import { pullAsDocker } from './docker-pull.ts'
import { logIn } from './engine-conversation.ts'
import { RegistryFailure } from './failure.ts'
import { loginHost } from './names.ts'
import { PullError, type PulledImage, type PullProgress, type RegistryCredentials } from './outcome.ts'
import type { ImagePull, PullEngine } from './pull-engine.ts'
import type { PullThread } from './pull-thread.ts'
import { inTime, type Login, type Script } from './steps.ts'

/** What is to be pulled. */
export interface PullOrder {
  /** A docker reference. */
  reference: string
  credentials: RegistryCredentials | null
}

/**
 * Pulls an image, once the engine's patience allows it. The engine has it then, and nothing of a pull that failed.
 *
 * @throws PullError in the persona's words
 */
export function* pullImage(thread: PullThread, engine: PullEngine, order: PullOrder): Script<PulledImage> {
  const { progress } = thread
  let host: string | null = null
  try {
    const pulled = engine.settings.read(order.reference)
    host = pulled.reference.host
    const refusal = engine.coolDown?.refusal(host, thread.nowMs) ?? null
    if (refusal !== null) throw refusal
    const ownLogin = order.credentials === null ? null : yield* logInFirst(thread, engine, order.credentials, host)
    const endpoint = engine.settings.endpointOf(host)
    const pull: ImagePull = { engine, pulled, reference: pulled.reference, endpoint, ownLogin }
    const isChained = engine.persona.downloads.layersBy === 'chain'
    const image = yield* isChained ? pullAsDocker(thread, pull) : pullAsContentClient(thread, pull)
    if (image.outcome === 'downloaded') engine.coolDown?.granted(host)
    return image
  } catch (error) {
    if (!(error instanceof RegistryFailure)) throw error
    yield inTime
    const { code, retryAfterMs } = error
    if (code === 'TOOMANYREQUESTS' && host !== null) engine.coolDown?.denied(host, thread.nowMs, retryAfterMs)
    throw asPullError(error, progress)
  }
}

/** Logs in where the definition says, as the real agent does; the account is returned where it is good for the image's own registry. */
function* logInFirst(
  thread: PullThread,
  engine: PullEngine,
  { registry, username, password }: RegistryCredentials,
  host: string,
): Script<Login | null> {
  const login = { username, password }
  const at = loginHost(registry)
  const { persona, settings } = engine
  if (persona.login !== 'none') {
    yield* logIn(thread, engine, { endpoint: settings.endpointOf(at), login, as: persona.login })
  }
  return at === host ? login : null
}

function asPullError(failure: RegistryFailure, { requests }: PullProgress): PullError {
  const { code, message, status, retryAfterMs } = failure
  return new PullError(code, message, { status, retryAfterMs, requests, cause: failure.cause ?? failure })
}
