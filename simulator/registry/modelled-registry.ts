// A registry without bytes, for virtual time: what the HTTP front would answer, from the same policy, the same logins and the same
// faults, asked in the same order (front.ts). A manifest's size is that of the document which the front would serve.
import type { BodyEffect, FaultDecision, LostAnswer } from '../../server/faults/fault.ts'
import type { RequestClass } from '../events/events.ts'
import type { RegistryAccount } from '../scenario/scenario.ts'
import type { AccessRules } from './answer/access-rules.ts'
import { type ManifestIdentity, RegistryAnswers } from './answer/answers.ts'
import { blobPart, missingManifest } from './answer/content.ts'
import { substituteFor } from './answer/lost-answer.ts'
import type { Challenge, Problem } from './answer/problem.ts'
import type { Access, Login, RegistryRequest, Token } from './answer/request.ts'
import { type ModelledImage, ModelledImages, type ModelledReference } from './modelled-images.ts'
import type { PolicyRefusal, Profile } from './policy/policy.ts'
import type { SyntheticImage } from './synthetic.ts'

export type ModelledLogin = Login

/** A token as its owner holds it. */
export interface ModelledToken extends Token {
  /** Counts from 1. */
  id: number
  lifetimeSeconds: number
}

/** How a request says who sends it: a token, or a user name and password (Basic). */
type ModelledAuthorization = { token: ModelledToken } | { login: ModelledLogin }

/** What is asked of the registry. */
export interface ModelledRequest {
  class: RequestClass
  method: 'GET' | 'HEAD' | 'POST'
  /** Null where it touches none; of a request for a token the one that the token is for. */
  repository: string | null
  /** A tag or a digest. */
  reference: string | null
  /** The image whose document or blob is asked for by digest; of a request by tag the registry finds it itself. */
  image: ModelledImage | null
  /** Which of the image's documents. */
  role: 'index' | 'platform' | null
  /** Of a blob: what is left of it from `offset` on. */
  sizeBytes: number
  offset: number
  /** Whether it goes where a redirect has sent it: to a host that asks nobody who he is. */
  redirected: boolean
  /** Whether it is for a layer, whose bytes take their time. */
  isLayer: boolean
  authorization: ModelledAuthorization | null
  source: string
}

/** What the registry answers. */
export interface ModelledAnswer {
  status: number
  body: string
  /** How the answer asks for an authorization. */
  challenge: Challenge['scheme'] | null
  challengeError: Challenge['error']
  /** Of what is served. */
  bytes: number
  /** What a tag stands for. */
  image: ModelledImage | null
  token: ModelledToken | null
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

const success: ModelledAnswer = {
  ...{ status: 200, body: '', challenge: null, challengeError: null, bytes: 0, image: null, token: null },
  ...{ authenticated: false, headers: noHeaders, rateLimitRemaining: null, lost: null, onEnd: null },
  ...{ spoiled: null, fault: null },
}

/**
 * A registry in virtual time.
 *
 * @example
 * const registry = new ModelledRegistry({ profile: findProfile('docker-hub-anonymous'), accounts: [] })
 * registry.publish({ repository: 'kasmweb/chrome', tag: '1.16.1', seed: 1, layers: [{ name: 'base', sizeBytes: 4_000_000 }] })
 * registry.answer({ class: 'ping', method: 'GET', ... }, 0).status // 401
 */
export class ModelledRegistry {
  readonly #answers: RegistryAnswers
  /** Null where blobs are not redirected. */
  readonly #redirectStatus: number | null
  readonly #images = new ModelledImages()
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

  /** Every image ever published, by number. */
  get images(): readonly ModelledImage[] {
    return this.#images.all
  }

  /** Publishes under the image's tag; a tag that is there moves. */
  publish(image: SyntheticImage): { digest: string; previousDigest: string | null; sizeBytes: number } {
    return this.#images.publish(image)
  }

  /** Reads a docker reference; its host is not looked at, as in a run of real time. */
  read(reference: string): ModelledReference {
    return this.#images.read(reference)
  }

  /** What a tag or digest stands for now. */
  find(repository: string, name: string): ModelledImage | null {
    return this.#images.find(repository, name)
  }

