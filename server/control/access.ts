// Who may use the control API: it can do everything, so that by default nobody but this machine may.
import { isSameSecret } from '../kernel/same-secret.ts'

/** What is known of a caller. */
export interface ControlCaller {
  headers: Record<string, string | string[] | undefined>
  remoteAddress: string | undefined
}

/** A refusal: a status and its cause and advice in words. */
export interface ControlRefusal {
  status: 401 | 403
  message: string
}

const tokenHeader = 'x-kasm-sim-control-token'

/**
 * Whether a caller may control the fake: null, or why not. With a token whoever shows it may, and nobody else; without one callers on
 * this machine may, unless a proxy or a page of another site stands between.
 *
 * @example
 * refuseControl({ headers: request.headers, remoteAddress: request.ip }, null) // null on this machine
 */
export function refuseControl(
  { headers, remoteAddress = '' }: ControlCaller,
  token: string | null,
): ControlRefusal | null {
  if (token !== null) {
    const given = textOf(headers[tokenHeader]) ?? /^Bearer +(\S+)$/i.exec(textOf(headers['authorization']) ?? '')?.[1]
    if (given !== undefined && isSameSecret(given, token)) return null
    const message = 'the control token is missing or wrong. Send "Authorization: Bearer <token>".'
    return { status: 401, message }
  }
  const isProxied = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined
  if (isProxied || !/^(::ffff:)?127\.|^::1$/.test(remoteAddress)) {
    return { status: 403, message: 'it is for callers on this machine. Start the server with a control token.' }
  }
  if (isFromElsewhere(headers)) {
    return {
      status: 403,
      message:
        'it comes from a page of another site, or by a name that is not localhost. Call localhost, or use a control token.',
    }
  }
  return null
}

/**
 * Browsers name the site of the page that asks, and the name by which they reached this machine: whoever runs a site can have its name
 * lead here.
 */
function isFromElsewhere({ origin, host }: ControlCaller['headers']): boolean {
  const [site, name] = [textOf(origin), textOf(host)]
  if (name !== undefined && !/^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(name)) return true
  return site !== undefined && site.replace(/^https?:\/\//, '') !== name
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
