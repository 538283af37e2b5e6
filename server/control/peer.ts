// Who is at the other end of a connection on this machine. A proxy that sends no header of its own makes everyone look like a caller on
// this machine, but it cannot hide whose process it is: proxies run as users of their own, and Linux tells the user of every socket.
import { readFileSync } from 'node:fs'

/** The two ends of a connection as a socket names them. */
export interface Connection {
  remotePort?: number | undefined
  localPort?: number | undefined
}

const rootUser = 0

/**
 * Whether the process at the other end of a connection on this machine is of the user of this one, or of root. True where the system
 * does not tell, and of connections that are none, as those of `inject`.
 */
export function isOfThisUser({ remotePort, localPort }: Connection): boolean {
  const own = process.geteuid?.()
  if (own === undefined || remotePort === undefined || localPort === undefined) return true
  // Over either protocol, since a socket of IPv6 takes callers of both.
  const table = `${readTable('tcp')}${readTable('tcp6')}`
  const user = userOf(table, { localPort: remotePort, remotePort: localPort })
  if (user !== null) return user === own || user === rootUser
  const isTold = userOf(table, { localPort, remotePort }) !== null
  return !isTold
}

/**
 * The user of the socket between two ports in a table of `/proc/net`; null where there is none that a process holds.
 *
 * @example
 * userOf(readFileSync('/proc/net/tcp', 'utf8'), { localPort: 51_234, remotePort: 8_080 }) // 1000
 */
export function userOf(
  table: string,
  { localPort, remotePort }: { localPort: number; remotePort: number },
): number | null {
  const port = (number: number) => number.toString(16).toUpperCase().padStart(4, '0')
  // Number, both ends, state, queues, timers, retries, user, time-outs, inode; a socket that its process has closed has no inode.
  const row = `^ *\\d+: \\w+:${port(localPort)} \\w+:${port(remotePort)} \\w+ \\S+ \\S+ \\w+ +(\\d+) +\\d+ ([1-9]\\d*) `
  const [, user] = new RegExp(row, 'm').exec(table) ?? []
  return user === undefined ? null : Number(user)
}

function readTable(name: string): string {
  try {
    return readFileSync(`/proc/net/${name}`, 'utf8')
  } catch {
    return ''
  }
}
