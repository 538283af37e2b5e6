// Named random streams. Each (seed, name) pair has its own stream, so that one more draw, or one more agent,
// moves no other draw of the run.
import { createHash } from 'node:crypto'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

let draws = 0

/**
 * How many numbers this thread has drawn that could have come out otherwise. A run during which it stays the same does not hang on its seed.
 */
export function drawsSoFar(): number {
  return draws
}

/** A reproducible source of random numbers. */
export interface RandomStream {
  /** A number from 0 up to, and without, 1. */
  uniform(): number
  /** A whole number from `low` to `high`, both included. */
  integer(range: { low: number; high: number }): number
}

/**
 * The name of a stream: what its draws belong to, outermost first. Parts may hold any character, and never run together.
 *
 * @example
 * streamName('agent', 'berlin', 17, 'start-up') // 'agent/berlin/17/start-up'
 */
export function streamName(...parts: readonly (string | number)[]): string {
  return parts.map((part) => String(part).replaceAll('%', '%25').replaceAll('/', '%2F')).join('/')
}

/** Streams that are each made with the first need of one, and go on from there. */
export function createStreams(seed: number): (name: string) => RandomStream {
  const streams = new Map<string, RandomStream>()
  return (name) => {
    const stream = streams.get(name) ?? randomStream(seed, name)
    streams.set(name, stream)
    return stream
  }
}

/**
 * The random stream of a seed and a name.
 *
 * @example
 * randomStream(1, 'agent/berlin/17/start-up').integer({ low: 0, high: 30_000 })
 */
export function randomStream(seed: number, name: string): RandomStream {
  const digest = createHash('sha256').update(`kasm-sim-random-v1\n${seed}\n${name}`).digest()
  // All 128 bits of the state: of 32, a fleet of 80,000 agents would have an even chance that two of them draw the same numbers.
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32BE(offset)))
  return {
    uniform: () => {
      draws += 1
      return uniformFloat64(generator)
    },
    integer: ({ low, high }) => {
      if (low < high) draws += 1
      return uniformInt(generator, low, high)
    },
  }
}
