// What the journal shows in place of secrets.
import { isPlainObject } from './plain.ts'

/** Stands where a secret was. */
export const redacted = '[redacted]'

/** Fields whose values are secrets wherever they are: passwords, tokens, secrets of keys, credentials, private keys. */
const secretField =
  /secret|token|passw|passphrase|private_?key|credential|activation_?key|ssh_.*key|^authorization$|^cookie$/i

/**
 * A copy without secrets. Texts that hold JSON, as `run_config` does for some clients, are looked into too.
 *
 * @example
 * redact({ api_key: 'me', api_key_secret: 'hush' }) // { api_key: 'me', api_key_secret: '[redacted]' }
 */
export function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact)
  if (typeof value === 'string') return value.startsWith('{') ? redactText(value) : value
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactField(name, item)]))
}

function redactField(name: string, value: unknown): unknown {
  if (!secretField.test(name)) return redact(value)
  // Whether there was one at all is no secret; neither are ids and objects that only mention it in their name.
  if (value === null || value === '' || typeof value === 'boolean' || /_ids?$/.test(name)) return value
  return isPlainObject(value) ? redact(value) : redacted
}

function redactText(text: string): string {
  try {
    return JSON.stringify(redact(JSON.parse(text)))
  } catch {
    return text
  }
}
