// Where a reference's registry is and how the engine writes names: Docker Hub is `docker.io` in references, `registry-1.docker.io`
// on the wire, and does not show in what people read.
import type { ImageReference } from '../../../server/kernel/reference.ts'

/** One registry: where requests go and where the engine says that they go. */
export interface Endpoint {
  /** `docker.io` or a host, with its port. */
  host: string
  /** The base of requests, without a slash at its end. */
  url: string
  /** The base that error texts name. */
  shownUrl: string
}

/** The registry of a host; `url` is where it really is, by default what people take it for. */
export function endpointOf(host: string, url?: string): Endpoint {
  const shownHost = host === 'docker.io' ? 'registry-1.docker.io' : host
  // As the engine does, a registry on this machine is spoken to without TLS.
  const scheme = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host) ? 'http' : 'https'
  const shownUrl = `${scheme}://${shownHost}`
  return { host, url: (url ?? shownUrl).replace(/\/+$/, ''), shownUrl }
}

/**
 * The host that a definition's `docker_registry` logs in at.
 *
 * @example
 * loginHost('https://index.docker.io/v1/') // 'docker.io'
 * loginHost('registry.example.com:5443') // 'registry.example.com:5443'
 */
export function loginHost(registry: string): string {
  const host = registry.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/s, '')
  const isHub = host === 'index.docker.io' || host === 'registry-1.docker.io' || host === 'docker.io'
  return isHub ? 'docker.io' : host
}

/** The repository as people write it: `ubuntu`, `kasmweb/chrome`, `registry.example.com/team/app`. */
export function familiarName({ host, repository }: ImageReference): string {
  return host === 'docker.io' ? repository.replace(/^library\//, '') : `${host}/${repository}`
}

/** The whole reference as people write it. */
export function familiarReference(reference: ImageReference): string {
  const tag = reference.tag === null ? '' : `:${reference.tag}`
  const digest = reference.digest === null ? '' : `@${reference.digest}`
  return familiarName(reference) + tag + digest
}
