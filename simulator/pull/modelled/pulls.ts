// The pulls of a fleet in virtual time: starts and drops them, and gives them one shared link and one set of disks.
// docs/model.md states what is modelled and what is left out.

import { tickAt } from '../../../server/kernel/event-queue.ts'
import type { ImageDefinition } from '../../agent/agent.ts'
import { SharedLink } from '../../network/shared-link.ts'
import { Disks } from './disks.ts'
import { ModelledDownloads } from './downloads.ts'
import { type Exchange, preludeOf } from './prelude.ts'
import { ModelledPull } from './pull.ts'
import type { ModelledPullsOptions, World } from './world.ts'

const maxConcurrentDownloads = 3

/** A pull that finds nothing new. */
interface UpToDatePull {
  digest: string
  pullMs: number
  exchanges: readonly Exchange[]
}

/**
 * Every pull of a fleet in virtual time.
 *
 * @example
 * const pulls = new ModelledPulls({ registry, network, schedule: queue.schedule, ... })
 * pulls.start(0, { pullId: 1, definition }, queue.nowMs)
 */
export class ModelledPulls {
  readonly #world: World
  /** By agent: its running pulls, by pull id. */
  readonly #running: Map<number, ModelledPull>[]
  /** At one moment pulls come after the check-ins, in the order of their starts, whichever exchanges were passed over. */
  #nextPlace: number

  constructor(options: ModelledPullsOptions) {
    const { network, schedule, sources } = options
    const { uplinkBytesPerSecond, connectionBytesPerSecond, roundTripMs, serverLatencyMs } = network
    const link = new SharedLink({
      uplinkBytesPerMs: bytesPerMs(uplinkBytesPerSecond),
      connectionBytesPerMs: bytesPerMs(connectionBytesPerSecond),
      downlinkBytesPerMs: options.downlinkBytesPerMs,
    })
    this.#running = sources.map(() => new Map())
    this.#nextPlace = 2 * sources.length
    this.#world = {
      ...options,
      downloads: new ModelledDownloads({
        ...{ link, schedule },
        downloadsMax: maxConcurrentDownloads,
        openingMs: roundTripMs + serverLatencyMs,
        unpackMsPerByte: 1 / bytesPerMs(network.unpackBytesPerSecond),
      }),
      disks: new Disks({ agents: sources.length, imagesMax: options.imagesMax, images: options.registry.images }),
      exchangeMs: roundTripMs + serverLatencyMs,
      halfRoundTripMs: roundTripMs / 2,
      end: (pull) => this.#running[pull.agent]?.delete(pull.pullId),
    }
  }

  /** When the next layer has all its bytes; Infinity when none is under way. */
  get nextReceivedMs(): number {
    return tickAt(this.#world.downloads.nextMs)
  }

  /** Takes in the layers that have all their bytes by now. */
  receive(nowMs: number): void {
    this.#world.downloads.receive(nowMs)
  }

  /** Raised by every publication. */
  get registryVersion(): number {
    return this.#world.registry.images.length
  }

  /** What the pull of an image does to an agent that holds it up to date; null where that cannot be said ahead of its time. */
  upToDatePull({ name, user }: ImageDefinition): UpToDatePull | null {
    const { registry, exchangeMs } = this.#world
    if (user || !registry.versionChecksAreFree) return null
    const { image } = registry.find(name)
    if (image === null) return null
    const { exchanges } = preludeOf({ scheme: registry.profile.authentication.scheme, login: null })
    return { digest: image.digest, pullMs: (exchanges.length + 1) * exchangeMs, exchanges }
  }

  start(agent: number, { pullId, definition }: { pullId: number; definition: ImageDefinition }, nowMs: number): void {
    const pull = new ModelledPull(this.#world, { agent, pullId, definition, place: this.#nextPlace++ })
    this.#running[agent]?.set(pullId, pull)
    pull.start(nowMs)
  }

  abort(agent: number, pullId: number, nowMs: number): void {
    this.#running[agent]?.get(pullId)?.drop(nowMs)
  }

  /** Counts what running pulls have asked by now, where that is not told as it happens. */
  settle(nowMs: number): void {
    for (const pulls of this.#running) for (const pull of pulls.values()) pull.settle(nowMs)
  }

  /** Takes an image off an agent's disk. */
  removeImage(agent: number, digest: string): void {
    this.#world.disks.remove(agent, digest)
  }
}

function bytesPerMs(bytesPerSecond: number | null): number {
  return bytesPerSecond === null ? Number.POSITIVE_INFINITY : bytesPerSecond / 1_000
}
