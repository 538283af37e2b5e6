// What every route needs.
import type { Clock } from '../kernel/clock.ts'
import type { KasmModel } from '../model/model.ts'
import type { CallAgent } from './call-back.ts'
import type { FetchList } from './registry-lists.ts'

export interface RouteOptions {
  model: KasmModel
  clock: Clock
  /** How agents are called back before a launch; they are taken to answer where it is absent. */
  callAgent?: CallAgent | undefined
  /** How the lists of workspace registries are fetched; registries have no Workspaces where it is absent. */
  fetchList?: FetchList | undefined
  /** Whoever shows it may use the control API; without one, callers on this machine may. */
  controlToken?: string | null
}
