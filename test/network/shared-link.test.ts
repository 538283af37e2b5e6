import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SharedLink } from '../../simulator/network/shared-link.ts'

const open = (uplinkBytesPerMs: number, options: { downlinks?: number[]; connection?: number } = {}) =>
  new SharedLink({
    uplinkBytesPerMs,
    connectionBytesPerMs: options.connection ?? Number.POSITIVE_INFINITY,
    downlinkBytesPerMs: options.downlinks ?? [1e9, 1e9, 1e9, 1e9],
  })

/** Lets every download run to its end. */
function drain(link: SharedLink): [number, number][] {
  const ended: [number, number][] = []
  for (let limit = 0; link.nextEndMs < Number.POSITIVE_INFINITY; limit += 1) {
    const atMs = link.nextEndMs
    for (const id of link.takeEnded(atMs)) ended.push([id, Math.round(atMs * 1e6) / 1e6])
    expect(limit).toBeLessThan(10_000)
  }
  return ended
}

test('one download has the whole uplink', () => {
  const link = open(100)
  link.open({ id: 1, agent: 0, sizeBytes: 5_000 }, 0)
  expect(drain(link)).toEqual([[1, 50]])
})

test('two downloads share the uplink evenly, and the one that is left gets all of it', () => {
  const link = open(100)
  link.open({ id: 1, agent: 0, sizeBytes: 5_000 }, 0)
  link.open({ id: 2, agent: 1, sizeBytes: 10_000 }, 0)
  expect(drain(link)).toEqual([
    [1, 100],
    [2, 150],
  ])
})

test('what a slow downlink leaves over goes to the others', () => {
  const link = open(100, { downlinks: [10, 1_000] })
  link.open({ id: 1, agent: 0, sizeBytes: 1_000 }, 0)
  link.open({ id: 2, agent: 1, sizeBytes: 9_000 }, 0)
  expect(drain(link)).toEqual([
    [1, 100],
    [2, 100],
  ])
})

test('the downloads of an agent share its downlink, and those that stay speed up when one ends', () => {
  const link = open(1_000, { downlinks: [30] })
  link.open({ id: 1, agent: 0, sizeBytes: 150 }, 0)
  link.open({ id: 2, agent: 0, sizeBytes: 450 }, 0)
  expect(drain(link)).toEqual([
    [1, 10],
    [2, 20],
  ])
})

test('no connection is faster than its ceiling', () => {
  const link = open(1_000, { connection: 20 })
  link.open({ id: 1, agent: 0, sizeBytes: 200 }, 0)
  expect(drain(link)).toEqual([[1, 10]])
})

test('a dropped download gives its share back', () => {
  const link = open(100)
  link.open({ id: 1, agent: 0, sizeBytes: 10_000 }, 0)
  link.open({ id: 2, agent: 1, sizeBytes: 10_000 }, 0)
  link.drop(2, 100)
  expect(drain(link)).toEqual([[1, 150]])
})

test('tells how far a download is and how fast it goes, without disturbing it', () => {
  const link = open(100)
  link.open({ id: 1, agent: 0, sizeBytes: 5_000 }, 0)
  expect(link.progressOf(1, 10)).toEqual({ leftBytes: 4_000, bytesPerMs: 100 })
  link.open({ id: 2, agent: 1, sizeBytes: 10_000 }, 10)
  expect(link.progressOf(1, 30)).toEqual({ leftBytes: 3_000, bytesPerMs: 50 })
  expect(drain(link)).toEqual([
    [1, 90],
    [2, 150],
  ])
})

test('an unlimited link takes no time, and an empty download ends at once', () => {
  const link = open(Number.POSITIVE_INFINITY, { downlinks: [Number.POSITIVE_INFINITY] })
  link.open({ id: 1, agent: 0, sizeBytes: 0 }, 7)
  link.open({ id: 2, agent: 0, sizeBytes: 1e12 }, 7)
  expect(drain(link).map(([id, atMs]) => [id, Math.round(atMs)])).toEqual([
    [1, 7],
    [2, 8],
  ])
})

interface Download {
  id: number
  agent: number
  sizeBytes: number
  startMs: number
}

/** The same by brute force: at every change, water-filling over the single flows. */
function bruteForce(downloads: Download[], rates: { uplink: number; connection: number; downlinks: number[] }) {
  const ends = new Map<number, number>()
  let running: (Download & { leftBytes: number })[] = []
  const waiting = [...downloads].sort((a, b) => a.startMs - b.startMs)
  let nowMs = 0
  while (running.length > 0 || waiting.length > 0) {
    const perAgent = (agent: number) => running.filter((flow) => flow.agent === agent).length
    const ceilings = running.map((flow) =>
      Math.min(rates.connection, (rates.downlinks[flow.agent] as number) / perAgent(flow.agent)),
    )
    let left = rates.uplink
    let count = running.length
    const rateOf = new Map<number, number>()
    for (const index of ceilings.map((_, i) => i).sort((a, b) => (ceilings[a] as number) - (ceilings[b] as number))) {
      const rate = Math.min(ceilings[index] as number, left / count)
      rateOf.set((running[index] as Download).id, rate)
      left -= rate
      count -= 1
    }
    const endMs = Math.min(...running.map((flow) => nowMs + flow.leftBytes / (rateOf.get(flow.id) as number)))
    const nextMs = Math.min(endMs, waiting[0]?.startMs ?? Number.POSITIVE_INFINITY)
    for (const flow of running) flow.leftBytes -= (rateOf.get(flow.id) as number) * (nextMs - nowMs)
    nowMs = nextMs
    for (const flow of running) if (flow.leftBytes < 1e-3) ends.set(flow.id, nowMs)
    running = running.filter((flow) => flow.leftBytes >= 1e-3)
    while (waiting[0] && waiting[0].startMs <= nowMs) {
      const flow = waiting.shift() as Download
      running.push({ ...flow, leftBytes: flow.sizeBytes })
    }
  }
  return ends
}

test('shares exactly as water-filling over the single flows does', () => {
  const download = fc.record({
    agent: fc.integer({ min: 0, max: 3 }),
    sizeBytes: fc.integer({ min: 1, max: 20_000 }),
    startMs: fc.integer({ min: 0, max: 200 }),
  })
  fc.assert(
    fc.property(fc.array(download, { minLength: 1, maxLength: 25 }), fc.constantFrom(50, 1e9), (some, connection) => {
      const downloads = some
        .map((fields, id) => ({ id, ...fields }))
        .sort((a, b) => a.startMs - b.startMs || a.id - b.id)
      const rates = { uplink: 100, connection, downlinks: [10, 40, 40, 1_000] }
      const link = open(rates.uplink, { downlinks: rates.downlinks, connection })
      const ends = new Map<number, number>()
      const waiting = [...downloads]
      while (waiting.length > 0 || link.nextEndMs < Number.POSITIVE_INFINITY) {
        const startMs = waiting[0]?.startMs ?? Number.POSITIVE_INFINITY
        if (link.nextEndMs <= startMs) {
          const atMs = link.nextEndMs
          for (const id of link.takeEnded(atMs)) ends.set(id, atMs)
        } else {
          link.open(waiting.shift() as Download, startMs)
        }
      }
      const expected = bruteForce(downloads, rates)
      for (const { id } of downloads) expect(ends.get(id)).toBeCloseTo(expected.get(id) as number, 3)
    }),
    { numRuns: 200 },
  )
})
