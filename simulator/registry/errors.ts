// How the registry says no: the error codes of distribution-spec v1.1 and the few of distribution (the reference registry) that
// clients know too, each with the status that distribution gives it.

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
} as const satisfies Record<string, readonly [number, string]>

type ProblemCode = keyof typeof problems

/** A request that the registry refuses; thrown by handlers, answered by the front. */
export class RegistryProblem extends Error {
  override readonly name = 'RegistryProblem'
  readonly status: number
  readonly body: string
  readonly headers: Record<string, string>

  /** `detail` may be a list: then there is one error for each. */
  constructor(
    code: ProblemCode,
    detail: unknown = null,
    options: { status?: number; message?: string; headers?: Record<string, string> } = {},
  ) {
    const [status, defaultMessage] = problems[code]
    const message = options.message ?? defaultMessage
    super(message)
    this.status = options.status ?? status
    this.headers = options.headers ?? {}
    const details = Array.isArray(detail) ? detail : [detail]
    this.body = JSON.stringify({ errors: details.map((each) => ({ code, message, detail: each })) })
  }
}
