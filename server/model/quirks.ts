// The switches between ways in which real servers were seen to differ (docs/kasm.md, "Quirks"), and what they do to an answer.
import { quirkValues } from '../api/control/quirks.ts'
import { KasmSimError } from '../kernel/errors.ts'
import { internalErrorPage, type Refusal, type Reply } from './reply.ts'

type QuirkName = keyof typeof quirkValues
/** A value for each quirk. */
export type Quirks = { [Name in QuirkName]: (typeof quirkValues)[Name][number] }

export const defaultQuirks = Object.fromEntries(
  Object.entries(quirkValues).map(([name, [value]]) => [name, value]),
) as Quirks

/**
 * The quirks with some changed.
 *
 * @throws KasmSimError QUIRK_INVALID where a name or a value is not in the table
 * @example
 * changedQuirks(defaultQuirks, { 'errors.permission': 200 })
 */
export function changedQuirks(quirks: Quirks, changes: Partial<Quirks>): Quirks {
  for (const [name, value] of Object.entries(changes)) {
    const values: readonly unknown[] | undefined = quirkValues[name as QuirkName]
    if (values?.includes(value)) continue
    const problem = values ? `${JSON.stringify(value)} is none of its values` : 'there is no such quirk'
    const advice = values
      ? `Use ${values.map((known) => JSON.stringify(known)).join(', ')}.`
      : 'docs/kasm.md lists them.'
    throw new KasmSimError('QUIRK_INVALID', `Failed to set the quirk "${name}": ${problem}. ${advice}`)
  }
  return { ...quirks, ...changes }
}

/** The answer to a refused call. */
export function refusedReply({ kind, reply }: Refusal, quirks: Quirks): Reply {
  switch (kind) {
    case 'permission':
      return { ...reply, status: quirks['errors.permission'] }
    case 'unknown-id':
      return { ...reply, status: quirks['errors.unknownUuid'] }
    case 'malformed-id':
      if (quirks['errors.malformedId'] === 500) return reply
      return { status: 400, body: { error_message: `Invalid request: ${reply.cause}.` } }
    default:
      return reply
  }
}

/** What `createImage.rejectAvailableAndCategories` makes a server of 1.19.0 choke on. */
export function rejectedImageField(image: object, quirks: Quirks): string | null {
  if (!quirks['createImage.rejectAvailableAndCategories']) return null
  const sent = image as Record<string, unknown>
  return (
    ['available', 'categories', 'default_category'].find(
      (field) => sent[field] !== undefined && (field !== 'categories' || Array.isArray(sent[field])),
    ) ?? null
  )
}

const dateFields =
  /^(start_date|expiration_date|keepalive_date|created|created_date|last_session|password_set_date|expires|last_used)$/
const withDashes = '$1-$2-$3-$4-$5'
const idPattern = /\b([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})\b/g

/** The body of a developer's answer as the quirks want it; the very same one where they want nothing special. */
export function quirkyBody(body: unknown, quirks: Quirks): unknown {
  const plain =
    !quirks['ids.dashes'] &&
    !quirks['dates.nullAsNone'] &&
    quirks['image.memoryField'] === defaultQuirks['image.memoryField']
  return plain || body === internalErrorPage || body instanceof Uint8Array ? body : rewritten(body, '', quirks)
}

function rewritten(value: unknown, field: string, quirks: Quirks): unknown {
  if (value === null) return quirks['dates.nullAsNone'] && dateFields.test(field) ? 'None' : null
  if (typeof value === 'string') {
    const hasIds = quirks['ids.dashes'] && /(_id|_url|_ids)$/.test(field)
    return hasIds ? value.replaceAll(idPattern, withDashes) : value
  }
  if (Array.isArray(value)) return value.map((item) => rewritten(item, field, quirks))
  if (typeof value !== 'object') return value
  const fields = Object.entries(value).filter(([name]) => !isOtherMemoryField(name, value, quirks))
  return Object.fromEntries(fields.map(([name, item]) => [name, rewritten(item, name, quirks)]))
}

/** Images have both `memory` and `memory_bytes`; nothing else has. */
function isOtherMemoryField(name: string, owner: object, quirks: Quirks): boolean {
  const wanted = quirks['image.memoryField']
  if (wanted === 'both' || (name !== 'memory' && name !== 'memory_bytes')) return false
  return 'memory' in owner && 'memory_bytes' in owner && name !== wanted
}
