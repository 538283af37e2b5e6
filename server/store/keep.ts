// Starts a fake with what a data file has kept, or with what a fresh one has where the file is new.
import type { Clock } from '../kernel/clock.ts'
import { createKasmModel, type KasmModel, type KasmModelOptions } from '../model/model.ts'
import { acceptKey } from '../model/seed.ts'
import { Store } from './store.ts'

interface KeepOptions {
  dataFile: string
  clock: Clock
  model: KasmModelOptions & Required<Pick<KasmModelOptions, 'credentials'>>
  /** Whether someone chose the API key: then it is good from now on, whether or not the file has it. */
  isOwnKey: boolean
}

/**
 * A model whose every operation lasts once the store has begun. The store must be closed at the end.
 *
 * @throws KasmSimError DATA_FILE_INVALID, DATA_FILE_TOO_NEW, DATA_FILE_IN_USE, FILE_NOT_WRITABLE, API_KEY_UNKNOWN
 * @example
 * const { model, store } = keepModel({ dataFile: 'kasm.db', clock, model: { credentials }, isOwnKey: false })
 * await store.begin()
 */
export function keepModel(options: KeepOptions): { model: KasmModel; store: Store; isNew: boolean } {
  const { dataFile, clock, model: modelOptions, isOwnKey } = options
  const { secretKey, credentials } = modelOptions
  const store = new Store({ file: dataFile, nowMs: () => clock.nowMs(), ...(secretKey && { secretKey }) })
  try {
    const snapshot = store.read()
    const kept = { listener: store, secretKey: store.secretKey, ...(snapshot && { snapshot }) }
    const model = createKasmModel({ ...modelOptions, ...kept })
    if (snapshot) acceptKey(model.areas, credentials, { isOwnKey, nowMs: clock.nowMs() })
    return { model, store, isNew: !snapshot }
  } catch (error) {
    store.close()
    throw error
  }
}
