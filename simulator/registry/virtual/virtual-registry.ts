// A registry without bytes, for virtual time: what the HTTP front would answer, from the same policy, the same logins and the same
// faults, asked in the same order (front.ts). A manifest's size is that of the document which the front would serve.
import type { BodyEffect, FaultDecision, LostAnswer } from '../../../server/faults/fault.ts'
import type { RequestClass } from '../../events/events.ts'
import type { RegistryAccount } from '../../scenario/scenario.ts'
import type { AccessRules } from '../answer/access-rules.ts'
import { RegistryAnswers } from '../answer/answers.ts'
import { blobPart, missingManifest } from '../answer/content.ts'
import { substituteFor } from '../answer/lost-answer.ts'
import type { Challenge, Problem } from '../answer/problem.ts'
import type { Access, Login, RegistryRequest, Token } from '../answer/request.ts'
import { mediaTypes } from '../content/manifest.ts'
import type { SyntheticImage } from '../content/synthetic.ts'
import type { PolicyRefusal, Profile } from '../policy/policy.ts'
import { type VirtualDocument, VirtualImages } from './virtual-images.ts'

type VirtualLogin = Login

/** A token as its owner holds it. */
interface VirtualToken extends Token {
  /** Counts from 1. */
  id: number
  lifetimeSeconds: number
}

/** How a request says who sends it: a token, or a user name and password (Basic). */
export type VirtualAuthorization = { token: VirtualToken } | { login: VirtualLogin }

/** What is asked of the registry. */
export interface VirtualRequest {
  class: RequestClass
  method: 'GET' | 'HEAD' | 'POST'
  /** Null where it touches none; of a request for a token the one that the token is for. */
  repository: string | null
  /** A tag or a digest. */
  reference: string | null
  /** Of a blob: what is left of it from `offset` on. */
  sizeBytes: number
  offset: number
  /** Whether it goes where a redirect has sent it: to a host that asks nobody who he is. */
  redirected: boolean
  authorization: VirtualAuthorization | null
  source: string
}

/** What the registry answers. */
export interface VirtualAnswer {
  status: number
  body: string
  /** How the answer asks for an authorization. */
  challenge: Challenge['scheme'] | null
  challengeError: Challenge['error']
  /** Of what is served. */
  bytes: number
  /** The document that was asked for, also by HEAD. */
  document: VirtualDocument | null
  /** Where a blob is to be had instead. */
  location: string | null
  token: VirtualToken | null
  authenticated: boolean
  headers: Record<string, string>
  rateLimitRemaining: number | null
  /** Why nobody gets the answer, though it was given. */
  lost: 'malformed' | 'cut' | null
  /** What a fault does to the body. */
  spoiled: BodyEffect | null
  /** Name of the fault that hit the request. */
  fault: string | null
  /** Told when the answer has ended. */
  onEnd: (() => void) | null
}

/** Of an answer that has none. */
export const noHeaders: Record<string, string> = {}

const success: VirtualAnswer = {
  ...{ status: 200, body: '', challenge: null, challengeError: null, bytes: 0, document: null, token: null },
  ...{ authenticated: false, headers: noHeaders, rateLimitRemaining: null, lost: null, onEnd: null },
  ...{ location: null, spoiled: null, fault: null },
}

/**
 * A registry in virtual time.
 *
 * @example
 * const registry = new VirtualRegistry({ profile: findProfile('docker-hub-anonymous'), accounts: [] })
 * registry.publish({ repository: 'kasmweb/chrome', tag: '1.16.1', seed: 1, layers: [{ name: 'base', sizeBytes: 4_000_000 }] })
 * registry.answer({ class: 'ping', method: 'GET', ... }, 0).status // 401
 */
export class VirtualRegistry {
  readonly #answers: RegistryAnswers
  /** Null where blobs are not redirected. */
  readonly #redirectStatus: number | null
  readonly #images = new VirtualImages()
  /** By repository: they are asked for by the million. */
  readonly #scopes = new Map<string, readonly Access[]>()
  #tokens = 0

