// Digests and chains of layers.
import { hash } from 'node:crypto'

export function digestOf(bytes: Buffer): string {
  return `sha256:${hash('sha256', bytes)}`
}

export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)
}

/** A layer together with everything below it: the same blob over different parents is a different chain. */
export function chainOf(parentChain: string, digest: string): string {
  return hash('sha256', `${parentChain} ${digest}`, 'base64url')
}
