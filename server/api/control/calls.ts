// The calls of the control API by name: where each is. They stand apart from their schemas, so that a reset, which takes nothing, need
// not wait for those.
import type { ControlPlace } from './operation.ts'

export const controlCalls = {
  reset: { method: 'POST', path: '/reset', takes: false },
  seed: { method: 'POST', path: '/seed', takes: true },
  list_snapshots: { method: 'GET', path: '/snapshots', takes: false },
  take_snapshot: { method: 'POST', path: '/snapshots', takes: true },
  restore_snapshot: { method: 'POST', path: '/snapshots/:name/restore', takes: false },
  delete_snapshot: { method: 'DELETE', path: '/snapshots/:name', takes: false },
  get_clock: { method: 'GET', path: '/clock', takes: false },
  change_clock: { method: 'POST', path: '/clock', takes: true },
  list_faults: { method: 'GET', path: '/faults', takes: false },
  inject_fault: { method: 'POST', path: '/faults', takes: true },
  clear_faults: { method: 'DELETE', path: '/faults', takes: false },
  clear_fault: { method: 'DELETE', path: '/faults/:name', takes: false },
  read_journal: { method: 'GET', path: '/journal', takes: true },
  clear_journal: { method: 'DELETE', path: '/journal', takes: false },
  verify: { method: 'POST', path: '/journal/verify', takes: true },
  wait_for: { method: 'POST', path: '/wait-for', takes: true },
  get_agents: { method: 'GET', path: '/agents', takes: false },
  get_agent: { method: 'GET', path: '/agents/:name', takes: false },
  change_agent: { method: 'POST', path: '/agents/:name', takes: true },
  get_session_delays: { method: 'GET', path: '/session-delays', takes: false },
  set_session_delays: { method: 'POST', path: '/session-delays', takes: true },
  get_quirks: { method: 'GET', path: '/quirks', takes: false },
  set_quirks: { method: 'POST', path: '/quirks', takes: true },
} as const satisfies Record<string, ControlPlace>

export type ControlOperationName = keyof typeof controlCalls

/** How long wait-for waits. Two check-ins and a pull: an agent hears of an image at one, and tells at the next that it holds it. */
export const defaultTimeout = '2m'
