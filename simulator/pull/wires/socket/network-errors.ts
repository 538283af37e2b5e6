// What broken exchanges died of, in the words of net/http.
import { RegistryFailure } from '../../protocol/failure.ts'
import { malformedAnswer } from '../../protocol/go-text.ts'

/** Why a request got no answer. */
export function networkFailure(error: unknown, host: string): RegistryFailure {
  const { code = '', message = '', name = '' } = error as NodeJS.ErrnoException
  const text = networkTexts[code]?.(host)
  const options = { retried: true, cause: error }
  if (text !== undefined) return new RegistryFailure('UNAVAILABLE', text, options)
  // The parser's own code is not always there.
  if (code.startsWith('HPE_') || name === 'HTTPParserError') {
    return new RegistryFailure('MALFORMED', malformedAnswer, options)
  }
  return new RegistryFailure('UNAVAILABLE', message || code, options)
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
