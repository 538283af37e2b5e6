// Answers a call of the control API: finds the operation, checks what it is given, does it. Schemas are loaded where there is anything to
// check: a reset is to be quick from the first time on.
import { type ControlOperationName, controlCalls } from '../api/control/calls.ts'
import { KasmSimError } from '../kernel/errors.ts'
import { Refusal } from '../model/reply.ts'
import type { Control } from './control.ts'
import { controlHandlers, NotThere, type TextBody } from './handlers.ts'

/** A call as it came. */
export interface ControlCall {
  method: string
  /** Below `/__sim__`. */
  path: string
  query: Record<string, unknown>
  body: unknown
  signal: AbortSignal
}

export interface ControlAnswer {
  status: number
  headers?: Record<string, string>
  body?: object
}

/** A body that is no JSON: a seed in YAML or CSV. */
export class SeedText {
  readonly content: TextBody

  constructor(content: TextBody) {
    this.content = content
  }
}

/**
 * Does what a call asks for.
 *
 * @example
 * await answerControl(control, { method: 'POST', path: '/reset', query: {}, body: undefined, signal })
 */
export async function answerControl(control: Control, call: ControlCall): Promise<ControlAnswer> {
  const { method, path } = call
  const matching = routes.filter(({ pattern }) => pattern.test(path))
  const route = matching.find((candidate) => candidate.method === method)
  if (matching.length === 0)
    return refusal(404, `there is no such call. GET /__sim__/openapi.json describes all.`, call)
  if (!route) {
    const allow = matching.map((candidate) => candidate.method).join(', ')
    return { ...refusal(405, `it takes ${allow}. Use one of them.`, call), headers: { allow } }
  }
  const [, name = ''] = route.pattern.exec(path) ?? []
  try {
    return await carryOut(control, route, { ...call, name: decodeURIComponent(name) })
  } catch (error) {
    return failure(error, call)
  }
}

async function carryOut(control: Control, route: Route, call: ControlCall & { name: string }): Promise<ControlAnswer> {
  const { name, query, body, signal } = call
  const text = body instanceof SeedText ? body.content : null
  // A file that is not there makes many clients send nothing, which must not wipe everything.
  if (route.name === 'seed' && body === undefined) {
    throw new KasmSimError('CONTROL_INVALID', 'Failed to read the seed: there is no body. Send {} for an empty seed.')
  }
  const given = body === undefined ? {} : body
  if (route.takes) {
    const { checkCall } = await import('./checks.ts')
    checkCall(route.name, { query, body: text ? null : given })
  }
  const request = { name, query: query as Record<string, string>, body: given, text, signal }
  const reply = await controlHandlers[route.name](control, request)
  return reply.body ? { status: reply.status ?? 200, body: reply.body } : { status: 204 }
}

interface Route {
  name: ControlOperationName
  method: string
  pattern: RegExp
  takes: boolean
}

const routes: Route[] = Object.entries(controlCalls).map(([name, { method, path, takes }]) => ({
  name: name as ControlOperationName,
  method,
  pattern: new RegExp(`^${path.replace(':name', '([^/]+)')}$`),
  takes,
}))

function failure(error: unknown, call: ControlCall): ControlAnswer {
  if (error instanceof NotThere) return refusal(404, error.message, call)
  if (error instanceof Refusal) return refusal(400, error.message, call)
  if (!(error instanceof KasmSimError)) throw error
  const { code, message, position } = error
  const full = message.startsWith('Failed to ')
    ? message
    : `Failed to answer ${call.method} /__sim__${call.path}: ${message}`
  return { status: 400, body: { error: { code, message: full, ...(position ? { position } : {}) } } }
}

function refusal(status: number, problem: string, { method, path }: ControlCall): ControlAnswer {
  return { status, body: { error: { code: null, message: `Failed to answer ${method} /__sim__${path}: ${problem}` } } }
}
