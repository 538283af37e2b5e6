// The layers under way to a fleet: at most so many at once per engine, each a flow on the shared link, then unpacked above what lies
// below it. Pulls of one engine that want the same layer share its download, as the graphdriver engine does.
import type { Task } from '../../../server/kernel/event-queue.ts'
import type { SharedLink } from '../../network/shared-link.ts'
import type { ModelledLayer } from '../../registry/modelled-registry.ts'

/** Who waits for a layer. */
export interface LayerWatcher {
  agent: number
  /** A download of this pull has all its bytes; told once, to the pull that started it. */
  layerReceived(layer: ModelledLayer, startedAtMs: number, nowMs: number): void
  /** The layer and everything below it is unpacked. */
  layerReady(download: Download, nowMs: number): void
}

/** What one engine has under way. */
interface Desk {
  active: number
  waiting: Download[]
  /** By layer number. */
  downloads: Map<number, Download>
}

type DownloadState = 'waiting' | 'opening' | 'flowing' | 'received' | 'ready' | 'dropped'

/** One layer on its way to one engine. */
export class Download implements Task {
  readonly id: number
  readonly layer: ModelledLayer
  readonly starter: LayerWatcher
  readonly below: Download | null
  readonly above: Download[] = []
  readonly watchers = new Set<LayerWatcher>()
  readonly #downloads: ModelledDownloads
  state: DownloadState = 'waiting'
  startedAtMs = 0
  receivedAtMs = 0
  readyAtMs = 0

  constructor(
    downloads: ModelledDownloads,
    options: { id: number; layer: ModelledLayer; starter: LayerWatcher; below: Download | null },
  ) {
    this.#downloads = downloads
    this.id = options.id
    this.layer = options.layer
    this.starter = options.starter
    this.below = options.below
    options.below?.above.push(this)
  }

  due(nowMs: number): void {
    if (this.state === 'opening') this.#downloads.flow(this, nowMs)
    else if (this.state === 'received') this.#downloads.ready(this, nowMs)
  }
}

/** All downloads of a fleet. */
export class ModelledDownloads {
  readonly #link: SharedLink
  readonly #schedule: (atMs: number, task: Task) => void
  readonly #downloadsMax: number
  readonly #openingMs: number
  readonly #unpackMsPerByte: number
  readonly #desks = new Map<number, Desk>()
  readonly #flowing = new Map<number, Download>()
  #nextId = 0

  constructor(options: {
    link: SharedLink
    schedule: (atMs: number, task: Task) => void
    /** Of one engine. */
    downloadsMax: number
    /** From the request to the first byte. */
    openingMs: number
    /** Per byte on the wire. */
    unpackMsPerByte: number
  }) {
    this.#link = options.link
    this.#schedule = options.schedule
    this.#downloadsMax = options.downloadsMax
    this.#openingMs = options.openingMs
    this.#unpackMsPerByte = options.unpackMsPerByte
  }

  /** When the next download has all its bytes. */
  get nextMs(): number {
    return this.#link.nextEndMs
  }

  /** Watches layers, lowest first, and starts those that nobody started; returns the downloads. */
  watch(watcher: LayerWatcher, layers: readonly ModelledLayer[], nowMs: number): Download[] {
    const desk = this.#deskOf(watcher.agent)
    let below: Download | null = null
    const watched: Download[] = []
    for (const layer of layers) {
      let download = desk.downloads.get(layer.number)
      if (download === undefined) {
        download = new Download(this, { id: this.#nextId++, layer, starter: watcher, below })
        desk.downloads.set(layer.number, download)
        desk.waiting.push(download)
      }
      download.watchers.add(watcher)
      watched.push(download)
      below = download
    }
    this.#fillSlots(desk, nowMs)
    return watched
  }

  /** Lets go of downloads; those that nobody watches any more stop. */
  release(watcher: LayerWatcher, downloads: readonly Download[], nowMs: number): void {
    const desk = this.#deskOf(watcher.agent)
    for (const download of downloads) {
      download.watchers.delete(watcher)
      if (download.watchers.size > 0) continue
      desk.downloads.delete(download.layer.number)
      if (download.state === 'flowing') {
        this.#link.drop(download.id, nowMs)
        this.#flowing.delete(download.id)
      }
      if (download.state === 'waiting') desk.waiting.splice(desk.waiting.indexOf(download), 1)
      if (download.state === 'flowing' || download.state === 'opening') desk.active -= 1
      download.state = 'dropped'
    }
    if (desk.downloads.size === 0) this.#desks.delete(watcher.agent)
    else this.#fillSlots(desk, nowMs)
  }

  /** Takes the downloads that have all their bytes by now. */
  receive(nowMs: number): void {
    for (const id of this.#link.takeEnded(nowMs)) {
      const download = this.#flowing.get(id) as Download
      this.#flowing.delete(id)
      download.state = 'received'
      download.receivedAtMs = nowMs
      const desk = this.#deskOf(download.starter.agent)
      desk.active -= 1
      this.#fillSlots(desk, nowMs)
      download.starter.layerReceived(download.layer, download.startedAtMs, nowMs)
      this.#unpack(download, nowMs)
    }
  }

  flow(download: Download, nowMs: number): void {
    download.state = 'flowing'
    this.#flowing.set(download.id, download)
    const { agent } = download.starter
    this.#link.open({ id: download.id, agent, sizeBytes: download.layer.sizeBytes }, nowMs)
  }

  ready(download: Download, nowMs: number): void {
    download.state = 'ready'
    download.readyAtMs = nowMs
    for (const above of download.above) this.#unpack(above, nowMs)
    for (const watcher of [...download.watchers]) watcher.layerReady(download, nowMs)
  }

  /** A layer is unpacked once it is here and what lies below it is unpacked. */
  #unpack(download: Download, nowMs: number): void {
    if (download.state !== 'received') return
    if (download.below !== null && download.below.state !== 'ready') return
    const unpackMs = download.layer.sizeBytes * this.#unpackMsPerByte
    if (unpackMs === 0) this.ready(download, nowMs)
    else this.#schedule(nowMs + unpackMs, download)
  }

  #fillSlots(desk: Desk, nowMs: number): void {
    while (desk.active < this.#downloadsMax) {
      const download = desk.waiting.shift()
      if (download === undefined) return
      desk.active += 1
      download.state = 'opening'
      download.startedAtMs = nowMs
      this.#schedule(nowMs + this.#openingMs, download)
    }
  }

  #deskOf(agent: number): Desk {
    let desk = this.#desks.get(agent)
    if (desk === undefined) {
      desk = { active: 0, waiting: [], downloads: new Map() }
      this.#desks.set(agent, desk)
    }
    return desk
  }
}
