// Pull and content discovery, test by test after distribution-spec v1.1.
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

test('answers the version check', async ({ registry }) => {
  const answer = await send(registry, '/v2/')
  expect(answer.status).toBe(200)
  expect(answer.json).toEqual({})
  expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0')
})

test('serves a manifest byte for byte, by tag and by digest', async ({ registry }) => {
  const { digest, bytes } = await pushImage(registry, 'team/app', { reference: '1.0' })
  for (const reference of ['1.0', digest]) {
    const answer = await send(registry, `/v2/team/app/manifests/${reference}`)
    expect(answer.status).toBe(200)
    expect(answer.text).toBe(bytes)
    expect(answer.headers).toMatchObject({
      'content-type': imageManifestType,
      'docker-content-digest': digest,
      'content-length': String(bytes.length),
    })
  }
})

test('answers HEAD as GET, without the body', async ({ registry }) => {
  const { digest, bytes } = await pushImage(registry, 'team/app', { reference: '1.0', content: 'the layer' })
  const manifest = await send(registry, '/v2/team/app/manifests/1.0', { method: 'HEAD' })
  expect(manifest).toMatchObject({ status: 200, text: '' })
  expect(manifest.headers).toMatchObject({ 'docker-content-digest': digest, 'content-length': String(bytes.length) })
  const blob = await send(registry, `/v2/team/app/blobs/${sha256('the layer')}`, { method: 'HEAD' })
  expect(blob).toMatchObject({ status: 200, text: '' })
  expect(blob.headers['content-length']).toBe('9')
})

test.for([
  ['/v2/team/app/manifests/absent', 404, 'MANIFEST_UNKNOWN'],
  ['/v2/team/app/manifests/.INVALID_MANIFEST_NAME', 404, 'MANIFEST_UNKNOWN'],
  [`/v2/team/app/manifests/${sha256('absent')}`, 404, 'MANIFEST_UNKNOWN'],
  [`/v2/team/app/blobs/${sha256('absent')}`, 404, 'BLOB_UNKNOWN'],
  ['/v2/team/app/blobs/sha256:short', 400, 'DIGEST_INVALID'],
  ['/v2/team/absent/manifests/latest', 404, 'NAME_UNKNOWN'],
  [`/v2/team/absent/blobs/${sha256('absent')}`, 404, 'NAME_UNKNOWN'],
  ['/v2/team/absent/tags/list', 404, 'NAME_UNKNOWN'],
  ['/v2/team/app/referrers/latest', 400, 'DIGEST_INVALID'],
  ['/v2/team/app/nothing', 404, 'UNSUPPORTED'],
] as const)('answers %s with %i %s', async ([path, status, code], { registry }) => {
  await pushImage(registry, 'team/app', { reference: '1.0' })
  const answer = await send(registry, path)
  expect(answer.status).toBe(status)
  expect(errorCodesOf(answer)).toEqual([code])
  expect((await send(registry, path, { method: 'HEAD' })).text).toBe('')
})

test.for([
  ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
  ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
  ['bytes=-2', 206, '89', 'bytes 8-9/10'],
  ['Bytes=-2', 206, '89', 'bytes 8-9/10'],
  ['bytes=-20', 206, '0123456789', 'bytes 0-9/10'],
  ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
  ['bytes=0-1,4-5', 200, '0123456789', undefined],
  ['bytes=5-2', 200, '0123456789', undefined],
  ['lines=1-2', 200, '0123456789', undefined],
] as const)('serves the range %s with %i', async ([range, status, text, contentRange], { registry }) => {
  const digest = await pushBlob(registry, 'team/app', '0123456789')
  const answer = await send(registry, `/v2/team/app/blobs/${digest}`, { headers: { range } })
  expect(answer).toMatchObject({ status, text })
  expect(answer.headers['content-range']).toBe(contentRange)
  expect(answer.headers['accept-ranges']).toBe('bytes')
  expect(answer.headers['content-length']).toBe(String(text.length))
})

test.for(['bytes=10-', 'bytes=99-100', 'bytes=-0'])(
  'refuses the range %s of ten bytes with 416',
  async (range, { registry }) => {
    const digest = await pushBlob(registry, 'team/app', '0123456789')
    const answer = await send(registry, `/v2/team/app/blobs/${digest}`, { headers: { range } })
    expect(answer.status).toBe(416)
    expect(answer.headers['content-range']).toBe('bytes */10')
  },
)

