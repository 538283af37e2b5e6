// Failures of this program's own side: a machine without free files, ports or memory, a server that went away. They say nothing of the
// fleet, so they are told apart by their cause, counted apart, and put the whole run in doubt.
import type { Peer, RunEvent } from '../events/events.ts'
import type { Doubt } from './verdict.ts'

/** `machine`: this machine ran out of something. `gone`: nobody was there, which a fault of the scenario may have ordered. */
const kindOfCode: Record<string, 'machine' | 'gone'> = {
  EMFILE: 'machine',
  ENFILE: 'machine',
  EADDRNOTAVAIL: 'machine',
  ENOBUFS: 'machine',
  ENOMEM: 'machine',
  EAGAIN: 'machine',
  ECONNREFUSED: 'gone',
  ECONNRESET: 'gone',
  ECONNABORTED: 'gone',
  EPIPE: 'gone',
  ENOENT: 'gone',
  ENOTFOUND: 'gone',
  EAI_AGAIN: 'gone',
  EHOSTUNREACH: 'gone',
  ENETUNREACH: 'gone',
  ETIMEDOUT: 'gone',
  UND_ERR_SOCKET: 'gone',
  UND_ERR_CONNECT_TIMEOUT: 'gone',
}

/** What each shortage of a machine asks for. */
const remedies: Record<string, string> = {
  EMFILE: 'too many open files: raise the limit with ulimit -n',
  ENFILE: 'too many open files on this machine',
  EADDRNOTAVAIL: 'no local port is free',
  ENOBUFS: 'no memory for sockets',
  ENOMEM: 'no memory',
}

/**
 * The code of a failed exchange that was the generator's own failure; null where the fleet has to bear it.
 *
 * @param error what the exchange died of, its causes included
 * @param isOrdered whether a fault of the scenario breaks connections at this time
 * @example
 * generatorFailureOf(Object.assign(new Error(), { code: 'EMFILE' }), { isOrdered: true }) // 'EMFILE'
 */
export function generatorFailureOf(error: unknown, { isOrdered }: { isOrdered: boolean }): string | null {
  const code = codesOf(error).find((each) => Object.hasOwn(kindOfCode, each))
  if (code === undefined) return null
  return kindOfCode[code] === 'gone' && isOrdered ? null : code
}

/** Of an error, its causes and, where several addresses were tried, their errors. */
function codesOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return []
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown }
  const inner = [...(Array.isArray(errors) ? errors : []), cause].flatMap(codesOf)
  return typeof code === 'string' ? [code, ...inner] : inner
}

/** So many failures of one cause. */
export interface GeneratorFailure {
  peer: Peer
  code: string
  count: number
}

/**
 * Counts the failures of the generator.
 *
 * @example
 * const failures = new GeneratorFailures()
 * for (const event of events) failures.take(event)
 * failures.doubts() // [{ reason: '4 failures of the generator to reach the web app (ECONNREFUSED)', about: 'everything' }]
 */
export class GeneratorFailures {
  readonly #counts = new Map<string, GeneratorFailure>()

  readonly kinds = new Set(['generator-failed'] as const)

  readonly take = (event: RunEvent): void => {
    if (event.kind !== 'generator-failed') return
    const { peer, code } = event
    const key = `${peer} ${code}`
    this.#counts.set(key, { peer, code, count: (this.#counts.get(key)?.count ?? 0) + 1 })
  }

  /** What ran out first, since the rest may follow from it; then the commonest. */
  result(): GeneratorFailure[] {
    const rank = ({ code }: GeneratorFailure) => (kindOfCode[code] === 'machine' ? 0 : 1)
    return [...this.#counts.values()].sort((a, b) => rank(a) - rank(b) || b.count - a.count)
  }

  /** One doubt for all of them, or none. */
  doubts(): Doubt[] {
    const failures = this.result()
    if (failures.length === 0) return []
    return [{ reason: failures.map(describeGeneratorFailure).join(', '), about: 'everything' }]
  }
}

const peerNames: Record<Peer, string> = {
  registry: 'the registry',
  'web-app': 'the web app',
  upstream: 'the registry behind the run',
}

/** A failure of the generator in plain words. */
export function describeGeneratorFailure({ peer, code, count }: GeneratorFailure): string {
  const remedy = remedies[code] === undefined ? '' : `, ${remedies[code]}`
  return `${count} ${count === 1 ? 'failure' : 'failures'} of the generator to reach ${peerNames[peer]} (${code}${remedy})`
}
