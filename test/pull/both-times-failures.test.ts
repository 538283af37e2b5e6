// Pulls of what a registry does not have fail alike in both kinds of time: same requests, same statuses, same words.
import { expect, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'
import { type Counts, countsOfBoth } from '../driver/both-times.ts'

const there = { name: 'kasmweb/there:1', size: '10kB' }

interface Image {
  name: string
  user?: string
  token?: string
}

const sourceOf = (profile: string, image: Image): ScenarioSource => ({
  name: 'missing',
  fleet: { agents: 1, startupSpread: '0s', checkInInterval: '1h' },
  registry: { profile, accounts: [{ username: 'ada', password: 'right' }] },
  images: [there, { ...image, size: '10kB', published: false }],
  end: { after: '2m' },
})

/** The requests for one tag, in their order, and the failures of pulls. */
function countFor(repository: string | undefined) {
  return (event: RunEvent, seen: Counts) => {
    const place = Object.keys(seen).filter((key) => !key.startsWith('{')).length + 1
    const isOfTag = event.kind === 'registry-request' && event.repository === repository && event.reference === '2'
    if (isOfTag) seen[`${place}: ${event.method} ${event.status}`] = 1
    if (event.kind !== 'pull-failed') return
    const { code, cause, requests } = event
    const key = JSON.stringify({ code, cause, requests })
    seen[key] = (seen[key] ?? 0) + 1
  }
}

const images: Record<string, Image> = {
  'an unknown tag': { name: 'kasmweb/there:2' },
  'an unknown repository': { name: 'kasmweb/nowhere:2' },
  'an unknown tag, logged in': { name: 'kasmweb/there:2', user: 'ada', token: 'right' },
  'an unknown repository, logged in': { name: 'kasmweb/nowhere:2', user: 'ada', token: 'right' },
  'a wrong password': { name: 'kasmweb/there:2', user: 'ada', token: 'wrong' },
}

test.concurrent.for(
  Object.entries(images).flatMap(([what, image]) =>
    ['none', 'docker-hub-anonymous'].map((profile) => [what, profile, image] as const),
  ),
)('%s of %s', { timeout: 120_000 }, async ([, profile, image]) => {
  const { settled, virtual } = await countsOfBoth(sourceOf(profile, image), countFor(image.name.split(':')[0]))
  const failures = Object.entries(virtual).filter(([key]) => key.startsWith('{'))
  expect(failures.map(([, times]) => times)).toEqual([1])
  expect(virtual).toEqual(settled)
})
