// What becomes of sessions by themselves and with their agents.
import { expect, test } from 'vitest'
import { allUsersGroupId } from '../../server/model/defaults.ts'
import { createKasmModel } from '../../server/model/model.ts'
import { noResources, SessionFleet, serverIdOf } from './session-fleet.ts'
import { chrome } from './support.ts'

const statusOf = (fleet: SessionFleet, kasm_id: string) => fleet.ask('get_kasm_status', { kasm_id }).operational_status

test('walks from requested over starting to running by the delays it is given', () => {
  const sessionDelays = { requestedMs: 5_000, startingMs: 20_000 }
  const fleet = new SessionFleet({ sessionDelays, quirks: { 'status.pendingStyle': 'requested' } })
  const { kasm_id } = fleet.request().body as { kasm_id: string }
  const walk = [0, 4_999, 1, 19_999, 1].map((ms) => {
    fleet.nowMs += ms
    return statusOf(fleet, kasm_id)
  })
  expect(walk).toEqual(['requested', 'requested', 'starting', 'starting', 'running'])
  expect(fleet.session(kasm_id).start_date).toBe('2023-11-14 22:13:45.000000')
})

test('is where it would be after a clock that has leapt over all steps', () => {
  const fleet = new SessionFleet({ quirks: { 'status.pendingStyle': 'requested' } })
  const { kasm_id } = fleet.request().body as { kasm_id: string }
  fleet.nowMs += 500_000
  expect(fleet.session(kasm_id)).toMatchObject({
    operational_status: 'running',
    start_date: '2023-11-14 22:13:22.000000',
  })
})

test('takes changed delays for what begins from then on', () => {
  const fleet = new SessionFleet({ agents: 2 })
  const { kasm_id: before } = fleet.request().body as { kasm_id: string }
  fleet.model.setSessionDelays({ startingMs: 60_000 })
  const { kasm_id: after } = fleet.request().body as { kasm_id: string }
  fleet.nowMs += 1_000
  expect([before, after].map((id) => statusOf(fleet, id))).toEqual(['running', 'starting'])
  expect(fleet.model.sessionDelays).toMatchObject({ startingMs: 60_000, deletingMs: 0 })
})

test('lists a session as deleting for as long as it is told to, and keeps its place so long', () => {
  const fleet = new SessionFleet({ sessionDelays: { deletingMs: 10_000 } })
  fleet.updateAgent(0, { cores_override: 2 })
  const kasm_id = fleet.start()
  expect(fleet.ask('destroy_kasm', { kasm_id })).toEqual({})
  expect(statusOf(fleet, kasm_id)).toBe('deleting')
  expect(fleet.request().body).toEqual({ error_message: noResources })
  expect(fleet.ask('keepalive', { kasm_id })).toEqual({ error_message: 'The session is deleting.' })
  fleet.nowMs += 10_000
  expect(fleet.ask('get_kasm_status', { kasm_id })).toEqual({ error_message: `Kasm not found: ${kasm_id}.` })
  expect(fleet.request().body).toHaveProperty('kasm_id')
})

test('ends an hour after its last sign of life, or when its group says', () => {
  const fleet = new SessionFleet()
  const kasm_id = fleet.start()
  fleet.nowMs += 3_000_000
  fleet.heartbeat(0)
  expect(fleet.ask('keepalive', { kasm_id })).toEqual({ usage_reached: false })
  fleet.nowMs += 3_599_999
  fleet.heartbeat(0)
  expect(fleet.ask('get_kasms').kasms).toHaveLength(1)
  fleet.nowMs += 1
  expect(fleet.ask('get_kasms').kasms).toEqual([])
  expect(fleet.agent(0)?.sessions).toBe(0)
})

test('ends at the time limit of its image, whatever signs of life there are', () => {
  const fleet = new SessionFleet()
  fleet.updateImage({ session_time_limit: 90 })
  const kasm_id = fleet.start()
  fleet.nowMs += 80_000
  fleet.ask('keepalive', { kasm_id })
  expect(fleet.session(kasm_id).expiration_date).toBe('2023-11-14 22:14:50.000000')
  fleet.nowMs += 9_000
  expect(fleet.ask('get_kasms').kasms).toEqual([])
})

