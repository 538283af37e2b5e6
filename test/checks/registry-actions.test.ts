// Docker Hub's table of actions, row by row, and what it leaves open.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ActionKind, ActionReader, type CallerRequest } from '../../simulator/checks/registry-actions.ts'

type Ask = [method: 'HEAD' | 'GET', reference: string, more?: Partial<CallerRequest>]

const index = 'sha256:index'
const platform = 'sha256:platform'
const denied = { status: 429 }

function request([method, reference, more = {}]: Ask, atMs: number): CallerRequest {
  return {
    ...{ agent: 0, source: '192.0.2.1', method, class: method === 'HEAD' ? 'version-check' : 'manifest' },
    ...{ repository: 'kasmweb/chrome', reference, status: 200, startedAtMs: atMs, atMs: atMs + 1 },
    ...more,
  }
}

/** What the requests of one caller, ten milliseconds apart, add up to. */
function actionsOf(asks: (Ask | number)[]): ActionKind[] {
  const reader = new ActionReader()
  const kinds = new Map<number, () => ActionKind>()
  let atMs = 0
  for (const ask of asks) {
    atMs += typeof ask === 'number' ? ask : 10
    if (typeof ask === 'number') continue
    const action = reader.take(request(ask, atMs))
    if (action) kinds.set(action.number, () => action.kind)
  }
  return [...kinds.values()].map((kind) => kind())
}

test.each<[string, Ask[], ActionKind]>([
  ['HEAD tag alone', [['HEAD', '1.0']], 'version-check'],
  ['GET tag', [['GET', '1.0']], 'pull-by-tag'],
  [
    'GET tag and another digest',
    [
      ['GET', '1.0'],
      ['GET', platform],
    ],
    'pull-by-tag',
  ],
  [
    'HEAD tag and GET of its digest',
    [
      ['HEAD', '1.0'],
      ['GET', index],
    ],
    'pull-by-tag',
  ],
  [
    'HEAD tag, GET of its digest and of another',
    [
      ['HEAD', '1.0'],
      ['GET', index],
      ['GET', platform],
    ],
    'pull-by-tag',
  ],
  ['HEAD digest', [['HEAD', index]], 'pull-by-digest'],
  ['GET digest', [['GET', index]], 'pull-by-digest'],
  [
    'HEAD digest and GET of it and of another',
    [
      ['HEAD', index],
      ['GET', index],
      ['GET', platform],
    ],
    'pull-by-digest',
  ],
  [
    'GET digest and another',
    [
      ['GET', index],
      ['GET', platform],
    ],
    'pull-by-digest',
  ],
])('%s is one action', (_name, asks, kind) => {
  expect(actionsOf(asks)).toEqual([kind])
})

test('tries that are repeated after a refusal or a challenge are of one action', () => {
  expect(
    actionsOf([
      ['HEAD', '1.0', denied],
      ['GET', '1.0', denied],
    ]),
  ).toEqual(['pull-by-tag'])
  expect(actionsOf(Array<Ask>(5).fill(['HEAD', '1.0', denied]))).toEqual(['version-check'])
  const challenged: Ask = ['HEAD', '1.0', { status: 401 }]
  expect(actionsOf([challenged, ['HEAD', '1.0'], ['GET', index], ['GET', platform]])).toEqual(['pull-by-tag'])
  expect(
    actionsOf([
      ['HEAD', '1.0'],
      ['GET', index, denied],
      ['GET', index, denied],
    ]),
  ).toEqual(['pull-by-tag'])
})

test('the next check-in begins anew, whether what was before was refused or not', () => {
  const refused: Ask[] = [
    ['HEAD', '1.0', denied],
    ['GET', '1.0', denied],
  ]
  expect(actionsOf([...refused, 30_000, ...refused])).toEqual(['pull-by-tag', 'pull-by-tag'])
  expect(actionsOf([['GET', '1.0', denied], 30_000, ['GET', '1.0', denied]])).toHaveLength(2)
  expect(actionsOf([['HEAD', '1.0', denied], 30_000, ['HEAD', '1.0', denied]])).toHaveLength(2)
  expect(
    actionsOf([
      ['HEAD', '1.0'],
      ['HEAD', '1.0'],
    ]),
  ).toEqual(['version-check', 'version-check'])
  expect(actionsOf([['HEAD', '1.0'], 3_600_000, ['GET', index]])).toEqual(['version-check', 'pull-by-digest'])
})

