// How the fake keeps secrets: never as they are. What it only compares is hashed; what it must hand out again is sealed (registry
// tokens) or derived from an id and the fake's own key (tokens of sessions).
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  scryptSync,
  timingSafeEqual,
} from 'node:crypto'

/** Cheap, because tests create users by the thousand: some 3 ms. */
const scryptCost = { N: 1_024, r: 8, p: 1 }
const keySizeBytes = 32
const nonceSizeBytes = 12
const tagSizeBytes = 16
const nobodysHash = `nobody:${'0'.repeat(2 * keySizeBytes)}`

/** Seals and derives with the key of one fake. A state is of use only together with the key it was made with. */
export class Secrets {
  readonly #key: Buffer

  /** Takes a key of any length; one of its own that nobody knows by default. */
  constructor(key: Uint8Array = randomBytes(keySizeBytes)) {
    this.#key = createHash('sha256').update(key).digest()
  }

  /** A token that follows from its parts and that nobody without the key can tell: shaped as a UUID, as Kasm's tokens are. */
  token(...parts: string[]): string {
    const hex = createHmac('sha256', this.#key).update(parts.join('\n')).digest('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }

  /** A password of letters and digits that follows from its parts. */
  password(length: number, ...parts: string[]): string {
    const text = createHmac('sha512', this.#key).update(parts.join('\n')).digest('base64')
    return text.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, length)
  }

  /**
   * The text in a form that only this key opens, and only for the place it was sealed for. The same text gives the same form, so that
   * states can be compared.
   */
  seal(text: string, place = ''): string {
    const nonce = createHmac('sha256', this.#key).update(place).update(text).digest().subarray(0, nonceSizeBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(place))
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return sealed.toString('base64')
  }

  /** The text again, or null where another key sealed it, or this one for another place. */
  open(sealed: string, place = ''): string | null {
    const bytes = Buffer.from(sealed, 'base64')
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceSizeBytes))
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagSizeBytes))
      const opened = decipher.update(bytes.subarray(nonceSizeBytes, -tagSizeBytes))
      return Buffer.concat([opened, decipher.final()]).toString('utf8')
    } catch {
      return null
    }
  }
}

/** The SHA-256 of a text in hex; with a salt behind it, this is how Kasm keeps the secrets of API keys. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Whether a text has a hash of `hashOf`, in a time that does not tell where they differ. */
export function hasHash(text: unknown, hash: string): boolean {
  return typeof text === 'string' && timingSafeEqual(Buffer.from(hashOf(text)), Buffer.from(hash))
}

/** The scrypt hash of a password, with its salt in front. */
export function passwordHash(password: string, salt: string): string {
  return `${salt}:${scryptSync(password, salt, keySizeBytes, scryptCost).toString('hex')}`
}

/** Whether a password has this hash; a user without a password takes as long to refuse. */
export function hasPassword(password: string, hash: string | null): boolean {
  const expected = hash ?? nobodysHash
  const given = passwordHash(password, expected.slice(0, expected.indexOf(':')))
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected)) && hash !== null
}
