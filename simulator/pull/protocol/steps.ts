// What a script of a pull can ask for, and what it is told. Scripts know facts and moments; sockets, bytes and queues are the business
// of the wire that carries them out.
import type { Challenge } from '../../registry/challenge.ts'
import type { ConfigFacts, ReadDocument } from './documents.ts'
import type { RegistryFailure } from './failure.ts'
import type { Endpoint } from './names.ts'
import type { RegistryCredentials } from './outcome.ts'

/**
 * One step of a script: a request to ask, a body to receive, a number of milliseconds to wait, or null to do nothing until another
 * thread wakes this one.
 */
export type Step = RegistryRequest | BlobBody | number | null

/** A script. A request is resumed with its answer; of the other steps what they are resumed with means nothing. */
export type Script<Result = void> = Generator<Step, Result, Answer>

/** The wait after which it is as late as the script knows it to be: whatever others may see is done in time, not ahead of it. */
export const inTime = 0

/** The step of a thread that another one wakes. */
export const untilWoken = null

export type Login = Pick<RegistryCredentials, 'username' | 'password'>

/** What is sent along to say who asks. A token is whatever the wire brought, and only carried. */
export type Authorization = { login: Login } | { token: unknown }

/** What a request is for. */
export type Purpose = 'ping' | 'token' | 'resolve' | 'document' | 'config' | 'layer' | 'referrers'

/** What is asked of a registry. Each time it is asked its script says of which, with which authorization, and where it was sent on to. */
export interface RegistryRequest {
  readonly purpose: Purpose
  readonly kind: 'ping' | 'token' | 'manifest' | 'blob' | 'referrers'
  readonly method: 'GET' | 'HEAD' | 'POST'
  /** Null where it touches none; of a request for a token the one that the token is for. */
  readonly repository: string | null
  /** A tag or a digest. */
  readonly reference: string | null
  /** How long a blob is in all. */
  readonly blobBytes: number
  /** From where on a blob is asked for. */
  readonly offset: number
  /** What a request for a token is about. */
  readonly need: TokenNeed | null
  registry: Endpoint | null
  authorization: Authorization | null
  /** An address that another answer led to, instead of the registry's own. */
  location: string | null
}

/** What a token is for, and who asks. */
export interface TokenNeed {
  /** The address that the challenge names, and what it calls the registry. */
  realm: string
  service: string
  /** Null for a log-in, which touches none. */
  repository: string | null
  login: Login | null
  /** Whether a query names the account. */
  namesAccount: boolean
  /** What a log-in says besides. */
  extras: Record<string, string>
}

/** The facts of an answer. What a request does not bring is null, empty or 0. */
export interface Answer {
  /** 0 where there is no answer. */
  status: number
  /** `Too Many Requests` */
  statusText: string
  /** Why there is no answer, or none that can be read. */
  broken: RegistryFailure | null
  /** Why the body of a document, a token or an error ended early. */
  cut: RegistryFailure | null
  challenges: readonly Challenge[]
  /** `Docker-Content-Digest` */
  contentDigest: string | null
  /** `Retry-After` */
  retryAfter: string | undefined
  location: string | null
  /** Where the bytes of a partial answer begin. */
  rangeStart: number | null
  /** Bytes of a document. */
  bytes: number
  document: ReadDocument | null
  grant: TokenGrant | null
  /** The body of whatever is no document, no token and no blob. */
  text: string
}

/** What a step is resumed with that is no request; the answers of requests are made from it. */
export const noAnswer: Answer = {
  ...{ status: 0, statusText: '', broken: null, cut: null, challenges: [], contentDigest: null, retryAfter: undefined },
  ...{ location: null, rangeStart: null, bytes: 0, document: null, grant: null, text: '' },
}

/** A token, and for how long it is good; 0 where that is not said. */
export interface TokenGrant {
  token: unknown
  lifetimeSeconds: number
}

/** The body of a blob that has been answered: a step, upon which what came of it is written here. */
export class BlobBody {
  readonly request: RegistryRequest
  readonly answer: Answer
  receivedBytes = 0
  /** Why it ended early. */
  broken: RegistryFailure | null = null
  /** Of all that was received of the blob since its offset was 0, whichever answers brought it; null where it ended early. */
  digest: string | null = null
  /** What a configuration says. */
  config: ConfigFacts | null = null

  constructor(request: RegistryRequest, answer: Answer) {
    this.request = request
    this.answer = answer
  }
}

export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308
}
