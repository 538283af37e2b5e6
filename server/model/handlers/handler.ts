// What a handler is: one operation, done at once.
import type { OperationName } from '../../api/operation-names.ts'
import type { ReplyOf, RequestOf } from '../../api/operations.ts'
import type { Caller } from '../access/callers.ts'
import type { FetchedLists } from '../registries.ts'
import type { CallBacks } from '../sessions/placement.ts'

/** Who calls and when. */
export interface CallContext {
  caller: Caller
  nowMs: number
  /** What the calls to agents before a launch have brought; absent where agents are taken to answer. */
  callBacks?: CallBacks | undefined
  /** What fetching the lists of workspace registries has brought; absent where nobody fetches any. */
  fetchedLists?: FetchedLists | undefined
}

/**
 * A function per operation: what it answers when all goes well; a Refusal is thrown otherwise. Handlers check everything before they
 * write anything, so that a refused operation leaves no trace.
 */
export type Handlers = { [Name in OperationName]: (body: RequestOf<Name>, context: CallContext) => ReplyOf<Name> }
