// The leaves of schemas of what people write: texts with units and the like. `errorMessage` is what a person reads when a value does not
// fit; editors that know the keyword show it too.
import { Type } from 'typebox'
import { durationPattern, ratePattern, sizePattern } from './units.ts'

/** Objects take the fields they name and no others. */
export const own = { additionalProperties: false }

interface LeafOptions {
  default?: unknown
}

export const Text = (description: string, options: LeafOptions = {}) =>
  Type.String({ description, minLength: 1, errorMessage: 'must be a text that is not empty', ...options })

export const TextOrNull = (description: string, options: LeafOptions = {}) =>
  Type.Union([Type.String({ minLength: 1, errorMessage: 'must be a text that is not empty' }), Type.Null()], {
    description,
    ...options,
  })

export const Duration = (description: string, options: LeafOptions = {}) =>
  Type.String({
    description,
    pattern: durationPattern,
    errorMessage: 'must be a duration with its unit, such as "250ms", "30s", "5m" or "1h30m"',
    ...options,
  })

export const Size = (description: string, options: LeafOptions = {}) =>
  Type.String({
    description,
    pattern: sizePattern,
    errorMessage: 'must be a size with its unit, such as "512kB", "40MB" or "2.3GB"',
    ...options,
  })

const rateMessage = 'must be a rate with its unit, such as "100Mbit/s" or "50MB/s", or "unlimited"'

/** `unlimited` and null both say that there is no limit. */
export const Rate = (description: string, options: LeafOptions = {}) =>
  Type.Union([Type.String({ pattern: `^unlimited$|${ratePattern}`, errorMessage: rateMessage }), Type.Null()], {
    description,
    errorMessage: rateMessage,
    ...options,
  })

/** A count of things: whole, from `minimum` on. */
export const Count = (description: string, options: LeafOptions & { minimum: number; maximum?: number }) =>
  Type.Integer({ description, ...options })

/** A share from 0 to 1. */
export const Share = (description: string, options: LeafOptions = {}) =>
  Type.Number({ description, minimum: 0, maximum: 1, ...options })

export const Flag = (description: string, options: LeafOptions = {}) => Type.Boolean({ description, ...options })