test('what was served to a GET is of another pull when it is asked for again', () => {
  const pull: Ask[] = [
    ['GET', index],
    ['GET', platform],
  ]
  expect(actionsOf([...pull, ...pull])).toHaveLength(2)
  expect(
    actionsOf([
      ['GET', '1.0'],
      ['GET', '1.0'],
    ]),
  ).toHaveLength(2)
})

test('two tags of one repository at once are two pulls', () => {
  const asks: Ask[] = [
    ['HEAD', '1.0'],
    ['HEAD', '2.0'],
    ['GET', index],
    ['GET', 'sha256:other'],
    ['GET', platform],
  ]
  expect(actionsOf(asks)).toEqual(['pull-by-tag', 'pull-by-tag'])
})

test('callers are told apart by agent, by address and by user agent, and repositories within them', () => {
  const others: Partial<CallerRequest>[] = [
    { agent: 1 },
    { agent: null },
    { agent: null, source: '192.0.2.2' },
    { agent: null, userAgent: 'curl' },
    { repository: 'kasmweb/firefox' },
  ]
  const asks = others.map((other): Ask => ['GET', index, other])
  expect(actionsOf([['HEAD', '1.0'], ...asks])).toEqual(['version-check', ...others.map(() => 'pull-by-digest')])
})

test('a pull has the blobs of its repository, and the pings and tokens that its caller sent before it', () => {
  const done: number[] = []
  const reader = new ActionReader({ onDone: ({ requests }) => done.push(requests) })
  const ping = { class: 'ping', repository: null, reference: null } as const
  const token = { class: 'token', repository: null, reference: null } as const
  const blob = { class: 'blob' } as const
  const asks: Ask[] = [
    ['GET', '', ping],
    ['GET', '', token],
    ['HEAD', '1.0'],
    ['GET', index],
    ['GET', 'sha256:layer', blob],
    ['GET', 'sha256:other', { ...blob, repository: 'kasmweb/firefox' }],
    ['GET', '', ping],
    ['HEAD', '2.0'],
  ]
  for (const [place, ask] of asks.entries()) reader.take(request(ask, place * 10))
  reader.finish()
  expect(done).toEqual([5, 2])
})

test('who asks for names at random does not fill the memory', () => {
  let open = 0
  const reader = new ActionReader({
    onKind: (_action, before) => {
      if (before === null) open += 1
    },
    onDone: () => {
      open -= 1
    },
  })
  for (let place = 0; place < 5_000; place += 1) {
    reader.take(request(['GET', '1.0', { repository: `r${place}` }], place))
    reader.take(request(['GET', '1.0', { agent: null, source: `s${place}` }], place * 4_000_000))
    expect(open).toBeLessThanOrEqual(3_000)
  }
})

test('every request for a manifest is of one action, which ends once, whatever is asked', () => {
  const ask = fc.tuple(
    fc.constantFrom<Ask>(
      ['HEAD', '1.0'],
      ['GET', '1.0'],
      ['HEAD', '2.0'],
      ['HEAD', index],
      ['GET', index],
      ['GET', platform],
    ),
    fc.constantFrom(200, 401, 404, 429),
    fc.constantFrom(0, 10, 25_000, 70_000),
  )
  fc.assert(
    fc.property(fc.array(ask, { maxLength: 40 }), (asks) => {
      const done: number[] = []
      const kinds: Record<ActionKind, number> = { 'version-check': 0, 'pull-by-tag': 0, 'pull-by-digest': 0 }
      const reader = new ActionReader({
        onKind: ({ kind }, before) => {
          kinds[kind] += 1
          if (before) kinds[before] -= 1
        },
        onDone: ({ requests }) => done.push(requests),
      })
      let atMs = 0
      for (const [[method, reference], status, gapMs] of asks) {
        atMs += gapMs + 1
        const action = reader.take(request([method, reference, { status }], atMs))
        expect(action?.kind === 'version-check' && method === 'GET').toBe(false)
      }
      reader.finish()
      expect(done.reduce((sum, requests) => sum + requests, 0)).toBe(asks.length)
      expect(Object.values(kinds).reduce((sum, count) => sum + count, 0)).toBe(done.length)
    }),
  )
})
