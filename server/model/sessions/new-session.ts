// A session as it begins.
import type { SessionRequest } from '../../api/session-operations.ts'
import { stableId } from '../ids.ts'
import type { SessionRecord, StoredImage } from '../state/records.ts'
import { expiryOf, inStatus, type SessionDelays } from './lifecycle.ts'
import { gpusOf } from './objection.ts'

interface NewSession {
  kasm_id: string
  user_id: string
  image: StoredImage
  request: SessionRequest
  nowMs: number
  /** Where it runs, and what. */
  place: Pick<SessionRecord, 'serverId' | 'zoneId' | 'digest'>
  delays: SessionDelays
  /** Whether it waits in `requested` before it is started. */
  waitsAsRequested: boolean
  /** `keepalive_expiration` of the user's groups. */
  keepaliveSeconds: number
}

/** What a session is at its request; the image as it is now stays with it. */
export function newSession(options: NewSession): SessionRecord {
  const { kasm_id, user_id, image, request, nowMs, place, delays, waitsAsRequested, keepaliveSeconds } = options
  const { serverId, zoneId, digest } = place
  const { image_id, name, friendly_name, image_src, cores, memory, session_time_limit } = image
  const { requestedMs, startingMs } = delays
  const lives = {
    keepaliveLifetimeMs: keepaliveSeconds * 1_000,
    limitMs: session_time_limit === null ? null : nowMs + session_time_limit * 1_000,
  }
  return {
    kasm_id,
    user_id,
    image_id,
    image: { name, friendly_name, image_src },
    ...{ digest, serverId, zoneId },
    cores,
    memory,
    gpus: gpusOf(image),
    ...(waitsAsRequested ? inStatus('requested', nowMs + requestedMs) : inStatus('starting', nowMs + startingMs)),
    createdMs: nowMs,
    startedMs: null,
    keepaliveMs: nowMs,
    ...lives,
    expiresMs: expiryOf(lives, nowMs),
    tokenCount: 1,
    share_id: request.enable_sharing ? stableId('share', kasm_id).slice(0, 8) : null,
    environment: request.environment ?? {},
    persistent_profile_mode: request.persistent_profile_mode ?? null,
    egress_gateway_id: request.egress_gateway_id ?? null,
    staging_config_id: null,
  }
}
