// Push and content management, test by test after distribution-spec v1.1.
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import {
  errorCodesOf,
  imageIndexType,
  imageManifestType,
  pushBlob,
  pushImage,
  putManifest,
  send,
  sha256,
  test,
} from './registry-client.ts'

const uploads = '/v2/team/app/blobs/uploads/'
const content = '0123456789'
const blobPath = `/v2/team/app/blobs/${sha256(content)}`

test('takes a blob by POST and PUT', async ({ registry }) => {
  const opened = await send(registry, uploads, { method: 'POST' })
  expect(opened.status).toBe(202)
  const location = opened.headers.location ?? ''
  expect(location).toContain(opened.headers['docker-upload-uuid'])
  const put = await send(registry, `${location}?digest=${sha256(content)}`, { method: 'PUT', body: content })
  expect(put.status).toBe(201)
  expect(put.headers).toMatchObject({ location: blobPath, 'docker-content-digest': sha256(content) })
  expect((await send(registry, blobPath)).text).toBe(content)
  expect((await send(registry, location)).status).toBe(404)
})

test('takes a blob by a single POST', async ({ registry }) => {
  const put = await send(registry, `${uploads}?digest=${sha256(content)}`, { method: 'POST', body: content })
  expect(put).toMatchObject({ status: 201, headers: { location: blobPath } })
  expect((await send(registry, blobPath)).text).toBe(content)
})

test('takes a blob of another digest algorithm, and the empty blob', async ({ registry }) => {
  const sha512 = `sha512:${createHash('sha512').update(content).digest('hex')}`
  await send(registry, `${uploads}?digest=${sha512}`, { method: 'POST', body: content })
  expect((await send(registry, `/v2/team/app/blobs/${sha512}`)).text).toBe(content)
  const empty = await pushBlob(registry, 'team/app', '')
  expect(await send(registry, `/v2/team/app/blobs/${empty}`)).toMatchObject({ status: 200, text: '' })
})

test('takes a blob in ordered chunks and tells how far it is', async ({ registry }) => {
  const { headers } = await send(registry, uploads, { method: 'POST' })
  const location = headers.location ?? ''
  const patch = (body: string, range: string) =>
    send(registry, location, { method: 'PATCH', body, headers: { 'content-range': range } })

  expect(await patch('0123', '0-3')).toMatchObject({ status: 202, headers: { location, range: '0-3' } })
  expect(await send(registry, location)).toMatchObject({ status: 204, headers: { location, range: '0-3' } })
  for (const [body, range] of [
    ['0123', '0-3'],
    ['789', '7-9'],
  ] as const) {
    const refused = await patch(body, range)
    expect(refused).toMatchObject({ status: 416, headers: { location, range: '0-3' } })
    expect(errorCodesOf(refused)).toEqual(['RANGE_INVALID'])
  }
  expect((await patch('4567', '4-5')).status).toBe(400)
  expect((await patch('4567', 'some')).status).toBe(400)
  expect((await patch('4567', '4-7')).status).toBe(202)

  const finish = (range: string) =>
    send(registry, `${location}?digest=${sha256(content)}`, {
      method: 'PUT',
      body: '89',
      headers: { 'content-range': range },
    })
  expect((await finish('2-3')).status).toBe(416)
  expect((await finish('8-9')).status).toBe(201)
  expect((await send(registry, blobPath)).text).toBe(content)
})

test('refuses bytes of another digest and keeps none of them', async ({ registry }) => {
  const { headers } = await send(registry, uploads, { method: 'POST' })
  const put = await send(registry, `${headers.location}?digest=${sha256(content)}`, { method: 'PUT', body: 'others' })
  expect(put.status).toBe(400)
  expect(errorCodesOf(put)).toEqual(['DIGEST_INVALID'])
  expect((await send(registry, blobPath)).status).toBe(404)
  expect((await send(registry, `/v2/team/app/blobs/${sha256('others')}`)).status).toBe(404)
  for (const query of ['', '?digest=', '?digest=sha256:short', '?digest=md5:d41d8cd98f00b204e9800998ecf8427e']) {
    const opened = await send(registry, uploads, { method: 'POST' })
    const refused = await send(registry, `${opened.headers.location}${query}`, { method: 'PUT', body: content })
    expect([query, refused.status, ...errorCodesOf(refused)]).toEqual([query, 400, 'DIGEST_INVALID'])
  }
})

