// What the journal and the log show of calls: what is known to be harmless. All else is sealed: nobody can read it there, but a test
// that knows what it sent can still find out whether that came.
import { hash, randomBytes } from 'node:crypto'
import { isPlainObject } from './plain.ts'
import { isOpenField, plainFields } from './plain-fields.ts'

/** Stands where something was that is not shown. */
export const redacted = '[redacted]'

/** Fields that hold passwords, tokens, keys: of these not even what a test sent can be verified. */
const secretField =
  /secret|token|passw|passphrase|private_?key|credential|activation_?key|ssh_.*key|^authorization$|^cookie$/i

/** What a process seals with is known to nobody and ends with it. */
const sealKey = randomBytes(32).toString('hex')
const depthMax = 32
const plainLengthMax = 255
/** Shorter texts stand in messages by chance. */
const hiddenLengthMin = 4
/** Of one call: what a caller sends must not cost more than it is worth. Beyond it nothing can be verified, and no message is shown. */
const hiddenCountMax = 1_000

/** A value that is not shown, and can be compared. */
export class Sealed {
  readonly #digest: string | null
  readonly #fields: Map<string, Sealed> | null
  readonly #items: Sealed[] | null

  constructor(value: unknown, budget = { left: hiddenCountMax }, depth = 0) {
    budget.left -= 1
    const isKnown = budget.left > 0 && depth <= depthMax
    const inner = (item: unknown) => new Sealed(item, budget, depth + 1)
    this.#items = isKnown && Array.isArray(value) ? value.slice(0, hiddenCountMax).map(inner) : null
    this.#fields =
      isKnown && isPlainObject(value)
        ? new Map(
            Object.entries(value)
              .slice(0, hiddenCountMax)
              .map(([name, item]) => [digestOf(name), inner(item)]),
          )
        : null
    this.#digest = isKnown && !this.#items && !this.#fields ? digestOf(value) : null
  }

  /** Whether what is expected is there: objects may have more fields, as anywhere in the journal. */
  has(expected: unknown): boolean {
    if (Array.isArray(expected)) {
      const items = this.#items
      return items?.length === expected.length && expected.every((item, index) => items[index]?.has(item))
    }
    if (isPlainObject(expected)) {
      const fields = this.#fields
      return fields !== null && Object.entries(expected).every(([name, item]) => fields.get(digestOf(name))?.has(item))
    }
    return this.#digest === digestOf(expected)
  }

  toJSON(): string {
    return redacted
  }
}

function digestOf(value: unknown): string {
  return hash('sha256', `${sealKey}${JSON.stringify(value)}`)
}

/**
 * A copy of a call's body in which only what is known to be harmless can be read; the texts that cannot are added to `hidden`.
 *
 * @example
 * redact({ api_key: 'me', api_key_secret: 'hush' }) // { api_key: 'me', api_key_secret: '[redacted]' }
 */
export function redact(body: unknown, hidden: string[] = []): unknown {
  if (body === null || body === undefined || typeof body === 'boolean') return body
  return isPlainObject(body) ? redactFields(body, hidden, 0) : sealed(body, hidden)
}

function redactFields(fields: Record<string, unknown>, hidden: string[], depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [shownName(name, hidden), redactField(name, value, hidden, depth)]),
  )
}

function redactField(name: string, value: unknown, hidden: string[], depth: number): unknown {
  // Whether there was one at all is no secret.
  if (value === null || value === '' || typeof value === 'boolean') return value
  if (isOpenField(name) && depth < depthMax) {
    if (isPlainObject(value)) return redactFields(value, hidden, depth + 1)
    if (Array.isArray(value) && value.every(isPlainObject)) {
      return value.map((item) => redactFields(item, hidden, depth + 1))
    }
  }
  if (plainFields.has(name))
    return Array.isArray(value) ? value.map((item) => plain(item, hidden)) : plain(value, hidden)
  if (!secretField.test(name)) return sealed(value, hidden)
  collect(value, hidden)
  return redacted
}

function plain(value: unknown, hidden: string[]): unknown {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  return typeof value === 'string' && isHarmless(value) ? value : sealed(value, hidden)
}

function sealed(value: unknown, hidden: string[]): Sealed {
  collect(value, hidden)
  return new Sealed(value)
}

/** Names of fields are words; what is none may be anything. */
function shownName(name: string, hidden: string[]): string {
  if (plainFields.has(name) || /^[A-Za-z][A-Za-z_]{0,39}$|^custom_attribute_\d$/.test(name)) return name
  hidden.push(name)
  return redacted
}

function collect(value: unknown, hidden: string[], depth = 0): void {
  if (hidden.length > hiddenCountMax) return
  if (typeof value === 'string' || typeof value === 'number') hidden.push(String(value))
  else if (depth <= depthMax && typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      if (!Array.isArray(value)) shownName(name, hidden)
      collect(item, hidden, depth + 1)
    }
  }
}

/**
 * Whether a text of a plain field can be what such a field holds: a name, an id, a date, an address without anyone's credentials. What
 * looks like a key is none of them, wherever someone has put it.
 */
export function isHarmless(text: string): boolean {
  if (text.length > plainLengthMax || /[\p{C}=<>"\\]/u.test(text)) return false
  if (/:[^/\s]*@(?!sha256:)|[?#]./.test(text)) return false
  return !text.split(/[^A-Za-z0-9+]/).some(looksRandom) && !keyBeginning.test(text)
}

/** Of the keys that people paste where they do not belong. */
const keyBeginning = /\b(gh[a-z]_|github_pat_|glpat-|dckr_pat_|sk-|xox[a-z]-|AKIA|eyJ)\w/

/** Long, and of letters of both kinds and digits; ids and digests have letters of one kind. */
function looksRandom(word: string): boolean {
  return word.length >= 16 && /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word)
}

/** A text that stands in a plain place, or what is shown for it. */
export function shownText(text: string): string {
  return isHarmless(text) ? text : redacted
}

/**
 * A message without what is hidden of the call that it is about: messages quote what was sent.
 *
 * @example
 * withoutHidden('No such user: hush.', ['hush']) // 'No such user: [redacted].'
 */
export function withoutHidden(message: string | null, hidden: readonly string[]): string | null {
  if (message === null) return null
  if (hidden.length > hiddenCountMax) return redacted
  const long = hidden.filter(({ length }) => length >= hiddenLengthMin)
  const forms = long.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), text.replaceAll(/[^\x20-\x7e]/g, '?')])
  // The longest first: one that holds another must not leave its ends.
  return forms
    .sort((first, second) => second.length - first.length)
    .reduce((text, form) => text.replaceAll(form, () => redacted), message)
}