  constructor({ profile, accounts }: { profile: Profile; accounts: readonly RegistryAccount[] }) {
    const { blobRedirect } = profile
    this.#redirectStatus = blobRedirect ? (blobRedirect.status ?? 307) : null
    const knows = (repository: string) => this.#images.knows(repository)
    this.#answers = new RegistryAnswers({ profile, accounts, knows, startedAtMs: 0 })
  }

  get access(): AccessRules {
    return this.#answers.access
  }

  /** Whether nothing hangs on the moment of a request of this class: it costs nothing and is never refused. */
  isFree(requestClass: RequestClass): boolean {
    return this.#answers.isFree(requestClass)
  }

  /** Raised by every publication. */
  get version(): number {
    return this.#images.version
  }

  /** Publishes under the image's tag; a tag that is there moves. */
  publish(image: SyntheticImage): { digest: string; previousDigest: string | null; sizeBytes: number } {
    return this.#images.publish(image)
  }

  /** What a tag or digest stands for now. */
  find(repository: string, name: string): VirtualDocument | null {
    return this.#images.find(repository, name)
  }

  /** What a configuration says; empty for other blobs. */
  configText(digest: string): string {
    return this.#images.configText(digest)
  }

  /** The answer to a request that is served now. Time must not run backwards, but for classes that are free. */
  answer(request: VirtualRequest, nowMs: number, hit: FaultDecision | null): VirtualAnswer {
    if (hit === null) return this.#answer(request, nowMs)
    const { effect, fault } = hit
    switch (effect.kind) {
      case 'status':
      case 'internal-error':
      case 'connection-drop':
        return lost(effect, fault, effect.operationDone ? this.#answer(request, nowMs) : { ...success })
      case 'malformed-header':
        return { ...success, lost: 'malformed', fault }
      case 'latency':
        return { ...this.#answer(request, nowMs), fault }
      default:
        return spoil(this.#answer(request, nowMs), effect, fault)
    }
  }

  #answer(request: VirtualRequest, nowMs: number): VirtualAnswer {
    if (request.redirected) return this.#serveBlob(request, { ...success })
    const asked = askedOf(request)
    const { class: requestClass, method } = request
    const isToken = requestClass === 'token'
    const admission = isToken ? null : this.#answers.admit(asked, nowMs)
    const document = admission?.problem === null ? this.#documentOf(request) : null
    const decision =
      admission === null
        ? this.#answers.decideToken(asked, nowMs)
        : this.#answers.decide(asked, admission, document, nowMs)
    const answer: VirtualAnswer = { ...success }
    answer.authenticated = decision.user !== null
    answer.rateLimitRemaining = decision.rateLimitRemaining
    if (hasAny(decision.headers)) answer.headers = decision.headers
    answer.onEnd = decision.onEnd
    if (decision.no !== null) {
      return 'limit' in decision.no
        ? Object.assign(answer, refusalOf(decision.no.limit))
        : say(answer, decision.no.problem)
    }
    if (isToken) return this.#grant(request, answer, nowMs)
    if (requestClass === 'blob') return this.#serveBlob(request, answer)
    if (requestClass === 'ping') return answer
    if (requestClass === 'other') {
      answer.bytes = noReferrers.length
      return answer
    }
    if (document === null) return say(answer, this.#missing(request))
    answer.document = document
    if (method !== 'HEAD') answer.bytes = document.sizeBytes
    return answer
  }

  #documentOf({ class: requestClass, repository, reference }: VirtualRequest): VirtualDocument | null {
    if (requestClass !== 'version-check' && requestClass !== 'manifest') return null
    return this.#images.find(repository ?? '', reference ?? '')
  }

  #grant(
    { method, authorization, repository, source }: VirtualRequest,
    answer: VirtualAnswer,
    nowMs: number,
  ): VirtualAnswer {
    const by =
      authorization !== null && 'login' in authorization
        ? ({ grant: 'password', login: authorization.login } as const)
        : ({ grant: 'anonymous' } as const)
    const scopes = this.#scopesOf(repository)
    const granted = this.#answers.grant({ method, source, scopes, wantsRefreshToken: false, by }, nowMs)
    if ('status' in granted) return say(answer, granted)
    const { token, lifetimeSeconds } = granted
    this.#tokens += 1
    answer.token = { ...token, id: this.#tokens, lifetimeSeconds }
    answer.authenticated = token.user !== null
    return answer
  }

  #scopesOf(repository: string | null): readonly Access[] {
    if (repository === null) return []
    let scopes = this.#scopes.get(repository)
    if (scopes === undefined) {
      scopes = [{ type: 'repository', name: repository, actions: ['pull'] }]
      this.#scopes.set(repository, scopes)
    }
    return scopes
  }

  /** Of a blob that is cut short, `sizeBytes` is what is left. */
  #serveBlob({ redirected, offset, sizeBytes }: VirtualRequest, answer: VirtualAnswer): VirtualAnswer {
    if (this.#redirectStatus !== null && !redirected) {
      answer.status = this.#redirectStatus
      answer.location = blobHostUrl
      return answer
    }
    const part = blobPart(offset + sizeBytes, offset === 0 ? null : { firstBytes: offset, lastBytes: null })
    if ('body' in part) return say(answer, part)
    answer.status = part.status
    answer.bytes = part.endBytes - part.startBytes
    return answer
  }

