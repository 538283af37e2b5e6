// What the store and the uploads under way take of the memory limit: all of it comes back.
import { expect, onTestFinished, test } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { StoredBlob } from '../../simulator/registry/content/blob.ts'
import { readManifest } from '../../simulator/registry/content/manifest.ts'
import { pieceCache } from '../../simulator/registry/content/piece-cache.ts'
import { Store } from '../../simulator/registry/content/store.ts'
import { Uploads } from '../../simulator/registry/content/uploads.ts'
import { sha256 } from './registry-client.ts'

const limitBytes = 2 * 2 ** 30

/** Whether just this much of the limit is taken. */
function expectReserved(store: Store, sizeBytes: number): void {
  expect(() => store.reserve(limitBytes - sizeBytes + 1)).toThrow(
    expect.objectContaining({ status: 413, message: 'the registry keeps at most 2 GiB of pushed content' }),
  )
  store.reserve(limitBytes - sizeBytes)
  store.release(limitBytes - sizeBytes)
}

function blobOf(text: string): StoredBlob {
  return new StoredBlob(sha256(text), [Buffer.from(text)])
}

/** A chunk that does not say how long it is. */
function chunkOf(body: AsyncIterable<Buffer>, announcedBytes = 0) {
  return { announcedBytes, body: () => body }
}

async function* bodyOf(...pieces: string[]): AsyncIterable<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece)
}

test('keeps the bytes of a blob once, until no repository holds it', () => {
  const store = new Store()
  for (const name of ['one', 'two', 'two']) {
    store.reserve(7)
    store.putBlob(name, blobOf('content'), 7)
  }
  expectReserved(store, 7)
  expect(store.deleteBlob('one', sha256('content'))).toBe(true)
  expect(store.deleteBlob('one', sha256('content'))).toBe(false)
  expectReserved(store, 7)
  expect(store.findAnywhere(sha256('content'))).toBeDefined()
  expect(store.deleteBlob('two', sha256('content'))).toBe(true)
  expectReserved(store, 0)
  expect(store.findAnywhere(sha256('content'))).toBeUndefined()
})

test('counts a manifest once, however often it is pushed', () => {
  const store = new Store()
  const text = '{"any":"thing"}'
  for (const tag of ['a', 'b']) {
    store.reserve(text.length)
    const facts = readManifest(Buffer.from(text), 'application/vnd.example.thing+json')
    store.putManifest('one', { ...facts, blob: blobOf(text), reservedBytes: text.length }, tag)
  }
  expectReserved(store, text.length)
  store.deleteManifest('one', 'a')
  expectReserved(store, text.length)
  store.deleteManifest('one', sha256(text))
  expectReserved(store, 0)
})

test('gives back what a cancelled, broken or mistaken upload took', async () => {
  const store = new Store()
  const uploads = new Uploads({ store, clock: createManualClock() })
  const cancelled = uploads.open('one')
  await uploads.append(cancelled, chunkOf(bodyOf('some', 'more')), () => {})
  expectReserved(store, 8)
  uploads.cancel(cancelled)
  expectReserved(store, 0)

  const broken = uploads.open('one')
  async function* breaksOff(): AsyncIterable<Buffer> {
    yield Buffer.from('some')
    throw new Error('gone')
  }
  await expect(uploads.append(broken, chunkOf(breaksOff()), () => {})).rejects.toThrow('gone')
  expect(broken.sizeBytes).toBe(0)
  expectReserved(store, 0)

  await uploads.append(broken, chunkOf(bodyOf('some')), () => {})
  expect(() => uploads.finish(broken, sha256('other'))).toThrow(expect.objectContaining({ status: 400 }))
  expectReserved(store, 0)
})

test('drops a chunk whose upload was cancelled while it came', async () => {
  const store = new Store()
  const uploads = new Uploads({ store, clock: createManualClock() })
  const upload = uploads.open('one')
  async function* cancelsMeanwhile(): AsyncIterable<Buffer> {
    yield Buffer.from('some')
    uploads.cancel(upload)
  }
  await expect(uploads.append(upload, chunkOf(cancelsMeanwhile()), () => {})).rejects.toMatchObject({ status: 404 })
  expectReserved(store, 0)
})