test('forgets a cancelled upload', async ({ registry }) => {
  const { headers } = await send(registry, uploads, { method: 'POST' })
  const location = headers.location ?? ''
  expect((await send(registry, location, { method: 'DELETE' })).status).toBe(204)
  for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
    const answer = await send(registry, `${location}?digest=${sha256(content)}`, { method })
    expect([method, answer.status, ...errorCodesOf(answer)]).toEqual([method, 404, 'BLOB_UPLOAD_UNKNOWN'])
  }
})

test('knows an upload only in its own repository', async ({ registry }) => {
  const { headers } = await send(registry, uploads, { method: 'POST' })
  const elsewhere = (headers.location ?? '').replace('team/app', 'team/other')
  expect((await send(registry, elsewhere, { method: 'PATCH', body: content })).status).toBe(404)
})

test('mounts a blob of another repository, else opens an upload', async ({ registry }) => {
  const digest = await pushBlob(registry, 'team/base', content)
  expect((await send(registry, blobPath)).status).toBe(404)
  const mounted = await send(registry, `${uploads}?mount=${digest}&from=team/base`, { method: 'POST' })
  expect(mounted).toMatchObject({ status: 201, headers: { location: blobPath } })
  expect((await send(registry, blobPath)).text).toBe(content)
  const absent = await send(registry, `${uploads}?mount=${sha256('absent')}&from=team/base`, { method: 'POST' })
  expect(absent.status).toBe(202)
  expect(absent.headers.location).toContain('/blobs/uploads/')
})

test('refuses a manifest whose content is not there, naming what is missing', async ({ registry }) => {
  const config = await pushBlob(registry, 'team/app', '{}')
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: imageManifestType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: 2 },
    layers: [
      { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sha256('one'), size: 3 },
      { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sha256('two'), size: 3 },
      { mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar', digest: sha256('three'), size: 5 },
    ],
  })
  const answer = await putManifest(registry, '/v2/team/app/manifests/1.0', manifest)
  expect(answer.status).toBe(400)
  expect(answer.json).toMatchObject({
    errors: [
      { code: 'MANIFEST_BLOB_UNKNOWN', detail: { digest: sha256('one') } },
      { code: 'MANIFEST_BLOB_UNKNOWN', detail: { digest: sha256('two') } },
    ],
  })
  expect((await send(registry, '/v2/team/app/manifests/1.0')).status).toBe(404)
})

test('takes an index once the manifests that it lists are there', async ({ registry }) => {
  const absent = { mediaType: imageManifestType, digest: sha256('absent'), size: 6 }
  const index = (manifests: object[]) => JSON.stringify({ schemaVersion: 2, mediaType: imageIndexType, manifests })
  const refused = await putManifest(registry, '/v2/team/app/manifests/multi', index([absent]), imageIndexType)
  expect(errorCodesOf(refused)).toEqual(['MANIFEST_BLOB_UNKNOWN'])
  const { digest, bytes } = await pushImage(registry, 'team/app')
  const listed = { ...absent, digest, size: bytes.length }
  const taken = await putManifest(registry, '/v2/team/app/manifests/multi', index([listed]), imageIndexType)
  expect(taken.status).toBe(201)
  expect((await putManifest(registry, '/v2/team/app/manifests/empty', index([]), imageIndexType)).status).toBe(201)
})

