// What a request asks for, read from its method and path. Paths are taken as they came: nothing is resolved or cleaned, so a name
// with dots and slashes that mean a folder elsewhere is only ever a bad name here.
import type { RequestClass } from '../events/events.ts'
import { RegistryProblem } from './answer/problem.ts'
import { tokenPaths } from './policy/policy.ts'

type Endpoint = 'ping' | 'token' | 'manifest' | 'blob' | 'uploads' | 'upload' | 'tags' | 'referrers' | 'unknown'

/** The endpoint of a request, with the parts of its path. */
export interface Target {
  endpoint: Endpoint
  class: RequestClass
  path: string
  query: URLSearchParams
  /** Empty where the endpoint has none. */
  repository: string
  /** A tag, digest or upload id; empty where the endpoint has none. */
  reference: string
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const namePattern = new RegExp(`^${component}(?:/${component})*$`)
const nameLengthMax = 255
/** The pattern of a tag. */
export const tagPattern = /^\w[\w.-]{0,127}$/

/** Read from the right, since a repository may be called `blobs` or `manifests`. */
const patterns: readonly (readonly [Endpoint, RegExp])[] = [
  ['tags', /^\/v2\/(.*)\/tags\/list$/s],
  ['uploads', /^\/v2\/(.*)\/blobs\/uploads\/?$/s],
  ['upload', /^\/v2\/(.*)\/blobs\/uploads\/([^/]+)$/s],
  ['blob', /^\/v2\/(.*)\/blobs\/([^/]+)$/s],
  ['manifest', /^\/v2\/(.*)\/manifests\/([^/]+)$/s],
  ['referrers', /^\/v2\/(.*)\/referrers\/([^/]+)$/s],
]

/** Reads a request line. A path that cannot be decoded is `unknown`. */
export function readTarget(method: string, url: string): Target {
  const [rawPath = '', rawQuery = ''] = url.split(/\?(.*)/s)
  const query = new URLSearchParams(rawQuery)
  const path = decode(rawPath)
  if ((tokenPaths as readonly string[]).includes(path))
    return { endpoint: 'token', class: 'token', path, query, repository: '', reference: '' }
  if (path === '/v2/' || path === '/v2') {
    return { endpoint: 'ping', class: 'ping', path, query, repository: '', reference: '' }
  }
  for (const [endpoint, pattern] of patterns) {
    const match = pattern.exec(path)
    if (!match) continue
    const [, repository = '', reference = ''] = match
    return { endpoint, class: requestClass(method, endpoint), path, query, repository, reference }
  }
  return { endpoint: 'unknown', class: 'other', path, query, repository: '', reference: '' }
}

/** Whether the text can be the name of a repository. */
export function isRepositoryName(name: string): boolean {
  return name.length <= nameLengthMax && namePattern.test(name)
}

/**
 * @throws RegistryProblem NAME_INVALID
 */
export function assertRepositoryName(name: string): void {
  if (!isRepositoryName(name)) throw new RegistryProblem('NAME_INVALID', { name: name.slice(0, nameLengthMax) })
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return ''
  }
}

function requestClass(method: string, endpoint: Endpoint): RequestClass {
  const reads = method === 'GET' || method === 'HEAD'
  if (endpoint === 'uploads' || endpoint === 'upload') return 'push'
  if (endpoint === 'manifest' && method === 'HEAD') return 'version-check'
  if (endpoint === 'manifest' && method === 'GET') return 'manifest'
  if (endpoint === 'manifest' && method === 'PUT') return 'push'
  if (endpoint === 'blob' && reads) return 'blob'
  return 'other'
}
