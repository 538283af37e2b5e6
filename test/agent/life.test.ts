// Starts, check-ins, configuration and restarts. Test names begin with the row of docs/agent.md that they show.
import { expect, test } from 'vitest'
import { defaultAgentConfig } from '../../simulator/agent/config.ts'
import { AgentDriver, define, digestOf } from './agent-driver.ts'

const images = [define('a:1'), define('b:1'), define('c:1'), define('d:1')]

test('A1 reads its file and checks in at once when it starts', () => {
  const agent = new AgentDriver()
  agent.tell({
    kind: 'config-edited',
    config: { ...defaultAgentConfig, maxConcurrentPulls: 3, refreshIntervalMs: 60_000 },
  })
  agent.nowMs = 7_000
  agent.start()
  expect(agent.commands).toEqual([
    { kind: 'set-timer', timer: 'refresh', atMs: 67_000 },
    { kind: 'set-timer', timer: 'check-in', atMs: 37_000 },
    { kind: 'check-in' },
  ])
  agent.answer(images)
  expect(agent.said('start-pull')).toEqual(['a:1', 'b:1', 'c:1'])
  expect(agent.start().commands).toEqual([])
})

test('A2 checks in every 30 s on its own phase, answered or not', () => {
  const agent = new AgentDriver()
  agent.nowMs = 1_234
  agent.start()
  for (const dueMs of [31_234, 61_234, 91_234]) {
    agent.nowMs = dueMs
    expect(agent.tell({ kind: 'check-in-due' })).toEqual([
      { kind: 'set-timer', timer: 'check-in', atMs: dueMs + 30_000 },
      { kind: 'check-in' },
    ])
  }
})

test('A3 goes on with what it knows when a check-in fails', () => {
  const agent = new AgentDriver({ maxConcurrentPulls: 1 }).start()
  agent.answer(images)
  expect(agent.tell({ kind: 'check-in-failed', cause: 'connection refused' })).toEqual([])
  agent.succeed('a:1')
  expect(agent.running).toEqual(['b:1'])
  expect(agent.queued).toEqual(['c:1', 'd:1'])
})

test('A8 takes a new cap at its next start and not before', () => {
  const agent = new AgentDriver({ maxConcurrentPulls: 2 }).start()
  agent.answer(images)
  agent.tell({ kind: 'config-edited', config: { ...agent.state.config, maxConcurrentPulls: 3 } })
  agent.answer(images)
  agent.succeed('a:1')
  expect(agent.running).toEqual(['b:1', 'c:1'])
  agent.tell({ kind: 'stop' })
  agent.start().answer(images)
  expect(agent.running).toEqual(['b:1', 'c:1', 'd:1'])
})

test('A9 drops running and queued pulls when it stops and keeps its disk', () => {
  const agent = new AgentDriver({ maxConcurrentPulls: 1 }).start()
  agent.answer(images)
  agent.succeed('a:1')
  agent.fail('b:1')
  expect(agent.tell({ kind: 'stop' })).toEqual([
    { kind: 'clear-timers' },
    { kind: 'abort-pull', name: 'c:1', pullId: 3 },
    { kind: 'cancelled', name: 'd:1', cause: 'agent-stopped' },
  ])
  expect(agent.held).toEqual(['a:1'])
  expect(agent.state.failing.size).toBe(0)
  expect(agent.tell({ kind: 'stop' })).toEqual([])
  agent.start().answer(images)
  expect(agent.said('queued')).toEqual(['b:1', 'c:1', 'd:1'])
})

test('A10 takes no notice of what comes late', () => {
  const agent = new AgentDriver().start()
  agent.answer(images)
  const late = { kind: 'pull-succeeded', pullId: 1, name: 'a:1', digest: digestOf('a:1'), sizeBytes: 1 } as const
  agent.tell({ kind: 'stop' })
  const before = structuredClone(agent.state)
  expect(agent.answer(images)).toEqual([])
  expect(agent.tell({ kind: 'check-in-due' })).toEqual([])
  expect(agent.refresh()).toEqual([])
  expect(agent.tell(late)).toEqual([])
  expect(agent.state).toEqual(before)
  // The same pull runs again in the next life, under another number.
  agent.start().answer(images)
  expect(agent.running).toContain('a:1')
  expect(agent.tell(late)).toEqual([])
  expect(agent.tell({ kind: 'pull-failed', pullId: 1, name: 'a:1', cause: 'late' })).toEqual([])
  expect(agent.running).toContain('a:1')
  expect(agent.held).toEqual([])
})

