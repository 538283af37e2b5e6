// docs/journal.md says what the code does: its fields are those of the code, and its command lines are answered.
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { RegistryDemand } from '../../simulator/events/events.ts'
import type { JournalEntry } from '../../simulator/registry/journal.ts'
import { send, test } from './registry-client.ts'

const page = readFileSync(new URL('../../docs/journal.md', import.meta.url), 'utf8')

type Fields<Of> = { [Field in keyof Required<Of>]: true }

const entryFields: Fields<JournalEntry> = {
  ...{ startedAtMs: true, endedAtMs: true, waitMs: true, agent: true, source: true, userAgent: true, method: true },
  ...{ path: true, repository: true, reference: true, class: true, action: true, actionNumber: true, status: true },
  ...{ bytes: true, authenticated: true, rateLimitLimit: true, rateLimitRemaining: true, retryAfterMs: true },
  ...{ location: true, fault: true },
}
const demandFields: Fields<Omit<RegistryDemand, 'byGroup'>> = {
  ...{ requests: true, versionChecks: true, pullsByTag: true, pullsByDigest: true, amplification: true },
  ...{ manifestHeads: true, manifestGets: true, tokenRequests: true, retries: true, retriesTold: true },
  ...{ retriesEarly: true, retriesAtOnce: true, earliestCaller: true },
}

function fieldsOf(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
  return [...section.matchAll(/^\| (`.+?) \| /gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, field = '']) => field),
  )
}

test('lists every field', () => {
  expect(fieldsOf('An entry').toSorted()).toEqual(Object.keys(entryFields).toSorted())
  expect(fieldsOf('What is made of it').toSorted()).toEqual(Object.keys(demandFields).toSorted())
})

test('shows command lines that are answered', async ({ registry }) => {
  const lines = [...page.matchAll(/^curl (?:-X (\w+) )?'http:\/\/127.0.0.1:5055(.+)'$/gm)]
  expect(lines.length).toBeGreaterThan(3)
  for (const [line, method = 'GET', path = ''] of lines) {
    const { status } = await send(registry, path, { method })
    expect(status, line).toBe(method === 'GET' ? 200 : 204)
  }
})
