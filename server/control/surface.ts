// What can be controlled of a server by HTTP: named operations, where each is, and what it does. The web app and the registry have
// each their own, and one plugin serves both (routes/control/control.ts).
import type { TSchema } from 'typebox'
import type { ControlOperation, ControlPlace } from '../api/control/operation.ts'
import type { FaultControl } from '../faults/fault-control.ts'
import type { FaultSource } from '../faults/fault-source.ts'
import { closest } from '../kernel/suggest.ts'
import type { SeedFormat } from './seed/read.ts'

/** A body that is no JSON. */
export interface TextBody {
  format: SeedFormat
  text: string
}

/** A call, taken apart; its body and query follow their schemas by now. */
export interface ControlRequest {
  /** What stands for `:name` in the path. */
  name: string
  query: Record<string, string>
  // biome-ignore lint/suspicious/noExplicitAny: each handler gets the body that its schema describes.
  body: any
  text: TextBody | null
  /** The host that was called, and what answers it takes, as the caller says. */
  headers: { host?: string | undefined; accept?: string | undefined }
  /** Aborted when the caller is gone. */
  signal: AbortSignal
}

export interface ControlReply {
  status?: number
  /** 204 where there is neither this nor a text. */
  body?: object
  text?: { contentType: string; content: string }
}

export type ControlHandler = (request: ControlRequest) => ControlReply | Promise<ControlReply>

/** Everything that can be controlled of one server. */
export interface ControlSurface {
  /** What the documentation of it is called, and says first. */
  title: string
  description: string
  places: Record<string, ControlPlace>
  handlers: Record<string, ControlHandler>
  /** Loaded where there is anything to check or to describe: a reset is to be quick from the first time on. */
  load: () => Promise<{
    operations: Record<string, ControlOperation>
    schemas: readonly TSchema[]
    errorSchema: TSchema
  }>
}

/** There is nothing of this name: a 404. */
export class NotThere extends Error {
  override readonly name = 'NotThere'
}

/** @throws NotThere */
export function notThere(what: string, name: string, known: readonly string[] = []): never {
  const near = closest(name, known)
  const hint = near === null ? `GET /__sim__/${what}s lists them.` : `Did you mean "${near}"?`
  throw new NotThere(`there is no ${what} "${name}". ${hint}`)
}

/** Where the faults of a server are, whichever server. */
export const faultPlaces = {
  list_faults: { method: 'GET', path: '/faults', takes: false },
  inject_fault: { method: 'POST', path: '/faults', takes: true },
  clear_faults: { method: 'DELETE', path: '/faults', takes: false },
  clear_fault: { method: 'DELETE', path: '/faults/:name', takes: false },
} as const satisfies Record<string, ControlPlace>

/** What those calls do. */
export function faultHandlers<Source extends FaultSource, Scope>(
  faults: FaultControl<Source, Scope>,
): Record<keyof typeof faultPlaces, ControlHandler> {
  return {
    list_faults: () => ({ body: { faults: faults.list() } }),
    inject_fault: ({ body }) => ({ body: faults.inject(body) }),
    clear_faults: () => {
      faults.clearAll()
      return {}
    },
    clear_fault: ({ name }) => {
      const known = faults.list().map((fault) => fault.name)
      return faults.clear(name) ? {} : notThere('fault', name, known)
    },
  }
}
