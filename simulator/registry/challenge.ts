// Reads WWW-Authenticate (RFC 9110, 11.6.1), as registries use it.

export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  scheme: string
  parameters: Record<string, string>
}

/**
 * The challenges of an answer, one per header line.
 *
 * @example
 * parseChallenges('Bearer realm="https://auth.docker.io/token",service="registry.docker.io"')
 * // [{ scheme: 'bearer', parameters: { realm: 'https://auth.docker.io/token', service: 'registry.docker.io' } }]
 */
export function parseChallenges(header: string | string[] | undefined): Challenge[] {
  return [header ?? []].flat().map((line) => {
    const [, scheme = '', rest = ''] = /^\s*([^\s,]+)\s*(.*)$/s.exec(line) ?? []
    const parameters: Record<string, string> = {}
    for (const [, name = '', quoted, plain] of rest.matchAll(/([\w-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,]+))/g)) {
      parameters[name.toLowerCase()] = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1')
    }
    return { scheme: scheme.toLowerCase(), parameters }
  })
}