test('refuses more than it can keep, in the middle of a chunk too', async () => {
  const store = new Store()
  const uploads = new Uploads({ store, clock: createManualClock() })
  store.reserve(limitBytes - 6)
  const upload = uploads.open('one')
  await expect(uploads.append(upload, chunkOf(bodyOf('some', 'more')), () => {})).rejects.toMatchObject({ status: 413 })
  expectReserved(store, limitBytes - 6)
})

test('waits for no chunk that says to be longer than there is room', async () => {
  const store = new Store()
  const uploads = new Uploads({ store, clock: createManualClock() })
  const upload = uploads.open('one')
  const never = (): AsyncIterable<Buffer> => {
    throw new Error('it was read')
  }
  const chunk = { announcedBytes: limitBytes + 1, body: never }
  await expect(uploads.append(upload, chunk, () => {})).rejects.toMatchObject({ status: 413 })
  expectReserved(store, 0)
})

test('forgets an upload on which nothing moved for an hour', async () => {
  const store = new Store()
  const clock = createManualClock()
  const uploads = new Uploads({ store, clock })
  const idle = uploads.open('one')
  await uploads.append(idle, chunkOf(bodyOf('some')), () => {})
  const busy = uploads.open('one')
  clock.advance(1_800_000)
  await uploads.append(busy, chunkOf(bodyOf('some')), () => {})
  clock.advance(1_800_000)
  uploads.open('one')
  expect(() => uploads.find('one', idle.id)).toThrow(expect.objectContaining({ status: 404 }))
  expect(uploads.find('one', busy.id)).toBe(busy)
  expectReserved(store, 4)
})

test('frees what nobody finishes after ten minutes on the wall, though its own clock stands still and nobody asks for anything', async () => {
  const store = new Store()
  const wall = new Timekeeper({ startMs: 0, frozen: true })
  const uploads = new Uploads({ store, clock: createManualClock(), wall })
  onTestFinished(() => uploads.close())
  const idle = uploads.open('one')
  await uploads.append(idle, chunkOf(bodyOf('some')), () => {})
  await wall.advance(300_000)
  const busy = uploads.open('one')
  await uploads.append(busy, chunkOf(bodyOf('more')), () => {})
  await wall.advance(300_000)
  expectReserved(store, 4)
  expect(uploads.find('one', busy.id)).toBe(busy)
  await wall.advance(600_000)
  expectReserved(store, 0)
})

test('an upload that rests gives way to one that goes on', async () => {
  const store = new Store()
  const wall = new Timekeeper({ startMs: 0, frozen: true })
  const uploads = new Uploads({ store, clock: createManualClock(), wall })
  onTestFinished(() => uploads.close())
  const resting = uploads.open('one')
  await uploads.append(resting, chunkOf(bodyOf('some')), () => {})
  store.reserve(limitBytes - 4)
  const other = uploads.open('two')
  await expect(uploads.append(other, chunkOf(bodyOf('more')), () => {})).rejects.toMatchObject({ status: 413 })
  await wall.advance(60_000)
  await uploads.append(other, chunkOf(bodyOf('more')), () => {})
  expect(() => uploads.find('one', resting.id)).toThrow(expect.objectContaining({ status: 404 }))
  expectReserved(store, limitBytes)
})

test('caches 64 MiB of pieces, the ones asked for last', () => {
  const piece = Buffer.alloc(2 ** 20)
  for (let number = 0; number < 64; number += 1) pieceCache.set(`piece ${number}`, piece)
  pieceCache.get('piece 0')
  for (let number = 64; number < 70; number += 1) pieceCache.set(`piece ${number}`, piece)
  const kept = Array.from({ length: 70 }, (_, number) => number).filter((number) => pieceCache.get(`piece ${number}`))
  expect(kept).toEqual([0, ...Array.from({ length: 63 }, (_, index) => index + 7)])
})
