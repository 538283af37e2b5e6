// Puts synthetic images into an upstream, as a push does: what is there already is not sent again, and what another repository has
// is mounted from there.
import { Readable } from 'node:stream'
import { KasmSimError } from '../../../server/kernel/errors.ts'
import { RegistryProblem } from '../answer/problem.ts'
import type { Blob } from '../content/blob.ts'
import { mediaTypes } from '../content/manifest.ts'
import { buildImage, type SyntheticImage } from '../content/synthetic.ts'
import type { PublishedImage } from './backend.ts'
import type { ManifestRoles } from './manifest-roles.ts'
import type { UpstreamAnswer, UpstreamClient, UpstreamRequest } from './upstream-client.ts'

/** Blobs of an image that are pushed at a time. */
const pushesMax = 6

interface Step extends Omit<UpstreamRequest, 'signal' | 'scopes'> {
  repository: string
}

/** The pushes of this process to one upstream. */
export class Publishing {
  readonly #client: UpstreamClient
  readonly #roles: ManifestRoles
  /** A repository that has the blob. */
  readonly #homes = new Map<string, string>()

  constructor(client: UpstreamClient, roles: ManifestRoles) {
    this.#client = client
    this.#roles = roles
  }

  /** The digest of a tag; null where there is none, or none that this account may see. */
  async find({ repository, tag }: { repository: string; tag: string }): Promise<string | null> {
    const answer = await this.#ask({
      ...{ method: 'HEAD', repository, target: `/v2/${repository}/manifests/${tag}` },
      headers: { accept: Object.values(mediaTypes).join(', ') },
    })
    if ([401, 403, 404].includes(answer.statusCode)) return null
    if (answer.statusCode !== 200) throw this.#failure(`read ${repository}:${tag}`, answer, '')
    return String(answer.headers['docker-content-digest'] ?? '')
  }

  async publish(image: SyntheticImage): Promise<PublishedImage> {
    const { repository, tag } = image
    const built = buildImage(image)
    const previousDigest = await this.find({ repository, tag })
    await this.#putBlobs(repository, built.blobs)
    for (const { mediaType, blob } of built.manifests) {
      const reference = blob.digest === built.digest ? tag : blob.digest
      const body = Buffer.concat([...blob.read(0, blob.sizeBytes)])
      await this.#expect(201, {
        ...{ method: 'PUT', repository, target: `/v2/${repository}/manifests/${reference}`, body },
        headers: { 'content-type': mediaType },
      })
      this.#roles.add(repository, blob.digest, mediaType)
      this.#roles.addListed(repository, body)
    }
    return { digest: built.digest, previousDigest, sizeBytes: built.sizeBytes }
  }

  /** A few at a time, as clients push. */
  async #putBlobs(repository: string, blobs: readonly Blob[]): Promise<void> {
    const waiting = [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
    const pushOn = async () => {
      for (let blob = waiting.shift(); blob; blob = waiting.shift()) await this.#putBlob(repository, blob)
    }
    await Promise.all(Array.from({ length: pushesMax }, pushOn))
  }

  async #putBlob(repository: string, blob: Blob): Promise<void> {
    const { digest } = blob
    const head = await this.#ask({ method: 'HEAD', repository, target: `/v2/${repository}/blobs/${digest}` })
    const home = this.#homes.get(digest)
    if (head.statusCode !== 200) await this.#pushBlob(repository, blob, home)
    this.#homes.set(digest, repository)
  }

  async #pushBlob(repository: string, blob: Blob, home: string | undefined): Promise<void> {
    const { digest, sizeBytes } = blob
    const mount = home === undefined ? '' : `?${new URLSearchParams({ mount: digest, from: home })}`
    const opened = await this.#expect(home === undefined ? 202 : [201, 202], {
      ...{ method: 'POST', repository, target: `/v2/${repository}/blobs/uploads/${mount}` },
    })
    if (opened.statusCode === 201) return
    const target = new URL(String(opened.headers.location ?? ''), this.#client.url)
    target.searchParams.set('digest', digest)
    await this.#expect(201, {
      ...{ method: 'PUT', repository, target, body: Readable.from(blob.read(0, sizeBytes), { objectMode: false }) },
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) },
    })
  }

  async #expect(statuses: number | number[], step: Step): Promise<UpstreamAnswer> {
    const answer = await this.#ask(step)
    if ([statuses].flat().includes(answer.statusCode)) return answer
    throw this.#failure(`push to ${step.repository}`, answer, ' Allow it, or use an account that may push.')
  }

  /** The answer; its body, which only tells of a failure, is kept in short. */
  async #ask({ repository, ...request }: Step): Promise<UpstreamAnswer & { text: string }> {
    const scope = request.method === 'GET' || request.method === 'HEAD' ? 'pull' : 'pull,push'
    const { signal } = new AbortController()
    try {
      const answer = await this.#client.send({ ...request, scopes: [`repository:${repository}:${scope}`], signal })
      return Object.assign(answer, { text: (await this.#client.read(answer)).toString().slice(0, 300) })
    } catch (error) {
      if (!(error instanceof RegistryProblem)) throw error
      const message = `Failed to publish in ${this.#client.url}: ${error.message}. Check the registry and its account.`
      throw new KasmSimError(error.status === 503 ? 'SERVER_UNREACHABLE' : 'BACKEND_INVALID', message, { cause: error })
    }
  }

  #failure(what: string, answer: UpstreamAnswer, advice: string): KasmSimError {
    const text = 'text' in answer ? String(answer.text).trim() : ''
    return new KasmSimError(
      'BACKEND_INVALID',
      `Failed to ${what} of ${this.#client.url}: it answers with status ${answer.statusCode}${text && ` (${text})`}.${advice}`,
    )
  }
}
