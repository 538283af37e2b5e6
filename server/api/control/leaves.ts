// What the schemas of the control API have in common.
import { type TSchema, Type } from 'typebox'
import { durationPattern } from '../../kernel/units.ts'

export const own = { additionalProperties: false } as const
export const Count = Type.Integer({ minimum: 0 })
export const Text = Type.Unsafe<string | null>({ type: ['string', 'null'] })
export const Name = Type.String({ minLength: 1, maxLength: 100 })
export const Duration = (description: string) => Type.String({ pattern: durationPattern, description })
export const reference = (schema: TSchema) => Type.Unsafe<unknown>({ $ref: `${(schema as { $id?: string }).$id}#` })
