// What is pulled, when, and in which order. Test names begin with the row of docs/agent.md that they show.
import { expect, test } from 'vitest'
import { AgentDriver, define, digestOf } from './agent-driver.ts'

const images = ['a:1', 'b:1', 'c:1', 'd:1'].map((name) => define(name))

test('A4 pulls what is missing at the very check-in that tells of it', () => {
  const agent = new AgentDriver().start()
  agent.stage(images.slice(0, 1))
  agent.answer(images)
  expect(agent.said('queued')).toEqual(['b:1', 'c:1', 'd:1'])
  expect(agent.said('start-pull')).toEqual(['b:1', 'c:1'])
  agent.answer(images)
  expect(agent.commands).toEqual([])
})

test('A5 never pulls an image that is disabled or has no registry', () => {
  const agent = new AgentDriver().start()
  const never = [
    define('disabled:1', { enabled: false }),
    define('none:1', { registry: null }),
    define('empty:1', { registry: '' }),
  ]
  agent.stage([...never, define('a:1')])
  agent.refresh()
  expect(agent.running).toEqual(['a:1'])
  expect(agent.held).toEqual(['a:1'])
  agent.answer([define('disabled:1'), define('none:1'), define('empty:1')])
  expect(agent.said('queued')).toEqual(['disabled:1', 'none:1', 'empty:1'])
})

test('A6 knows only the definitions of its own answer', () => {
  const agent = new AgentDriver().start()
  agent.stage(images.slice(0, 2))
  // From now on b:1 is restricted to another zone, so the web app leaves it out.
  agent.answer(images.slice(0, 1), { mode: 'Aggressive' })
  expect(agent.said('remove-image')).toEqual(['b:1'])
  agent.refresh()
  expect(agent.running).toEqual(['a:1'])
})

test('A7 runs two pulls at once and starts the others in definition order', () => {
  const agent = new AgentDriver().start()
  agent.answer(images)
  expect(agent.running).toEqual(['a:1', 'b:1'])
  expect(agent.queued).toEqual(['c:1', 'd:1'])
  // Defined later but listed first: it waits behind those that wait already.
  agent.answer([define('0:1'), ...images])
  expect(agent.queued).toEqual(['c:1', 'd:1', '0:1'])
  agent.succeed('b:1')
  expect(agent.running).toEqual(['a:1', 'c:1'])
  agent.fail('a:1')
  expect(agent.running).toEqual(['c:1', 'd:1'])
})

test('A11 pulls every present image again each hour, through the same queue and cap', () => {
  const agent = new AgentDriver().start()
  agent.stage([...images, define('off:1')])
  agent.answer([...images, define('off:1', { enabled: false }), define('e:1')])
  agent.fail('e:1')
  agent.nowMs = 3_600_000
  agent.refresh()
  expect(agent.commands[0]).toEqual({ kind: 'set-timer', timer: 'refresh', atMs: 7_200_000 })
  expect(agent.said('queued')).toEqual(['a:1', 'b:1', 'c:1', 'd:1'])
  expect(agent.commands.filter(({ kind }) => kind === 'start-pull')).toMatchObject([
    { definition: { name: 'a:1' }, reason: 'refresh' },
    { definition: { name: 'b:1' }, reason: 'refresh' },
  ])
})

test('A12 has each image in the queue or running once, whatever comes together', () => {
  const bothOrders = [true, false].map((refreshFirst) => {
    const agent = new AgentDriver().start()
    agent.stage(images.slice(0, 2))
    if (refreshFirst) agent.refresh()
    agent.answer(images)
    if (!refreshFirst) agent.refresh()
    return [...agent.running, ...agent.queued].toSorted()
  })
  expect(bothOrders).toEqual([
    ['a:1', 'b:1', 'c:1', 'd:1'],
    ['a:1', 'b:1', 'c:1', 'd:1'],
  ])
  const slow = new AgentDriver().start()
  slow.stage(images)
  slow.refresh()
  slow.refresh()
  expect(slow.said('queued')).toEqual([])
})

test('A13 sends the user and token that the definition has when the pull starts', () => {
  const agent = new AgentDriver({ maxConcurrentPulls: 1 }).start()
  const key = '{\n  "client_email": "ci@example.com"\n}'
  agent.answer([define('a:1', { user: 'old', token: 'old' }), define('b:1', { user: 'old', token: 'old' })])
  agent.answer([define('a:1'), define('b:1', { user: '_json_key', token: key })])
  expect(agent.commands).toEqual([])
  agent.fail('a:1')
  expect(agent.commands).toMatchObject([
    { kind: 'start-pull', definition: { name: 'b:1', user: '_json_key', token: key } },
  ])
})

