// The call-back before a launch, over real sockets: the web app calls agents where they say they are.
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startWebApp } from '../../server/main.ts'
import { callAgentOverHttp } from '../../server/routes/call-back.ts'
import { createCertificate } from '../../server/tls.ts'
import { noResources, SessionFleet, serverIdOf } from './session-fleet.ts'
import { chrome, digestOf, heartbeatBody } from './support.ts'

/** An agent's own server, which says what it was asked for. */
async function startAgentServer(answer: RequestListener = (_request, response) => response.end('{}')) {
  const calls: string[] = []
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, calls }
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A web app that listens, with an agent per port that holds Chrome and says to be there. */
async function startFleet(ports: number[]) {
  const webApp = await startWebApp({ images: [{ name: chrome }], autoEnableAgents: true })
  onTestFinished(() => webApp.close())
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${webApp.managerToken}` }
    return fetch(`${webApp.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const developer = async (verb: string, body: object = {}) => {
    const { apiKey: api_key, apiKeySecret: api_key_secret } = webApp
    const response = await post(`/api/public/${verb}`, { api_key, api_key_secret, ...body })
    // biome-ignore lint/suspicious/noExplicitAny: replies differ by operation.
    return { body: (await response.json()) as any, cause: response.headers.get('x-kasm-sim-cause') }
  }
  for (const [number, port] of ports.entries()) {
    const address = { public_hostname: '127.0.0.1', port, scheme: 'http' as const }
    const docker_images = [{ name: chrome, digest: digestOf('a') }]
    const who = { server_id: serverIdOf(number), hostname: `agent-${number}` }
    await post('/manager_api/api/v1/heartbeat', heartbeatBody({ ...who, docker_images, ...address }))
  }
  const image_id = (await developer('get_images')).body.images[0].image_id
  const request = () => developer('request_kasm', { image_id })
  const hostOf = async (kasm_id: string) => (await developer('get_kasm_status', { kasm_id })).body.kasm.hostname
  return { request, hostOf }
}

test('asks an agent for its hello before a session is placed on it', async () => {
  const agent = await startAgentServer()
  const { request } = await startFleet([agent.port])
  expect((await request()).body).toHaveProperty('kasm_id')
  expect(agent.calls).toEqual(['GET /agent/api/v1/hello/'])
})

test('goes on to the next agent where one does not answer', async () => {
  const agent = await startAgentServer()
  const { request, hostOf } = await startFleet([await closedPort(), agent.port])
  const { body } = await request()
  expect(await hostOf(body.kasm_id)).toBe('agent-1')
})

test('refuses where no agent answers although all check in, and says what happened', async () => {
  const broken = await startAgentServer((_request, response) => response.writeHead(503).end())
  const { request } = await startFleet([broken.port])
  const { body, cause } = await request()
  expect(body).toEqual({ error_message: noResources })
  expect(cause).toBe('agent-0 is refused: unreachable (the call-back was answered with status 503)')
})

test('gives up after eight agents that do not answer', async () => {
  const agent = await startAgentServer()
  const silent = await closedPort()
  const { request } = await startFleet([...Array<number>(8).fill(silent), agent.port])
  const { body, cause } = await request()
  expect(body).toEqual({ error_message: noResources })
  expect(cause).toBe('9 agents are refused: 9 unreachable')
  expect(agent.calls).toEqual([])
})

test('takes an agent’s own certificate, whoever signed it', async () => {
  const { certificate: cert, key } = await createCertificate('127.0.0.1')
  const server = createSecureServer({ cert, key }, (_request, response) => response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  expect(await callAgentOverHttp(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`)).toBeNull()
})

test('says what went wrong with a call', async () => {
  expect(await callAgentOverHttp(`http://127.0.0.1:${await closedPort()}/`)).toMatch(/ECONNREFUSED/)
  const plain = await startAgentServer()
  // No TLS is spoken there.
  expect(await callAgentOverHttp(`https://127.0.0.1:${plain.port}/`)).toMatch(/SSL|TLS|wrong version|EPROTO/i)
})

test('begins nothing on an agent that is known to be silent, and lets what runs there go on', () => {
  const fleet = new SessionFleet({ agents: 2, sessionDelays: { startingMs: 0 } })
  const silent = new Set<string>()
  fleet.model.askAgents((serverId) => (silent.has(serverId) ? 'the agent is stopped' : null))
  const [running, stopped] = [fleet.start(), fleet.start()]
  fleet.ask('stop_kasm', { kasm_id: stopped })
  for (const number of [0, 1]) silent.add(serverIdOf(number))
  expect(fleet.request()).toMatchObject({
    body: { error_message: noResources },
    cause: '2 agents are refused: 2 unreachable',
  })
  expect(fleet.ask('get_kasm_status', { kasm_id: running }).kasm.operational_status).toBe('running')
  expect(fleet.ask('resume_kasm', { kasm_id: stopped })).toEqual({
    error_message: 'The agent of this session cannot be reached.',
  })
  const target_staging_config = { image_id: fleet.imageId, num_sessions: 1 }
  fleet.ask('create_staging_config', { target_staging_config })
  expect(fleet.ask('get_kasms').kasms).toHaveLength(2)
  silent.clear()
  expect(fleet.request().body).toHaveProperty('kasm_id')
})
