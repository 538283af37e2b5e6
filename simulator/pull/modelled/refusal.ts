// The errors of modelled pulls: what the engine makes of the same answers, in the same words.
import { parseReference } from '../../../server/kernel/reference.ts'
import type { PolicyDecision } from '../../registry/policy/policy.ts'
import { PullError } from '../engine.ts'
import { challengedRefusal, explain, type RegistryFailure, refusal } from '../failure.ts'

/** A policy said no. */
export function refusalError(decision: PolicyDecision & { allowed: false }, reference: string): PullError {
  const { status, body } = decision
  return asPullError(refusal({ status, reason: status === 429 ? 'Too Many Requests' : '', body }), reference)
}

/** What a registry lacks; `hidden`: it does not say whether the repository is there to those who did not log in. */
export type Missing = 'tag' | 'repository' | 'hidden'

const missingErrors = {
  tag: { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' },
  repository: { code: 'NAME_UNKNOWN', message: 'repository name not known to registry' },
}

/** The registry does not have what was asked for. */
export function missingError(reference: string, missing: Missing): PullError {
  if (missing === 'hidden') {
    return asPullError(challengedRefusal('insufficient_scope', null) as RegistryFailure, reference)
  }
  const body = JSON.stringify({ errors: [{ ...missingErrors[missing], detail: {} }] })
  return asPullError(refusal({ status: 404, reason: 'Not Found', body }), reference)
}

/** The log-in was refused. */
export function loginError(reference: string): PullError {
  const host = parseReference(reference).host === 'docker.io' ? 'registry-1.docker.io' : parseReference(reference).host
  const text = `Get "https://${host}/v2/": unauthorized: incorrect username or password`
  return new PullError('UNAUTHORIZED', text, { status: 401 })
}

function asPullError(failure: RegistryFailure, reference: string): PullError {
  const { code, message, status } = explain(failure, parseReference(reference))
  return new PullError(code, message, { status })
}
