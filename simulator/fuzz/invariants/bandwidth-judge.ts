// Bandwidth, judged from the registry's requests: each layer must have come just as fast as a max-min fair share of the scenario's lines
// brings it. The shares are reckoned anew here by naive water-filling over single transfers, which knows nothing of the program's link.
import { formatBytes, formatDuration } from '../../../server/kernel/units.ts'
import type { RunEvent } from '../../events/events.ts'
import type { Scenario } from '../../scenario/scenario.ts'
import type { InvariantName, Judge, World } from './invariant.ts'

/** A layer on its way, as its request tells of it. */
interface Transfer {
  agent: number
  fromMs: number
  toMs: number
  bytes: number
}

/** A transfer while time passes over it. */
interface Flow extends Transfer {
  bytesPerMs: number
  servedBytes: number
  /** What moments that are rounded to milliseconds may make of it: bytes for each change of its rate. */
  slackBytes: number
}

/** Configurations take no room on the line; no layer is smaller. */
const layerBytesMin = 1_536
/** How far the two ends of a told moment may be from the true one, together. */
const roundingMs = 2

/** Of one run there are two judges, one for too much and one for too little. */
export class BandwidthShared implements Judge {
  readonly invariant: InvariantName
  readonly #isTooMuch: boolean
  readonly #transfers: Transfer[] = []
  readonly #travelMs: number

  constructor(scenario: Scenario, which: 'bandwidth-kept' | 'bandwidth-used') {
    this.invariant = which
    this.#isTooMuch = which === 'bandwidth-kept'
    this.#travelMs = scenario.network.roundTripMs + scenario.network.serverLatencyMs
  }

  take(event: RunEvent): null {
    if (event.kind !== 'registry-request' || event.class !== 'blob' || event.agent === null) return null
    const { agent, startedAtMs, atMs: toMs, bytes, status } = event
    const fromMs = startedAtMs + this.#travelMs
    if (status === 200 && bytes >= layerBytesMin && fromMs <= toMs + 1) {
      this.#transfers.push({ agent, fromMs: Math.min(fromMs, toMs), toMs, bytes })
    }
    return null
  }

  finish({ scenario, administration }: World): string | null {
    const { uplinkBytesPerSecond, connectionBytesPerSecond } = scenario.network
    const lines: Lines = {
      uplink: perMs(uplinkBytesPerSecond),
      connection: perMs(connectionBytesPerSecond),
      downlinks: administration.groupOf.map(({ downlinkBytesPerSecond }) => perMs(downlinkBytesPerSecond)),
    }
    for (const { agent, bytes, fromMs, servedBytes, slackBytes } of served(this.#transfers, lines)) {
      const overBytes = bytes - servedBytes
      if (this.#isTooMuch ? overBytes <= slackBytes : -overBytes <= slackBytes) continue
      const fair = `a fair share of the lines brings ${formatBytes(Math.round(servedBytes))}`
      return `agent ${agent} got ${formatBytes(bytes)} in a transfer from ${formatDuration(fromMs)}, where ${fair}`
    }
    return null
  }
}

interface Lines {
  uplink: number
  connection: number
  /** By agent. */
  downlinks: readonly number[]
}

/** Every transfer that some line holds back, with what a fair share would have brought by its end. */
function served(transfers: readonly Transfer[], lines: Lines): Flow[] {
  const limited = transfers.filter(
    ({ agent }) =>
      Math.min(lines.uplink, lines.connection, lines.downlinks[agent] as number) < Number.POSITIVE_INFINITY,
  )
  const flows = limited.map((transfer): Flow => ({ ...transfer, bytesPerMs: 0, servedBytes: 0, slackBytes: 1 }))
  const moments = [...new Set(flows.flatMap(({ fromMs, toMs }) => [fromMs, toMs]))].sort((one, other) => one - other)
  for (const [index, nowMs] of moments.entries()) {
    const running = flows.filter(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs)
    const before = new Map(flows.map((flow) => [flow, flow.bytesPerMs]))
    for (const flow of flows) flow.bytesPerMs = 0
    fill(running, lines)
    // At one moment others may have come and gone, which no rate shows.
    const touching = flows.filter(({ fromMs, toMs }) => fromMs <= nowMs && nowMs <= toMs)
    for (const flow of touching) {
      const changeBytesPerMs =
        Math.max(flow.bytesPerMs, before.get(flow) ?? 0) - Math.min(flow.bytesPerMs, before.get(flow) ?? 0)
      flow.slackBytes += changeBytesPerMs * roundingMs
    }
    const durationMs = (moments[index + 1] ?? nowMs) - nowMs
    for (const flow of running) flow.servedBytes += flow.bytesPerMs * durationMs
  }
  return flows.map((flow) => ({ ...flow, slackBytes: flow.slackBytes + shortest(flow, lines) * roundingMs }))
}

/** What one transfer alone would have at most. */
function shortest({ agent }: Transfer, { uplink, connection, downlinks }: Lines): number {
  return Math.min(uplink, connection, downlinks[agent] as number)
}

/** Raises all rates alike; those that some full line holds back stay, the others go on. */
function fill(flows: readonly Flow[], { uplink, connection, downlinks }: Lines): void {
  const rising = new Set(flows)
  while (rising.size > 0) {
    const rooms = [...rising].map((flow) => {
      const siblings = flows.filter(({ agent }) => agent === flow.agent)
      const room = Math.min(
        connection - flow.bytesPerMs,
        roomOn(downlinks[flow.agent] as number, siblings, rising),
        roomOn(uplink, flows, rising),
      )
      return { flow, room }
    })
    const step = Math.min(...rooms.map(({ room }) => room))
    for (const { flow, room } of rooms) {
      flow.bytesPerMs += step
      if (room <= step * (1 + 1e-9) + 1e-9) rising.delete(flow)
    }
  }
}

/** By how much each of the rising transfers on a line can rise. */
function roomOn(bytesPerMs: number, flows: readonly Flow[], rising: ReadonlySet<Flow>): number {
  const used = flows.reduce((sum, flow) => sum + flow.bytesPerMs, 0)
  return (bytesPerMs - used) / flows.filter((flow) => rising.has(flow)).length
}

function perMs(bytesPerSecond: number | null): number {
  return bytesPerSecond === null ? Number.POSITIVE_INFINITY : bytesPerSecond / 1_000
}
