// What makes the `polite` persona polite: once a registry has said "too many", it is left alone for a while that doubles with every
// further denial and is drawn anew each time, so that a fleet does not come back in step. It is told the time.
import type { RandomStream } from '../../../server/kernel/random.ts'
import { formatDuration } from '../../../server/kernel/units.ts'
import { PullError } from './outcome.ts'

const firstWaitMs = 60_000
const longestWaitMs = 3_600_000
/** What is drawn beside a wait that is shorter. */
const shortestSpanMs = 1_000

/**
 * The patience of one engine, per registry host. The first wait is up to a minute, the longest up to an hour; half of each is fixed and
 * half is drawn. A pull that brought something ends it.
 *
 * @example
 * const coolDown = new CoolDown((host) => randomStream(1, `cool-down/${host}`))
 * coolDown.denied('docker.io', 0)
 * coolDown.refusal('docker.io', 1_000) // PullError: ... waits 58s before asking docker.io again
 */
export class CoolDown {
  readonly #randomOf: (host: string) => RandomStream
  readonly #streams = new Map<string, RandomStream>()
  readonly #hosts = new Map<string, { untilMs: number; denials: number }>()

  /** `randomOf` is asked once for each host: what one of them says moves no wait for another. */
  constructor(randomOf: (host: string) => RandomStream) {
    this.#randomOf = randomOf
  }

  /** The error of a pull that does not ask the registry yet; null where it may ask. */
  refusal(host: string, nowMs: number): PullError | null {
    const leftMs = (this.#hosts.get(host)?.untilMs ?? 0) - nowMs
    if (leftMs <= 0) return null
    const text = `toomanyrequests: waits ${formatDuration(leftMs)} before asking ${host} again`
    return new PullError('TOOMANYREQUESTS', text)
  }

  /** `retryAfterMs` is what the registry asked for: it is kept whole, and only what is added to it is drawn. */
  denied(host: string, nowMs: number, retryAfterMs: number | null = null): void {
    const denials = (this.#hosts.get(host)?.denials ?? 0) + 1
    const random = this.#streams.get(host) ?? this.#randomOf(host)
    this.#streams.set(host, random)
    const waitMs =
      retryAfterMs === null ? drawWait(random, denials) : retryAfterMs + drawMore(random, denials, retryAfterMs)
    this.#hosts.set(host, { untilMs: nowMs + waitMs, denials })
  }

  granted(host: string): void {
    this.#hosts.delete(host)
  }
}

function drawWait(random: RandomStream, denials: number): number {
  const wholeMs = Math.min(firstWaitMs * 2 ** (denials - 1), longestWaitMs)
  return random.integer({ low: wholeMs / 2, high: wholeMs })
}

/** Full jitter: anything from nothing up to as long again, and more with every denial. */
function drawMore(random: RandomStream, denials: number, retryAfterMs: number): number {
  const spanMs = Math.min(Math.max(retryAfterMs, shortestSpanMs) * 2 ** (denials - 1), longestWaitMs)
  return random.integer({ low: 0, high: Math.ceil(spanMs) })
}