test('A14 pulls a reference once that two definitions name, by the first that may be pulled', () => {
  const agent = new AgentDriver().start()
  const twice = [
    define('a:1', { imageId: 'first', enabled: false }),
    define('a:1', { imageId: 'second', user: 'second' }),
    define('a:1', { imageId: 'third', user: 'third' }),
  ]
  agent.answer(twice)
  expect(agent.said('queued')).toEqual(['a:1'])
  expect(agent.commands).toContainEqual(
    expect.objectContaining({ kind: 'start-pull', definition: expect.objectContaining({ imageId: 'second' }) }),
  )
  agent.succeed('a:1')
  agent.answer([...twice])
  expect(agent.commands).toEqual([])
})

test('A15 tries a failed pull again at the next check-in and not before, for ever', () => {
  const agent = new AgentDriver({ maxConcurrentPulls: 1 }).start()
  agent.answer(images)
  agent.fail('a:1', 'toomanyrequests')
  expect(agent.running).toEqual(['b:1'])
  expect([...agent.state.failing]).toEqual([['a:1', 'toomanyrequests']])
  agent.refresh()
  expect(agent.said('queued')).toEqual([])
  for (const other of ['b:1', 'c:1', 'd:1']) agent.succeed(other)
  expect(agent.running).toEqual([])
  for (let round = 0; round < 3; round++) {
    agent.answer(images)
    expect(agent.said('start-pull')).toEqual(['a:1'])
    expect(agent.fail('a:1')).toEqual([])
  }
  agent.answer(images)
  agent.succeed('a:1')
  expect(agent.state.failing.size).toBe(0)
})

test('A16 keeps an image whose refresh fails and tries again at the next refresh', () => {
  const agent = new AgentDriver().start()
  agent.stage(images.slice(0, 1))
  agent.refresh()
  expect(agent.fail('a:1', 'connection refused')).toEqual([])
  expect(agent.held).toEqual(['a:1'])
  expect(agent.state.failing.get('a:1')).toBe('connection refused')
  expect(agent.answer(images.slice(0, 1))).toEqual([])
  agent.refresh()
  expect(agent.running).toEqual(['a:1'])
  agent.succeed('a:1')
  expect(agent.state.failing.size).toBe(0)
})

test('A17 cancels queued pulls of an image that is removed or disabled, and ends those that run', () => {
  const agent = new AgentDriver().start()
  agent.answer(images)
  agent.answer([define('b:1', { enabled: false }), define('c:1', { enabled: false })])
  expect(agent.commands.slice(0, 2)).toEqual([
    { kind: 'cancelled', name: 'c:1', cause: 'definition-gone' },
    { kind: 'cancelled', name: 'd:1', cause: 'definition-gone' },
  ])
  expect(agent.running).toEqual(['a:1', 'b:1'])
  agent.succeed('a:1')
  agent.fail('b:1')
  expect(agent.held).toEqual(['a:1'])
  expect(agent.state.failing.size).toBe(0)
  agent.answer(images)
  expect(agent.said('queued')).toEqual(['b:1', 'c:1', 'd:1'])
  agent.fail('b:1')
  agent.answer(images.slice(2))
  expect(agent.state.failing.size).toBe(0)
})

test('A28 follows an edited tag by deleting the old image and pulling the new one at the same check-in', () => {
  const agent = new AgentDriver().start()
  agent.stage([define('chrome:1.18')])
  agent.answer([define('chrome:1.19')], { mode: 'Aggressive' })
  expect(agent.commands).toMatchObject([
    { kind: 'queued', name: 'chrome:1.19' },
    { kind: 'remove-image', name: 'chrome:1.18', digest: digestOf('chrome:1.18') },
    { kind: 'start-pull', definition: { name: 'chrome:1.19' } },
  ])
  expect(agent.held).toEqual([])
  agent.succeed('chrome:1.19')
  agent.answer([define('chrome:1.18')], { mode: 'Aggressive' })
  expect(agent.commands).toMatchObject([
    { kind: 'queued', name: 'chrome:1.18', reason: 'missing' },
    { kind: 'remove-image', name: 'chrome:1.19' },
    { kind: 'start-pull', definition: { name: 'chrome:1.18' } },
  ])
})
