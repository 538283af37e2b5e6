// Who may use the control API, of the web app and of registries: it can do everything, so that by default nobody but the user of this
// machine may (docs/security.md, "Who may control").
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isSameSecret } from '../kernel/same-secret.ts'
import { isOfThisUser } from './peer.ts'

/** What is known of a caller. */
export interface ControlCaller {
  headers: IncomingHttpHeaders
  remoteAddress: string | undefined
  /** Such as `1.1`. */
  httpVersion: string
  /** Whether the connection is of a process of this server's own user; asked only where all else is in order. */
  isOfThisUser(): boolean
}

/** A refusal: a status and its cause and advice in words. */
export interface ControlRefusal {
  status: 401 | 403
  message: string
}

const tokenHeader = 'x-kasm-sim-control-token'

/** Headers by which proxies say that they are there; no client sends them. */
const proxyHeader =
  /^(forwarded|via|x-forwarded.*|x-real-ip|x-original-.+|x-client-ip|x-cluster-client-ip|true-client-ip|cf-.+|x-envoy-.+|x-amzn-trace-id|x-proxy.*)$/

/** Connections whose user is known: a look costs a read of the system's table of sockets, and callers keep connections. */
const ownConnections = new WeakSet<object>()

/** The caller of a request. */
export function controlCallerOf({ headers, httpVersion, socket }: IncomingMessage): ControlCaller {
  return {
    headers,
    httpVersion,
    remoteAddress: socket.remoteAddress,
    isOfThisUser: () => {
      const isOwn = ownConnections.has(socket) || isOfThisUser(socket)
      if (isOwn) ownConnections.add(socket)
      return isOwn
    },
  }
}

/**
 * Whether a caller may control the fake: null, or why not. With a token whoever shows it may, and nobody else; without one callers on
 * this machine may, unless a proxy, a page of another site or another user stands between.
 *
 * @example
 * refuseControl(controlCallerOf(request), null) // null of `curl http://127.0.0.1:8080/__sim__/clock`
 */
export function refuseControl(caller: ControlCaller, token: string | null): ControlRefusal | null {
  const { headers } = caller
  if (token !== null) {
    const given = textOf(headers[tokenHeader]) ?? /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
    if (given !== undefined && isSameSecret(given, token)) return null
    return { status: 401, message: 'the control token is missing or wrong. Send "Authorization: Bearer <token>".' }
  }
  const cause = whyNotDirect(caller)
  return cause === null ? null : { status: 403, message: `${cause} Start it with --control-token to allow more.` }
}

/** Why a caller is not known to be the user of this machine, at it. */
function whyNotDirect({ headers, remoteAddress = '', httpVersion, isOfThisUser }: ControlCaller): string | null {
  if (!/^(::ffff:)?127\.|^::1$/.test(remoteAddress)) return 'it is for callers on this machine.'
  // Proxies such as nginx speak HTTP/1.0 to what is behind them, and clients have not for long.
  if (httpVersion === '1.0' || Object.keys(headers).some((name) => proxyHeader.test(name))) {
    return 'it came through a proxy, and is for callers on this machine.'
  }
  if (isFromElsewhere(headers)) {
    return 'it comes from a page of another site, or by a name that is not localhost. Call localhost.'
  }
  return isOfThisUser() ? null : 'it comes from a process of another user, as a proxy is.'
}

/**
 * Browsers name the site of the page that asks, and the name by which they reached this machine: whoever runs a site can have its name
 * lead here.
 */
function isFromElsewhere({ origin, host }: IncomingHttpHeaders): boolean {
  if (host !== undefined && !/^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(host)) return true
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== host
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
