// What of a scenario must not be written down: every password and token, whoever made it up and wherever it stands.
import type { Scenario } from './scenario.ts'

const secretFields = new Set(['password', 'token'])

/**
 * The scenario as a trace may hold it. Each secret has a stand-in, the same wherever the secret is the same, so that a replay lets in
 * and refuses whom the run did; stand-ins stand for themselves.
 *
 * @example
 * withoutSecrets(scenario).registry.accounts // [{ username: 'ada', password: 'secret-1' }]
 */
export function withoutSecrets(scenario: Scenario): Scenario {
  const standIns = new Map<string, string>()
  const numbered = (secret: string) => {
    const known = standIns.get(secret) ?? `secret-${standIns.size + 1}`
    standIns.set(secret, known)
    return known
  }
  return replaced(scenario, (secret) => keyFile(secret, numbered) ?? numbered(secret)) as Scenario
}

/** Google's key files are known by their address and key, in either of two forms, so their stand-ins are such files too. */
function keyFile(secret: string, numbered: (secret: string) => string): string | null {
  for (const encoding of ['utf8', 'base64'] as const) {
    const key = keyOf(Buffer.from(secret, encoding).toString())
    if (key === null) continue
    const standIn = JSON.stringify({ client_email: 'key@kasm-sim.test', private_key: numbered(key) })
    return Buffer.from(standIn).toString(encoding)
  }
  return null
}

function keyOf(text: string): string | null {
  try {
    const { client_email: email, private_key: key } = Object(JSON.parse(text)) as Record<string, unknown>
    return typeof email === 'string' && typeof key === 'string' ? JSON.stringify([email, key]) : null
  } catch {
    return null
  }
}

function replaced(value: unknown, standInOf: (secret: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => replaced(item, standInOf))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, field]) => {
    const isSecret = secretFields.has(name) && typeof field === 'string' && field !== ''
    if (name === 'url' && typeof field === 'string') return [name, field.replace(/:\/\/[^/]*@/, '://***@')]
    return [name, isSecret ? standInOf(field) : replaced(field, standInOf)]
  })
  return Object.fromEntries(fields)
}
