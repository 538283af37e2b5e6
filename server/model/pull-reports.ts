// What agents say of the images that they wait for, pull or failed to pull. It comes with check-ins and is kept in moments of the fake's
// own clock.
import type { ImageState } from '../api/manager.ts'
import type { PullReport } from './state/records.ts'

/** What an agent says, with the moments at which it began; what it has said before keeps its moment where it tells no age. */
export function pullReports(states: readonly ImageState[], before: readonly PullReport[], nowMs: number): PullReport[] {
  return states.map(({ name, state, reason = null, age_ms, downloaded_bytes, total_bytes, cause = null }) => {
    const known = before.find((report) => report.name === name && report.state === state && report.cause === cause)
    return {
      name,
      state,
      sinceMs: age_ms === undefined ? (known?.sinceMs ?? nowMs) : nowMs - age_ms,
      reason,
      downloadedBytes: downloaded_bytes ?? null,
      totalBytes: total_bytes ?? null,
      cause,
    }
  })
}