test('takes no place again on its way out where it had given it away', () => {
  const fleet = new SessionFleet({ sessionDelays: { deletingMs: 10_000 } })
  fleet.updateAgent(0, { cores_override: 2 })
  const kasm_id = fleet.start()
  fleet.ask('stop_kasm', { kasm_id })
  const other = fleet.start()
  fleet.ask('destroy_kasm', { kasm_id })
  expect([kasm_id, other].map((id) => statusOf(fleet, id))).toEqual(['deleting', 'running'])
  expect(fleet.agent(0)?.cores).toEqual({ used: 2, total: 2 })
})

test('leaves no recording of a session whose time was up before it ran, and one of a session that expired', () => {
  const fleet = new SessionFleet({ sessionDelays: { startingMs: 60_000 } })
  const target_group = { group_id: allUsersGroupId }
  fleet.ask('add_settings_group', { target_group, target_setting: { name: 'record_sessions', value: true } })
  const recordings = (target_kasm_id: string) =>
    fleet.ask('get_session_recordings', { target_kasm_id }).session_recordings
  const ids = [30, 90].map((session_time_limit) => {
    fleet.updateImage({ session_time_limit })
    return (fleet.request().body as { kasm_id: string }).kasm_id
  })
  fleet.nowMs += 500_000
  expect(recordings(ids[0] as string)).toEqual([])
  expect(recordings(ids[1] as string)).toMatchObject([{ session_recording_metadata: { duration: 30 } }])
})

test('gives its place away while it is stopped, not while it is paused, and needs it back', () => {
  const fleet = new SessionFleet()
  fleet.updateAgent(0, { cores_override: 2 })
  const kasm_id = fleet.start()
  fleet.ask('pause_kasm', { kasm_id })
  expect(fleet.request().body).toEqual({ error_message: noResources })
  fleet.ask('resume_kasm', { kasm_id })
  fleet.ask('stop_kasm', { kasm_id })
  const other = fleet.start()
  expect(fleet.call('resume_kasm', { kasm_id })).toMatchObject({
    body: { error_message: noResources },
    cause: 'no cores on the agent of the session: 0 of 2 free, 2 needed',
  })
  fleet.ask('destroy_kasm', { kasm_id: other })
  fleet.model.setSessionDelays({ resumingMs: 3_000 })
  expect(fleet.ask('resume_kasm', { kasm_id })).toEqual({})
  expect(statusOf(fleet, kasm_id)).toBe('starting')
  fleet.nowMs += 3_000
  expect(statusOf(fleet, kasm_id)).toBe('running')
})

test('says that the agent of a session is missing, unless asked not to look', () => {
  const fleet = new SessionFleet()
  const kasm_id = fleet.start()
  fleet.nowMs += 600_000
  expect(fleet.ask('get_kasm_status', { kasm_id })).toEqual({ error_message: 'The agent of this session is missing.' })
  expect(fleet.ask('get_kasm_status', { kasm_id, skip_agent_check: true })).toMatchObject({
    operational_status: 'running',
  })
  expect(fleet.ask('get_kasms').kasms).toMatchObject([{ operational_status: 'running' }])
  fleet.ask('stop_kasm', { kasm_id })
  expect(fleet.ask('resume_kasm', { kasm_id })).toEqual({ error_message: 'The agent of this session is missing.' })
  fleet.heartbeat(0)
  expect(fleet.ask('get_kasm_status', { kasm_id })).toMatchObject({ operational_status: 'stopped' })
})

test('goes with an agent that is silent for an hour, and with one that is deleted', () => {
  const fleet = new SessionFleet({ agents: 2, sessionDelays: { deletingMs: 5_000 } })
  fleet.start({ server_id: serverIdOf(0) })
  const other = fleet.start({ server_id: serverIdOf(1) })
  fleet.ask('keepalive', { kasm_id: other })
  fleet.nowMs += 3_500_000
  fleet.heartbeat(1)
  fleet.ask('keepalive', { kasm_id: other })
  fleet.nowMs += 115_000
  expect(fleet.ask('get_kasms').kasms).toMatchObject([{ kasm_id: other }])
  expect(fleet.ask('delete_server', { target_server: { server_id: serverIdOf(1) } })).toEqual({})
  expect(fleet.ask('get_kasms').kasms).toEqual([])
  expect(fleet.ask('get_agents').agents).toEqual([])
  expect(fleet.request()).toMatchObject({ cause: 'no agent has checked in' })
})

