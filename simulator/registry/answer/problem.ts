// How the registry says no: the error codes of distribution-spec v1.1 and the few of distribution (the reference registry) that
// clients know too, each with the status that distribution gives it. A problem is data; rules return it, handlers throw it.

/** Status and default message of each code. */
const problems = {
  BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  BLOB_UPLOAD_INVALID: [400, 'blob upload invalid'],
  BLOB_UPLOAD_UNKNOWN: [404, 'blob upload unknown to registry'],
  DIGEST_INVALID: [400, 'provided digest did not match uploaded content'],
  MANIFEST_BLOB_UNKNOWN: [400, 'blob unknown to registry'],
  MANIFEST_INVALID: [400, 'manifest invalid'],
  MANIFEST_UNKNOWN: [404, 'manifest unknown'],
  NAME_INVALID: [400, 'invalid repository name'],
  NAME_UNKNOWN: [404, 'repository name not known to registry'],
  PAGINATION_NUMBER_INVALID: [400, 'invalid number of results requested'],
  RANGE_INVALID: [416, 'invalid content range'],
  SIZE_INVALID: [400, 'provided length did not match content length'],
  UNAUTHORIZED: [401, 'authentication required'],
  DENIED: [403, 'requested access to the resource is denied'],
  UNSUPPORTED: [405, 'The operation is unsupported.'],
  TOOMANYREQUESTS: [429, 'too many requests'],
  UNAVAILABLE: [503, 'service unavailable'],
  UNKNOWN: [500, 'unknown error'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemCode = keyof typeof problems

/** How an answer asks for an authorization (RFC 9110, 11.6.1), before it is known at which address the registry was called. */
export interface Challenge {
  scheme: 'bearer' | 'basic'
  service: string
  /** What the token is to allow; null where nothing is needed. */
  scope: string | null
  error: 'invalid_token' | 'insufficient_scope' | null
}

/** A no of the registry's. */
export interface Problem {
  status: number
  /** Empty where there is none. */
  body: string
  headers: Readonly<Record<string, string>>
  challenge: Challenge | null
}

interface ProblemOptions {
  status?: number
  message?: string
  headers?: Record<string, string>
  challenge?: Challenge
}

const jsonHeaders = { 'content-type': 'application/json' }

/**
 * The error document of a code. `detail` may be a list: then there is one error for each.
 *
 * @example
 * problemOf('NAME_UNKNOWN', { name: 'kasmweb/chrome' }).status // 404
 */
export function problemOf(code: ProblemCode, detail: unknown = null, options: ProblemOptions = {}): Problem {
  const [defaultStatus, defaultMessage] = problems[code]
  const { status = defaultStatus, message = defaultMessage, headers, challenge = null } = options
  const errors = (Array.isArray(detail) ? detail : [detail]).map((each) => ({ code, message, detail: each }))
  return {
    ...{ status, challenge, body: JSON.stringify({ errors }) },
    headers: headers === undefined ? jsonHeaders : { ...jsonHeaders, ...headers },
  }
}

/** A problem whose document is not the usual one. */
export function problemWith(status: number, document: unknown): Problem {
  return { status, body: JSON.stringify(document), headers: jsonHeaders, challenge: null }
}

/** A request that the registry refuses, for handlers that find out midway. */
export class RegistryProblem extends Error {
  override readonly name = 'RegistryProblem'
  readonly problem: Problem

  /** Of a problem that a rule returned, or of a code as `problemOf` takes it. */
  constructor(problem: Problem | ProblemCode, detail: unknown = null, options: ProblemOptions = {}) {
    const isCode = typeof problem === 'string'
    super(isCode ? (options.message ?? problems[problem][1]) : problem.body)
    this.problem = isCode ? problemOf(problem, detail, options) : problem
  }

  get status(): number {
    return this.problem.status
  }

  get body(): string {
    return this.problem.body
  }
}
