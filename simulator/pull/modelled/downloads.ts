// The layers under way to one engine: each fetched by a strand of its own, then unpacked above what lies below it. Pulls that want the
// same layer share its download where the engine does so.
import type { Task } from '../../../server/kernel/event-queue.ts'
import type { ModelledLayer } from '../../registry/modelled-images.ts'
import { RegistryFailure } from '../failure.ts'
import type { PullAsks } from './asks.ts'
import type { Slots } from './slots.ts'
import { type Script, Strand, type StrandOwner } from './strand.ts'
import type { World } from './world.ts'

/** Who waits for layers. */
export interface LayerWatcher {
  /** A layer and everything below it is unpacked, or not to be had. */
  layerSettled(download: Download, nowMs: number): void
}

/** How a pull fetches layers. */
export interface LayerOrder {
  asks: PullAsks
  watcher: LayerWatcher
  slots: Slots
  /** Whether what lies above a layer that cannot be had does not begin any more. */
  inChains: boolean
  /** Fetches one layer within its slot; throws RegistryFailure. */
  fetch: (strand: Strand, layer: ModelledLayer) => Script
}

/** One layer on its way to one engine. */
export class Download implements Task, StrandOwner<unknown> {
  readonly layer: ModelledLayer
  readonly asks: PullAsks
  state: 'fetching' | 'received' | 'ready' | 'failed' | 'dropped' = 'fetching'
  /** Why the layer is not to be had. */
  failure: RegistryFailure | null = null
  readonly #world: World
  readonly #order: LayerOrder
  readonly #below: Download | null
  readonly #downloads: Map<number, Download>
  readonly #key: number
  #above: Download[] | null = null
  #watchers: readonly LayerWatcher[]
  #strand: Strand | null = null

  /** `downloads` are those of its engine, by what layers are known by; it leaves them once it is of no more use. */
  constructor(
    world: World,
    options: {
      layer: ModelledLayer
      key: number
      below: Download | null
      order: LayerOrder
      downloads: Map<number, Download>
    },
  ) {
    const { layer, key, below, order, downloads } = options
    this.#world = world
    this.layer = layer
    this.asks = order.asks
    this.#key = key
    this.#below = below
    this.#order = order
    this.#downloads = downloads
    this.#watchers = [order.watcher]
    downloads.set(key, this)
    if (below === null) return
    below.#above ??= []
    below.#above.push(this)
  }

  start(nowMs: number): void {
    this.#strand = new Strand(this.#world, this, { id: this.#world.nextId(), nowMs })
    this.#strand.wake(nowMs)
  }

  watch(watcher: LayerWatcher): void {
    if (!this.#watchers.includes(watcher)) this.#watchers = [...this.#watchers, watcher]
  }

  /** Ends one pull's interest; with the last one the download ends too. */
  release(watcher: LayerWatcher, nowMs: number): void {
    this.#watchers = this.#watchers.filter((other) => other !== watcher)
    if (this.#watchers.length > 0 || this.state === 'dropped') return
    this.state = 'dropped'
    this.#leave()
    this.#strand?.drop(nowMs)
  }

  /** It is unpacked. */
  due(nowMs: number): void {
    if (this.state === 'received') this.#settle('ready', nowMs)
  }

  *script(strand: Strand): Script {
    const { slots, inChains, fetch } = this.#order
    if (!slots.tryTake()) yield* slots.take(strand)
    try {
      if (inChains && this.#below?.state === 'failed') throw this.#below.failure
      yield* fetch(strand, this.layer)
    } finally {
      slots.give(strand.clientMs)
    }
  }

  scriptEnded(result: unknown, nowMs: number): void {
    if (result instanceof RegistryFailure) {
      this.#fail(result, nowMs)
      return
    }
    this.state = 'received'
    this.#unpack(nowMs)
  }

  /** A layer is unpacked once it is here and what lies below it is unpacked. */
  #unpack(nowMs: number): void {
    if (this.state !== 'received') return
    if (this.#below?.state === 'failed') {
      this.#fail(this.#below.failure as RegistryFailure, nowMs)
      return
    }
    if (this.#below !== null && this.#below.state !== 'ready') return
    const unpackMs = this.layer.sizeBytes * this.#world.unpackMsPerByte
    if (unpackMs === 0) this.#settle('ready', nowMs)
    else this.#world.schedule(nowMs + unpackMs, this)
  }

  #fail(failure: RegistryFailure, nowMs: number): void {
    this.failure = failure
    this.#leave()
    this.#settle('failed', nowMs)
  }

  #settle(state: 'ready' | 'failed', nowMs: number): void {
    this.state = state
    for (const above of this.#above ?? []) above.#unpack(nowMs)
    for (const watcher of this.#watchers) watcher.layerSettled(this, nowMs)
  }

  #leave(): void {
    if (this.#downloads.get(this.#key) === this) this.#downloads.delete(this.#key)
  }
}

/** The downloads of one engine, by what layers are known by. */
export class Downloads {
  readonly #world: World
  readonly #byKey = new Map<number, Download>()

  constructor(world: World) {
    this.#world = world
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0
  }

  /** Watches layers, lowest first, and starts those that nobody started. */
  watch(layers: readonly { layer: ModelledLayer; key: number }[], order: LayerOrder, nowMs: number): Download[] {
    let below: Download | null = null
    const watched: Download[] = []
    const started: Download[] = []
    for (const { layer, key } of layers) {
      let download = this.#byKey.get(key)
      if (download === undefined) {
        download = new Download(this.#world, { layer, key, below, order, downloads: this.#byKey })
        started.push(download)
      } else download.watch(order.watcher)
      watched.push(download)
      below = download
    }
    for (const download of started) download.start(nowMs)
    return watched
  }
}
