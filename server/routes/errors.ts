// How failures leave the server: JSON with an `error_message`, or the plain 500 page. A stack never does.

import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { KasmModel } from '../model/model.ts'
import { internalErrorPage, type Reply } from '../model/reply.ts'
import { hasImages, sendImages } from './serialise.ts'

const causeLengthMax = 300
/** Of fields that are missing or unknown. */
const namedCountMax = 20

/** Sends what the model answered. */
export function sendReply(reply: FastifyReply, { status, body, cause }: Reply): FastifyReply {
  reply.status(status)
  if (status === 401) reply.header('www-authenticate', 'Basic realm="kasm-sim", Bearer realm="kasm-sim"')
  if (cause !== undefined) reply.header('x-kasm-sim-cause', headerText(cause))
  if (body === internalErrorPage) return reply.type('text/html').send(body)
  if (body instanceof Uint8Array) return reply.type('image/jpeg').send(body)
  return hasImages(body) ? sendImages(reply, body) : reply.send(body)
}

/** Causes quote what was sent, which may be long and of any characters. */
function headerText(cause: string): string {
  return cause.slice(0, causeLengthMax).replaceAll(/[^\x20-\x7e]/g, '?')
}

/** The error handler of what this project defines itself: every problem of a body is a 400 that names the field. */
export function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.validation) return sendReply(reply, { status: 400, body: { error_message: describe(error.validation) } })
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) return sendReply(reply, { status, body: { error_message: error.message } })
  request.log.error(error)
  return sendReply(reply, { status: 500, body: internalErrorPage })
}

/** The error handler of the developer API: a body without its wrapper is what the real server chokes on. */
export function sendDeveloperError(model: KasmModel) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const choked = error.validation?.find(({ instancePath, keyword }) => {
      const depth = instancePath.split('/').length - 1
      return (depth === 0 && keyword === 'required') || (depth === 1 && keyword === 'type' && isWrapper(instancePath))
    })
    if (!choked) return sendError(error, request, reply)
    return sendReply(reply, model.fail(describeProblem(choked)))
  }
}

/** The answer to any path or method that is not served. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error_message = `Not found: ${request.method} ${request.url.split('?', 1)[0]}. GET /docs lists what is served.`
  return sendReply(reply, { status: 404, body: { error_message } })
}

/** The answer to an address that is none or too long, before any route is asked. */
export function sendAddressError(error: FastifyError, { url }: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 400
  const message = status === 414 ? 'the address is too long.' : 'the address cannot be read.'
  const path = url.startsWith('/__sim__') ? '/__sim__' : null
  const body =
    path === null
      ? { error_message: `Invalid request: ${message}` }
      : controlError(`Failed to answer below ${path}: ${message}`)
  reply.status(status).send(body)
}

function controlError(message: string): object {
  return { error: { code: null, message } }
}

/** The answer to what is no HTTP request, has too many headers or does not come to its end; its connection is of no more use. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [status, problem] = clientErrors[error.code ?? ''] ?? [400, 'it is no HTTP request']
  if (socket.writable) {
    const body = JSON.stringify({ error_message: `Invalid request: ${problem}.` })
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    )
  }
  socket.destroy(error)
}

const clientErrors: Record<string, [number, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'it did not come to its end in time'],
  HPE_HEADER_OVERFLOW: [431, 'its headers are too long'],
}

type Problem = NonNullable<FastifyError['validation']>[number]

function isWrapper(instancePath: string): boolean {
  return /^\/(target_\w+|api_config|exec_config)$/.test(instancePath)
}

function describe(problems: Problem[]): string {
  return `Invalid request: ${problems.map(describeProblem).join('; ')}.`
}

function describeProblem({ instancePath, keyword, params, message = '' }: Problem): string {
  const path = instancePath.slice(1).replaceAll('/', '.')
  const fields = (names: unknown) => {
    const all = [names].flat()
    const named = all.slice(0, namedCountMax).map((name) => (path === '' ? name : `${path}.${name}`))
    return all.length > namedCountMax ? [...named, `${all.length - namedCountMax} more`] : named
  }
  switch (keyword) {
    case 'required':
      return `${fields(params['requiredProperties']).join(', ')} missing`
    case 'additionalProperties':
      return `${fields(params['additionalProperties']).join(', ')} not known`
    case 'type':
      return `${path || 'the body'} must be ${[params['type']].flat().join(' or ')}`
    case 'enum':
      return `${path} must be one of ${[params['allowedValues']].flat().join(', ')}`
    default:
      return `${path || 'the body'} ${message}`
  }
}
