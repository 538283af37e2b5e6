// What every route needs.
import type { Clock } from '../kernel/clock.ts'
import type { KasmModel } from '../model/model.ts'

export interface RouteOptions {
  model: KasmModel
  clock: Clock
}
