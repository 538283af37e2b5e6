// What a fault does to the bytes of an answer's body.
import type { BodyEffect } from './fault.ts'

type Pieces = Iterable<Buffer> | AsyncIterable<Buffer>

/** How much of a body goes out that ends early as if that were all. */
const endingShare = 0.6

/** Thrown once so much of a body has gone out as shall. */
export class BodyEnds extends Error {
  override readonly name = 'BodyEnds'
}

/** What an effect on a body works with. */
export interface BodyTime {
  nowMs(): number
  delay: (durationMs: number, signal: AbortSignal) => Promise<void>
  /** Aborted once the caller is gone. */
  gone: AbortSignal
}

/**
 * A body as an effect leaves it.
 *
 * @throws BodyEnds when no more of it shall go out, whatever the delay throws once the caller is gone
 */
export function spoiled(pieces: Pieces, sizeBytes: number, effect: BodyEffect, time: BodyTime): AsyncIterable<Buffer> {
  switch (effect.kind) {
    case 'truncated-body':
      return truncated(pieces, sentSizeBytes(sizeBytes, effect))
    case 'malformed-json':
      return ended(pieces, sentSizeBytes(sizeBytes, effect))
    case 'wrong-digest':
      return altered(pieces, Math.floor(sizeBytes / 2))
    case 'slow-body':
      return slowed(pieces, effect.bytesPerSecond, time)
    default:
      return effect satisfies never
  }
}

/** How long a body says that it is, once an effect has it. */
export function spoiledSizeBytes(sizeBytes: number, { kind }: BodyEffect): number {
  return kind === 'malformed-json' && sizeBytes > 0 ? Math.max(1, Math.floor(sizeBytes * endingShare)) : sizeBytes
}

/** How much of a body goes out, once an effect has it. */
export function sentSizeBytes(sizeBytes: number, effect: BodyEffect): number {
  return effect.kind === 'truncated-body' ? Math.floor(sizeBytes * effect.share) : spoiledSizeBytes(sizeBytes, effect)
}

async function* ended(pieces: Pieces, sizeBytes: number): AsyncIterable<Buffer> {
  let leftBytes = sizeBytes
  for await (const piece of pieces) {
    if (leftBytes <= 0) return
    yield piece.subarray(0, leftBytes)
    leftBytes -= piece.length
  }
}

async function* truncated(pieces: Pieces, sizeBytes: number): AsyncIterable<Buffer> {
  let leftBytes = sizeBytes
  for await (const piece of pieces) {
    if (leftBytes > 0) yield piece.subarray(0, leftBytes)
    leftBytes -= piece.length
    if (leftBytes < 0) throw new BodyEnds()
  }
}

async function* altered(pieces: Pieces, offset: number): AsyncIterable<Buffer> {
  let startOffset = 0
  for await (const piece of pieces) {
    const at = offset - startOffset
    startOffset += piece.length
    if (at < 0 || at >= piece.length) {
      yield piece
      continue
    }
    // Pieces may be kept for others, so it is a copy that is altered.
    const copy = Buffer.from(piece)
    copy[at] = (copy[at] as number) ^ 1
    yield copy
  }
}

/** The most that goes out at a time: the caller sees a slow line, and no rare bursts. */
const chunkBytesMax = 16 * 1024

async function* slowed(
  pieces: Pieces,
  bytesPerSecond: number,
  { nowMs, delay, gone }: BodyTime,
): AsyncIterable<Buffer> {
  const startMs = nowMs()
  let sentBytes = 0
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length; start += chunkBytesMax) {
      const chunk = piece.subarray(start, start + chunkBytesMax)
      sentBytes += chunk.length
      const earlyMs = startMs + (sentBytes / bytesPerSecond) * 1_000 - nowMs()
      if (earlyMs > 0) await delay(earlyMs, gone)
      yield chunk
    }
  }
}
