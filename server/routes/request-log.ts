// A line of JSON per request, for people who look for what a client does. Bodies, headers and queries are never in it.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { redact, shownText, withoutHidden } from '../control/redaction.ts'

interface RequestLogOptions {
  /** Takes a line with its end. */
  write: (line: string) => void
  nowMs: () => number
}

/** Logs every request once it is answered. */
export function logRequests(app: FastifyInstance, { write, nowMs }: RequestLogOptions): void {
  const failures = new WeakMap<FastifyRequest, Error>()
  app.addHook('onError', async (request, _reply, error) => {
    failures.set(request, error)
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, url, ip, caller } = request
    const cause = reply.getHeader('x-kasm-sim-cause')
    const hidden: string[] = []
    if (cause !== undefined || reply.statusCode >= 500) redact(request.body, hidden)
    const entry = {
      at: new Date(nowMs()).toISOString(),
      method,
      path: shownText(url.split('?', 1)[0] as string),
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      from: ip,
      caller: caller ? shownText(caller.name) : null,
      cause: cause === undefined ? null : withoutHidden(String(cause), hidden),
    }
    // A failure of the server itself says where it is; of a client's mistakes the answer has said enough.
    const failure = reply.statusCode >= 500 ? failures.get(request)?.stack : undefined
    write(`${JSON.stringify(failure === undefined ? entry : { ...entry, failure: withoutHidden(failure, hidden) })}\n`)
  })
}
