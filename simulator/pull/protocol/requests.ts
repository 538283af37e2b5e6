// The requests of a pull, and where each of them goes.
import type { Descriptor } from './documents.ts'
import type { Purpose, RegistryRequest, TokenDesk } from './steps.ts'

/** `GET /v2/` */
export function pingRequest(): RegistryRequest {
  return {
    ...{ purpose: 'ping', kind: 'ping', method: 'GET', repository: null, reference: null, blobBytes: 0, offset: 0 },
    ...{ desk: null, registry: null, authorization: null, location: null },
  }
}

export function tokenRequest(method: 'GET' | 'POST', repository: string | null, desk: TokenDesk): RegistryRequest {
  return {
    ...{ purpose: 'token', kind: 'token', method, repository, reference: null, blobBytes: 0, offset: 0 },
    ...{ desk, registry: null, authorization: null, location: null },
  }
}

/** A manifest or index, by a tag or a digest. */
export function documentRequest(
  purpose: 'resolve' | 'document' | 'referrers',
  method: 'GET' | 'HEAD',
  repository: string,
  reference: string,
): RegistryRequest {
  // Written out, since pulls ask by the million.
  return {
    purpose,
    kind: 'manifest',
    method,
    repository,
    reference,
    blobBytes: 0,
    offset: 0,
    desk: null,
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
    desk: null,
    registry: null,
    authorization: null,
    location: null,
  }
}

/** Who refers to a manifest. */
export function referrersRequest(repository: string, digest: string): RegistryRequest {
  return {
    ...{ purpose: 'referrers', kind: 'referrers', method: 'GET', repository, reference: digest, blobBytes: 0 },
    ...{ offset: 0, desk: null, registry: null, authorization: null, location: null },
  }
}

/**
 * Where a request goes if nothing sends it on: a path under its registry, or an address elsewhere.
 *
 * @example
 * targetOf(documentRequest('resolve', 'HEAD', 'kasmweb/chrome', '1.16.1')) // '/v2/kasmweb/chrome/manifests/1.16.1'
 */
export function targetOf({ kind, method, repository, reference, desk }: RegistryRequest): string {
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
      const { realm, parameters } = desk as TokenDesk
      if (method === 'POST') return realm
      const query = new URLSearchParams(parameters)
      query.sort()
      return `${realm}${realm.includes('?') ? '&' : '?'}${query}`
    }
  }
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
