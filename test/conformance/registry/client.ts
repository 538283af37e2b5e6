// A plain client of the OCI distribution specification v1.1, for the facts of the suite: each fact has a repository of its own.
import { request as httpRequest } from 'node:http'
import { expect } from 'vitest'
import {
  type Answer,
  type Call,
  imageIndexType,
  imageManifestType,
  send,
  sha256,
} from '../../registry/registry-client.ts'

export { type Answer, errorCodesOf, imageIndexType, imageManifestType, sha256 } from '../../registry/registry-client.ts'

const accept = { accept: `${imageManifestType}, ${imageIndexType}` }
export const emptyJson = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256('{}'), size: 2 }

export class Client {
  readonly repository: string
  readonly #registry: { url: string }

  constructor(registry: { url: string }, repository: string) {
    this.#registry = registry
    this.repository = repository
  }

  /** A path of the repository, or an absolute one as a Location gives it. */
  send(path: string, call: Call = {}): Promise<Answer> {
    const headers = { ...accept, ...call.headers }
    return send(this.#registry as never, this.path(path), { ...call, headers })
  }

  path(path: string): string {
    if (/^https?:/.test(path)) throw new Error(`${path} leads away from the front`)
    return path.startsWith('/') ? path : `/v2/${this.repository}/${path}`
  }

  /** Opens an upload, and gives its location. */
  async openUpload(query = ''): Promise<string> {
    const opened = await this.send(`blobs/uploads/${query}`, { method: 'POST' })
    expect(opened.status).toBe(202)
    return opened.headers.location ?? ''
  }

  patch(location: string, body: string, range?: string): Promise<Answer> {
    const headers = {
      'content-type': 'application/octet-stream',
      ...(range === undefined ? {} : { 'content-range': range }),
    }
    return this.send(location, { method: 'PATCH', body, headers })
  }

  finish(location: string, digest: string, body = ''): Promise<Answer> {
    const mark = location.includes('?') ? '&' : '?'
    const headers = { 'content-type': 'application/octet-stream' }
    return this.send(`${location}${mark}digest=${digest}`, { method: 'PUT', body, headers })
  }

  async pushBlob(content: string): Promise<string> {
    const digest = sha256(content)
    expect((await this.finish(await this.openUpload(), digest, content)).status).toBe(201)
    return digest
  }

  putManifest(reference: string, body: string, contentType = imageManifestType): Promise<Answer> {
    return this.send(`manifests/${reference}`, { method: 'PUT', body, headers: { 'content-type': contentType } })
  }

  /** An image whose only layer is `content`, as its bytes, once its blobs are there. */
  async prepareImage(content: string, extra: object = {}): Promise<string> {
    const config = JSON.stringify({ architecture: 'amd64', os: 'linux', content })
    return JSON.stringify({
      schemaVersion: 2,
      mediaType: imageManifestType,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: await this.pushBlob(config),
        size: config.length,
      },
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar',
          digest: await this.pushBlob(content),
          size: content.length,
        },
      ],
      ...extra,
    })
  }

  async pushImage(tag: string, content = tag, extra: object = {}): Promise<{ bytes: string; digest: string }> {
    const bytes = await this.prepareImage(content, extra)
    expect((await this.putManifest(tag, bytes)).status).toBe(201)
    return { bytes, digest: sha256(bytes) }
  }

  /** Sends the beginning of a chunk and leaves in the middle of it. */
  leaveInChunk(location: string, { sent, length }: { sent: string; length: number }): Promise<void> {
    const { hostname, port } = new URL(this.#registry.url)
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(length) }
    return new Promise((resolve) => {
      const request = httpRequest({ hostname, port, path: location, method: 'PATCH', headers })
      request.on('error', () => resolve()).on('close', () => resolve())
      request.write(sent, () => request.destroy())
    })
  }
}

export function descriptor(bytes: string, mediaType = imageManifestType) {
  return { mediaType, digest: sha256(bytes), size: bytes.length }
}

export function indexOf(manifests: object[], extra: object = {}): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: imageIndexType, manifests, ...extra })
}
