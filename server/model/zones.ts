// The zones of the deployment. There are few and they never change.
import { stableId } from './ids.ts'

export interface Zone {
  id: string
  name: string
}

/** The zones by id and by name; the first is the default one. */
export class Zones {
  readonly default: Zone
  readonly #zones: Zone[]

  constructor(names: readonly string[]) {
    this.#zones = names.map((name) => ({ id: stableId('zone', name), name }))
    this.default = this.#zones[0] ?? { id: stableId('zone', 'default'), name: 'default' }
    if (this.#zones.length === 0) this.#zones.push(this.default)
  }

  byId(id: string): Zone | null {
    return this.#zones.find((zone) => zone.id === id) ?? null
  }

  byName(name: string): Zone | null {
    return this.#zones.find((zone) => zone.name === name) ?? null
  }
}
