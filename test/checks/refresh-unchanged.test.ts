// A refresh that is told as one gives the samples that its pulls would give one by one.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MetricName } from '../../simulator/checks/expectation.ts'
import { createMetrics } from '../../simulator/checks/metrics.ts'
import { metrics, type Sample, type Signal } from '../../simulator/checks/signals.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { scenarioOf } from '../scenario/compiled.ts'

/** A refresh that was told as one, pull by pull: whenever one ends, the next begins. */
function pullsOf(refresh: Extract<RunEvent, { kind: 'refresh-unchanged' }>): RunEvent[] {
  const { agent, images, cap, fromMs, pullMs, requestsPerPull: requests, sequence, runningInFleet } = refresh
  const disk = { diskUsedBytes: 0, diskUsedAfterBytes: 0, diskSizeBytes: 0 }
  const events: RunEvent[] = []
  let running = 0
  const at = (row: number) => ({ atMs: Math.round(fromMs + row * pullMs), sequence, agent, reason: 'refresh' as const })
  const start = (index: number, row: number) => {
    const image = images[index]?.name
    if (image === undefined) return
    const counts = { running: ++running, runningInFleet, queued: images.length - index - 1 }
    // Ids below zero are nobody else's.
    events.push({ ...at(row), kind: 'pull-started', image, pull: -1 - index, ...counts, authenticated: false, ...disk })
  }
  for (const { name: image } of images) events.push({ ...at(0), kind: 'pull-queued', image, queued: images.length })
  for (let index = 0; index < cap; index += 1) start(index, 0)
  for (const [index, { name: image, digest }] of images.entries()) {
    const row = Math.floor(index / cap) + 1
    const ended = {
      outcome: 'up-to-date' as const,
      digest,
      downloadedBytes: 0,
      requests,
      durationMs: Math.round(pullMs),
    }
    events.push({ ...at(row), kind: 'pull-succeeded', image, pull: -1 - index, running: --running, ...ended })
    start(index + cap, row)
  }
  return events
}

function samplesOf(events: RunEvent[], wanted: ReadonlySet<Signal>): [Signal, Sample][] {
  const samples: [Signal, Sample][] = []
  const metric = createMetrics({
    ...{ scenario: scenarioOf(), wanted },
    take: (signal, sample) => samples.push([signal, sample]),
  })
  for (const event of events) metric.sink(event)
  metric.finish(1e9)
  return samples.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

test('gives the same samples of each metric in the same order, whatever is wanted', () => {
  const refreshes = fc.array(
    fc.record({
      images: fc.integer({ min: 1, max: 7 }),
      cap: fc.integer({ min: 1, max: 4 }),
      agent: fc.integer({ min: 0, max: 2 }),
      pullMs: fc.constantFrom(1, 12.5, 400),
    }),
    { maxLength: 6 },
  )
  const wanted = fc.subarray(Object.keys(metrics) as MetricName[], { minLength: 1 })
  fc.assert(
    fc.property(refreshes, wanted, (drawn, names) => {
      const events = drawn.map(({ images, agent, cap, pullMs }, place) => ({
        ...{
          atMs: place * 100_000,
          sequence: place,
          kind: 'refresh-unchanged',
          agent,
          cap,
          pullMs,
          requestsPerPull: 2,
        },
        images: Array.from({ length: images }, (_, index) => ({ name: `team/app:${index}`, digest: 'sha256:a' })),
        ...{ fromMs: place * 100_000 + 0.4, runningInFleet: 2 },
      })) as Extract<RunEvent, { kind: 'refresh-unchanged' }>[]
      const signals = new Set<Signal>([...names, 'pulls-queued'])
      const pullSignals = new Set([...signals].filter((name) => name !== 'digests-held' && name !== 'drift-time'))
      expect(samplesOf(events, pullSignals)).toEqual(samplesOf(events.flatMap(pullsOf), pullSignals))
    }),
  )
})
