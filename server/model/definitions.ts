// The image definitions that one agent gets. Thousands of agents ask every 30 s and get one of a few lists, so each list is
// built once and handed out until a definition changes.
import type { AgentImage } from '../api/manager.ts'
import type { StoredImage } from './image-fields.ts'
import type { Images } from './images.ts'
import type { Stock } from './stock.ts'

/** Lists of definitions by zone and, where an image is restricted to a server, by that server. */
export class Definitions {
  readonly #images: Images
  readonly #stock: Stock
  readonly #lists = new Map<string, AgentImage[]>()
  #restrictedServers = new Set<string>()
  #builtFrom = ''

  constructor(images: Images, stock: Stock) {
    this.#images = images
    this.#stock = stock
  }

  /** The same array until a definition, `hash` or `available` changes. */
  of({ zoneId, serverId }: { zoneId: string; serverId: string }): AgentImage[] {
    this.#refresh()
    const scope = this.#restrictedServers.has(serverId) ? `${zoneId}/${serverId}` : zoneId
    const known = this.#lists.get(scope)
    if (known) return known
    const list = this.#build(zoneId, serverId)
    this.#lists.set(scope, list)
    return list
  }

  #refresh(): void {
    const current = `${this.#images.revision}/${this.#stock.version}`
    if (this.#builtFrom === current) return
    this.#builtFrom = current
    this.#lists.clear()
    this.#restrictedServers = new Set()
    for (const image of this.#images.stored()) {
      if (image.restrict_to_server && image.server_id !== null) this.#restrictedServers.add(image.server_id)
    }
  }

  #build(zoneId: string, serverId: string): AgentImage[] {
    const list: AgentImage[] = []
    for (const image of this.#images.stored()) {
      if (image.image_type !== 'Container') continue
      if (image.restrict_to_zone && image.zone_id !== null && image.zone_id !== zoneId) continue
      if (image.restrict_to_server && image.server_id !== null && image.server_id !== serverId) continue
      list.push(this.#present(image))
    }
    return list
  }

  #present(image: StoredImage): AgentImage {
    return {
      image_id: image.image_id,
      name: image.name,
      friendly_name: image.friendly_name,
      image_type: image.image_type,
      enabled: image.enabled,
      available: this.#stock.available(image.name),
      hash: this.#stock.hash(image.name),
      docker_registry: image.docker_registry,
      docker_user: image.docker_user,
      docker_token: image.docker_token,
      uncompressed_size_mb: image.uncompressed_size_mb,
      restrict_to_zone: image.restrict_to_zone,
      zone_id: image.zone_id,
      restrict_to_server: image.restrict_to_server,
      server_id: image.server_id,
    }
  }
}
