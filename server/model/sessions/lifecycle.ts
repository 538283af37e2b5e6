// How a session's status walks on by itself. Pure: what a session is at a moment follows from its record and the time, so that a
// clock that leaps over many steps ends where one that ticks would.
import type { OperationalStatus, SessionRecord } from '../state/records.ts'

/** How long sessions stay in the statuses that pass by themselves, in milliseconds. */
export interface SessionDelays {
  /** Asked for but not being started yet; only where the quirk `status.pendingStyle` says `requested`. */
  requestedMs: number
  /** Being started. */
  startingMs: number
  /** Being started again after a stop; nobody waits for a session that was only paused. */
  resumingMs: number
  /** Going away: listed as `deleting`, and still using its agent's capacity. */
  deletingMs: number
}

/** Fast enough for a pipeline that waits, slow enough to be seen. */
export const defaultDelays: SessionDelays = { requestedMs: 1_000, startingMs: 1_000, resumingMs: 0, deletingMs: 0 }

/** Whether a session was started ahead, and waits for someone to ask for its image. */
export function isStaged({ user_id }: Pick<SessionRecord, 'user_id'>): boolean {
  return user_id === ''
}

type Walk = Pick<
  SessionRecord,
  'operational_status' | 'operational_message' | 'operational_progress' | 'holdsPlace' | 'dueMs'
>

/** What a session is from now on, and when that ends. */
export function inStatus(operational_status: OperationalStatus, dueMs: number | null): Walk {
  const operational_message = operational_status.replace(/^./, (first) => first.toUpperCase())
  const operational_progress = operational_status === 'requested' || operational_status === 'starting' ? 0 : 100
  const holdsPlace = operational_status !== 'stopped'
  return { operational_status, operational_message, operational_progress, holdsPlace, dueMs }
}

/** When the next thing happens to a session by itself: its status walks on, or its time is up. */
export function nextMomentOf({ operational_status: status, dueMs, expiresMs }: SessionRecord): number {
  if (status === 'deleting') return dueMs ?? expiresMs
  return Math.min(dueMs ?? Number.POSITIVE_INFINITY, expiresMs)
}

/**
 * The session after the next thing that happens to it by itself, at the moment of that; null where it is gone then.
 *
 * @example
 * afterNextMoment({ ...session, operational_status: 'starting', dueMs: 1_000 }, defaultDelays) // running since 1_000
 */
export function afterNextMoment(session: SessionRecord, delays: SessionDelays): SessionRecord | null {
  const { operational_status: status, dueMs, expiresMs } = session
  if (status === 'deleting') return null
  if (dueMs === null || expiresMs < dueMs) return ending(session, expiresMs, delays)
  if (status === 'requested') return { ...session, ...inStatus('starting', dueMs + delays.startingMs) }
  return { ...session, ...inStatus('running', null), startedMs: session.startedMs ?? dueMs }
}

/** The session once it has been told to end. */
export function ending(session: SessionRecord, nowMs: number, { deletingMs }: SessionDelays): SessionRecord {
  const { holdsPlace } = session
  return { ...session, ...inStatus('deleting', nowMs + deletingMs), holdsPlace }
}

/** When a session ends unless it shows a sign of life before; a limit of its image is the last word. */
export function expiryOf(session: Pick<SessionRecord, 'keepaliveLifetimeMs' | 'limitMs'>, keepaliveMs: number): number {
  return Math.min(keepaliveMs + session.keepaliveLifetimeMs, session.limitMs ?? Number.POSITIVE_INFINITY)
}
