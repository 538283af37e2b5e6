// Push and content management after the OCI distribution specification v1.1.
import { expect } from 'vitest'
import {
  type Client,
  descriptor,
  emptyJson,
  errorCodesOf,
  imageIndexType,
  imageManifestType,
  indexOf,
  sha256,
} from './client.ts'
import type { Facts } from './suite.ts'

const content = '0123456789'
const digest = sha256(content)

async function expectBlob(client: Client): Promise<void> {
  expect(await client.send(`blobs/${digest}`)).toMatchObject({ status: 200, text: content })
}

/** How many bytes an upload has. */
async function lengthOf(client: Client, location: string): Promise<number> {
  const { status, headers } = await client.send(location)
  expect(status).toBe(204)
  return Number(String(headers.range).split('-')[1]) + 1
}

export const pushFacts: Facts = {
  'takes a blob by POST and PUT': async (client) => {
    const put = await client.finish(await client.openUpload(), digest, content)
    expect(put).toMatchObject({ status: 201, headers: { location: client.path(`blobs/${digest}`) } })
    await expectBlob(client)
  },

  'takes a blob by one POST, or says where to go on': async (client) => {
    const headers = { 'content-type': 'application/octet-stream' }
    const post = await client.send(`blobs/uploads/?digest=${digest}`, { method: 'POST', body: content, headers })
    if (post.status === 202)
      expect((await client.finish(post.headers.location ?? '', digest, content)).status).toBe(201)
    else expect(post).toMatchObject({ status: 201, headers: { location: client.path(`blobs/${digest}`) } })
    await expectBlob(client)
  },

  'takes a blob in chunks, each to the location that the one before gave': async (client) => {
    let location = await client.openUpload()
    for (const [chunk, range, whole] of [
      ['0123', '0-3', '0-3'],
      ['456', '4-6', '0-6'],
    ] as const) {
      const patched = await client.patch(location, chunk, range)
      expect(patched).toMatchObject({ status: 202, headers: { range: whole } })
      location = patched.headers.location ?? ''
    }
    expect((await client.finish(location, digest, '789')).status).toBe(201)
    await expectBlob(client)
  },

  'tells how far an upload is': async (client) => {
    const { headers } = await client.patch(await client.openUpload(), '0123', '0-3')
    expect(await lengthOf(client, headers.location ?? '')).toBe(4)
  },

  'refuses a chunk out of order, and goes on after it': async (client) => {
    const location = (await client.patch(await client.openUpload(), '0123', '0-3')).headers.location ?? ''
    expect((await client.patch(location, '789', '7-9')).status).toBe(416)
    expect(await lengthOf(client, location)).toBe(4)
    const patched = await client.patch(location, '456789', '4-9')
    expect((await client.finish(patched.headers.location ?? '', digest)).status).toBe(201)
    await expectBlob(client)
  },

  'resumes an upload whose connection was cut, or says that it is gone': async (client) => {
    const location = (await client.patch(await client.openUpload(), '0123', '0-3')).headers.location ?? ''
    await client.leaveInChunk(location, { sent: '456', length: 6 })
    const { status, headers } = await client.send(location)
    expect([204, 404]).toContain(status)
    // A chunk that is still on its way may come in between; then, too, the blob can be sent anew.
    const length = Number(/\d+$/.exec(String(headers.range))?.[0]) + 1
    const patched = status === 204 ? await client.patch(location, content.slice(length), `${length}-9`) : null
    const resumed = patched?.status === 202 ? (patched.headers.location ?? '') : null
    const put = await client.finish(resumed ?? (await client.openUpload()), digest, resumed === null ? content : '')
    expect(put.status).toBe(201)
    await expectBlob(client)
  },

  'refuses bytes of another digest, and keeps nothing of them': async (client) => {
    const put = await client.finish(await client.openUpload(), digest, 'something else')
    expect(put.status).toBe(400)
    expect(errorCodesOf(put)).toEqual(['DIGEST_INVALID'])
    expect((await client.send(`blobs/${digest}`)).status).toBe(404)
    expect((await client.send(`blobs/${sha256('something else')}`)).status).toBe(404)
  },

  'does not know an upload that was never opened, was cancelled or is done': async (client) => {
    const done = await client.openUpload()
    await client.finish(done, digest, content)
    const cancelled = await client.openUpload()
    expect((await client.send(cancelled, { method: 'DELETE' })).status).toBe(204)
    const never = client.path('blobs/uploads/12345678-1234-1234-1234-123456789012')
    for (const location of [done, cancelled, never]) {
      const answer = await client.send(location)
      expect(answer.status).toBe(404)
      expect(errorCodesOf(answer)).toEqual(['BLOB_UPLOAD_UNKNOWN'])
    }
  },

  'mounts a blob of another repository, and opens an upload where there is none': async (client, other) => {
    await other.pushBlob(content)
    const from = encodeURIComponent(other.repository)
    const mounted = await client.send(`blobs/uploads/?mount=${digest}&from=${from}`, { method: 'POST' })
    expect(mounted).toMatchObject({ status: 201, headers: { location: client.path(`blobs/${digest}`) } })
    await expectBlob(client)
    const location = await client.openUpload(`?mount=${sha256('more')}&from=${from}`)
    expect((await client.finish(location, sha256('more'), 'more')).status).toBe(201)
  },

  'takes a manifest under a tag and under its digest': async (client) => {
    const bytes = await client.prepareImage('one')
    for (const reference of ['1.0', sha256(bytes)]) {
      const put = await client.putManifest(reference, bytes)
      expect(put.status).toBe(201)
      expect(put.headers['docker-content-digest']).toBe(sha256(bytes))
      const answer = await client.send(put.headers.location ?? '')
      expect(answer).toMatchObject({ status: 200, text: bytes })
    }
  },

  'moves a tag, and keeps the manifest that it left': async (client) => {
    const before = await client.pushImage('1.0', 'before')
    const after = await client.pushImage('1.0', 'after')
    expect((await client.send('manifests/1.0')).text).toBe(after.bytes)
    expect((await client.send(`manifests/${before.digest}`)).text).toBe(before.bytes)
  },

  'takes an index over manifests that are there': async (client) => {
    const { bytes } = await client.pushImage('1.0')
    const index = indexOf([{ ...descriptor(bytes), platform: { architecture: 'amd64', os: 'linux' } }])
    expect((await client.putManifest('all', index, imageIndexType)).status).toBe(201)
    const answer = await client.send('manifests/all')
    expect(answer).toMatchObject({ status: 200, text: index, headers: { 'content-type': imageIndexType } })
  },

  'refuses a manifest of another digest': async (client) => {
    const put = await client.putManifest(sha256('other'), await client.prepareImage('one'))
    expect(put.status).toBe(400)
    expect(errorCodesOf(put)).toEqual(['DIGEST_INVALID'])
  },

  'refuses a manifest that names missing blobs, and keeps nothing of it': async (client) => {
    const bytes = JSON.stringify({
      ...{ schemaVersion: 2, mediaType: imageManifestType },
      config: { ...descriptor('missing config'), mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: [{ ...descriptor('missing layer'), mediaType: 'application/vnd.oci.image.layer.v1.tar' }],
    })
    const put = await client.putManifest('1.0', bytes)
    expect([400, 404]).toContain(put.status)
    expect(new Set(errorCodesOf(put))).toEqual(new Set(['MANIFEST_BLOB_UNKNOWN']))
    expect((await client.send('manifests/1.0')).status).toBe(404)
  },

  'refuses what is no manifest': async (client) => {
    const put = await client.putManifest('1.0', '{"schemaVersion":')
    expect(put.status).toBe(400)
    expect(errorCodesOf(put)).toEqual(['MANIFEST_INVALID'])
  },

  'tells who refers to a manifest, by the list or else by the fallback tag': async (client) => {
    const subject = await client.pushImage('1.0')
    await client.pushBlob('{}')
    const referrer = JSON.stringify({
      ...{ schemaVersion: 2, mediaType: imageManifestType, artifactType: 'application/x-signature' },
      ...{ config: emptyJson, layers: [emptyJson], subject: descriptor(subject.bytes) },
    })
    const put = await client.putManifest(sha256(referrer), referrer)
    expect(put.status).toBe(201)
    const fallback = subject.digest.replace(':', '-')
    if (put.headers['oci-subject'] === undefined) {
      const listed = { ...descriptor(referrer), artifactType: 'application/x-signature' }
      expect((await client.putManifest(fallback, indexOf([listed]), imageIndexType)).status).toBe(201)
    }
    const list = await client.send(`referrers/${subject.digest}`)
    const answer = list.status === 404 ? await client.send(`manifests/${fallback}`) : list
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({
      manifests: [{ digest: sha256(referrer), artifactType: 'application/x-signature' }],
    })
  },

  'deletes a manifest with its tags': async (client) => {
    const { digest: manifest } = await client.pushImage('1.0')
    expect((await client.send(`manifests/${manifest}`, { method: 'DELETE' })).status).toBe(202)
    for (const reference of ['1.0', manifest]) expect((await client.send(`manifests/${reference}`)).status).toBe(404)
    expect((await client.send(`manifests/${manifest}`, { method: 'DELETE' })).status).toBe(404)
  },

  'deletes a tag, and keeps its manifest': async (client) => {
    const { digest: manifest } = await client.pushImage('1.0')
    expect((await client.send('manifests/1.0', { method: 'DELETE' })).status).toBe(202)
    expect((await client.send('manifests/1.0')).status).toBe(404)
    expect((await client.send(`manifests/${manifest}`)).status).toBe(200)
  },

  'deletes a blob': async (client) => {
    await client.pushBlob(content)
    expect((await client.send(`blobs/${digest}`, { method: 'DELETE' })).status).toBe(202)
    expect((await client.send(`blobs/${digest}`)).status).toBe(404)
    const again = await client.send(`blobs/${digest}`, { method: 'DELETE' })
    expect(again.status).toBe(404)
    expect(errorCodesOf(again)).toEqual(['BLOB_UNKNOWN'])
  },
}