test('settings of the deployment say when an agent is missing and when it is gone', () => {
  const fleet = new SessionFleet()
  const setting = (name: string, value: string) => {
    const { setting_id } = fleet.ask('get_settings').settings.find((one: { name: string }) => one.name === name)
    fleet.ask('update_setting', { setting_id, value })
  }
  setting('host_missing_expiration', '60')
  setting('host_dead_expiration', '120')
  fleet.nowMs += 59_999
  expect(fleet.ask('get_agents').agents).toMatchObject([{ status: 'running' }])
  fleet.nowMs += 1
  expect(fleet.ask('get_agents').agents).toMatchObject([{ status: 'missing' }])
  fleet.nowMs += 75_000
  expect(fleet.ask('get_agents').agents).toEqual([])
})

test('auto_agent counts at a registration and never afterwards', () => {
  const fleet = new SessionFleet({ autoEnableAgents: false })
  const { setting_id } = fleet.ask('get_settings').settings.find((one: { name: string }) => one.name === 'auto_agent')
  fleet.ask('update_setting', { setting_id, value: true })
  expect(fleet.heartbeat(0).agent.enabled).toBe(false)
  expect(fleet.heartbeat(1).agent.enabled).toBe(true)
})

test('drains an agent: what runs goes on, nothing new comes, until it is told to take sessions again', () => {
  const fleet = new SessionFleet()
  const kasm_id = fleet.start()
  expect(fleet.updateAgent(0, { drain: true }).agent).toMatchObject({
    drain_time: '2023-11-14 22:13:21.000000',
    enabled: true,
  })
  expect(statusOf(fleet, kasm_id)).toBe('running')
  expect(fleet.request().body).toEqual({ error_message: noResources })
  fleet.nowMs += 5_000
  expect(fleet.updateAgent(0, { cores_override: 16 }).agent.drain_time).toBe('2023-11-14 22:13:21.000000')
  expect(fleet.updateAgent(0, { drain: false }).agent.drain_time).toBeNull()
  expect(fleet.request().body).toHaveProperty('kasm_id')
})

test('shows agents among the servers, changes them there and deletes them', () => {
  const fleet = new SessionFleet()
  fleet.ask('create_server', { target_server: { hostname: 'windows' } })
  const server_id = serverIdOf(0)
  expect(fleet.ask('get_servers').servers).toMatchObject([
    { server_id, hostname: 'agent-0', enabled: true, operational_status: 'running', last_reported: expect.any(String) },
    { hostname: 'windows' },
  ])
  const target_server = { server_id, enabled: false, prune_images_mode: 'Normal', cores_override: 3, drain: true }
  expect(fleet.ask('update_server', { target_server }).server).toMatchObject({
    enabled: false,
    prune_images_mode: 'Normal',
    cores_override: 3,
    drain_time: expect.any(String),
  })
  expect(fleet.ask('get_agents').agents).toMatchObject([
    { enabled: false, auto_prune_images: 'Normal', cores_override: 3 },
  ])
  for (const fields of [{ prune_images_mode: 'Now' }, { gpus_override: -1 }]) {
    expect(fleet.call('update_server', { target_server: { server_id, ...fields } }).status).toBe(400)
  }
  fleet.ask('delete_server', { target_server: { server_id } })
  expect(fleet.ask('get_servers').servers).toMatchObject([{ hostname: 'windows' }])
  expect(fleet.heartbeat(0).agent.enabled).toBe(true)
})

test('goes on from a snapshot: places, loads and what is due', () => {
  const fleet = new SessionFleet({ agents: 2 })
  fleet.start()
  const { kasm_id } = fleet.request().body as { kasm_id: string }
  const snapshot = JSON.parse(JSON.stringify(fleet.model.snapshot()))
  const copy = createKasmModel({ snapshot, secretKey: Buffer.from('test') })
  const nowMs = fleet.nowMs + 1_000
  const { body } = copy.handle({ operation: 'get_kasm_status', body: { kasm_id }, nowMs })
  expect(body).toMatchObject({ operational_status: 'running' })
  const { agents } = copy.agentsView(nowMs)
  expect(agents.map(({ sessions, cores }) => ({ sessions, cores }))).toEqual([
    { sessions: 1, cores: { used: 2, total: 8 } },
    { sessions: 1, cores: { used: 2, total: 8 } },
  ])
  expect(agents[0]?.images.present).toBe(1)
  expect(copy.agentView(serverIdOf(0), nowMs)?.images[0]).toMatchObject({
    name: chrome,
    since: '2023-11-14 22:13:20.000000',
  })
})
