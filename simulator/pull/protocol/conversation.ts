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

  /** Says with what a request is sent to this registry. */
  protected address(request: RegistryRequest, authorization: Authorization | null): RegistryRequest {
    request.registry = this.endpoint
    request.authorization = authorization
    request.location = null
    return request
  }

  /** Whether an answer is the last one. */
  protected isFinal({ broken, location, status }: Answer): boolean {
    return broken === null && (location === null || !isRedirect(status))
  }

  /**
   * The last answer to a request: redirects are followed. Credentials are for this registry alone: another host is asked without.
   *
   * @throws RegistryFailure when there is none
   */
  protected *followed(request: RegistryRequest, first: Answer): Script<Answer> {
    const { authorization } = request
    let answer = first
    for (let redirects = 1; ; redirects += 1) {
      if (answer.broken !== null) throw answer.broken
      if (this.isFinal(answer)) return answer
      if (redirects === redirectsMax) {
        throw new RegistryFailure('UNAVAILABLE', `stopped after ${redirectsMax} redirects`, { retried: true })
      }
      const location = this.#locationOf(String(answer.location), request)
      request.location = location
      request.authorization = location.startsWith(`${this.endpoint.url}/v2/`) ? authorization : null
      answer = yield request
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
