// A web app on a frozen clock that a test controls over /__sim__/, as a test in any language would.
import { onTestFinished } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { Control } from '../../server/control/control.ts'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { defaultCredentials } from '../../server/model/access/credentials.ts'
import { createKasmModel, type KasmModelOptions } from '../../server/model/model.ts'
import { apiCredentials, chrome, heartbeatBody } from './support.ts'

export const startMs = Date.UTC(2026, 0, 1)

type Method = 'GET' | 'POST' | 'DELETE' | 'PUT'

/** Starts a fake for the running test. */
export function startControlled(options: KasmModelOptions & { controlToken?: string } = {}) {
  const clock = new Timekeeper({ startMs, frozen: true })
  const model = createKasmModel({ images: [{ name: chrome }], secretKey: Buffer.from('test'), ...options })
  const control = new Control({ model, clock })
  const app = buildApp({ model, clock, control, controlToken: options.controlToken ?? null })
  onTestFinished(async () => {
    await app.close()
    clock.close()
  })

  async function send(method: Method, path: string, payload?: object | string, headers: Record<string, string> = {}) {
    const type = payload === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await app.inject({
      method,
      url: `/__sim__${path}`,
      headers: { ...type, ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: replies differ by operation.
    const body: any = answer.body === '' ? null : JSON.parse(answer.body)
    return { status: answer.statusCode, body, headers: answer.headers }
  }

  async function developer(verb: string, body: object = {}) {
    const { statusCode, body: text } = await app.inject({
      method: 'POST',
      url: `/api/public/${verb}`,
      payload: { ...apiCredentials, ...body },
    })
    // biome-ignore lint/suspicious/noExplicitAny: replies differ by operation.
    const parsed: any = text.startsWith('{') ? JSON.parse(text) : null
    return { status: statusCode, body: parsed, text }
  }

  async function heartbeat(fields: Parameters<typeof heartbeatBody>[0] = {}) {
    const { statusCode } = await app.inject({
      method: 'POST',
      url: '/manager_api/api/v1/heartbeat',
      payload: heartbeatBody(fields),
      headers: { authorization: `Bearer ${defaultCredentials.managerToken}` },
    })
    return statusCode
  }

  return {
    app,
    clock,
    model,
    developer,
    heartbeat,
    call: send,
    get: (path: string) => send('GET', path),
    post: (path: string, payload?: object | string, headers?: Record<string, string>) =>
      send('POST', path, payload, headers),
    delete: (path: string) => send('DELETE', path),
    imageNames: async (): Promise<string[]> =>
      (await developer('get_images')).body.images.map(({ name }: { name: string }) => name),
  }
}
