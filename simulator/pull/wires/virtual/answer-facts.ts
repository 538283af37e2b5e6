// What the answers of a registry in virtual time tell a script: the same facts that a socket would bring.
import { createHash } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { BodyEffect } from '../../../../server/faults/fault.ts'
import { sentSizeBytes } from '../../../../server/faults/spoiled-body.ts'
import type { Challenge } from '../../../registry/challenge.ts'
import type { VirtualDocument } from '../../../registry/virtual/virtual-images.ts'
import type { VirtualAnswer, VirtualRegistry } from '../../../registry/virtual/virtual-registry.ts'
import { noHeaders } from '../../../registry/virtual/virtual-registry.ts'
import { type ConfigFacts, type ReadDocument, readConfig, readDocument } from '../../protocol/documents.ts'
import { RegistryFailure } from '../../protocol/failure.ts'
import { malformedAnswer } from '../../protocol/go-text.ts'
import type { Endpoint } from '../../protocol/names.ts'
import { type Answer, type BlobBody, noAnswer, type RegistryRequest } from '../../protocol/steps.ts'

const noChallenges: readonly Challenge[] = []
const plainAnswer: Answer = { ...noAnswer, status: 200, statusText: 'OK' }
const basicChallenge: readonly Challenge[] = [{ scheme: 'basic', parameters: {} }]

export class AnswerFacts {
  readonly #registry: VirtualRegistry
  /** Each is read once, for all who ask for it. */
  readonly #documents = new Map<VirtualDocument, ReadDocument>()
  readonly #configs = new Map<string, ConfigFacts>()
  /** The answers that bring a document, and those to HEAD, where nothing is special about them. */
  readonly #documentAnswers = new Map<VirtualDocument, Answer>()
  readonly #headAnswers = new Map<VirtualDocument, Answer>()
  /** What each registry says to who comes without an authorization. */
  readonly #challenges = new Map<Endpoint, readonly Challenge[]>()

  constructor(registry: VirtualRegistry) {
    this.#registry = registry
  }

  answerTo(request: RegistryRequest, answer: VirtualAnswer): Answer {
    const { status, document, token, spoiled, headers, lost, location } = answer
    const isPlain = status === 200 && spoiled === null && headers === noHeaders && lost === null && token === null
    if (!isPlain) return this.#read(request, answer)
    // Most are alike: pulls ask by the million.
    if (document === null) return location === null ? plainAnswer : this.#read(request, answer)
    const known = request.method === 'GET' ? this.#documentAnswers : this.#headAnswers
    let plain = known.get(document)
    if (plain === undefined) {
      plain = this.#read(request, answer)
      known.set(document, plain)
    }
    return plain
  }

  #read(request: RegistryRequest, answer: VirtualAnswer): Answer {
    const { status, document, token, spoiled, headers } = answer
    const isDocument = document !== null && request.method === 'GET'
    return {
      status,
      statusText: STATUS_CODES[status] ?? '',
      broken: brokenOf(answer),
      cut: spoiled?.kind === 'truncated-body' && request.method !== 'HEAD' ? endsEarly() : null,
      challenges: answer.challenge === null ? noChallenges : this.#challengesOf(request, answer),
      contentDigest: document === null ? null : document.digest,
      retryAfter: headerOf(headers, 'retry-after'),
      location: answer.location ?? headerOf(headers, 'location') ?? null,
      rangeStart: status === 206 ? request.offset : null,
      bytes: isDocument ? answer.bytes : 0,
      document: isDocument ? this.#documentOf(document, spoiled) : null,
      grant: token === null ? null : { token, lifetimeSeconds: token.lifetimeSeconds },
      text: answer.body,
    }
  }

  /** Writes down that a body is here, or as much of it as there was. */
  receive(body: BlobBody, { spoiled }: VirtualAnswer, isAltered: boolean): void {
    const { request } = body
    if (spoiled?.kind === 'truncated-body') {
      body.broken = endsEarly()
      return
    }
    body.digest = isAltered ? otherDigest(request.reference) : request.reference
    if (request.purpose === 'config') body.config = this.#configOf(request.reference ?? '')
  }

  #documentOf(document: VirtualDocument, spoiled: BodyEffect | null): ReadDocument {
    if (spoiled?.kind === 'malformed-json') {
      const text = document.text.slice(0, sentSizeBytes(document.sizeBytes, spoiled))
      return readDocument(text, { ...document, digest: otherDigest(document.digest) })
    }
    let read = this.#documents.get(document)
    if (read === undefined) {
      read = readDocument(document.text, document)
      this.#documents.set(document, read)
    }
    return spoiled?.kind === 'wrong-digest' ? alteredDocument(read) : read
  }

  #configOf(digest: string): ConfigFacts {
    let config = this.#configs.get(digest)
    if (config === undefined) {
      config = readConfig(this.#registry.configText(digest))
      this.#configs.set(digest, config)
    }
    return config
  }

  #challengesOf({ registry }: RegistryRequest, { challenge, challengeError }: VirtualAnswer): readonly Challenge[] {
    if (challenge === 'basic') return basicChallenge
    const endpoint = registry as Endpoint
    let plain = this.#challenges.get(endpoint)
    if (plain === undefined) {
      const { tokenPath, service } = this.#registry.access
      plain = [{ scheme: 'bearer', parameters: { realm: endpoint.shownUrl + tokenPath, service } }]
      this.#challenges.set(endpoint, plain)
    }
    if (challengeError === null) return plain
    return plain.map(({ scheme, parameters }) => ({ scheme, parameters: { ...parameters, error: challengeError } }))
  }
}

/** Where nobody is. */
export function nowhere(location: string): Answer {
  const { hostname } = URL.parse(location) ?? { hostname: location }
  const text = `dial tcp: lookup ${hostname}: no such host`
  return { ...noAnswer, broken: new RegistryFailure('UNAVAILABLE', text, { retried: true }) }
}

/** Why there is no answer, or none that can be read. */
function brokenOf({ status, lost }: VirtualAnswer): RegistryFailure | null {
  if (lost === 'malformed') return new RegistryFailure('MALFORMED', malformedAnswer, { retried: true })
  return status === 0 || lost === 'cut' ? new RegistryFailure('UNAVAILABLE', 'EOF', { retried: true }) : null
}

function endsEarly(): RegistryFailure {
  return new RegistryFailure('TRUNCATED', 'unexpected EOF', { retried: true })
}

function headerOf(headers: Record<string, string>, wanted: string): string | undefined {
  for (const name in headers) if (name.toLowerCase() === wanted) return headers[name]
  return undefined
}

/** The digest of bytes of which one is another. */
function otherDigest(digest: string | null): string {
  return `sha256:${createHash('sha256').update(`other than ${digest}`).digest('hex')}`
}

/** What the altered byte of an index means is found out by reading it: it is in the name of the platform. */
function alteredDocument({ digest, held, problem }: ReadDocument): ReadDocument {
  const other = otherDigest(digest)
  if (held?.kind !== 'index') return { digest: other, held: held && { ...held, digest: other }, problem }
  const manifests = held.index.manifests.map((each) => ({ ...each, platform: { os: 'minux', architecture: 'amd64' } }))
  return { digest: other, held: { ...held, digest: other, index: { manifests } }, problem }
}
