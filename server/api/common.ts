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

/** Ids in replies: 32 hex digits without dashes. */
export const Id = Type.String({ pattern: '^[0-9a-f]{32}$' })
/** Ids in requests; with or without dashes, in any case. */
export const IdInput = Type.String({ minLength: 1 })
/** Texts that may be null. */
export const Text = nullable(Type.String())
export const TextInput = Type.Optional(Text)
/** Null leaves a flag as it is. */
export const FlagInput = Type.Optional(Type.Unsafe<boolean | null>({ type: ['boolean', 'null'] }))
export const Count = Type.Integer({ minimum: 0 })
/** An object whose fields nobody checks. */
export const AnyObject = Type.Record(Type.String(), Type.Unknown())
/** Nothing but what the schema names. */
export const own = { additionalProperties: false } as const
export const exampleId = 'c1f7a3e65d0b4b7e8a2c9d1e0f345678'

const exampleKey = { api_key: 'kasmSimKey01', api_key_secret: 'kasmSimSecret0123456789abcdefghi' }

/** An operation: what it takes, what it answers and how documents present it. */
export interface OperationDescription {
  tag: string
  summary: string
  body: TSchema
  reply: TSchema
  /** `shape`: it answers in the right form, and what it stores has no effect; docs/api.md says why that is enough. */
  state: 'full' | 'shape'
}

type Properties = Record<string, TSchema>

/**
 * Describes the developer operations of one area. Bodies may also carry the caller's key or token, which may come in headers instead;
 * unknown fields are ignored, as Kasm does.
 *
 * @example
 * const operation = operationsOf('Zones')
 * operation('get_zones', 'List the zones', {}, {}, Type.Object({ zones: Type.Array(reference(ZoneSchema)) }))
 */
export function operationsOf(tag: string, state: OperationDescription['state'] = 'full') {
  return <Request extends Properties, Reply extends TSchema>(
    verb: string,
    summary: string,
    request: Request,
    example: object,
    reply: Reply,
  ) => {
    const name = verb.replaceAll(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase())
    const credentials = Object.fromEntries(credentialFields.map((field) => [field, Type.Optional(Type.String())]))
    const body = Type.Object(
      { ...credentials, ...request },
      { $id: `${name}Request`, examples: [{ ...(verb === 'authenticate' ? {} : exampleKey), ...example }] },
    ) as unknown as TObject<Request>
    const named = '$id' in reply ? reply : ({ ...reply, $id: `${name}Reply` } as Reply)
    return { tag, summary, body, reply: named, state }
  }
}

const credentialFields = ['api_key', 'api_key_secret', 'token', 'username'] as const
/** What any body may carry beside what its operation takes. */
export type CredentialFields = Partial<Record<(typeof credentialFields)[number], string>>

/** Every error that is not the plain 500 page. */
export const ErrorReplySchema = Type.Object(
  { error_message: Type.String() },
  { $id: 'ErrorReply', examples: [{ error_message: 'Image not found.' }] },
)

/** The answer of an operation that returns nothing. */
export const EmptyReplySchema = Type.Object({}, { $id: 'EmptyReply', additionalProperties: false, examples: [{}] })

/** The answer of the health check. */
export const HealthReplySchema = Type.Object({ ok: Type.Boolean() }, { $id: 'HealthReply', examples: [{ ok: true }] })
