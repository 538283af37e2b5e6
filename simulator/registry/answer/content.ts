// What a registry answers of its content: whether it is there, as which part, or where else it is. The content itself is bytes in
// memory, at an upstream, or in virtual time nothing but sizes.
import { type Problem, problemOf } from './problem.ts'

/** A manifest that is not there; a repository that is not there is told apart. */
export function missingManifest(
  { repository, reference }: { repository: string; reference: string },
  knowsRepository: boolean,
): Problem {
  if (!knowsRepository) return problemOf('NAME_UNKNOWN', { name: repository })
  const detail = reference.includes(':') ? { Digest: reference } : { Tag: reference }
  return problemOf('MANIFEST_UNKNOWN', { Name: repository, ...detail })
}

/** The bytes of a blob that go out, from the first on and up to but without the last. */
export interface BlobPart {
  status: 200 | 206
  startBytes: number
  endBytes: number
}

/**
 * The part of a blob that one range of bytes asks for (RFC 9110, section 14.2): `firstBytes` on its own to the end, `lastBytes` on its
 * own so many from the end. No range, or one that runs backwards, means the whole; one with nothing in it is a problem.
 *
 * @example
 * blobPart(1_000, { firstBytes: 200, lastBytes: null }) // { status: 206, startBytes: 200, endBytes: 1_000 }
 */
export function blobPart(
  sizeBytes: number,
  range: { firstBytes: number | null; lastBytes: number | null } | null,
): BlobPart | Problem {
  const whole: BlobPart = { status: 200, startBytes: 0, endBytes: sizeBytes }
  if (range === null) return whole
  const { firstBytes, lastBytes } = range
  if (firstBytes !== null && lastBytes !== null && lastBytes < firstBytes) return whole
  const startBytes = firstBytes ?? Math.max(0, sizeBytes - (lastBytes ?? 0))
  const endBytes = firstBytes === null || lastBytes === null ? sizeBytes : Math.min(sizeBytes, lastBytes + 1)
  if (startBytes < endBytes) return { status: 206, startBytes, endBytes }
  const headers = { 'content-range': `bytes */${sizeBytes}` }
  return problemOf('RANGE_INVALID', null, { headers, message: 'the blob has no such range' })
}
