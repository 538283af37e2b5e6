// A registry without bytes, for virtual time: what the HTTP front would answer, from the same policy, the same logins and the same
// faults, asked in the same order (front.ts). A manifest's size is that of the document which the front would serve.
import type { RequestClass } from '../events/events.ts'
import type { RegistryAccount } from '../scenario/scenario.ts'
import { RegistryProblem } from './errors.ts'
import type { BodyEffect } from './faults/body.ts'
import type { FaultDecision } from './faults/fault.ts'
import { errorDocument } from './faults/strike.ts'
import { mediaTypes } from './manifest.ts'
import {
  ModelledAccess,
  type ModelledAuthorization,
  type ModelledLogin,
  type ModelledProblem,
  type ModelledToken,
  problemOf,
} from './modelled-access.ts'
import { type ModelledDocument, ModelledImages } from './modelled-images.ts'
import type { Policy, PolicyRefusal, Profile } from './policy/policy.ts'
import type { SyntheticImage } from './synthetic.ts'

/** What is asked of the registry. */
export interface ModelledRequest {
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
  authorization: ModelledAuthorization | null
  source: string
}

/** What the registry answers. */
export interface ModelledAnswer extends ModelledProblem {
  /** Of what is served. */
  bytes: number
  /** The document that was asked for, also by HEAD. */
  document: ModelledDocument | null
  /** Where a blob is to be had instead. */
  location: string | null
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
  ...{ status: 200, body: '', challenge: null, challengeError: null, bytes: 0, document: null, token: null },
  ...{ authenticated: false, headers: noHeaders, rateLimitRemaining: null, lost: null, onEnd: null },
  ...{ location: null, spoiled: null, fault: null },
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
  readonly access: ModelledAccess
  readonly #policy: Policy
  /** Null where blobs are not redirected. */
  readonly #redirectStatus: number | null
  readonly #images = new ModelledImages()
  readonly #free: ReadonlySet<RequestClass>

  constructor({ profile, accounts }: { profile: Profile; accounts: readonly RegistryAccount[] }) {
    this.#policy = profile.createPolicy(accounts)
    const { authentication, blobRedirect } = profile
    this.#redirectStatus = blobRedirect ? (blobRedirect.status ?? 307) : null
    this.access = new ModelledAccess({ authentication, accounts, knows: (name) => this.#images.knows(name) })
    this.#free = new Set(allClasses.filter((each) => isFree(each, this.#policy)))
  }

  /** Whether nothing hangs on the moment of a request of this class: it costs nothing and is never refused. */
  isFree(requestClass: RequestClass): boolean {
    return !this.access.countsLogins && this.#free.has(requestClass)
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
  find(repository: string, name: string): ModelledDocument | null {
    return this.#images.find(repository, name)
  }

  /** What a configuration says; empty for other blobs. */
  configText(digest: string): string {
    return this.#images.configText(digest)
  }

  /** The answer to a request that is served now. Time must not run backwards, but for classes that are free. */
  answer(request: ModelledRequest, nowMs: number, hit: FaultDecision | null): ModelledAnswer {
    if (hit === null) return this.#answer(request, nowMs)
    const { effect, fault } = hit
    switch (effect.kind) {
      case 'status':
        return { ...success, ...errorDocument(effect), status: effect.status, fault }
      case 'connection-drop':
        return { ...success, status: 0, fault }
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
    const { class: requestClass, method, reference, source, authorization } = request
    const isToken = requestClass === 'token'
    const repository = isToken ? null : request.repository
    const admission = isToken ? anybody : this.access.admit({ repository, authorization, source }, nowMs)
    const { user, problem } = admission
    const document = problem === null ? this.#documentOf(request) : null
    const decision = this.#policy.decide(
      {
        method,
        class: requestClass,
        repository,
        reference,
        source,
        user,
        digest: document === null ? null : document.digest,
        role: document === null ? null : document.role,
        challenged: problem !== null,
        authorization: authorization === null ? undefined : headerOf(authorization),
      },
      nowMs,
    )
    const answer: ModelledAnswer = { ...success }
    answer.authenticated = user !== null
    answer.rateLimitRemaining = decision.rateLimitRemaining
    if (hasAny(decision.headers)) answer.headers = decision.headers
    if (!decision.allowed) return Object.assign(answer, refusalOf(decision))
    answer.onEnd = decision.onEnd ?? null
    if (problem !== null) return Object.assign(answer, problem)
    if (isToken) return Object.assign(answer, this.#grant(request, nowMs))
    if (requestClass === 'blob') this.#serveBlob(request, answer)
    else if (requestClass === 'other') answer.bytes = noReferrers.length
    else if (document !== null) {
      answer.document = document
      if (method !== 'HEAD') answer.bytes = document.sizeBytes
    } else if (requestClass !== 'ping') Object.assign(answer, this.#missing(request))
    return answer
  }

  #documentOf({ class: requestClass, repository, reference }: ModelledRequest): ModelledDocument | null {
    if (requestClass !== 'version-check' && requestClass !== 'manifest') return null
    return this.#images.find(repository ?? '', reference ?? '')
  }

  #grant({ method, authorization, repository, source }: ModelledRequest, nowMs: number): Partial<ModelledAnswer> {
    if (method === 'POST' && !this.access.tokenByPost) {
      return problemOf(new RegistryProblem('UNSUPPORTED', null, { status: 404 }))
    }
    const login: ModelledLogin | null = authorization && 'login' in authorization ? authorization.login : null
    const granted = this.access.grant({ login, repository, source }, nowMs)
    return 'status' in granted ? granted : { token: granted, authenticated: login !== null }
  }

  #serveBlob({ redirected, offset, sizeBytes }: ModelledRequest, answer: ModelledAnswer): ModelledAnswer {
    if (this.#redirectStatus !== null && !redirected) {
      answer.status = this.#redirectStatus
      answer.location = blobHostUrl
      return answer
    }
    if (offset > 0) answer.status = 206
    answer.bytes = sizeBytes
    return answer
  }

  #missing({ repository, reference }: ModelledRequest): Partial<ModelledAnswer> {
    if (!this.#images.knows(repository ?? '')) {
      return problemOf(new RegistryProblem('NAME_UNKNOWN', { name: repository }))
    }
    const detail = reference?.includes(':') ? { Digest: reference } : { Tag: reference }
    return problemOf(new RegistryProblem('MANIFEST_UNKNOWN', { Name: repository, ...detail }))
  }
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

/** What tells one Authorization header from another. */
function headerOf(authorization: ModelledAuthorization): string {
  if ('token' in authorization) return `Bearer ${authorization.token.id}`
  return `Basic ${authorization.login.username}:${authorization.login.password}`
}

/** Where redirected blobs are. */
export const blobHostUrl = 'https://blobs.invalid/'

/** The document that says who refers to a manifest: nobody does. */
const noReferrers = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: [] })

const anybody = { user: null, problem: null }
const allClasses = ['ping', 'token', 'version-check', 'manifest', 'blob', 'other'] as const

function isFree(requestClass: (typeof allClasses)[number], { classes, versionChecksAreFree }: Policy): boolean {
  return requestClass === 'version-check' ? versionChecksAreFree : !classes.includes(requestClass)
}

function refusalOf({ status, body, headers, lineEnds }: PolicyRefusal): Partial<ModelledAnswer> {
  return { status, body, headers, lost: lineEnds === 'lf' ? 'malformed' : null }
}
