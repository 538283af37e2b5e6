// The agents that take sessions, the one with the most free cores first. Placing a session looks at the first few of them, whatever the
// number of agents and sessions.

interface Place {
  readonly serverId: string
  readonly zoneId: string
  readonly freeCores: number
  /** Of equal ones the agent that was known first comes first, so that the same requests always end in the same places. */
  readonly order: number
}

export class Room {
  readonly #zones = new Map<string, Place[]>()
  readonly #places = new Map<string, Place>()
  readonly #orders = new Map<string, number>()
  #count = 0

  /** An agent has so many free cores now; null where it takes no sessions. */
  update(serverId: string, now: { zoneId: string; freeCores: number } | null): void {
    const before = this.#places.get(serverId)
    if (before && before.zoneId === now?.zoneId && before.freeCores === now.freeCores) return
    if (before) {
      const zone = this.#zone(before.zoneId)
      zone.splice(indexOf(zone, before), 1)
      this.#places.delete(serverId)
    }
    if (!now) return
    const order = this.#orders.get(serverId) ?? this.#count++
    this.#orders.set(serverId, order)
    const place = { serverId, ...now, order }
    const zone = this.#zone(now.zoneId)
    zone.splice(indexOf(zone, place), 0, place)
    this.#places.set(serverId, place)
  }

  /** An agent is gone. */
  remove(serverId: string): void {
    this.update(serverId, null)
    this.#orders.delete(serverId)
  }

  /** The agents of a zone, most free cores first. */
  *in(zoneId: string): Iterable<string> {
    for (const { serverId } of this.#zone(zoneId)) yield serverId
  }

  #zone(zoneId: string): Place[] {
    const known = this.#zones.get(zoneId)
    if (known) return known
    const created: Place[] = []
    this.#zones.set(zoneId, created)
    return created
  }
}

/** Where a place is in a list, or would be put. */
function indexOf(list: readonly Place[], { freeCores, order }: Place): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = list[middle] as Place
    if (other.freeCores > freeCores || (other.freeCores === freeCores && other.order < order)) low = middle + 1
    else high = middle
  }
  return low
}
