// Reads answers off a socket: the head as facts, and whole every body that is no blob.
import { hash } from 'node:crypto'
import { parseChallenges } from '../../../registry/challenge.ts'
import { isDigest, readDocument } from '../../protocol/documents.ts'
import { RegistryFailure } from '../../protocol/failure.ts'
import { type Answer, noAnswer, type RegistryRequest } from '../../protocol/steps.ts'
import { readGrant } from '../../protocol/tokens.ts'
import type { ContentDirectory } from './content-directory.ts'
import type { Response } from './transport.ts'

/** Manifests, configurations and error bodies are kept in memory; nothing honest is longer. */
const documentBytesMax = 8 * 2 ** 20

/** The facts of an answer's head. */
export function headOf({ statusCode: status, statusText, headers }: Response): Answer {
  const rangeStart = /^bytes (\d+)-/.exec(String(headers['content-range'] ?? ''))?.[1]
  return {
    ...noAnswer,
    status,
    statusText,
    challenges: parseChallenges(headers['www-authenticate']),
    contentDigest: textOf(headers['docker-content-digest']) || null,
    retryAfter: textOf(headers['retry-after']),
    location: textOf(headers['location']) ?? null,
    rangeStart: rangeStart === undefined ? null : Number(rangeStart),
  }
}

/** Adds to the facts what the body says; a document that was asked for is kept. */
export async function readBody(
  answer: Answer,
  response: Response,
  { request, content }: { request: RegistryRequest; content: ContentDirectory | null },
): Promise<Answer> {
  const isSuccess = answer.status >= 200 && answer.status <= 399
  if (isSuccess && (request.method === 'HEAD' || request.kind === 'ping')) {
    await discard(response)
    return answer
  }
  try {
    const bytes = await wholeBody(response)
    if (request.kind === 'manifest' && isSuccess)
      return await readManifest(answer, response, { bytes, request, content })
    answer.text = bytes.toString()
    if (request.kind === 'token' && isSuccess) answer.grant = readGrant(answer.text)
  } catch (error) {
    answer.cut = bodyFailure(error)
  }
  return answer
}

/** Lets go of a body that nobody reads. */
export async function discard({ body }: Response): Promise<void> {
  await body.dump().catch(() => undefined)
}

/** Why a body ended before its end. */
export function bodyFailure(error: unknown): RegistryFailure {
  if (error instanceof RegistryFailure) return error
  return new RegistryFailure('TRUNCATED', 'unexpected EOF', { retried: true, cause: error })
}

async function readManifest(
  answer: Answer,
  response: Response,
  { bytes, request, content }: { bytes: Buffer; request: RegistryRequest; content: ContentDirectory | null },
): Promise<Answer> {
  const digest = `sha256:${hash('sha256', bytes)}`
  const mediaType = String(response.headers['content-type'] ?? '').replace(/\s*;.*$/s, '')
  const document = readDocument(bytes.toString(), { digest, mediaType, sizeBytes: bytes.length })
  answer.bytes = bytes.length
  answer.document = document
  const isWanted = request.reference === digest || !isDigest(request.reference)
  if (document.held !== null && isWanted) await content?.writeBlob(digest, bytes)
  return answer
}

async function wholeBody({ body }: Response): Promise<Buffer> {
  const pieces: Buffer[] = []
  let sizeBytes = 0
  for await (const piece of body as AsyncIterable<Buffer>) {
    pieces.push(piece)
    sizeBytes += piece.length
    if (sizeBytes > documentBytesMax) throw new RegistryFailure('MALFORMED', 'http: request body too large')
  }
  return Buffer.concat(pieces)
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