test('A18 neither pulls nor prunes while it is disabled, but ends what runs', () => {
  const agent = new AgentDriver().start()
  agent.stage([define('old:1'), define('kept:1')])
  const wanted = [define('kept:1'), ...images]
  agent.answer(wanted)
  agent.answer(wanted, { enabled: false, mode: 'Aggressive' })
  expect(agent.commands).toEqual([
    { kind: 'cancelled', name: 'c:1', cause: 'agent-disabled' },
    { kind: 'cancelled', name: 'd:1', cause: 'agent-disabled' },
  ])
  expect(agent.refresh().map(({ kind }) => kind)).toEqual(['set-timer'])
  agent.succeed('a:1')
  agent.fail('b:1')
  expect(agent.running).toEqual([])
  expect(agent.held).toEqual(['old:1', 'kept:1', 'a:1'])
  agent.answer(wanted, { mode: 'Aggressive' })
  expect(agent.said('remove-image')).toEqual(['old:1'])
  expect(agent.said('start-pull')).toEqual(['b:1', 'c:1'])
})

test('A19 leaves its images alone with validate_images off', () => {
  const agent = new AgentDriver().start()
  agent.stage(images)
  agent.tell({ kind: 'config-edited', config: { ...defaultAgentConfig, validateImages: false } })
  agent.tell({ kind: 'stop' })
  agent.start()
  expect(agent.answer([define('new:1')], { mode: 'Aggressive' })).toEqual([])
  expect(agent.refresh().map(({ kind }) => kind)).toEqual(['set-timer'])
  expect(agent.held).toEqual(['a:1', 'b:1', 'c:1', 'd:1'])
})

test('A29 says that it is ready once every image that may be pulled is present', () => {
  const agent = new AgentDriver().start()
  agent.answer([define('a:1'), define('b:1'), define('off:1', { enabled: false })])
  agent.succeed('a:1')
  expect(agent.said('ready')).toEqual([])
  agent.succeed('b:1')
  expect(agent.commands).toEqual([{ kind: 'ready' }])
  // New definitions are no news as long as nothing is missing.
  expect(agent.answer([define('b:1', { user: 'ci', token: 'secret' }), define('a:1')])).toEqual([])
  agent.answer([define('a:1'), define('e:1')])
  expect(agent.state.ready).toBe(false)
  agent.succeed('e:1')
  expect(agent.said('ready')).toEqual(['ready'])
  agent.tell({ kind: 'stop' })
  expect(agent.state.ready).toBe(false)
  agent.start()
  expect(agent.answer([define('a:1')])).toEqual([{ kind: 'ready' }])
})

test('A31 looks at its images 30 s after a restart, off a check-in, and at once after its first start', () => {
  const agent = new AgentDriver({ restartLookDelayMs: defaultAgentConfig.restartLookDelayMs }).start()
  agent.stage([define('a:1'), define('old:1')])
  agent.tell({ kind: 'stop' })
  agent.nowMs = 100_000
  agent.start()
  const wanted = [define('a:1'), define('b:1')]
  agent.nowMs = 100_002
  expect(agent.answer(wanted, { mode: 'Aggressive' })).toEqual([])
  agent.nowMs = 129_999
  expect(agent.answer(wanted, { mode: 'Aggressive' })).toEqual([])
  expect(agent.refresh().map(({ kind }) => kind)).toEqual(['set-timer'])
  agent.nowMs = 130_000
  agent.answer(wanted, { mode: 'Aggressive' })
  expect(agent.said('start-pull')).toEqual(['b:1'])
  expect(agent.said('remove-image')).toEqual(['old:1'])
  // What it holds counts at once.
  agent.succeed('b:1')
  agent.tell({ kind: 'stop' })
  agent.start()
  expect(agent.answer(wanted)).toEqual([{ kind: 'ready' }])
})