test('serves a range across the chunks in which a blob came', async ({ registry }) => {
  const { headers } = await send(registry, '/v2/team/app/blobs/uploads/', { method: 'POST' })
  const location = headers.location ?? ''
  await send(registry, location, { method: 'PATCH', body: '01234' })
  await send(registry, location, { method: 'PATCH', body: '56789' })
  const digest = sha256('0123456789')
  await send(registry, `${location}?digest=${digest}`, { method: 'PUT' })
  const answer = await send(registry, `/v2/team/app/blobs/${digest}`, { headers: { range: 'bytes=3-6' } })
  expect(answer.text).toBe('3456')
})

test('lists tags in order, a page at a time', async ({ registry }) => {
  for (const tag of ['b', 'a', 'd', 'c']) await pushImage(registry, 'team/app', { reference: tag })
  const tags = (query: string) => send(registry, `/v2/team/app/tags/list${query}`)
  expect((await tags('')).json).toEqual({ name: 'team/app', tags: ['a', 'b', 'c', 'd'] })
  const page = await tags('?n=2')
  expect(page.json).toEqual({ name: 'team/app', tags: ['a', 'b'] })
  expect(page.headers.link).toBe('</v2/team/app/tags/list?n=2&last=b>; rel="next"')
  const rest = await tags('?n=2&last=b')
  expect(rest.json).toEqual({ name: 'team/app', tags: ['c', 'd'] })
  expect(rest.headers.link).toBeUndefined()
  expect((await tags('?last=bb')).json).toEqual({ name: 'team/app', tags: ['c', 'd'] })
  expect((await tags('?n=0')).json).toEqual({ name: 'team/app', tags: [] })
  const wrong = await tags('?n=some')
  expect(wrong.status).toBe(400)
  expect(errorCodesOf(wrong)).toEqual(['PAGINATION_NUMBER_INVALID'])
})

test('lists what refers to a digest, also to one that is not there', async ({ registry }) => {
  const subject = { mediaType: imageManifestType, digest: sha256('not there'), size: 9 }
  const signature = await pushImage(registry, 'team/app', {
    content: 'signature',
    extra: { subject, artifactType: 'application/vnd.example.signature', annotations: { by: 'us' } },
  })
  const bill = await pushImage(registry, 'team/app', { content: 'bill', extra: { subject } })
  expect(signature.answer.headers['oci-subject']).toBe(subject.digest)

  const all = await send(registry, `/v2/team/app/referrers/${subject.digest}`)
  expect(all.headers['content-type']).toBe(imageIndexType)
  expect(all.headers['oci-filters-applied']).toBeUndefined()
  const signatureDescriptor = {
    mediaType: imageManifestType,
    digest: signature.digest,
    size: signature.bytes.length,
    artifactType: 'application/vnd.example.signature',
    annotations: { by: 'us' },
  }
  expect(all.json).toEqual({
    schemaVersion: 2,
    mediaType: imageIndexType,
    manifests: [
      signatureDescriptor,
      {
        mediaType: imageManifestType,
        digest: bill.digest,
        size: bill.bytes.length,
        artifactType: 'application/vnd.oci.image.config.v1+json',
      },
    ],
  })
  const path = `/v2/team/app/referrers/${subject.digest}?artifactType=application/vnd.example.signature`
  const filtered = await send(registry, path)
  expect(filtered.headers['oci-filters-applied']).toBe('artifactType')
  expect(filtered.json).toMatchObject({ manifests: [signatureDescriptor] })

  await send(registry, `/v2/team/app/manifests/${signature.digest}`, { method: 'DELETE' })
  expect((await send(registry, path)).json).toMatchObject({ manifests: [] })
  expect((await send(registry, `/v2/absent/referrers/${subject.digest}`)).json).toMatchObject({ manifests: [] })
})

test('serves manifests of types that it does not know', async ({ registry }) => {
  const type = 'application/vnd.example.thing+json'
  const put = await putManifest(registry, '/v2/team/app/manifests/thing', '{"any":"thing"}', type)
  expect(put.status).toBe(201)
  const answer = await send(registry, '/v2/team/app/manifests/thing')
  expect(answer.headers['content-type']).toBe(type)
  expect(answer.text).toBe('{"any":"thing"}')
})
