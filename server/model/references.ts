// What records of the kinds that are kept as they are sent say of each other: a field that names something names what exists, and
// whatever goes takes along what is of no use without it.
import { notFound } from './reply.ts'
import type { OtherRecord } from './state/records.ts'
import type { Collections } from './state/state.ts'

type References = 'image_id' | 'zone_id' | 'group_id' | 'user_id' | EgressField
type EgressField = 'egress_provider_id' | 'egress_gateway_id' | 'egress_credential_id'

/** Fields that name something, by what they name. */
const collections = { image_id: 'images', zone_id: 'zones', group_id: 'groups', user_id: 'users' } as const
const egressFields: readonly string[] = ['egress_provider_id', 'egress_gateway_id', 'egress_credential_id']
/** Records that are nothing without what these fields name. */
const dependents: Record<string, readonly string[]> = {
  staging_config: ['image_id'],
  egress_gateway: ['egress_provider_id'],
  egress_credential: ['egress_provider_id', 'user_id'],
  egress_provider_mapping: [...egressFields, 'image_id', 'group_id', 'user_id'],
}

/** Whether a field holds the id of something. */
export function isReference(field: string): field is References {
  return Object.hasOwn(collections, field) || egressFields.includes(field)
}

/** @throws Refusal where a field names what does not exist */
export function requireReferenced(rows: Collections, field: References, id: string): void {
  const isKnown =
    field in collections
      ? rows[collections[field as keyof typeof collections]].has(id)
      : rows.others.has(`${field.replace(/_id$/, '')}/${id}`)
  if (!isKnown) throw notFound(field.replace(/_id$/, '').replaceAll('_', ' '), id)
}

/** Something is gone: what depends on it goes, too; what only names it names nothing any more. */
export function forgetReferenced(rows: Collections, field: References, goneId: string): void {
  const naming = [...rows.others.values()].filter(({ fields }) => fields[field] === goneId)
  for (const record of naming) {
    if (dependents[record.kind]?.includes(field)) removeRecord(rows, record)
    else rows.others.set(keyOf(record), { ...record, fields: { ...record.fields, [field]: null } })
  }
}

/** Removes a record with all that depends on it. */
export function removeRecord(rows: Collections, record: OtherRecord): void {
  rows.others.delete(keyOf(record))
  const field = `${record.kind}_id`
  if (isReference(field)) forgetReferenced(rows, field, record.id)
}

function keyOf({ kind, id }: OtherRecord): string {
  return `${kind}/${id}`
}
