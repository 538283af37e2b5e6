// A typed client of the developer API, of the fake and of a real Kasm alike: openapi-fetch with the API key added to every call.
import createFetchClient, { type Client } from 'openapi-fetch'
import type { ReplyOf, RequestOf } from '../../server/api/operations.ts'
import type { Paths, Verb } from './api.ts'

/** Where a Kasm is and what it takes to call it. */
export interface ClientOptions {
  /** `https://kasm.example.com` */
  url: string
  apiKey: string
  apiKeySecret: string
  /** Sends the requests instead of the platform's `fetch`. */
  fetch?: (request: Request) => Promise<Response>
}

export type { Verb }
/** What a call of a verb says, its key left out. */
export type Body<Name extends Verb> = keyof RequestOf<Name> extends never ? Record<string, never> : RequestOf<Name>
/** What a call of a verb is answered, where it is not refused. */
export type Reply<Name extends Verb> = ReplyOf<Name> extends Uint8Array ? Blob : ReplyOf<Name>

/** Kasm refused a call: it answered with an `error_message`, or with no JSON at all. */
export class KasmApiError extends Error {
  override readonly name = 'KasmApiError'
  readonly verb: string
  readonly status: number

  constructor(message: string, { verb, status }: { verb: string; status: number }) {
    super(message)
    this.verb = verb
    this.status = status
  }
}

/** Every path and its types (`GET`, `POST` as of openapi-fetch), and `call` for the verbs. */
export interface KasmClient extends Client<Paths> {
  /**
   * Calls a verb.
   *
   * @throws KasmApiError where Kasm refuses
   * @example
   * const { images } = await client.call('get_images')
   */
  call<Name extends Verb>(verb: Name, body?: Body<Name>): Promise<Reply<Name>>
}

/**
 * A client. Its types come from the schemas by which the fake checks its calls and writes its OpenAPI document (`/openapi.json`).
 *
 * @example
 * const client = createKasmClient({ url, apiKey, apiKeySecret })
 * const { image } = await client.call('create_image', { target_image: { name: 'team/app:1.0', friendly_name: 'App' } })
 */
export function createKasmClient({ url, apiKey, apiKeySecret, fetch }: ClientOptions): KasmClient {
  const key = { api_key: apiKey, api_key_secret: apiKeySecret }
  const client = createFetchClient<Paths>({
    baseUrl: url,
    ...(fetch ? { fetch } : {}),
    bodySerializer: (body: unknown) => JSON.stringify({ ...key, ...(body as object) }),
  })
  const call = async (verb: string, body: object = {}) => {
    const path = `/api/public/${verb}` as '/api/public/get_images'
    const { data, error, response } = await client.POST(path, { body, parseAs: 'blob' })
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    if (data && !isJson) return data
    return replyOf(verb, response, data ? JSON.parse(await data.text()) : error)
  }
  return Object.assign(client, { call: call as KasmClient['call'] })
}

/** Kasm refuses with status 200, too. Its page for failures says nothing, but the fake names the cause beside it. */
function replyOf(verb: string, { status, headers }: Response, reply: unknown): unknown {
  const message = typeof reply === 'object' && reply !== null && 'error_message' in reply ? reply.error_message : null
  if (status === 200 && message === null) return reply
  const reason = headers.get('x-kasm-sim-cause')
  const refusal = message ?? `it answered with status ${status} and no JSON`
  throw new KasmApiError(`Failed to call ${verb}: ${refusal}${reason === null ? '' : ` (${reason})`}`, { verb, status })
}
