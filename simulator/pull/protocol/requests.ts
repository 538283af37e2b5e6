// The requests of a pull, and where each of them goes.
import type { Descriptor } from './documents.ts'
import type { Purpose, RegistryRequest, TokenNeed } from './steps.ts'

// They are written out, since pulls ask by the million.

/** `GET /v2/` */
export function pingRequest(): RegistryRequest {
  return {
    purpose: 'ping',
    kind: 'ping',
    method: 'GET',
    repository: null,
    reference: null,
    blobBytes: 0,
    offset: 0,
    need: null,
    registry: null,
    authorization: null,
    location: null,
  }
}

export function tokenRequest(method: 'GET' | 'POST', need: TokenNeed): RegistryRequest {
  return {
    purpose: 'token',
    kind: 'token',
    method,
    repository: need.repository,
    reference: null,
    blobBytes: 0,
    offset: 0,
    need,
    registry: null,
    authorization: null,
    location: null,
  }
}

/** A manifest or index, by a tag or a digest. */
export function documentRequest(
  purpose: 'resolve' | 'document' | 'referrers',
  method: 'GET' | 'HEAD',
  repository: string,
  reference: string,
): RegistryRequest {
  return {
    purpose,
    kind: 'manifest',
    method,
    repository,
    reference,
    blobBytes: 0,
    offset: 0,
    need: null,
    registry: null,
    authorization: null,
    location: null,
  }
}

/** A blob, from an offset on. */
export function blobRequest(
  purpose: 'config' | 'layer',
  repository: string,
  { digest, size }: Descriptor,
  offset: number,
): RegistryRequest {
  return {
    purpose,
    kind: 'blob',
    method: 'GET',
    repository,
    reference: digest,
    blobBytes: size,
    offset,
    need: null,
    registry: null,
    authorization: null,
    location: null,
  }
}

/** Who refers to a manifest. */
export function referrersRequest(repository: string, digest: string): RegistryRequest {
  return {
    purpose: 'referrers',
    kind: 'referrers',
    method: 'GET',
    repository,
    reference: digest,
    blobBytes: 0,
    offset: 0,
    need: null,
    registry: null,
    authorization: null,
    location: null,
  }
}

/**
 * Where a request goes if nothing sends it on: a path under its registry, or an address elsewhere.
 *
 * @example
 * targetOf(documentRequest('resolve', 'HEAD', 'kasmweb/chrome', '1.16.1')) // '/v2/kasmweb/chrome/manifests/1.16.1'
 */
export function targetOf({ kind, method, repository, reference, need }: RegistryRequest): string {
  switch (kind) {
    case 'ping':
      return '/v2/'
    case 'manifest':
      return `/v2/${repository}/manifests/${reference}`
    case 'blob':
      return `/v2/${repository}/blobs/${reference}`
    case 'referrers':
      return `/v2/${repository}/referrers/${reference}`
    case 'token': {
      const { realm } = need as TokenNeed
      if (method === 'POST') return realm
      const query = new URLSearchParams(tokenParameters(need as TokenNeed))
      query.sort()
      return `${realm}${realm.includes('?') ? '&' : '?'}${query}`
    }
  }
}

/** What the query of a request for a token says. */
function tokenParameters({ repository, service, extras, login, namesAccount }: TokenNeed): Record<string, string> {
  return {
    ...(repository !== null && { scope: `repository:${repository}:pull` }),
    ...extras,
    ...(service !== '' && { service }),
    ...(login !== null && namesAccount && { account: login.username }),
  }
}

/** What the form of a request for a token says, the account included. */
export function tokenForm(need: TokenNeed): Record<string, string> {
  const { username = '', password = '' } = need.login ?? {}
  const grant = { grant_type: 'password', client_id: 'containerd-client' }
  return { ...grant, ...tokenParameters({ ...need, namesAccount: false }), username, password }
}

const verbs = { GET: 'Get', HEAD: 'Head', POST: 'Post' } as const

/** How net/http says what is done: `Get`. */
export function verbOf(method: RegistryRequest['method']): string {
  return verbs[method]
}

/** Whether nothing of the pull goes on without it, so that it is not waited for as long as for others. */
export function isQuick(purpose: Purpose): boolean {
  return purpose === 'ping' || purpose === 'token'
}
