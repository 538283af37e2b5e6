// A request of a script as HTTP has it.
import { acceptedTypes } from '../../protocol/documents.ts'
import { RegistryFailure } from '../../protocol/failure.ts'
import { isQuick, targetOf, tokenForm } from '../../protocol/requests.ts'
import type { Authorization, RegistryRequest } from '../../protocol/steps.ts'
import type { TransportRequest } from './transport.ts'

/** @throws RegistryFailure MALFORMED where its address cannot be read */
export function httpRequest(request: RegistryRequest): Omit<TransportRequest, 'signal'> {
  const { method, purpose, authorization, need } = request
  const isForm = method === 'POST'
  return {
    ...{ method, url: urlOf(request), isQuick: isQuick(purpose) },
    headers: {
      ...headersOf(request),
      ...(authorization !== null && !isForm && { Authorization: headerOf(authorization) }),
    },
    body: isForm && need !== null ? new URLSearchParams(tokenForm(need)).toString() : null,
  }
}

function urlOf(request: RegistryRequest): URL {
  const target = request.location ?? targetOf(request)
  try {
    return new URL(target.startsWith('/') ? `${request.registry?.url}${target}` : target)
  } catch (cause) {
    throw new RegistryFailure('MALFORMED', `parse ${JSON.stringify(target)}: invalid URL`, { cause })
  }
}

function headersOf({ kind, method, offset }: RegistryRequest): Record<string, string | string[]> {
  // One header line per type, as the engine writes them.
  if (kind === 'manifest') return { Accept: acceptedTypes }
  if (method === 'POST') return { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }
  if (kind !== 'blob') return {}
  return { 'Accept-Encoding': 'identity', ...(offset > 0 ? { Range: `bytes=${offset}-` } : {}) }
}

function headerOf(authorization: Authorization): string {
  if ('token' in authorization) return `Bearer ${authorization.token}`
  const { username, password } = authorization.login
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
