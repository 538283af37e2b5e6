// Long lists that the model hands out again and again are turned into JSON once, and compressed once, as long as they stay the same:
// they are the bulk of the answers and seldom change.
import { Negotiator } from '@fastify/accept-negotiator'
import type { FastifyReply } from 'fastify'

const encodings = new Negotiator({ supportedValues: ['gzip', 'identity'], cache: new Map() })

/** The JSON of each list, for as long as the model keeps the list. */
const serialisedLists = new WeakMap<object, string>()
/** The whole answer where there is nothing but the list; a compressed one is some twentieth of it. */
const serialisedBodies = new WeakMap<object, Buffer>()
const compressedBodies = new WeakMap<object, Promise<Buffer>>()
/** Shorter answers are not worth it. */
const compressedSizeBytesMin = 32_768

interface WithImages {
  images: object
}

/** Whether an answer has a list of images. */
export function hasImages(body: unknown): body is WithImages {
  return typeof body === 'object' && body !== null && 'images' in body && Array.isArray(body.images)
}

/** Sends an answer with a list of images, compressed to those who take that. */
export function sendImages(reply: FastifyReply, { images, ...rest }: WithImages): FastifyReply {
  reply.type('application/json; charset=utf-8')
  if (Object.keys(rest).length > 0)
    return reply.send(`${JSON.stringify(rest).slice(0, -1)},"images":${listOf(images)}}`)
  const body = kept(serialisedBodies, images, () => Buffer.from(`{"images":${listOf(images)}}`))
  if (body.byteLength < compressedSizeBytesMin) return reply.send(body)
  // Who may read it, in pages of other origins, has been said before.
  const vary = reply.getHeader('vary')
  reply.header('vary', vary === undefined ? 'accept-encoding' : `${vary}, accept-encoding`)
  if (encodings.negotiate(String(reply.request.headers['accept-encoding'] ?? '')) !== 'gzip') return reply.send(body)
  kept(compressedBodies, images, () => compressed(body)).then(
    (bytes) => reply.header('content-encoding', 'gzip').send(bytes),
    (error) => reply.send(error),
  )
  return reply
}

async function compressed(body: Buffer): Promise<Buffer> {
  const { gzipSync } = await import('node:zlib')
  return gzipSync(body, { level: 1 })
}

function listOf(images: object): string {
  return kept(serialisedLists, images, () => JSON.stringify(images))
}

function kept<Value>(cache: WeakMap<object, Value>, images: object, make: () => Value): Value {
  const known = cache.get(images)
  if (known !== undefined) return known
  const made = make()
  cache.set(images, made)
  return made
}
