// The layers under way to one engine: each fetched by a thread of its own, shared by the pulls that want it, ended with the last of
// them. After the transfer manager of the graphdriver engine.
import type { Descriptor } from './documents.ts'
import type { Part } from './join.ts'
import type { LayerKey } from './local-images.ts'
import type { Places } from './places.ts'
import type { PullThread, ThreadOwner } from './pull-thread.ts'
import { type Script, untilWoken } from './steps.ts'

/** How a pull fetches layers. */
export interface LayerOrder {
  places: Places
  /**
   * Known by chains, a layer is there once what lies below it is and it has been unpacked above that, and what lies above one that
   * cannot be had does not begin any more.
   */
  inChains: boolean
  unpackMsPerByte: number
  /** Fetches one layer within its place; throws RegistryFailure. */
  fetch(thread: PullThread, layer: Descriptor): Script
}

/** Layers, lowest first, and by what each is known; those below `from` are there. */
interface WantedLayers {
  layers: readonly Descriptor[]
  keys: readonly LayerKey[]
  from: number
}

/** One layer on its way to one engine. */
export class Transfer implements Part, ThreadOwner<void> {
  readonly key: LayerKey
  readonly layer: Descriptor
  isOver = false
  failure: unknown = null
  readonly #order: LayerOrder
  readonly #below: Transfer | null
  /** The same blob over another layer of the same image: it is downloaded once. */
  readonly #sameBlob: Transfer | null
  readonly #transfers: Transfers
  readonly #thread: PullThread
  #pulls = 1
  #waiting: PullThread[] | null = null

  constructor(
    transfers: Transfers,
    starter: PullThread,
    options: { key: LayerKey; layer: Descriptor; order: LayerOrder; below: Transfer | null; sameBlob: Transfer | null },
  ) {
    this.key = options.key
    this.layer = options.layer
    this.#order = options.order
    this.#below = options.below
    this.#sameBlob = options.sameBlob
    this.#transfers = transfers
    this.#thread = starter.fork(this)
  }

  begin(nowMs: number): void {
    this.#thread.wake(nowMs)
  }

  /** Another pull wants it. */
  hold(): void {
    this.#pulls += 1
  }

  /** Ends one pull's interest; with the last one the transfer ends too, and what it fetched is let go. */
  release(): void {
    this.#pulls -= 1
    if (this.#pulls > 0) return
    this.#transfers.forget(this)
    this.#thread.drop()
  }

  /** Wakes a thread once it is over. */
  wakes(thread: PullThread): void {
    if (this.isOver) return
    this.#waiting ??= []
    this.#waiting.push(thread)
  }

  *script(thread: PullThread): Script {
    const { places, inChains, unpackMsPerByte, fetch } = this.#order
    if (this.#sameBlob !== null) yield* over(this.#sameBlob, thread)
    else {
      if (!places.tryTake()) yield* places.take(thread)
      try {
        if (inChains && this.#below !== null && this.#below.failure !== null) throw this.#below.failure
        yield* fetch(thread, this.layer)
      } finally {
        places.give(thread.nowMs)
      }
    }
    if (!inChains) return
    const below = this.#below
    if (below !== null) {
      below.wakes(thread)
      while (!below.isOver) yield untilWoken
      if (below.failure !== null) throw below.failure
    }
    const unpackMs = this.layer.size * unpackMsPerByte
    if (unpackMs > 0) yield unpackMs
  }

  scriptEnded(_result: undefined, { nowMs }: PullThread): void {
    this.#settle(nowMs)
  }

  scriptFailed(error: unknown, { nowMs }: PullThread): void {
    this.failure = error
    this.#transfers.forget(this)
    this.#settle(nowMs)
  }

  #settle(nowMs: number): void {
    this.isOver = true
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting !== null) for (const thread of waiting) thread.wake(nowMs)
  }
}

/** Waits until a transfer is over; throws what it failed of. */
export function* over(transfer: Transfer, thread: PullThread): Script {
  if (!transfer.isOver) transfer.wakes(thread)
  while (!transfer.isOver) yield untilWoken
  if (transfer.failure !== null) throw transfer.failure
}

/** Those of one engine or of one pull, by what layers are known by. */
export class Transfers {
  readonly #byKey = new Map<LayerKey, Transfer>()

  get isEmpty(): boolean {
    return this.#byKey.size === 0
  }

  /** Takes part in the transfers of layers, and begins those that nobody began. */
  take(thread: PullThread, { layers, keys, from }: WantedLayers, order: LayerOrder): Transfer[] {
    const taken: Transfer[] = []
    const begun: Transfer[] = []
    let below: Transfer | null = null
    for (let index = from; index < layers.length; index += 1) {
      const layer = layers[index] as Descriptor
      const key = keys[index] as LayerKey
      let transfer = this.#byKey.get(key)
      if (transfer === undefined) {
        const sameBlob = order.inChains ? transferOf(taken, layer) : null
        transfer = new Transfer(this, thread, { key, layer, order, below, sameBlob })
        this.#byKey.set(key, transfer)
        begun.push(transfer)
      } else transfer.hold()
      taken.push(transfer)
      below = transfer
    }
    for (const transfer of begun) transfer.begin(thread.nowMs)
    return taken
  }

  /** Whoever wants the layer from now on begins anew. */
  forget(transfer: Transfer): void {
    if (this.#byKey.get(transfer.key) === transfer) this.#byKey.delete(transfer.key)
  }
}

function transferOf(transfers: readonly Transfer[], { digest }: Descriptor): Transfer | null {
  for (const transfer of transfers) if (transfer.layer.digest === digest) return transfer
  return null
}
