// What the manifests of an upstream are, as far as its answers have told: an index lists the manifests of platforms.
import { mediaTypes } from '../content/manifest.ts'
import type { ManifestIdentity } from './backend.ts'

type Role = ManifestIdentity['role']

/** Older entries are forgotten, and learned anew from the next answer. */
const rolesMax = 100_000
const indexTypes: readonly string[] = [mediaTypes.imageIndex, mediaTypes.dockerList]

/** Whether a Content-Type is that of an index. */
export function isIndexType(contentType: string): boolean {
  return indexTypes.includes(contentType.split(';')[0]?.trim() ?? '')
}

/** Roles by repository and digest. */
export class ManifestRoles {
  readonly #roles = new Map<string, Role>()

  find(repository: string, digest: string): Role | null {
    return this.#roles.get(`${repository} ${digest}`) ?? null
  }

  /** Notes a manifest that the upstream has. One that was listed before stays what it is. */
  add(repository: string, digest: string, contentType: string): Role {
    const role = isIndexType(contentType) ? 'index' : (this.find(repository, digest) ?? 'single')
    this.#set(repository, digest, role)
    return role
  }

  /** Notes what an index lists; bytes that are no index list nothing. */
  addListed(repository: string, bytes: Buffer): void {
    for (const digest of listedDigests(bytes)) {
      if (this.find(repository, digest) !== 'index') this.#set(repository, digest, 'platform')
    }
  }

  forget(repository: string, digest: string): void {
    this.#roles.delete(`${repository} ${digest}`)
  }

  #set(repository: string, digest: string, role: Role): void {
    const oldest = this.#roles.keys().next()
    if (this.#roles.size >= rolesMax && !oldest.done) this.#roles.delete(oldest.value)
    this.#roles.set(`${repository} ${digest}`, role)
  }
}

function listedDigests(bytes: Buffer): string[] {
  try {
    const { manifests } = Object(JSON.parse(bytes.toString()))
    return Array.isArray(manifests) ? manifests.map((each) => String(Object(each).digest)) : []
  } catch {
    return []
  }
}
