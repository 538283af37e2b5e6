// What an operation answers, in Kasm's style: business errors are 200 with an `error_message`, whatever the server chokes on
// is a plain HTML page (docs/kasm.md, "Errors").

/** A status and a body; `cause` says in words what the 500 page keeps to itself. */
export interface Reply {
  status: number
  body: unknown
  cause?: string
}

/** The page that Kasm's proxy answers for every failure of the server behind it. */
export const internalErrorPage = '<H1>Internal Error</H1>'

/** The refusals that quirks answer in other ways. */
export type RefusalKind = 'permission' | 'unknown-id' | 'malformed-id' | 'other'

/** Ends an operation with a reply that is no success. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly reply: Reply
  readonly kind: RefusalKind

  constructor(reply: Reply, kind: RefusalKind = 'other') {
    super(reply.cause ?? JSON.stringify(reply.body))
    this.reply = reply
    this.kind = kind
  }
}

/** A business error: the request is understood and cannot be done. */
export function businessError(message: string): Refusal {
  return new Refusal({ status: 200, body: { error_message: message } })
}

/**
 * An id of the right form that nothing has.
 *
 * @example
 * throw notFound('Image', id) // Image not found: c1f7….
 */
export function notFound(what: string, id: string): Refusal {
  return new Refusal({ status: 200, body: { error_message: `${what} not found: ${id}.` } }, 'unknown-id')
}

/** A field with a value that cannot be used; `field` is its path, such as `target_image.name`. */
export function invalidField(field: string, problem: string): Refusal {
  return new Refusal({ status: 400, body: { error_message: `Invalid request: ${field} ${problem}.` } })
}

/** A request that makes the real server fail. */
export function internalError(cause: string): Refusal {
  return new Refusal({ status: 500, body: internalErrorPage, cause })
}

/** Credentials that are wrong, missing, disabled or expired; `cause` must not say which of these a secret is. */
export function unauthenticated(cause: string): Refusal {
  return new Refusal({ status: 401, body: { error_message: `Unauthorized: ${cause}.` } })
}

/** Credentials that may not do this; Kasm does not say what is missing. */
export function unauthorized(): Refusal {
  return new Refusal({ status: 403, body: { error_message: 'Unauthorized' } }, 'permission')
}

/** The refusal that an action ends with, or null. */
export function refusalOf(action: () => void): Refusal | null {
  try {
    action()
    return null
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