test.for([
  ['no JSON', '{', imageManifestType],
  ['no object', '[]', imageManifestType],
  ['no UTF-8', '{"a":"\u{ff}"}', 'latin1'],
  ['another schema version', '{"schemaVersion":1,"config":{},"layers":[]}', imageManifestType],
  ['no layers', '{"schemaVersion":2}', imageManifestType],
  [
    'a type that differs from its own',
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
      manifests: [],
    }),
    imageIndexType,
  ],
  [
    'a digest that is none',
    JSON.stringify({ schemaVersion: 2, config: { mediaType: 'a', digest: 'sha256:short', size: 1 }, layers: [] }),
    imageManifestType,
  ],
  ['both layers and manifests', '{"schemaVersion":2,"manifests":[],"layers":[]}', imageIndexType],
])('refuses a manifest with %s', async ([, body = '', type = ''], { registry }) => {
  const bytes = type === 'latin1' ? Buffer.from(body, 'latin1') : Buffer.from(body)
  const headers = { 'content-type': type === 'latin1' ? imageManifestType : type }
  const answer = await send(registry, '/v2/team/app/manifests/1.0', { method: 'PUT', body: bytes, headers })
  expect(answer.status).toBe(400)
  expect(errorCodesOf(answer)).toEqual(['MANIFEST_INVALID'])
  expect((await send(registry, '/v2/team/app/manifests/1.0')).status).toBe(404)
})

test('refuses a manifest under the digest of another, under a name that is no tag, and of over 4 MiB', async ({
  registry,
}) => {
  const { bytes } = await pushImage(registry, 'team/app', { reference: '1.0' })
  const wrongDigest = await putManifest(registry, `/v2/team/app/manifests/${sha256('another')}`, bytes)
  expect([wrongDigest.status, ...errorCodesOf(wrongDigest)]).toEqual([400, 'DIGEST_INVALID'])
  const wrongTag = await putManifest(registry, '/v2/team/app/manifests/-no-tag', bytes)
  expect([wrongTag.status, ...errorCodesOf(wrongTag)]).toEqual([400, 'MANIFEST_INVALID'])
  const padded = (sizeBytes: number) => JSON.stringify({ padding: 'x'.repeat(sizeBytes - 14) })
  const type = 'application/vnd.example.thing+json'
  const fits = await putManifest(registry, '/v2/team/app/manifests/large', padded(4 * 2 ** 20), type)
  expect(fits.status).toBe(201)
  const tooLarge = await putManifest(registry, '/v2/team/app/manifests/larger', padded(4 * 2 ** 20 + 1), type)
  expect([tooLarge.status, ...errorCodesOf(tooLarge)]).toEqual([413, 'SIZE_INVALID'])
})

test('moves a tag to the manifest pushed last and keeps the earlier one by digest', async ({ registry }) => {
  const first = await pushImage(registry, 'team/app', { reference: 'latest', content: 'first' })
  const second = await pushImage(registry, 'team/app', { reference: 'latest', content: 'second' })
  const tagged = await send(registry, '/v2/team/app/manifests/latest')
  expect(tagged.headers['docker-content-digest']).toBe(second.digest)
  expect((await send(registry, `/v2/team/app/manifests/${first.digest}`)).text).toBe(first.bytes)
})

test('deletes a tag without its manifest, and a manifest with its tags', async ({ registry }) => {
  const { digest } = await pushImage(registry, 'team/app', { reference: 'one' })
  await pushImage(registry, 'team/app', { reference: 'two' })
  const status = async (method: string, reference: string) =>
    (await send(registry, `/v2/team/app/manifests/${reference}`, { method })).status
  expect(await status('DELETE', 'one')).toBe(202)
  expect(await status('GET', 'one')).toBe(404)
  expect(await status('GET', 'two')).toBe(200)
  expect(await status('DELETE', digest)).toBe(202)
  expect(await status('GET', 'two')).toBe(404)
  expect(await status('DELETE', digest)).toBe(404)
  expect((await send(registry, '/v2/team/app/tags/list')).json).toEqual({ name: 'team/app', tags: [] })
})

test('deletes a blob from one repository and leaves it in another', async ({ registry }) => {
  await pushBlob(registry, 'team/app', content)
  const digest = await pushBlob(registry, 'team/other', content)
  expect((await send(registry, blobPath, { method: 'DELETE' })).status).toBe(202)
  expect((await send(registry, blobPath)).status).toBe(404)
  expect((await send(registry, blobPath, { method: 'DELETE' })).status).toBe(404)
  expect((await send(registry, `/v2/team/other/blobs/${digest}`)).text).toBe(content)
})
