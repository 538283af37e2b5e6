// The blobs that an image lacks in a content store: each by its digest, so many at once as the persona allows, over all pulls of an
// engine or over each.
import type { ClientConversation } from './client-conversation.ts'
import { fetchBlob } from './content-blob.ts'
import { type Descriptor, type Manifest, requireLayers } from './documents.ts'
import { Fork, joined, type Part, sideBySide } from './join.ts'
import type { LayerKey } from './local-images.ts'
import { Places } from './places.ts'
import type { ImagePull } from './pull-engine.ts'
import type { PullThread } from './pull-thread.ts'
import type { Script } from './steps.ts'
import { over, type Transfer, Transfers } from './transfers.ts'

export class ContentDownload {
  readonly #pull: ImagePull
  readonly #conversation: ClientConversation
  /** Those of all pulls, or of this one, that share a blob on its way. */
  readonly #transfers: Transfers
  readonly #places: Places
  #taken: readonly Transfer[] = []
  /** Held before, and needed until the image is. */
  readonly #pinned: (readonly LayerKey[])[] = []

  constructor(pull: ImagePull, conversation: ClientConversation) {
    const { engine } = pull
    const { shared, across } = engine.persona.downloads
    this.#pull = pull
    this.#conversation = conversation
    this.#transfers = shared ? engine.transfers : new Transfers()
    this.#places = across === 'engine' ? engine.places : new Places(engine.settings.downloadsMax)
  }

  /** A configuration and layers. @throws RegistryFailure of the first that is not to be had */
  *fetchImage(thread: PullThread, manifest: Manifest): Script {
    const { downloads, asksAgain } = this.#pull.engine.persona
    const isConfigHeld = !asksAgain.includes('config') && this.#pinHeld([manifest.config]).length === 0
    if (isConfigHeld) yield* this.fetchBlobs(thread, manifest.layers)
    else if (downloads.config === 'before-layers') {
      yield* this.#fetchConfig(thread, manifest)
      yield* this.fetchBlobs(thread, manifest.layers)
    } else {
      yield* sideBySide(thread, [
        (fork) => this.#fetchConfig(fork, manifest),
        (fork) => this.fetchBlobs(fork, manifest.layers),
      ])
    }
  }

  /** What is missing of some blobs, unpacked one above the other. */
  *fetchBlobs(thread: PullThread, descriptors: readonly Descriptor[]): Script {
    const { settings, images } = this.#pull.engine
    const { unpackMsPerByte } = settings
    const missing = this.#pinHeld(descriptors)
    if (missing.length === 0) return
    const wanted = { layers: missing, keys: missing.map(({ digest }) => images.shared.layerKey(digest)), from: 0 }
    const transfers = this.#transfers.take(thread, wanted, {
      ...{ places: this.#places, inChains: false, unpackMsPerByte: 0 },
      fetch: (fetching, layer) => this.#fetchLayer(fetching, layer),
    })
    this.#taken = [...this.#taken, ...transfers]
    for (const transfer of transfers) transfer.wakes(thread)
    if (unpackMsPerByte === 0) return yield* joined(transfers)
    const unpacking = new Fork(thread, (fork) => unpack(fork, transfers, unpackMsPerByte))
    try {
      unpacking.begin()
      yield* joined([...transfers, unpacking] satisfies Part[])
    } finally {
      unpacking.drop()
    }
  }

  /** Lets go of what no image came to need. */
  release(): void {
    for (const transfer of this.#taken) transfer.release()
    this.#taken = []
    for (const layers of this.#pinned.splice(0)) this.#pull.engine.images.unpin(layers)
  }

  /** Takes one of the places for something other than a layer, where that needs one. */
  *withPlace<Result>(thread: PullThread, act: Script<Result>): Script<Result> {
    if (!this.#pull.engine.persona.downloads.countsDocuments) return yield* act
    yield* this.#places.take(thread)
    try {
      return yield* act
    } finally {
      this.#places.give(thread.nowMs)
    }
  }

  /** Keeps those that are held from being removed; the others are returned. */
  #pinHeld(descriptors: readonly Descriptor[]): Descriptor[] {
    const { images } = this.#pull.engine
    const isHeld = ({ digest }: Descriptor) => images.hasLayer(images.shared.layerKey(digest))
    const held = descriptors.filter(isHeld)
    if (held.length === 0) return [...descriptors]
    const pinned = held.map(({ digest }) => images.shared.layerKey(digest))
    const missing = descriptors.filter((each) => !held.includes(each))
    images.pin(pinned)
    this.#pinned.push(pinned)
    return missing
  }

  *#fetchLayer(thread: PullThread, descriptor: Descriptor): Script {
    yield* fetchBlob(thread, this.#blob('layer', descriptor))
  }

  *#fetchConfig(thread: PullThread, manifest: Manifest): Script {
    const blob = fetchBlob(thread, this.#blob('config', manifest.config))
    requireLayers(yield* this.withPlace(thread, blob), manifest)
  }

  #blob(purpose: 'config' | 'layer', descriptor: Descriptor) {
    const { engine, reference } = this.#pull
    const { resumes } = engine.persona.downloads
    return { conversation: this.#conversation, repository: reference.repository, purpose, descriptor, resumes }
  }
}

/** Each layer as long as its size takes, above the one below. */
function* unpack(thread: PullThread, transfers: readonly Transfer[], msPerByte: number): Script {
  for (const transfer of transfers) {
    yield* over(transfer, thread)
    yield transfer.layer.size * msPerByte
  }
}
