// What the registry's tests share: a registry that closes itself, and a plain HTTP client that changes nothing on its way.
import { createHash } from 'node:crypto'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { test as base } from 'vitest'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { type EmbeddedRegistry, type RegistryOptions, startRegistry } from '../../simulator/registry/registry.ts'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  text: string
  json: unknown
}

export interface Call {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/** Sends one request exactly as given: paths are not cleaned and redirects are not followed. */
export function send(registry: EmbeddedRegistry, path: string, call: Call = {}): Promise<Answer> {
  const { hostname, port } = new URL(registry.url)
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, path, method: call.method ?? 'GET', headers: call.headers },
      (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece)).on('error', reject)
        response.on('end', () => {
          const body = Buffer.concat(pieces)
          const text = body.toString()
          const isJson = (response.headers['content-type'] ?? '').includes('json')
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body,
            text,
            json: isJson && text !== '' ? JSON.parse(text) : null,
          })
        })
      },
    )
    request.on('error', reject).end(call.body)
  })
}

/** The codes of an error answer. */
export function errorCodesOf({ json }: Answer): string[] {
  return (json as { errors: { code: string }[] }).errors.map(({ code }) => code)
}

export function sha256(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Pushes a blob in one piece and gives its digest. */
export async function pushBlob(
  registry: EmbeddedRegistry,
  repository: string,
  bytes: Buffer | string,
): Promise<string> {
  const digest = sha256(bytes)
  await send(registry, `/v2/${repository}/blobs/uploads/?digest=${digest}`, { method: 'POST', body: bytes })
  return digest
}

export const imageManifestType = 'application/vnd.oci.image.manifest.v1+json'
export const imageIndexType = 'application/vnd.oci.image.index.v1+json'

/** Pushes an image of one layer whose bytes are `content`, and gives its manifest. */
export async function pushImage(
  registry: EmbeddedRegistry,
  repository: string,
  { reference, content = 'layer', extra = {} }: { reference?: string; content?: string; extra?: object } = {},
): Promise<{ digest: string; bytes: string; answer: Answer }> {
  const config = `{"content":"${content}"}`
  const bytes = JSON.stringify({
    schemaVersion: 2,
    mediaType: imageManifestType,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: await pushBlob(registry, repository, config),
      size: config.length,
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
        digest: await pushBlob(registry, repository, content),
        size: content.length,
      },
    ],
    ...extra,
  })
  const digest = sha256(bytes)
  const answer = await putManifest(registry, `/v2/${repository}/manifests/${reference ?? digest}`, bytes)
  return { digest, bytes, answer }
}

export function putManifest(
  registry: EmbeddedRegistry,
  path: string,
  body: string,
  contentType = imageManifestType,
): Promise<Answer> {
  return send(registry, path, { method: 'PUT', body, headers: { 'content-type': contentType } })
}

/** `test` with registries that are closed afterwards. */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of other fixtures from this pattern.
  .extend('start', async ({}, { onCleanup }) => {
    const started: EmbeddedRegistry[] = []
    onCleanup(async () => {
      for (const each of started) await each.close()
    })
    return async (options: Partial<Omit<RegistryOptions, 'profile'>> & { profile?: string } = {}) => {
      const registry = await startRegistry({ ...options, profile: findProfile(options.profile ?? 'none') })
      started.push(registry)
      return registry
    }
  })
  .extend('registry', async ({ start }) => start())