  #missing({ repository, reference }: VirtualRequest): Problem {
    const name = repository ?? ''
    return missingManifest({ repository: name, reference: reference ?? '' }, this.#images.knows(name))
  }
}

/** What a request is to the rules. */
function askedOf(request: VirtualRequest): RegistryRequest {
  const { method, reference, source, authorization } = request
  return {
    ...{ method, reference, source, authorization, action: 'pull', mountsFrom: null },
    class: request.class,
    repository: request.class === 'token' ? null : request.repository,
    authorizationKey: authorization === null ? undefined : headerOf(authorization),
  }
}

/** Has an answer say no. */
function say(answer: VirtualAnswer, { status, body, challenge }: Problem): VirtualAnswer {
  answer.status = status
  answer.body = body
  answer.challenge = challenge?.scheme ?? null
  answer.challengeError = challenge?.error ?? null
  return answer
}

/** An answer that a fault has taken the place of; what it counted and whoever waits for its end stay. */
function lost(effect: LostAnswer, fault: string, { authenticated, onEnd }: VirtualAnswer): VirtualAnswer {
  return { ...success, status: 0, ...substituteFor(effect), fault, authenticated, onEnd }
}

/** An answer whose body a fault has spoiled; one that is cut before its first byte never arrives. */
function spoil(answer: VirtualAnswer, spoiled: BodyEffect, fault: string): VirtualAnswer {
  const isCut = spoiled.kind === 'truncated-body' && answer.bytes > 0 && Math.floor(answer.bytes * spoiled.share) === 0
  return { ...answer, spoiled, fault, lost: isCut ? 'cut' : answer.lost }
}

function hasAny(headers: Record<string, string>): boolean {
  for (const _ in headers) return true
  return false
}

/** What tells one Authorization header from another. */
function headerOf(authorization: VirtualAuthorization): string {
  if ('token' in authorization) return `Bearer ${authorization.token.id}`
  return `Basic ${authorization.login.username}:${authorization.login.password}`
}

/** Where redirected blobs are. */
export const blobHostUrl = 'https://blobs.invalid/'

/** The document that says who refers to a manifest: nobody does. */
const noReferrers = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: [] })

function refusalOf({ status, body, headers, lineEnds }: PolicyRefusal): Partial<VirtualAnswer> {
  return { status, body, headers, lost: lineEnds === 'lf' ? 'malformed' : null }
}
