// Synthetic images: the same bytes for the same seed, from any offset, in a form that real engines unpack.
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { expect } from 'vitest'
import type { Blob } from '../../simulator/registry/content/blob.ts'
import { SyntheticLayer } from '../../simulator/registry/content/synthetic.ts'
import { send, sha256, test } from './registry-client.ts'

const image = {
  repository: 'kasmweb/chrome',
  tag: '1.16.1',
  seed: 7,
  layers: [
    { name: 'base', sizeBytes: 1_300_480 },
    { name: 'own', sizeBytes: 5_120 },
  ],
}

function bytesOf(blob: Blob, start = 0, end = blob.sizeBytes): Buffer {
  return Buffer.concat([...blob.read(start, end)])
}

async function entriesOf(tar: Buffer): Promise<{ name: string; sizeBytes: number }[]> {
  const entries: { name: string; sizeBytes: number }[] = []
  for await (const entry of Readable.from([tar]).pipe(extract())) {
    let sizeBytes = 0
    for await (const piece of entry) sizeBytes += (piece as Buffer).length
    entries.push({ name: entry.header.name, sizeBytes })
  }
  return entries
}

test('makes the same layer for the same seed, name and size, and another for any other', () => {
  const digestOf = (seed: number, name: string, sizeBytes: number) =>
    new SyntheticLayer({ seed, name, sizeBytes }).digest
  expect(digestOf(1, 'base', 4_096)).toBe('sha256:de9f312a79079ea9a09f41cd572ce376e9e730ae712f3df2fcb8812deb3e89da')
  expect(digestOf(1, 'base', 1_300_480)).toBe('sha256:4c3e9a8a7bc62d29985c03d889529aaf2ca35cd6d387508fe31875dcf2141b6a')
  const others = [
    digestOf(1, 'base', 4_096),
    digestOf(2, 'base', 4_096),
    digestOf(1, 'own', 4_096),
    digestOf(1, 'base', 4_608),
  ]
  expect(new Set(others).size).toBe(4)
})

test.for([1_536, 2_048, 524_288 + 512, 524_288 + 1_024, 1_300_480])(
  'makes a valid tar of exactly %i bytes',
  async (sizeBytes) => {
    const layer = new SyntheticLayer({ seed: 1, name: 'layer', sizeBytes })
    const bytes = bytesOf(layer)
    expect(bytes.length).toBe(sizeBytes)
    expect(sha256(bytes)).toBe(layer.digest)
    const entries = await entriesOf(bytes)
    expect(entries).toEqual([
      {
        name: expect.stringMatching(/^opt\/kasm-sim\/[0-9a-f]{24}$/),
        sizeBytes: sizeBytes - 1_536,
      },
    ])
  },
)

test('rounds the size of a layer up to whole blocks, and to an empty tar of one file', () => {
  const roundedSize = (sizeBytes: number) => new SyntheticLayer({ seed: 1, name: 'layer', sizeBytes }).sizeBytes
  expect([0, 1_536, 1_537, 2_048, 2_049].map(roundedSize)).toEqual([1_536, 1_536, 2_048, 2_048, 2_560])
})

test('reads a layer from any offset to any other as it reads it whole', () => {
  const layer = new SyntheticLayer({ seed: 3, name: 'seek', sizeBytes: 1_300_480 })
  const whole = bytesOf(layer)
  const edges = [
    0, 1, 511, 512, 513, 527, 528, 100_003, 524_799, 524_800, 524_801, 1_048_577, 1_298_944, 1_299_456, 1_299_999,
    1_300_480,
  ]
  for (const start of edges) {
    for (const end of edges.filter((edge) => edge >= start)) {
      expect(bytesOf(layer, start, end).equals(whole.subarray(start, end)), `${start} to ${end}`).toBe(true)
    }
  }
})

test('does not compress', () => {
  const bytes = bytesOf(new SyntheticLayer({ seed: 1, name: 'layer', sizeBytes: 100_000 }))
  expect(gzipSync(bytes).length).toBeGreaterThan(98_000)
})

