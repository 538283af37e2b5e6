// Pulls of what a registry does not have fail alike in both kinds of time: same requests, same statuses, same words.
import { expect, test } from 'vitest'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { defineScenario } from '../../simulator/scenario/define.ts'

const there = { name: 'kasmweb/there:1', size: '10kB' }

async function failure(
  time: 'real' | 'virtual',
  profile: string,
  image: { name: string; user?: string; token?: string },
) {
  const source = defineScenario({
    name: 'missing',
    fleet: { agents: 1, startupSpread: '0s', checkInInterval: '5m' },
    registry: { profile, accounts: [{ username: 'ada', password: 'right' }] },
    images: [there, { ...image, size: '10kB', published: false }],
    end: { after: '2m' },
  })
  const seen: string[] = []
  const failures: object[] = []
  await runScenario({
    scenario: compileScenario({ source }),
    time,
    speed: 60,
    sinks: [
      (event) => {
        const isItsManifest = event.kind === 'registry-request' && event.repository === image.name.split(':')[0]
        if (isItsManifest && event.reference === '2') seen.push(`${event.method} ${event.status}`)
        if (event.kind !== 'pull-failed') return
        const { code, cause, requests } = event
        failures.push({ code, cause, requests })
      },
    ],
  })
  return { seen, failures }
}

const images = {
  'an unknown tag': { name: 'kasmweb/there:2' },
  'an unknown repository': { name: 'kasmweb/nowhere:2' },
  'an unknown tag, logged in': { name: 'kasmweb/there:2', user: 'ada', token: 'right' },
  'an unknown repository, logged in': { name: 'kasmweb/nowhere:2', user: 'ada', token: 'right' },
  'a wrong password': { name: 'kasmweb/there:2', user: 'ada', token: 'wrong' },
}

test.each(
  Object.entries(images).flatMap(([what, image]) =>
    ['none', 'docker-hub-anonymous'].map((profile) => [what, profile, image] as const),
  ),
)('%s of %s', async (_what, profile, image) => {
  const virtual = await failure('virtual', profile, image)
  expect(virtual.failures).toHaveLength(1)
  expect(virtual).toEqual(await failure('real', profile, image))
})
