// Downloads of layers that several pulls may wait for: one transfer per chain, at most so many at once per engine, cancelled when
// nobody waits any more. After the transfer manager of the graphdriver engine.

/** One layer on its way. */
export class Transfer {
  readonly chain: string
  readonly #controller = new AbortController()
  readonly #letGo: () => void
  #watchers = 0
  /** Settles when the layer and everything below it is there, or not to be had. */
  done: Promise<void> = Promise.resolve()
  /** Why the layer is not to be had, once that is known. */
  failure: unknown = null

  constructor(chain: string, letGo: () => void) {
    this.chain = chain
    this.#letGo = letGo
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  watch(): void {
    this.#watchers += 1
  }

  /** Ends one pull's interest; with the last one the transfer ends too, and what it fetched is let go. */
  release(): void {
    this.#watchers -= 1
    if (this.#watchers > 0) return
    this.#controller.abort(new Error('no pull waits for this layer'))
    this.#letGo()
  }
}

/** What a transfer does; it takes a slot itself, around the part that loads the network. */
export type TransferWork = (transfer: Transfer) => Promise<void>

export class Transfers {
  readonly #byChain = new Map<string, Transfer>()
  readonly #slots: Slots
  readonly #retain: (chain: string) => void
  readonly #release: (chain: string) => void

  /** `retain` is told of each layer that arrived, `release` of each whose transfer nobody watches any more. */
  constructor(options: { limit: number; retain: (chain: string) => void; release: (chain: string) => void }) {
    this.#slots = new Slots(options.limit)
    this.#retain = options.retain
    this.#release = options.release
  }

  /** Watches the transfer of a chain, which `work` begins where there is none. */
  watch(chain: string, work: TransferWork): Transfer {
    const running = this.#byChain.get(chain)
    if (running && !running.signal.aborted) {
      running.watch()
      return running
    }
    return this.#start(chain, work)
  }

  /** Runs while holding one of the engine's slots, in the order of asking. */
  async withSlot<Result>(signal: AbortSignal, act: () => Promise<Result>): Promise<Result> {
    await this.#slots.take(signal)
    try {
      return await act()
    } finally {
      this.#slots.give()
    }
  }

  #start(chain: string, work: TransferWork): Transfer {
    let arrived = false
    const transfer: Transfer = new Transfer(chain, () => {
      if (arrived) this.#release(chain)
    })
    transfer.watch()
    this.#byChain.set(chain, transfer)
    transfer.done = (async () => {
      try {
        await work(transfer)
        transfer.signal.throwIfAborted()
        this.#retain(chain)
        arrived = true
      } finally {
        if (this.#byChain.get(chain) === transfer) this.#byChain.delete(chain)
      }
    })()
    transfer.done.catch((error: unknown) => {
      transfer.failure = error
    })
    return transfer
  }
}

/** A counting semaphore, first come first served. */
class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(limit: number) {
    this.#free = limit
  }

  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = () => {
      const index = this.#waiting.indexOf(resolve)
      if (index !== -1) this.#waiting.splice(index, 1)
      reject(signal.reason)
    }
    this.#waiting.push(resolve)
    signal.addEventListener('abort', leave, { once: true })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  give(): void {
    const start = this.#waiting.shift()
    if (start) start()
    else this.#free += 1
  }
}
