// The API keys: made without any permission, kept with a hash of their secret (docs/kasm.md, "Authentication").
import type { ApiKey } from '../../api/deployment.ts'
import { formatDate, formatOptionalDate, parseDate, stableId } from '../ids.ts'
import { invalidField } from '../reply.ts'
import { hasHash, hashOf, type Secrets } from '../secrets.ts'
import type { ApiKeyRecord } from '../state/records.ts'
import type { State } from '../state/state.ts'

const keyLength = 12
const secretLength = 32
/** How exact `last_used` is: it is not worth a write per call. */
const lastUsedStepMs = 60_000

interface NewKey {
  name: string
  enabled?: boolean | null
  read_only?: boolean | null
  expires?: string | null
}

/** All API keys. */
export class ApiKeys {
  readonly #state: State
  readonly #secrets: Secrets

  constructor(state: State, secrets: Secrets) {
    this.#state = state
    this.#secrets = secrets
  }

  /** A new key and its secret, which nobody can read again. */
  create(fields: NewKey, nowMs: number): { key: ApiKeyRecord; secret: string } {
    const { name, enabled, read_only, expires } = fields
    const expiresMs = readExpiry(expires)
    const number = String(this.#state.next('api-key'))
    const secret = this.#secrets.password(secretLength, 'api-key-secret', number)
    const api_key = this.#secrets.password(keyLength, 'api-key', number)
    const key = this.add({
      name,
      api_key,
      secret,
      enabled: enabled ?? true,
      readOnly: read_only ?? false,
      nowMs,
      expiresMs,
    })
    return { key, secret }
  }

  /** A key with a secret of the caller's choice. */
  add(options: {
    name: string
    api_key: string
    secret: string
    nowMs: number
    enabled?: boolean
    readOnly?: boolean
    expiresMs?: number | null
  }): ApiKeyRecord {
    const { name, api_key, secret, nowMs, enabled = true, readOnly = false, expiresMs = null } = options
    const api_id = stableId('api-key', api_key)
    const salt = stableId('salt', api_key)
    return this.#state.rows.apiKeys.set(api_key, {
      api_id,
      name,
      api_key,
      salt,
      secretHash: hashOf(secret + salt),
      enabled,
      read_only: readOnly,
      createdMs: nowMs,
      lastUsedMs: null,
      expiresMs,
    })
  }

  /** The key with this secret, or null where there is none, it is disabled or it has expired. */
  verified(key: unknown, secret: unknown, nowMs: number): ApiKeyRecord | null {
    const known = typeof key === 'string' ? this.#state.rows.apiKeys.get(key) : null
    const { salt, secretHash } = known ?? nobody
    const matches = hasHash(typeof secret === 'string' ? secret + salt : null, secretHash)
    if (!known || !matches || !known.enabled || (known.expiresMs !== null && known.expiresMs <= nowMs)) return null
    if (known.lastUsedMs !== null && nowMs - known.lastUsedMs < lastUsedStepMs) return known
    return this.#state.rows.apiKeys.note(known.api_key, { ...known, lastUsedMs: nowMs })
  }

  find(apiId: string): ApiKeyRecord | null {
    for (const key of this.#state.rows.apiKeys.values()) if (key.api_id === apiId) return key
    return null
  }

  list(): ApiKey[] {
    return [...this.#state.rows.apiKeys.values()].map(presentKey)
  }
}

/** A key as the developer API shows it: without its secret. */
export function presentKey(key: ApiKeyRecord): ApiKey {
  const { api_id, name, api_key, enabled, read_only, createdMs, lastUsedMs, expiresMs } = key
  return {
    api_id,
    name,
    api_key,
    enabled,
    read_only,
    created: formatDate(createdMs),
    last_used: formatOptionalDate(lastUsedMs),
    expires: formatOptionalDate(expiresMs),
  }
}

/** Stands in for a key that does not exist, so that looking it up takes as long. */
const nobody = { salt: '', secretHash: '0'.repeat(64) }

function readExpiry(text: string | null | undefined): number | null {
  if (text === null || text === undefined || text === '' || text === 'None') return null
  const expiresMs = parseDate(text)
  if (expiresMs === null) throw invalidField('api_config.expires', 'must be a date such as 2026-12-31 00:00:00')
  return expiresMs
}
