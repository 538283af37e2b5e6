// What each operation of the control API does; bodies and queries follow their schemas by now.
import { type ControlOperationName, defaultTimeout } from '../api/control/calls.ts'
import { KasmSimError } from '../kernel/errors.ts'
import { parseDurationMs } from '../kernel/units.ts'
import type { SessionDelays } from '../model/sessions/lifecycle.ts'
import type { AgentView } from '../model/views/agent-view.ts'
import { changeClock, describeClock } from './clock.ts'
import { callMade, type ImageWish, imagePresent, sessionIn } from './conditions.ts'
import type { Control } from './control.ts'
import { compileFault, type Fault } from './fault.ts'
import type { ReadSeed, SeedFormat } from './seed/read.ts'
import { type CallPattern, verify } from './verification.ts'
import type { Condition } from './waits.ts'

/** A body that is no JSON. */
export interface TextBody {
  format: SeedFormat
  text: string
}

/** A call of the control API, taken apart. */
interface ControlRequest {
  /** What stands for `:name` in the path. */
  name: string
  query: Record<string, string>
  // biome-ignore lint/suspicious/noExplicitAny: each handler gets the body that its schema describes.
  body: any
  text: TextBody | null
  /** Aborted when the caller is gone. */
  signal: AbortSignal
}

interface ControlReply {
  status?: number
  /** 204 where there is none. */
  body?: object
}

type Handler = (control: Control, request: ControlRequest) => ControlReply | Promise<ControlReply>

export const controlHandlers: Record<ControlOperationName, Handler> = {
  reset: (control) => {
    control.reset()
    return { body: control.counts() }
  },
  seed: async (control, request) => {
    const read = await readSeed(request)
    await control.seed(read, { mode: request.query['mode'] === 'add' ? 'add' : 'replace' })
    return { body: { counts: control.counts(), skipped: read.skipped } }
  },
  list_snapshots: (control) => ({ body: { snapshots: control.snapshots() } }),
  take_snapshot: (control, { body }) => ({ body: control.takeSnapshot(body.name) }),
  restore_snapshot: (control, { name }) => ({ body: control.restoreSnapshot(name) ?? notThere('snapshot', name) }),
  delete_snapshot: (control, { name }) => (control.deleteSnapshot(name) ? {} : notThere('snapshot', name)),
  get_clock: ({ clock }) => ({ body: describeClock(clock) }),
  change_clock: async ({ clock, model }, { body, signal }) => {
    await changeClock(clock, body, signal)
    model.settle(clock.nowMs())
    return { body: describeClock(clock) }
  },
  list_faults: ({ faults, clock }) => ({ body: { faults: faults.list(clock.nowMs()).map(describeFault) } }),
  inject_fault: ({ faults, clock }, { body }) => {
    const fault = compileFault(body, { name: body.name ?? faults.nextName(), nowMs: clock.nowMs() })
    faults.inject(fault)
    return { body: describeFault({ fault, hits: 0 }) }
  },
  clear_faults: ({ faults }) => {
    faults.clearAll()
    return {}
  },
  clear_fault: ({ faults, clock }, { name }) => (faults.clear(name, clock.nowMs()) ? {} : notThere('fault', name)),
  read_journal: ({ journal }, { query }) => {
    const { operation, caller, status, after, limit } = query
    const entries = journal.entries({
      ...(operation === undefined ? {} : { operation }),
      ...(caller === undefined ? {} : { caller }),
      ...(status === undefined ? {} : { status: Number(status) }),
      ...(after === undefined ? {} : { after: Number(after) }),
      ...(limit === undefined ? {} : { limit: Number(limit) }),
    })
    return { body: { total: journal.total, entries } }
  },
  clear_journal: ({ journal }) => {
    journal.clear()
    return {}
  },
  verify: ({ journal }, { body: { after = 0, times, ...pattern } }) => ({
    body: verify(journal.entries({ after }), pattern, times),
  }),
  wait_for: async (control, { body, signal }) => {
    const timeoutMs = parseDurationMs(body.timeout ?? defaultTimeout)
    if (timeoutMs > waitMsMax) {
      throw new KasmSimError('CONTROL_INVALID', 'Failed to wait: the timeout is longer than a day. Ask again later.')
    }
    const outcome = await control.waits.until(conditionOf(control, body), { timeoutMs, signal })
    return { status: outcome.met ? 200 : 408, body: outcome }
  },
  get_agents: ({ model, clock }) => ({ body: model.agentsView(clock.nowMs()) }),
  get_agent: (control, { name }) => ({ body: agentView(control, name) }),
  change_agent: (control, { name, body }) => {
    control.setUnreachable(agentView(control, name).server_id, body.unreachable)
    return { body: agentView(control, name) }
  },
  get_session_delays: ({ model }) => ({ body: describeDelays(model.sessionDelays) }),
  set_session_delays: ({ model }, { body }) => {
    const changes = Object.entries<string>(body).map(([status, text]) => [`${status}Ms`, delayOf(status, text)])
    model.setSessionDelays(Object.fromEntries(changes))
    return { body: describeDelays(model.sessionDelays) }
  },
  get_quirks: ({ model }) => ({ body: model.quirks }),
  set_quirks: ({ model }, { body }) => {
    model.setQuirks(body)
    return { body: model.quirks }
  },
}