  /** The answer to a request that is served now. Time must not run backwards, but for classes that are free. */
  answer(request: ModelledRequest, nowMs: number, hit: FaultDecision | null): ModelledAnswer {
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

  #answer(request: ModelledRequest, nowMs: number): ModelledAnswer {
    if (request.redirected) return this.#serveBlob(request, { ...success })
    const asked = askedOf(request)
    const { class: requestClass, method } = request
    const isToken = requestClass === 'token'
    const admission = isToken ? null : this.#answers.admit(asked, nowMs)
    const image = admission?.problem === null ? this.#imageOf(request) : null
    const decision =
      admission === null
        ? this.#answers.decideToken(asked, nowMs)
        : this.#answers.decide(asked, admission, image && identityOf(image, request.role), nowMs)
    const answer: ModelledAnswer = { ...success }
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
    if (image === null) return say(answer, this.#missing(request))
    answer.image = image
    if (method !== 'HEAD') answer.bytes = sizeOf(image, request.role)
    return answer
  }

  #imageOf({ class: requestClass, image, repository, reference }: ModelledRequest): ModelledImage | null {
    if (requestClass !== 'version-check' && requestClass !== 'manifest') return null
    return image ?? this.#images.find(repository ?? '', reference ?? '')
  }

  #grant(
    { method, authorization, repository, source }: ModelledRequest,
    answer: ModelledAnswer,
    nowMs: number,
  ): ModelledAnswer {
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
  #serveBlob({ redirected, offset, sizeBytes }: ModelledRequest, answer: ModelledAnswer): ModelledAnswer {
    if (this.#redirectStatus !== null && !redirected) {
      answer.status = this.#redirectStatus
      return answer
    }
    const part = blobPart(offset + sizeBytes, offset === 0 ? null : { firstBytes: offset, lastBytes: null })
    if ('body' in part) return say(answer, part)
    answer.status = part.status
    answer.bytes = part.endBytes - part.startBytes
    return answer
  }

  #missing({ repository, reference }: ModelledRequest): Problem {
    const name = repository ?? ''
    return missingManifest({ repository: name, reference: reference ?? '' }, this.#images.knows(name))
  }
}

/** What a request is to the rules. */
function askedOf(request: ModelledRequest): RegistryRequest {
  const { method, reference, source, authorization } = request
  return {
    ...{ method, reference, source, authorization, action: 'pull', mountsFrom: null },
    class: request.class,
    repository: request.class === 'token' ? null : request.repository,
    authorizationKey: authorization === null ? undefined : headerOf(authorization),
  }
}

function identityOf(image: ModelledImage, role: ModelledRequest['role']): ManifestIdentity {
  const isPlatform = role === 'platform'
  return { digest: isPlatform ? image.manifestDigest : image.digest, role: isPlatform ? 'platform' : 'index' }
}

/** Has an answer say no. */
function say(answer: ModelledAnswer, { status, body, challenge }: Problem): ModelledAnswer {
  answer.status = status
  answer.body = body
  answer.challenge = challenge?.scheme ?? null
  answer.challengeError = challenge?.error ?? null
  return answer
}

/** An answer that a fault has taken the place of; what it counted and whoever waits for its end stay. */
function lost(effect: LostAnswer, fault: string, { authenticated, onEnd }: ModelledAnswer): ModelledAnswer {
  return { ...success, status: 0, ...substituteFor(effect), fault, authenticated, onEnd }
}

/** An answer whose body a fault has spoiled; one that is cut before its first byte never arrives. */
function spoil(answer: ModelledAnswer, spoiled: BodyEffect, fault: string): ModelledAnswer {
  const isCut = spoiled.kind === 'truncated-body' && answer.bytes > 0 && Math.floor(answer.bytes * spoiled.share) === 0
  return { ...answer, spoiled, fault, lost: isCut ? 'cut' : answer.lost }
}

function hasAny(headers: Record<string, string>): boolean {
  for (const _ in headers) return true
  return false
}

function sizeOf({ manifestBytes, indexBytes }: ModelledImage, role: ModelledRequest['role']): number {
  return role === 'platform' ? manifestBytes : indexBytes
}

/** What tells one Authorization header from another. */
function headerOf(authorization: ModelledAuthorization): string {
  if ('token' in authorization) return `Bearer ${authorization.token.id}`
  return `Basic ${authorization.login.username}:${authorization.login.password}`
}

function refusalOf({ status, body, headers, lineEnds }: PolicyRefusal): Partial<ModelledAnswer> {
  return { status, body, headers, lost: lineEnds === 'lf' ? 'malformed' : null }
}
