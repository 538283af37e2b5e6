// Requests and answers of the Fetch standard, answered by an application that need not listen.
import type { FastifyInstance, HTTPMethods } from 'fastify'

/**
 * Answers a request with the app; its host and port do not matter.
 *
 * @example
 * const answer = await fetchFrom(app, new Request('http://kasm/api/__healthcheck'))
 */
export async function fetchFrom(app: FastifyInstance, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const answer = await app.inject({
    method: request.method as HTTPMethods,
    url: pathname + search,
    headers: Object.fromEntries(request.headers),
    ...(request.body === null ? {} : { payload: Buffer.from(await request.arrayBuffer()) }),
  })
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const each of [value].flat()) if (each !== undefined) headers.append(name, String(each))
  }
  const isEmpty = answer.statusCode === 204 || answer.statusCode === 304
  return new Response(isEmpty ? null : new Uint8Array(answer.rawPayload), { status: answer.statusCode, headers })
}
