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

/** Ends an operation with a reply that is no success. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly reply: Reply

  constructor(reply: Reply) {
    super(reply.cause ?? JSON.stringify(reply.body))
    this.reply = reply
  }
}

/** A business error: the request is understood and cannot be done. */
export function businessError(message: string): Refusal {
  return new Refusal({ status: 200, body: { error_message: message } })
}

/** A field with a value that cannot be used; `field` is its path, such as `target_image.name`. */
export function invalidField(field: string, problem: string): Refusal {
  return new Refusal({ status: 400, body: { error_message: `Invalid request: ${field} ${problem}.` } })
}

/** A request that makes the real server fail. */
export function internalError(cause: string): Refusal {
  return new Refusal({ status: 500, body: internalErrorPage, cause })
}
