// Ten thousand sessions at once: asked for, watched, listed and ended.
import { expect, test } from 'vitest'
import { SessionFleet } from './session-fleet.ts'

const agents = 2_500
const perAgent = 4
const sessions = agents * perAgent

test('holds 10,000 sessions on a fleet that is full with them, and ends them all', () => {
  const fleet = new SessionFleet({ agents })
  const ids = Array.from({ length: sessions }, () => (fleet.request().body as { kasm_id: string }).kasm_id)
  expect(new Set(ids).size).toBe(sessions)
  expect(fleet.request()).toMatchObject({ cause: `${agents} agents are refused: ${agents} no cores` })
  fleet.nowMs += 1_000
  const { kasms } = fleet.ask('get_kasms')
  expect(kasms).toHaveLength(sessions)
  expect(new Set(kasms.map(({ operational_status }: { operational_status: string }) => operational_status))).toEqual(
    new Set(['running']),
  )
  const loads = fleet.model.agentsView(fleet.nowMs).agents.map(({ sessions: count, cores }) => `${count}/${cores.used}`)
  expect(new Set(loads)).toEqual(new Set([`${perAgent}/8`]))
  for (const kasm_id of ids) {
    expect(fleet.session(kasm_id).operational_status).toBe('running')
    fleet.ask('destroy_kasm', { kasm_id })
  }
  expect(fleet.ask('get_kasms').kasms).toEqual([])
  expect(fleet.ask('get_users', { anonymous_only: true }).total).toBe(0)
  expect(fleet.request().body).toHaveProperty('kasm_id')
})
