// A fleet and its sessions for one test, on the model itself: calls return at once and the test says what time it is.
import type { HeartbeatReply, HeartbeatRequest } from '../../server/api/manager.ts'
import type { DeveloperOperationName, OperationName } from '../../server/api/operation-names.ts'
import type { RequestOf } from '../../server/api/operations.ts'
import { createKasmModel, type KasmModelOptions, type ModelCall } from '../../server/model/model.ts'
import type { Reply } from '../../server/model/reply.ts'
import { chrome, digestOf, heartbeatBody } from './support.ts'

/** The id of an agent by number. */
export function serverIdOf(number: number): string {
  return `0b3c5d7e91a24b6c8d0ef1a2${number.toString(16).padStart(8, '0')}`
}

export const noResources = 'No resources are available to create the requested Kasm.'

/** Sessions that hold still until they are told otherwise, and agents that are enabled and hold Chrome. */
export class SessionFleet {
  readonly model
  nowMs = 1_700_000_000_000

  constructor(options: KasmModelOptions & { agents?: number } = {}) {
    const { agents = 1, ...model } = options
    this.model = createKasmModel({
      images: [{ name: chrome }],
      autoEnableAgents: true,
      secretKey: Buffer.from('test'),
      ...model,
    })
    for (let number = 0; number < agents; number += 1) this.heartbeat(number)
  }

  call<Name extends OperationName>(operation: Name, body: RequestOf<Name>, more: Partial<ModelCall<Name>> = {}): Reply {
    return this.model.handle({ operation, body, nowMs: this.nowMs, ...more } as ModelCall<Name>)
  }

  /** The body of an answer. */
  // biome-ignore lint/suspicious/noExplicitAny: replies differ by operation.
  ask<Name extends DeveloperOperationName>(operation: Name, body: object = {}): any {
    return this.call(operation, body as RequestOf<Name>).body
  }

  heartbeat(number: number, fields: Partial<HeartbeatRequest> = {}): HeartbeatReply {
    const docker_images = [{ name: chrome, digest: digestOf('a') }]
    const body = { server_id: serverIdOf(number), hostname: `agent-${number}`, docker_images, ...fields }
    return this.call('heartbeat', heartbeatBody(body)).body as HeartbeatReply
  }

  get imageId(): string {
    return this.model.areas.images.list()[0]?.image_id as string
  }

  /** Asks for a session of the first image, or of the one that is named. */
  request(fields: object = {}): Reply {
    return this.call('request_kasm', { image_id: this.imageId, ...fields })
  }

  /** The id of a new session, which runs by now. */
  start(fields: object = {}): string {
    const { kasm_id } = this.request(fields).body as { kasm_id: string }
    if (!kasm_id) throw new Error('no session was started')
    this.nowMs += 1_000
    return kasm_id
  }

  /** What a session is now. */
  session(kasm_id: string) {
    return this.ask('get_kasm_status', { kasm_id }).kasm
  }

  updateImage(fields: object): void {
    this.ask('update_image', { target_image: { image_id: this.imageId, ...fields } })
  }

  updateAgent(number: number, fields: object) {
    const agent_id = this.model.areas.agents.find(serverIdOf(number))?.agentId
    return this.ask('update_agent', { target_agent: { agent_id, ...fields } })
  }

  get agent() {
    return (number: number) => this.model.agentView(serverIdOf(number), this.nowMs)
  }
}