test('publishes an index of two platforms over layers whose digests are their diff ids', async ({ registry }) => {
  const { digest, previousDigest, sizeBytes } = await registry.publish(image)
  expect({ previousDigest, sizeBytes }).toEqual({ previousDigest: null, sizeBytes: 1_305_600 })
  const index = await send(registry, '/v2/kasmweb/chrome/manifests/1.16.1')
  expect(sha256(index.body)).toBe(digest)
  const { manifests } = index.json as {
    manifests: { digest: string; platform: { architecture: string; os: string } }[]
  }
  expect(manifests.map(({ platform }) => platform)).toEqual([
    { architecture: 'amd64', os: 'linux' },
    { architecture: 'arm64', os: 'linux' },
  ])
  for (const listed of manifests) {
    const manifest = await send(registry, `/v2/kasmweb/chrome/manifests/${listed.digest}`)
    const { config, layers } = manifest.json as {
      config: { digest: string }
      layers: { digest: string; size: number }[]
    }
    expect(layers.map(({ size }) => size)).toEqual([1_300_480, 5_120])
    const { text } = await send(registry, `/v2/kasmweb/chrome/blobs/${config.digest}`)
    expect(JSON.parse(text)).toMatchObject({
      architecture: listed.platform.architecture,
      os: 'linux',
      config: { Labels: { 'com.kasmweb.image': 'true' } },
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
    })
    for (const layer of layers) {
      expect(sha256((await send(registry, `/v2/kasmweb/chrome/blobs/${layer.digest}`)).body)).toBe(layer.digest)
    }
  }
})

test('lists an attestation of each platform where it is asked for one, and changes nothing else', async ({
  registry,
}) => {
  await registry.publish({ ...image, attestation: true })
  const index = await send(registry, '/v2/kasmweb/chrome/manifests/1.16.1')
  const { manifests } = JSON.parse(index.body.toString())
  await registry.publish(image)
  const plain = JSON.parse((await send(registry, '/v2/kasmweb/chrome/manifests/1.16.1')).body.toString())
  expect(manifests.slice(0, 2)).toEqual(plain.manifests)
  expect(manifests).toHaveLength(4)
  for (const [position, attestation] of manifests.slice(2).entries()) {
    expect(attestation.platform).toEqual({ architecture: 'unknown', os: 'unknown' })
    expect(attestation.annotations['vnd.docker.reference.type']).toBe('attestation-manifest')
    expect(attestation.annotations['vnd.docker.reference.digest']).toBe(manifests[position].digest)
    const answer = await send(registry, `/v2/kasmweb/chrome/manifests/${attestation.digest}`)
    const [statement] = JSON.parse(answer.body.toString()).layers
    const blob = await send(registry, `/v2/kasmweb/chrome/blobs/${statement.digest}`)
    expect(sha256(blob.body)).toBe(statement.digest)
    expect(JSON.parse(blob.body.toString()).subject[0].digest.sha256).toBe(manifests[position].digest.slice(7))
  }
})

test('gives the same digest in every registry', async ({ start }) => {
  const [one, two] = [await start(), await start()]
  expect((await one.publish(image)).digest).toBe((await two.publish(image)).digest)
})

test('moves a tag, sharing the layers that keep their names', async ({ registry }) => {
  const first = await registry.publish(image)
  const [base] = image.layers
  const moved = await registry.publish({
    ...image,
    layers: [...(base ? [base] : []), { name: 'own/move-1', sizeBytes: 5_120 }],
  })
  expect(moved.previousDigest).toBe(first.digest)
  expect(moved.digest).not.toBe(first.digest)
  const layersOf = async (reference: string) => {
    const index = (await send(registry, `/v2/kasmweb/chrome/manifests/${reference}`)).json as {
      manifests: { digest: string }[]
    }
    const manifest = await send(registry, `/v2/kasmweb/chrome/manifests/${index.manifests[0]?.digest}`)
    return (manifest.json as { layers: { digest: string }[] }).layers.map(({ digest }) => digest)
  }
  const [before, after] = [await layersOf(first.digest), await layersOf('1.16.1')]
  expect(after[0]).toBe(before[0])
  expect(after[1]).not.toBe(before[1])
})

test('serves a range of a synthetic layer', async ({ registry }) => {
  await registry.publish(image)
  const layer = new SyntheticLayer({ seed: 7, name: 'base', sizeBytes: 1_300_480 })
  const path = `/v2/kasmweb/chrome/blobs/${layer.digest}`
  const answer = await send(registry, path, { headers: { range: 'bytes=700000-1300479' } })
  expect(answer.status).toBe(206)
  expect(answer.body.equals(bytesOf(layer, 700_000, 1_300_480))).toBe(true)
})

test('refuses to publish what is no repository with a tag', async ({ registry }) => {
  for (const wrong of [{ repository: '../etc' }, { repository: 'Upper/case' }, { tag: 'a b' }]) {
    const published = registry.publish({ ...image, ...wrong })
    await expect(published).rejects.toMatchObject({ code: 'IMAGE_REFERENCE_INVALID' })
  }
})
