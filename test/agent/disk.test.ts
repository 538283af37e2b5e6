// What is on disk, what it costs and what is pruned. Test names begin with the row of docs/agent.md that they show.
import { expect, test } from 'vitest'
import { AgentDriver, define, digestOf, gigabyte } from './agent-driver.ts'

const images = ['a:1', 'b:1'].map((name) => define(name))

test('A20 refuses a pull that would use more of the disk than the limit, and asks again at the next check-in', () => {
  const agent = new AgentDriver({ diskSizeBytes: 10 * gigabyte, diskUsedBytes: 8 * gigabyte }).start()
  const definitions = [define('big:1', { uncompressedSizeBytes: 1.1 * gigabyte }), define('fits:1')]
  agent.answer(definitions)
  const refused = { kind: 'refused', name: 'big:1', reason: 'missing', diskUsedBytes: 8e9, diskUsedAfterBytes: 9.1e9 }
  expect(agent.commands).toContainEqual(refused)
  expect(agent.running).toEqual(['fits:1'])
  expect(agent.state.failing.has('big:1')).toBe(true)
  agent.succeed('fits:1')
  expect(agent.said('refused')).toEqual([])
  agent.answer(definitions)
  expect(agent.commands).toContainEqual({ ...refused, diskUsedBytes: 9e9, diskUsedAfterBytes: 10.1e9 })
  // A present image that takes the disk beyond the limit is refused too: the check does not know that it is there.
  agent.refresh()
  expect(agent.said('refused')).toEqual(['fits:1'])
  expect(agent.held).toEqual(['fits:1'])
})

test('A21 keeps the old image untagged when a tag has moved', () => {
  const agent = new AgentDriver().start()
  agent.stage(images)
  agent.refresh()
  agent.succeed('a:1', 'moved', 2 * gigabyte)
  expect(agent.state.held.get('a:1')).toEqual({ digest: 'moved', sizeBytes: 2 * gigabyte })
  expect(agent.state.dangling).toEqual([{ digest: digestOf('a:1'), sizeBytes: gigabyte }])
  expect(agent.state.diskUsedBytes).toBe(4 * gigabyte)
})

test('A22 counts an image on its disk once, however often and under whatever tags it is pulled', () => {
  const agent = new AgentDriver({ diskUsedBytes: 5 * gigabyte }).start()
  agent.answer(images)
  agent.succeed('a:1', 'one')
  agent.succeed('b:1', 'one', 3 * gigabyte)
  expect(agent.state.diskUsedBytes).toBe(6 * gigabyte)
  agent.refresh()
  agent.succeed('a:1', 'one', 7 * gigabyte)
  expect(agent.state.diskUsedBytes).toBe(6 * gigabyte)
  // One of its two tags moves on and comes back, first while the other keeps it, then when none does.
  agent.succeed('b:1', 'two', 2 * gigabyte)
  expect(agent.state.dangling).toEqual([])
  agent.refresh()
  agent.succeed('a:1', 'two', 2 * gigabyte)
  expect(agent.state.dangling).toEqual([{ digest: 'one', sizeBytes: gigabyte }])
  agent.succeed('b:1', 'one', 9 * gigabyte)
  expect(agent.state.dangling).toEqual([])
  expect(agent.state.diskUsedBytes).toBe(8 * gigabyte)
  agent.answer([], { mode: 'Aggressive' })
  expect(agent.state.diskUsedBytes).toBe(5 * gigabyte)
})

test('A23 removes nothing with pruning Off', () => {
  const agent = new AgentDriver().start()
  agent.stage(images)
  agent.refresh()
  agent.succeed('a:1', 'moved')
  agent.answer([], { mode: 'Off' })
  expect(agent.commands).toEqual([])
  expect(agent.held).toEqual(['a:1', 'b:1'])
})

