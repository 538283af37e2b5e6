// What agents say of their pulls in real time, and that virtual time says nothing of the kind.
import { expect, test } from 'vitest'
import type { HeartbeatRequest } from '../../server/api/manager.ts'
import { createAgentState } from '../../simulator/agent/agent.ts'
import { defaultAgentConfig } from '../../simulator/agent/config.ts'
import { step } from '../../simulator/agent/step.ts'
import { heartbeatOf, imageReportOf } from '../../simulator/driver/agent-messages.ts'
import type { FleetAgent } from '../../simulator/driver/fleet.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { define } from '../agent/agent-driver.ts'

const megabyte = 1_000_000

/** An agent that pulls two images, has a third queued, and holds none. */
function busyAgent(): FleetAgent {
  const [group] = compileScenario({ source: { name: 'report', fleet: { agents: 1 }, end: { after: '1m' } } }).groups
  if (!group) throw new Error('there is no group')
  const state = createAgentState({ config: defaultAgentConfig, diskSizeBytes: 500_000 * megabyte })
  const definitions = ['a:1', 'b:1', 'c:1'].map((name) => define(name, { uncompressedSizeBytes: 200 * megabyte }))
  step(state, { kind: 'start' }, { nowMs: 1_000 })
  const answer = { agentEnabled: true, pruneImagesMode: 'Off' as const, imagesInUse: [], definitions }
  step(state, { kind: 'check-in-answered', answer }, { nowMs: 2_000 })
  return { index: 0, group, member: 0, state, pullsRunning: 2 }
}

const progress = (pullId: number) => (pullId === 1 ? { requests: 5, receivedBytes: 50 * megabyte } : undefined)

test('tells which images it waits for and pulls, for how long and how far, and when it refreshes', () => {
  const agent = busyAgent()
  expect(imageReportOf(agent, { nowMs: 32_000, progress })).toEqual({
    image_states: [
      {
        ...{ name: 'a:1', state: 'pulling', reason: 'missing', age_ms: 30_000 },
        ...{ downloaded_bytes: 50 * megabyte, total_bytes: 200 * megabyte },
      },
      { name: 'b:1', state: 'pulling', reason: 'missing', age_ms: 30_000, total_bytes: 200 * megabyte },
      { name: 'c:1', state: 'queued', reason: 'missing' },
    ],
    refresh_due_in_ms: 3_569_000,
  })
})

test('tells what failed and why, once nothing is being done about it', () => {
  const agent = busyAgent()
  step(
    agent.state,
    { kind: 'pull-failed', pullId: 1, name: 'a:1', cause: `denied ${'x'.repeat(3_000)}` },
    { nowMs: 3_000 },
  )
  const states = imageReportOf(agent, { nowMs: 3_000, progress }).image_states ?? []
  expect(states.at(-1)).toEqual({ name: 'a:1', state: 'failed', cause: expect.stringMatching(/^denied x{1993}$/) })
  const answer = {
    agentEnabled: true,
    pruneImagesMode: 'Off' as const,
    imagesInUse: [],
    definitions: agent.state.definitions,
  }
  step(agent.state, { kind: 'check-in-answered', answer }, { nowMs: 4_000 })
  const again = imageReportOf(agent, { nowMs: 4_000, progress }).image_states?.filter(({ name }) => name === 'a:1')
  expect(again).toEqual([{ name: 'a:1', state: 'queued', reason: 'missing' }])
})

test('keeps the token of a definition to itself where a registry has repeated it', () => {
  const agent = busyAgent()
  const definitions = [define('a:1', { user: 'robot', token: 'a-secret' })]
  const answer = { agentEnabled: true, pruneImagesMode: 'Off' as const, imagesInUse: [], definitions }
  step(agent.state, { kind: 'check-in-answered', answer }, { nowMs: 3_000 })
  step(agent.state, { kind: 'pull-failed', pullId: 1, name: 'a:1', cause: 'denied: a-secret' }, { nowMs: 3_000 })
  const { image_states } = imageReportOf(agent, { nowMs: 3_000, progress })
  expect(image_states?.at(-1)).toEqual({ name: 'a:1', state: 'failed', cause: 'denied: ***' })
})

test('leaves a check-in of virtual time as short as it was', () => {
  const heartbeat: HeartbeatRequest = heartbeatOf(busyAgent())
  expect(heartbeat).not.toHaveProperty('image_states')
  expect(heartbeat).not.toHaveProperty('refresh_due_in_ms')
})
