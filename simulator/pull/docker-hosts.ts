// Where Docker Engines are, as people and `DOCKER_HOST` write it.

/** The socket of an engine on this machine. */
const defaultDockerHost = 'unix:///var/run/docker.sock'

/**
 * The engines that the environment names: `DOCKER_HOST`, which may list several with commas, else the one on this machine.
 *
 * @example
 * dockerHostsOf({ DOCKER_HOST: 'unix:///run/a.sock,tcp://127.0.0.1:2375' }) // two hosts
 */
export function dockerHostsOf(environment: { DOCKER_HOST?: string | undefined }): string[] {
  const hosts = (environment.DOCKER_HOST ?? '').split(',').map((host) => host.trim())
  const named = hosts.filter((host) => host !== '')
  return named.length > 0 ? named : [defaultDockerHost]
}

/** Whether engines can be reached at such an address. */
export function isDockerHost(host: string): boolean {
  if (/^unix:\/\/\/./.test(host)) return true
  const { protocol = '', hostname = '', pathname = '' } = URL.parse(host.replace(/^tcp:/, 'http:')) ?? {}
  return protocol === 'http:' && hostname !== '' && (pathname === '' || pathname === '/')
}
