// The image definitions that one agent gets. Thousands of agents ask every 30 s and get one of a few lists, so each list is
// built once and handed out until a definition changes.
import type { AgentImage } from '../api/manager.ts'
import type { Images } from './images.ts'
import { restrictionOn } from './sessions/objection.ts'
import type { AgentRecord, ReportRecord, StoredImage } from './state/records.ts'
import type { Stock } from './stock.ts'

/** Lists of definitions by what images are restricted to: a zone, and a server, labels or networks where any image asks for them. */
export class Definitions {
  readonly #images: Images
  readonly #stock: Stock
  readonly #lists = new Map<string, AgentImage[]>()
  #restrictedServers = new Set<string>()
  #hasLabels = false
  #hasNetworks = false
  #builtFrom = ''

  constructor(images: Images, stock: Stock) {
    this.#images = images
    this.#stock = stock
  }

  /** The same array until a definition, `hash` or `available` changes. */
  of(agent: AgentRecord, report: ReportRecord): AgentImage[] {
    this.#refresh()
    const scope = this.#scopeOf(agent, report)
    const known = this.#lists.get(scope)
    if (known) return known
    const list = this.#build(agent, report)
    this.#lists.set(scope, list)
    return list
  }

  /** All that tells an agent's list from another's. */
  #scopeOf({ zoneId, serverId }: AgentRecord, { report }: ReportRecord): string {
    const isNamed = this.#restrictedServers.has(serverId)
    if (!isNamed && !this.#hasLabels && !this.#hasNetworks) return zoneId
    const { labels = [], docker_network_names = [] } = report
    return JSON.stringify([
      zoneId,
      isNamed ? serverId : '',
      this.#hasLabels ? labels.toSorted() : [],
      this.#hasNetworks ? docker_network_names.toSorted() : [],
    ])
  }

  #refresh(): void {
    const current = `${this.#images.revision}/${this.#stock.version}`
    if (this.#builtFrom === current) return
    this.#builtFrom = current
    this.#lists.clear()
    const images = [...this.#images.stored()]
    const servers = images.map(({ restrict_to_server, server_id }) => (restrict_to_server ? server_id : null))
    this.#restrictedServers = new Set(servers.filter((id) => id !== null))
    this.#hasLabels = images.some((image) => image.include_labels.length + image.exclude_labels.length > 0)
    this.#hasNetworks = images.some((image) => image.restrict_to_network)
  }

  #build(agent: AgentRecord, report: ReportRecord): AgentImage[] {
    const list: AgentImage[] = []
    for (const image of this.#images.stored()) {
      if (image.image_type === 'Container' && restrictionOn(image, agent, report) === null) {
        list.push(this.#present(image))
      }
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
      docker_token: this.#images.dockerToken(image),
      uncompressed_size_mb: image.uncompressed_size_mb,
      restrict_to_zone: image.restrict_to_zone,
      zone_id: image.zone_id,
      restrict_to_server: image.restrict_to_server,
      server_id: image.server_id,
    }
  }
}
