// Pull and content discovery after the OCI distribution specification v1.1.
import { expect } from 'vitest'
import { emptyJson, errorCodesOf, imageIndexType, imageManifestType, sha256 } from './client.ts'
import type { Facts } from './suite.ts'

const content = '0123456789'
const unknown = sha256('nobody has this')

export const pullFacts: Facts = {
  'says that it is a registry': async (client) => {
    expect((await client.send('/v2/')).status).toBe(200)
  },

  'gives a manifest by tag and by digest, byte for byte': async (client) => {
    const { bytes, digest } = await client.pushImage('1.0')
    for (const reference of ['1.0', digest]) {
      const answer = await client.send(`manifests/${reference}`)
      expect(answer).toMatchObject({ status: 200, text: bytes })
      expect(answer.headers).toMatchObject({ 'content-type': imageManifestType, 'docker-content-digest': digest })
      const head = await client.send(`manifests/${reference}`, { method: 'HEAD' })
      expect(head).toMatchObject({ status: 200, text: '' })
      expect(head.headers).toMatchObject({
        'content-length': String(bytes.length),
        'content-type': imageManifestType,
        'docker-content-digest': digest,
      })
    }
  },

  'gives a blob, and its length to HEAD': async (client) => {
    const digest = await client.pushBlob(content)
    const answer = await client.send(`blobs/${digest}`)
    expect(answer).toMatchObject({ status: 200, text: content })
    expect(answer.headers).toMatchObject({ 'content-length': '10', 'docker-content-digest': digest })
    const head = await client.send(`blobs/${digest}`, { method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, text: '' })
    expect(head.headers).toMatchObject({ 'content-length': '10', 'docker-content-digest': digest })
  },

  'gives a range of a blob': async (client) => {
    const digest = await client.pushBlob(content)
    for (const [range, text, place] of [
      ['bytes=2-5', '2345', 'bytes 2-5/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
    ] as const) {
      const answer = await client.send(`blobs/${digest}`, { headers: { range } })
      expect(answer).toMatchObject({ status: 206, text, headers: { 'content-range': place } })
    }
  },

  'refuses a range that the blob has not': async (client) => {
    const digest = await client.pushBlob(content)
    expect((await client.send(`blobs/${digest}`, { headers: { range: 'bytes=10-' } })).status).toBe(416)
  },

  'does not know a manifest, a blob or a repository that is not there': async (client) => {
    await client.pushImage('1.0')
    for (const [path, code] of [
      ['manifests/2.0', 'MANIFEST_UNKNOWN'],
      [`manifests/${unknown}`, 'MANIFEST_UNKNOWN'],
      [`blobs/${unknown}`, 'BLOB_UNKNOWN'],
    ] as const) {
      const answer = await client.send(path)
      expect(answer.status).toBe(404)
      expect(errorCodesOf(answer)).toEqual([code])
      expect(await client.send(path, { method: 'HEAD' })).toMatchObject({ status: 404, text: '' })
    }
    const elsewhere = await client.send('/v2/nobody/has/this/tags/list')
    expect(elsewhere.status).toBe(404)
    expect(errorCodesOf(elsewhere)).toEqual(['NAME_UNKNOWN'])
  },

  'refuses names, tags and digests that are none': async (client) => {
    const name = await client.send('/v2/Not_A_Name/manifests/1.0')
    expect([400, 404]).toContain(name.status)
    expect(errorCodesOf(name)).toEqual(['NAME_INVALID'])
    expect((await client.send('/v2/team/../../etc/passwd/manifests/1.0')).status).toBeGreaterThanOrEqual(400)
    const digest = await client.send('blobs/sha256:short')
    expect([400, 404]).toContain(digest.status)
    expect((await client.send('manifests/.dot')).status).toBe(404)
  },

  'lists tags in order': async (client) => {
    const bytes = await client.prepareImage('the same')
    const tags = ['g', 'b', 'i', 'e', 'a', 'j', 'c', 'h', 'd', 'f']
    for (const tag of tags) await client.putManifest(tag, bytes)
    const answer = await client.send('tags/list')
    expect(answer).toMatchObject({ status: 200, json: { name: client.repository, tags: tags.toSorted() } })
  },

  'lists tags page by page, each with a link to the next': async (client) => {
    for (const tag of ['1', '2', '3', '4', '5']) await client.pushImage(tag, 'the same')
    const pages: unknown[] = []
    let path: string | undefined = 'tags/list?n=2'
    while (path !== undefined) {
      const { status, json, headers } = await client.send(path)
      expect(status).toBe(200)
      pages.push((json as { tags: string[] }).tags)
      path = /<([^>]+)>; rel="next"/.exec(String(headers['link'] ?? ''))?.[1]
    }
    expect(pages).toEqual([['1', '2'], ['3', '4'], ['5']])
  },

  'lists the tags after a given one, and none where none are asked for': async (client) => {
    for (const tag of ['1', '2', '3']) await client.pushImage(tag, 'the same')
    expect((await client.send('tags/list?last=1')).json).toMatchObject({ tags: ['2', '3'] })
    const none = await client.send('tags/list?n=0')
    expect(none).toMatchObject({ status: 200, json: { tags: [] } })
    expect(none.headers['link']).toBeUndefined()
  },

  'lists who refers to a manifest, by type where asked': async (client) => {
    const subject = await client.pushImage('1.0')
    await client.pushBlob('{}')
    const referrer = (artifactType: string) =>
      JSON.stringify({
        ...{ schemaVersion: 2, mediaType: imageManifestType, artifactType, config: emptyJson, layers: [emptyJson] },
        subject: { mediaType: imageManifestType, digest: subject.digest, size: subject.bytes.length },
        annotations: { 'org.example.type': artifactType },
      })
    for (const type of ['application/x-one', 'application/x-two']) {
      const put = await client.putManifest(sha256(referrer(type)), referrer(type))
      expect(put.headers['oci-subject']).toBe(subject.digest)
    }
    const all = await client.send(`referrers/${subject.digest}`)
    expect(all).toMatchObject({ status: 200, headers: { 'content-type': imageIndexType } })
    expect((all.json as { manifests: object[] }).manifests).toHaveLength(2)
    const one = await client.send(`referrers/${subject.digest}?artifactType=application/x-one`)
    expect(one.headers['oci-filters-applied']).toBe('artifactType')
    expect((one.json as { manifests: object[] }).manifests).toEqual([
      expect.objectContaining({
        digest: sha256(referrer('application/x-one')),
        artifactType: 'application/x-one',
        annotations: { 'org.example.type': 'application/x-one' },
      }),
    ])
  },

  'lists nobody for a digest that nobody refers to': async (client) => {
    await client.pushImage('1.0')
    expect(await client.send(`referrers/${unknown}`)).toMatchObject({
      status: 200,
      headers: { 'content-type': imageIndexType },
      json: { manifests: [] },
    })
  },
}