/** There is nothing of this name: a 404. */
export class NotThere extends Error {
  override readonly name = 'NotThere'
}

const waitMsMax = 24 * 3_600_000

/** Longer than anyone runs a fake. */
const delayMsMax = 3_650 * 24 * 3_600_000

function delayOf(status: string, text: string): number {
  const delayMs = parseDurationMs(text)
  if (delayMs <= delayMsMax) return delayMs
  throw new KasmSimError('CONTROL_INVALID', `Failed to set the delay "${status}": it is too long. Give 3650d at most.`)
}

function notThere(what: string, name: string): never {
  throw new NotThere(`there is no ${what} "${name}". GET /__sim__/${what}s lists them.`)
}

async function readSeed({ text, body, query }: ControlRequest): Promise<ReadSeed> {
  const { readSeedText, readSeedValue } = await import('./seed/read.ts')
  const { version, channel, file = 'seed' } = query
  const choice = { ...(version === undefined ? {} : { version }), ...(channel === undefined ? {} : { channel }) }
  return text ? readSeedText(text.text, { file, format: text.format, choice }) : readSeedValue(body, choice)
}

function agentView({ model, clock }: Control, id: string): AgentView {
  return model.agentView(id, clock.nowMs()) ?? notThere('agent', id)
}

function describeDelays({ requestedMs, startingMs, resumingMs, deletingMs }: SessionDelays) {
  const text = (durationMs: number) => `${durationMs}ms`
  const [requested, starting, resuming, deleting] = [requestedMs, startingMs, resumingMs, deletingMs].map(text)
  return { requested, starting, resuming, deleting }
}

type Wish = { image: string; presentOn?: ImageWish['presentOn']; digest?: string } | SessionWish | CallWish
type SessionWish = { session: string; status: string }
type CallWish = { request: CallPattern & { after?: number } }

function conditionOf({ model, journal }: Control, wish: Wish): Condition {
  if ('request' in wish) return callMade(journal, wish.request)
  if ('session' in wish) return sessionIn(model, wish)
  const { image, presentOn = 'all', digest } = wish
  return imagePresent(model, { image, presentOn, ...(digest === undefined ? {} : { digest }) })
}

function describeFault({ fault, hits }: { fault: Fault; hits: number }) {
  const { name, rule, scope, probability, succeedFirst, times, untilMs } = fault
  const given = Object.fromEntries(Object.entries(scope).filter(([, part]) => part !== null))
  const until = untilMs === null ? null : new Date(untilMs).toISOString()
  return { name, hits, until, rule, scope: given, probability, succeedFirst, times }
}
