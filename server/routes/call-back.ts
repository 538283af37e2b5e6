// The call-back before a launch: the web app asks an agent for `/agent/api/v1/hello/` and places no session on one that does not answer,
// however healthy its check-ins are (docs/sessions.md, "Hello"). The model says whom to call; only this file calls.
import type { RequestOptions } from 'node:http'
import type { KasmModel, ModelCall } from '../model/model.ts'
import type { CallBacks } from '../model/sessions/placement.ts'

/** Calls an agent: null where it answers with status 200, else what went wrong. */
export type CallAgent = (url: string) => Promise<string | null>

/** After so many that do not answer, a request is refused rather than left to wait any longer. */
const failuresMax = 8
const answerTimeoutMs = 2_000

/** Calls, one after the other, the agents that a session would be placed on, until one answers. */
export async function callBack(
  call: Omit<ModelCall<'request_kasm'>, 'nowMs' | 'callBacks'>,
  { model, nowMs, callAgent }: { model: KasmModel; nowMs: () => number; callAgent: CallAgent },
): Promise<CallBacks> {
  const failed = new Map<string, string>()
  const answered = new Set<string>()
  while (failed.size < failuresMax) {
    const callBacks = { failed, answered: null }
    const target = model.callBackFor({ ...call, nowMs: nowMs(), callBacks })
    if (!target || answered.has(target.serverId)) return callBacks
    const cause = await callAgent(target.url)
    if (cause === null) answered.add(target.serverId)
    else failed.set(target.serverId, cause)
  }
  return { failed, answered }
}

/**
 * Calls an agent over the network. Certificates are not checked: those of agents are self-signed.
 *
 * @example
 * await callAgentOverHttp('https://agent-1:443/agent/api/v1/hello/') // null, or 'connect ECONNREFUSED 10.0.0.1:443'
 */
export function callAgentOverHttp(url: string): Promise<string | null> {
  const options: RequestOptions & { rejectUnauthorized: boolean } = {
    rejectUnauthorized: false,
    signal: AbortSignal.timeout(answerTimeoutMs),
  }
  return new Promise((resolve) => {
    // An import of node:http would load Node's own fetch along with it, which takes 3 MB.
    const { get } = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http')
    const request = get(url, options, (response) => {
      response.resume()
      response.on('error', () => {})
      resolve(response.statusCode === 200 ? null : `the call-back was answered with status ${response.statusCode}`)
      request.destroy()
    })
    request.on('error', ({ name, message }) => {
      resolve(name === 'AbortError' ? `no answer to the call-back within ${answerTimeoutMs} ms` : message)
    })
  })
}
