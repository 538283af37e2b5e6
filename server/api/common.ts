// Building blocks of the request and reply schemas.
import { type Static, type TObject, type TSchema, Type } from 'typebox'

/**
 * A reference to a schema with an `$id`, so that validators, serialisers and the OpenAPI document share one copy.
 *
 * @example
 * Type.Object({ images: Type.Array(reference(ImageSchema)) })
 */
export function reference<Schema extends TSchema>(schema: Schema) {
  const { $id } = schema as { $id?: string }
  return Type.Unsafe<Static<Schema>>({ $ref: `${$id}#` })
}

/** Also allows null; one `type` list rather than a union, because validators name the field more plainly then. */
export function nullable<Schema extends TSchema & { type: string }>(schema: Schema) {
  return Type.Unsafe<Static<Schema> | null>({ ...schema, type: [schema.type, 'null'] })
}

/** An object in replies; clients send it as an object or as JSON in a string (docs/kasm.md, "Conventions"). */
export const ConfigInput = Type.Unsafe<Record<string, unknown> | string | null>({ type: ['object', 'string', 'null'] })
/** A list in replies; some clients send a single string. */
export const ListInput = Type.Unsafe<string[] | string | null>({
  type: ['array', 'string', 'null'],
  items: { type: 'string' },
})

const exampleKey = { api_key: 'kasmSimKey01', api_key_secret: 'kasmSimSecret0123456789abcdefghi' }

/**
 * The body of a developer operation: the API key, which may come in the Authorization header instead, and its own fields.
 * Unknown fields are ignored, as Kasm does.
 */
export function developerRequest<Properties extends Record<string, TSchema>>(
  $id: string,
  properties: Properties,
  example: object,
): TObject<Properties> {
  const key = { api_key: Type.Optional(Type.String()), api_key_secret: Type.Optional(Type.String()) }
  return Type.Object(
    { ...key, ...properties },
    { $id, examples: [{ ...exampleKey, ...example }] },
  ) as unknown as TObject<Properties>
}

/** Every error that is not the plain 500 page. */
export const ErrorReplySchema = Type.Object(
  { error_message: Type.String() },
  { $id: 'ErrorReply', examples: [{ error_message: 'Image not found.' }] },
)

/** The answer of an operation that returns nothing. */
export const EmptyReplySchema = Type.Object({}, { $id: 'EmptyReply', additionalProperties: false, examples: [{}] })

/** The answer of the health check. */
export const HealthReplySchema = Type.Object({ ok: Type.Boolean() }, { $id: 'HealthReply', examples: [{ ok: true }] })
