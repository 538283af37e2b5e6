// What the examples work on, as the test sees it: the fake Kasm through its API, and the registry beside it.
import { expect } from 'vitest'

interface Workspace {
  image_id: string
  name: string
  friendly_name: string
  enabled: boolean
  docker_user: string | null
}

interface Session {
  kasm_id: string
  operational_status: string
  image_digest: string
}

export interface WorldAddress {
  url: string
  apiKey: string
  apiKeySecret: string
  /** Registry and repository, without a tag. */
  image: string
}

export const tester = 'image-tester@kasm.local'
export const ordinaryUser = 'user@kasm.local'

export class World {
  readonly image: string
  readonly #address: WorldAddress

  constructor(address: WorldAddress) {
    this.#address = address
    this.image = address.image
  }

  async api<Reply>(verb: string, body: object = {}): Promise<Reply> {
    const { url, apiKey: api_key, apiKeySecret: api_key_secret } = this.#address
    const answer = await fetch(`${url}/api/public/${verb}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ api_key, api_key_secret, ...body }),
    })
    return (await answer.json()) as Reply
  }

  async workspace(friendlyName: string): Promise<Workspace | undefined> {
    const { images } = await this.api<{ images: Workspace[] }>('get_images')
    return images.find(({ friendly_name }) => friendly_name === friendlyName)
  }

  /** The groups that may launch a Workspace, of those there are. */
  async groupsOf(friendlyName: string): Promise<string[]> {
    const image = await this.workspace(friendlyName)
    const { groups } = await this.api<{ groups: { group_id: string; name: string }[] }>('get_groups')
    const names: string[] = []
    for (const { group_id, name } of groups) {
      const { images } = await this.api<{ images: { image_id: string }[] }>('get_images_group', {
        target_group: { group_id },
      })
      if (images.some(({ image_id }) => image_id === image?.image_id)) names.push(name)
    }
    return names
  }

  /** What each agent holds of a reference. */
  async held(reference: string): Promise<(string | undefined)[]> {
    const { agents } = await this.api<{ agents: { docker_images: { name: string; digest: string }[] }[] }>('get_agents')
    return agents.map(({ docker_images }) => docker_images.find(({ name }) => name === reference)?.digest)
  }

  /** What a tag stands for in the registry; null where there is none. */
  async digest(tag: string): Promise<string | null> {
    const [host = '', ...path] = this.image.split('/')
    const answer = await fetch(`http://${host}/v2/${path.join('/')}/manifests/${tag}`, {
      method: 'HEAD',
      headers: { accept: 'application/vnd.oci.image.index.v1+json' },
    })
    return answer.headers.get('docker-content-digest')
  }

  async lastSession(username: string): Promise<string | null> {
    const { user } = await this.api<{ user?: { last_session: string | null } }>('get_user', {
      target_user: { username },
    })
    return user?.last_session ?? null
  }

  async sessions(): Promise<Session[]> {
    return (await this.api<{ kasms: Session[] }>('get_kasms')).kasms
  }

  /** A session of the ordinary user, once it runs. */
  async launch(friendlyName: string): Promise<Session> {
    const { user } = await this.api<{ user: { user_id: string } }>('get_user', {
      target_user: { username: ordinaryUser },
    })
    const image = await this.workspace(friendlyName)
    const { kasm_id } = await this.api<{ kasm_id: string }>('request_kasm', {
      user_id: user.user_id,
      image_id: image?.image_id,
    })
    const find = async () => (await this.sessions()).find((session) => session.kasm_id === kasm_id)
    await expect.poll(async () => (await find())?.operational_status, { timeout: 10_000 }).toBe('running')
    return (await find()) as Session
  }
}
