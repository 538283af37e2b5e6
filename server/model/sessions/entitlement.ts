// Who may start which session: what the product looks at before it looks for an agent.
import type { SessionRequest } from '../../api/session-operations.ts'
import { type Caller, mayActFor } from '../access/callers.ts'
import type { Groups } from '../groups.ts'
import type { Images } from '../images.ts'
import { businessError, unauthorized } from '../reply.ts'
import type { StoredImage, UserRecord } from '../state/records.ts'
import type { Collections } from '../state/state.ts'
import type { Users } from '../users.ts'
import type { Usage } from './usage.ts'

interface Parts {
  rows: Collections
  users: Users
  groups: Groups
  images: Images
  usage: Usage
}

/** Users, their images, their limits, and the seats of licences. */
export class Entitlement {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** How many sessions there are and how many there may be by all licences together; null where there is no licence. */
  get seats(): { taken: number; limit: number } | null {
    const { sessions, licenses } = this.#parts.rows
    if (licenses.size === 0) return null
    return { taken: sessions.size, limit: [...licenses.values()].reduce((sum, { limit }) => sum + limit, 0) }
  }

  /** Whether there is a licence and no seat of any is left. */
  get licencesAreTaken(): boolean {
    const { seats } = this
    return seats !== null && seats.taken >= seats.limit
  }

  /**
   * Whose session of what a request is for. A null user stands for an anonymous one who does not exist yet.
   *
   * @throws Refusal where the caller, the user, the image or a limit forbids it
   */
  require(request: SessionRequest, caller: Caller): { user: UserRecord | null; image: StoredImage } {
    const user = this.#userOf(request, caller)
    const image = this.#imageFor(request, user)
    this.#requireRoom(user)
    return { user, image }
  }

  #userOf({ user_id }: SessionRequest, caller: Caller): UserRecord | null {
    const id = user_id || caller.userId
    if (!id) {
      if (!mayActFor(caller, null)) throw unauthorized()
      return null
    }
    const user = this.#parts.users.byId('user_id', id)
    if (!mayActFor(caller, user.user_id)) throw unauthorized()
    if (user.disabled || user.locked) throw businessError('The user is disabled or locked.')
    return user
  }

  #imageFor({ image_id }: SessionRequest, user: UserRecord | null): StoredImage {
    const id = image_id || user?.attributes.default_image
    if (!id) throw businessError('No Default Image Found')
    const image = this.#parts.images.require(id)
    if (!image.enabled || !this.#parts.groups.mayLaunch(user, image.image_id)) {
      throw businessError('Image Not Authorized')
    }
    return image
  }

  #requireRoom(user: UserRecord | null): void {
    const { usage, groups } = this.#parts
    if (this.licencesAreTaken) throw businessError('Unable to create session: license limit exceeded.')
    const limit = user ? groups.settingFor(user, 'max_kasms_per_user') : Number.POSITIVE_INFINITY
    if (user && usage.sessionsOf(user.user_id).size >= limit) {
      throw businessError(`The user has reached the limit of ${limit} sessions.`)
    }
  }
}
