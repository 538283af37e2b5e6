// Watches the fake's own API for the control API: every call is journalled before its answer leaves, and faults hit it. Whether a
// handler saw a call or a fault took it makes no difference here, so neither handlers nor the model know of any of this.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Control } from '../../control/control.ts'
import type { FaultCall, FaultEffect } from '../../control/fault.ts'
import type { FaultDecision } from '../../control/faults.ts'
import { isPlainObject } from '../../control/plain.ts'
import { redacted } from '../../control/redaction.ts'
import { presentedBy } from '../../model/access/credentials.ts'
import { plainId } from '../../model/ids.ts'
import type { KasmModel } from '../../model/model.ts'
import { internalErrorPage } from '../../model/reply.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The fault that hits this call. */
    fault: FaultDecision | null
  }
}

/** Registers the hooks; to be called before any route is. */
export function observeApi(app: FastifyInstance, control: Control): void {
  const { faults, clock } = control
  app.decorateRequest('fault', null)
  app.addHook('preValidation', (request, reply, done) => {
    const isSubject = !faults.isEmpty && isOfApi(request.url)
    request.fault = isSubject ? faults.decide(callOf(request), clock.nowMs()) : null
    if (request.fault) strikeBefore(control, request.fault, reply, done)
    else done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const spoiled = request.fault ? strikeAfter(control, request.fault, reply, payload) : payload
    if (spoiled === dropped) {
      drop(control, reply)
      return
    }
    if (isOfApi(request.url)) record(control, reply, spoiled)
    done(null, spoiled)
  })
}

/** Of an answer that never comes. */
const dropped = Symbol('dropped')

/** What happens before an operation; `done` lets it be carried out. */
function strikeBefore(control: Control, { effect, fault }: FaultDecision, reply: FastifyReply, done: () => void): void {
  if ('operationDone' in effect && effect.operationDone) {
    done()
    return
  }
  switch (effect.kind) {
    case 'latency':
      control.wall.at(control.wall.nowMs() + effect.delayMs, done)
      break
    case 'status':
      reply.status(effect.status).headers(effect.headers).send(bodyOf(effect, fault))
      break
    case 'internal-error':
      reply.status(500).type('text/html').send(internalErrorPage)
      break
    case 'connection-drop':
      drop(control, reply)
      break
    default:
      done()
  }
}

/** What goes out in place of an answer. */
function strikeAfter(
  control: Control,
  { effect, fault }: FaultDecision,
  reply: FastifyReply,
  payload: unknown,
): unknown {
  switch (effect.kind) {
    case 'status':
      if (!effect.operationDone) return payload
      reply.status(effect.status).headers({ 'content-type': 'application/json; charset=utf-8', ...effect.headers })
      return textOf(bodyOf(effect, fault))
    case 'internal-error':
      if (!effect.operationDone) return payload
      reply.status(500).header('content-type', 'text/html')
      return internalErrorPage
    case 'connection-drop':
      return dropped
    case 'malformed-json': {
      const bytes = bytesOf(payload)
      reply.removeHeader('content-length')
      return bytes.subarray(0, Math.max(1, Math.floor(bytes.length * 0.6)))
    }
    case 'slow-body': {
      const bytes = bytesOf(payload)
      reply.header('content-length', bytes.length)
      return Readable.from(slowly(control, bytes, effect.bytesPerSecond))
    }
    case 'latency':
      return payload
    default:
      return effect satisfies never
  }
}

function drop(control: Control, reply: FastifyReply): void {
  record(control, reply, dropped)
  reply.hijack()
  reply.raw.destroy()
}

function bodyOf({ body }: Extract<FaultEffect, { kind: 'status' }>, fault: string): unknown {
  return body ?? { error_message: `The fault ${fault} was injected.` }
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

function bytesOf(payload: unknown): Buffer {
  return payload instanceof Uint8Array ? Buffer.from(payload) : Buffer.from(typeof payload === 'string' ? payload : '')
}

async function* slowly({ wall }: Control, bytes: Buffer, bytesPerSecond: number): AsyncIterable<Buffer> {
  // Ten pieces a second: slow for the caller, and cheap for the server.
  const pieceBytes = Math.max(1, Math.ceil(bytesPerSecond / 10))
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const piece = bytes.subarray(start, start + pieceBytes)
    await wall.wait((piece.length / bytesPerSecond) * 1_000)
    yield piece
  }
}

function callOf(request: FastifyRequest): FaultCall {
  const { url, body, headers, socket } = request
  const path = pathOf(url)
  const fields = isPlainObject(body) ? body : {}
  const { server_id, hostname } = fields
  const isAgent = path.startsWith('/manager_api/') && typeof server_id === 'string'
  const agent = isAgent ? { serverId: server_id, hostname: typeof hostname === 'string' ? hostname : null } : null
  const operation = operationOf(path)
  const { authorization, cookie } = headers
  const presented = presentedBy({ body: fields, authorization, cookie }, { basic: true })
  const who = presented.kind === 'key' ? presented.key : presented.kind === 'login' ? presented.username : null
  const caller = typeof who === 'string' ? who : null
  return { operation, path, caller, agent, source: socket.remoteAddress ?? '' }
}

function record({ journal, clock, model }: Control, reply: FastifyReply, payload: unknown): void {
  const { request } = reply
  const { method, fault, bodySizeBytes: sizeBytes } = request
  const { path, operation, caller, agent } = callOf(request)
  const cause = reply.getHeader('x-kasm-sim-cause')
  journal.record({
    atMs: clock.nowMs(),
    operation,
    method,
    path,
    caller: agent ? (agent.hostname ?? agent.serverId) : caller,
    body: operation === 'update_setting' ? withoutSecret(request.body, model) : request.body,
    sizeBytes,
    status: payload === dropped ? 0 : reply.statusCode,
    errorMessage: errorMessageOf(payload),
    cause: cause === undefined ? null : String(cause),
    fault: fault?.fault ?? null,
  })
}

/** Of a secret setting the value is a secret, although its field is called like any other's. */
function withoutSecret(body: unknown, { areas }: KasmModel): unknown {
  if (!isPlainObject(body)) return body
  const id = plainId(String(body['setting_id']))
  const setting = [...areas.rows.settings.values()].find(({ setting_id }) => setting_id === id)
  return setting?.sanitize ? { ...body, value: redacted } : body
}

function errorMessageOf(payload: unknown): string | null {
  if (typeof payload !== 'string' || !payload.includes('"error_message"') || payload.length > 65_536) return null
  try {
    const { error_message } = JSON.parse(payload) as { error_message?: unknown }
    return typeof error_message === 'string' ? error_message : null
  } catch {
    return null
  }
}

/** The API of the fake, as opposed to what is said about it. */
function isOfApi(url: string): boolean {
  return url.startsWith('/api/') || url.startsWith('/manager_api/')
}

function operationOf(path: string): string | null {
  return /^\/(?:api|api\/public|api\/admin|manager_api\/api\/v1)\/([\w-]+)$/.exec(path)?.[1] ?? null
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}
