// Docker references as the Docker Engine reads them: a first component with a dot, a colon or the name localhost is a host,
// everything else lives on Docker Hub; a single name is in `library/`.
import { KasmSimError } from './errors.ts'

export interface ImageReference {
  /** `docker.io` for Docker Hub, else the host as written, with its port. */
  host: string
  repository: string
  /** Null when only a digest is given. */
  tag: string | null
  digest: string | null
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const pathPattern = new RegExp(`^${component}(?:/${component})*$`)
const hostPattern =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/
const tagPattern = /^\w[\w.-]{0,127}$/
const digestPattern = /^sha256:[0-9a-f]{64}$/

/**
 * Reads a docker reference; no tag and no digest means `latest`.
 *
 * @throws KasmSimError IMAGE_REFERENCE_INVALID
 * @example
 * parseReference('kasmweb/chrome:1.16.1')
 * // { host: 'docker.io', repository: 'kasmweb/chrome', tag: '1.16.1', digest: null }
 */
export function parseReference(text: string): ImageReference {
  const [beforeDigest = '', digest = null, ...more] = text.split('@')
  const tagColon = beforeDigest.lastIndexOf(':')
  const hasTag = tagColon > beforeDigest.lastIndexOf('/')
  const name = hasTag ? beforeDigest.slice(0, tagColon) : beforeDigest
  const tag = hasTag ? beforeDigest.slice(tagColon + 1) : digest === null ? 'latest' : null
  const slash = name.indexOf('/')
  const first = slash === -1 ? '' : name.slice(0, slash)
  const hasHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  const host = hasHost ? (first === 'index.docker.io' ? 'docker.io' : first) : 'docker.io'
  const path = hasHost ? name.slice(slash + 1) : name
  const problem =
    more.length > 0
      ? 'it has more than one "@"'
      : !hostPattern.test(host)
        ? `"${host}" is no host name`
        : path !== path.toLowerCase()
          ? 'the repository name must be lower case'
          : !pathPattern.test(path) || path.length > 255
            ? `"${path}" is no repository name`
            : tag !== null && !tagPattern.test(tag)
              ? `"${tag}" is no tag`
              : digest !== null && !digestPattern.test(digest)
                ? `"${digest}" is no sha256 digest`
                : null
  if (problem) {
    throw new KasmSimError(
      'IMAGE_REFERENCE_INVALID',
      `Failed to read the image reference "${text}": ${problem}. Write it like kasmweb/chrome:1.16.1 or registry.example.com/team/app:2.0.`,
    )
  }
  return { host, repository: host === 'docker.io' && !path.includes('/') ? `library/${path}` : path, tag, digest }
}
