// How clients with a content store download a blob: one that breaks off goes on from there as often as the persona says.
import type { ClientConversation } from './client-conversation.ts'
import type { ConfigFacts, Descriptor } from './documents.ts'
import { RegistryFailure } from './failure.ts'
import type { PullThread } from './pull-thread.ts'
import { blobRequest } from './requests.ts'
import { BlobBody, type Script } from './steps.ts'

interface WantedBlob {
  conversation: ClientConversation
  repository: string
  purpose: 'config' | 'layer'
  descriptor: Descriptor
  /** How often it goes on without having got any further. */
  resumes: number
}

/**
 * What a blob says, if it is a configuration.
 *
 * @throws RegistryFailure DIGEST_MISMATCH | TRUNCATED, or as the request ended
 */
export function* fetchBlob(thread: PullThread, wanted: WantedBlob): Script<ConfigFacts | null> {
  const { descriptor, conversation, resumes } = wanted
  let offset = 0
  for (let stalled = 0; ; ) {
    const body = yield* openBlob(thread, wanted, offset)
    // Whoever answers with the whole makes it start over.
    if (body.request.offset === 0) offset = 0
    yield body
    const { receivedBytes, broken, request } = body
    offset += receivedBytes
    if (broken !== null) {
      stalled = receivedBytes > 0 ? 0 : stalled + 1
      if (broken.code !== 'TRUNCATED' || resumes === 0 || stalled > resumes) throw broken
      continue
    }
    if (offset === descriptor.size && body.digest === descriptor.digest) return body.config
    const code = offset < descriptor.size ? 'TRUNCATED' : 'DIGEST_MISMATCH'
    throw new RegistryFailure(code, conversation.words.mismatch(conversation.failed(request), String(body.digest)))
  }
}

function* openBlob(thread: PullThread, wanted: WantedBlob, offset: number): Script<BlobBody> {
  const { conversation, repository, purpose, descriptor } = wanted
  const request = blobRequest(purpose, repository, descriptor, offset)
  const answer = yield* conversation.ask(thread, request)
  const { status } = answer
  if (status < 200 || status > 299) throw conversation.refusalOf(answer, request, thread.nowMs)
  const isWhole = offset > 0 && status !== 206
  return new BlobBody(isWhole ? blobRequest(purpose, repository, descriptor, 0) : request, answer)
}
