// Words of the Go standard library that show through in the engine's errors.
import type { PullFailureCode } from '../events/events.ts'

/**
 * Why a text is no JSON, in the words of encoding/json.
 *
 * @example
 * describeJsonError('<html>') // "invalid character '<' looking for beginning of value"
 */
export function describeJsonError(text: string): string {
  const first = text.trimStart()[0]
  if (first === undefined) return 'unexpected end of JSON input'
  if (!/[{["\-0-9tfn]/.test(first)) return `invalid character '${first}' looking for beginning of value`
  try {
    JSON.parse(text)
  } catch (error) {
    const token = /^Unexpected (?:token|non-whitespace character)[^']*'(.)'/.exec((error as Error).message)?.[1]
    if (token !== undefined) return `invalid character '${token}' in JSON input`
  }
  return 'unexpected end of JSON input'
}

/** A text in quotes, as `%q` prints it. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, '\\x$1')
}

/** A head of an answer that cannot be read; net/http goes on with the line, which the parser here does not tell. */
export const malformedAnswer = 'net/http: HTTP/1.x transport connection broken: malformed MIME header'

/** What a request that got no answer died of, in the words of net/http, and our code for it. */
export function describeNetworkError(error: unknown, host: string): { code: PullFailureCode; text: string } {
  const { code = '', message = '', name = '' } = error as NodeJS.ErrnoException
  const text = networkTexts[code]?.(host)
  if (text !== undefined) return { code: 'UNAVAILABLE', text }
  // The parser's own code is not always there.
  if (code.startsWith('HPE_') || name === 'HTTPParserError') return { code: 'MALFORMED', text: malformedAnswer }
  return { code: 'UNAVAILABLE', text: message || code }
}

const networkTexts: Record<string, (host: string) => string> = {
  ECONNREFUSED: (host) => `dial tcp ${host}: connect: connection refused`,
  ENOTFOUND: (host) => `dial tcp: lookup ${host.replace(/:\d+$/, '')}: no such host`,
  EAI_AGAIN: (host) => `dial tcp: lookup ${host.replace(/:\d+$/, '')}: Temporary failure in name resolution`,
  EHOSTUNREACH: (host) => `dial tcp ${host}: connect: no route to host`,
  ENETUNREACH: (host) => `dial tcp ${host}: connect: network is unreachable`,
  ETIMEDOUT: (host) => `dial tcp ${host}: i/o timeout`,
  ECONNRESET: (host) => `read tcp ${host}: read: connection reset by peer`,
  EPIPE: (host) => `write tcp ${host}: write: broken pipe`,
  UND_ERR_CONNECT_TIMEOUT: (host) => `dial tcp ${host}: i/o timeout`,
  UND_ERR_HEADERS_TIMEOUT: () => 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
  UND_ERR_BODY_TIMEOUT: () => 'net/http: request canceled (Client.Timeout or context cancellation while reading body)',
  UND_ERR_SOCKET: () => 'EOF',
}
