// What one pull says to one registry, whoever's pull it is: every request with its authorization, and wherever its answers send it on.
import { RegistryFailure } from './failure.ts'
import type { Endpoint } from './names.ts'
import { targetOf, verbOf } from './requests.ts'
import { retryAfterHeaderMs } from './retry-after.ts'
import { type Answer, type Authorization, isRedirect, type RegistryRequest, type Script } from './steps.ts'

const redirectsMax = 10

export abstract class RegistryConversation {
  readonly endpoint: Endpoint

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint
  }

  /**
   * The last answer to a request, redirects followed. Credentials are for this registry alone: another host is asked without.
   *
   * @throws RegistryFailure when there is none
   */
  protected *exchange(request: RegistryRequest, authorization: Authorization | null): Script<Answer> {
    request.registry = this.endpoint
    request.authorization = authorization
    request.location = null
    for (let redirects = 1; ; redirects += 1) {
      const answer = yield request
      if (answer.broken !== null) throw answer.broken
      if (answer.location === null || !isRedirect(answer.status)) return answer
      if (redirects === redirectsMax) {
        throw new RegistryFailure('UNAVAILABLE', `stopped after ${redirectsMax} redirects`, { retried: true })
      }
      const location = this.#locationOf(answer.location, request)
      request.location = location
      request.authorization = location.startsWith(`${this.endpoint.url}/v2/`) ? authorization : null
    }
  }

  /** The request as errors name it: `Head "https://registry-1.docker.io/v2/..."`. */
  protected nameOf(request: RegistryRequest): string {
    return `${verbOf(request.method)} "${this.shownUrlOf(request)}"`
  }

  protected shownUrlOf(request: RegistryRequest): string {
    const target = targetOf(request)
    return target.startsWith('/') ? this.endpoint.shownUrl + target : target
  }

  #locationOf(location: string, request: RegistryRequest): string {
    const target = request.location ?? targetOf(request)
    const base = target.startsWith('/') ? this.endpoint.url + target : target
    try {
      return new URL(location, base).href
    } catch (cause) {
      throw new RegistryFailure('MALFORMED', `parse ${JSON.stringify(location)}: invalid URL`, { cause })
    }
  }
}

/** For how long an answer asks to be left alone, in ms. */
export function retryAfterMsOf({ retryAfter }: Answer, nowMs: number): number | null {
  return retryAfter === undefined ? null : retryAfterHeaderMs(retryAfter, nowMs)
}