test('A24 removes untagged images only with pruning Normal, at every check-in', () => {
  const agent = new AgentDriver().start()
  agent.stage(images)
  agent.refresh()
  agent.succeed('a:1', 'moved')
  agent.answer([], { mode: 'Normal' })
  expect(agent.commands).toEqual([{ kind: 'remove-image', name: null, digest: digestOf('a:1'), mode: 'Normal' }])
  agent.succeed('b:1', 'moved too')
  agent.answer([], { mode: 'Normal' })
  expect(agent.said('remove-image')).toEqual([null])
  expect(agent.held).toEqual(['a:1', 'b:1'])
  expect(agent.state.diskUsedBytes).toBe(2 * gigabyte)
})

test('looks at the disk again only once something has changed on it', () => {
  const agent = new AgentDriver().start()
  agent.stage(images)
  agent.answer(images, { mode: 'Normal' })
  expect(agent.state.pruneNeeded).toBe(false)
  agent.refresh()
  agent.succeed('a:1')
  expect(agent.state.pruneNeeded).toBe(false)
  agent.succeed('b:1', 'moved')
  expect(agent.state.pruneNeeded).toBe(true)
})

test('A25 removes with pruning Aggressive all that no definition names at this moment', () => {
  const agent = new AgentDriver().start()
  agent.stage(images)
  const disabled = [define('a:1', { enabled: false }), define('b:1', { registry: null })]
  agent.answer(disabled, { mode: 'Normal' })
  // The same definitions, but another mode: what they name stays, disabled or not.
  agent.answer(disabled, { mode: 'Aggressive' })
  expect(agent.commands).toEqual([])
  agent.answer(disabled.slice(1), { mode: 'Aggressive' })
  expect(agent.commands).toEqual([{ kind: 'remove-image', name: 'a:1', digest: digestOf('a:1'), mode: 'Aggressive' }])
  expect(agent.state.diskUsedBytes).toBe(gigabyte)
})

test('A26 does not prune an image that is being pulled, or that a needed tag shares', () => {
  const agent = new AgentDriver().start()
  agent.answer([...images, define('alias:1')])
  agent.succeed('a:1', 'shared')
  agent.succeed('alias:1', 'shared')
  agent.succeed('b:1')
  agent.refresh()
  // b:1 is being pulled, alias:1 shares its image with a:1, and neither is defined any more.
  const none = agent.answer(images.slice(0, 1), { mode: 'Aggressive' })
  expect(none.filter(({ kind }) => kind === 'remove-image')).toEqual([])
  agent.succeed('a:1', 'shared')
  agent.succeed('b:1')
  agent.answer(agent.state.definitions, { mode: 'Aggressive' })
  expect(agent.said('remove-image')).toEqual(['b:1'])
  agent.answer([], { mode: 'Aggressive' })
  expect(agent.said('remove-image')).toEqual(['a:1', 'alias:1'])
  expect(agent.state.diskUsedBytes).toBe(0)
})

test('A30 keeps an image that a container uses, tagged or not, until the check-in after its end', () => {
  const agent = new AgentDriver().start()
  agent.stage(images)
  agent.refresh()
  agent.succeed('a:1', 'moved')
  agent.succeed('b:1')
  const inUse = [digestOf('a:1'), digestOf('b:1')]
  // The first image has lost its tag to a newer one, the second its definition: both still run.
  agent.answer(images.slice(0, 1), { mode: 'Aggressive', inUse })
  expect(agent.said('remove-image')).toEqual([])
  expect(agent.state.diskUsedBytes).toBe(3 * gigabyte)
  agent.answer(agent.state.definitions, { mode: 'Aggressive', inUse: inUse.slice(1) })
  expect(agent.said('remove-image')).toEqual([null])
  agent.answer(agent.state.definitions, { mode: 'Aggressive' })
  expect(agent.said('remove-image')).toEqual(['b:1'])
  expect(agent.state.diskUsedBytes).toBe(gigabyte)
})

test('A27 cannot prune while its disk is full', () => {
  const agent = new AgentDriver({ diskSizeBytes: 2 * gigabyte, diskUsageLimit: 1 }).start()
  agent.stage(images)
  expect(agent.answer([], { mode: 'Aggressive' })).toEqual([])
  expect(agent.held).toEqual(['a:1', 'b:1'])
})
