// What must be so after each step of the maintenance process, whichever pipeline made it.
import { expect } from 'vitest'
import { ordinaryUser, tester, type World } from './world.ts'

const oldTag = '2026-01-01'

/** Follows one pipeline. A session of a user from before the deployment is there all along. */
export class Outcomes {
  readonly #world: World
  readonly #tag: string
  #before: { kasm_id: string; image_digest: string } | null = null

  constructor(world: World, tag: string) {
    this.#world = world
    this.#tag = tag
  }

  /** Looks at the world after a step that printed something. */
  async after(step: string, output: string): Promise<void> {
    const look = this.#looks[step]
    if (look) await look(output)
    if (this.#before) await this.#expectOldSession()
  }

  /** Steps without an entry change nothing that anybody could see. */
  readonly #looks: Record<string, (output: string) => Promise<void>> = {
    prepare: async () => {
      expect(await this.#world.workspace('Office')).toMatchObject({ name: `${this.#world.image}:${oldTag}` })
      expect(await this.#world.digest(this.#tag)).toBeNull()
    },
    push: async () => {
      const digest = await this.#world.digest(this.#tag)
      expect(digest).toMatch(/^sha256:/)
      expect(await this.#world.digest('latest')).toBe(digest)
      expect(await this.#world.digest(oldTag)).not.toBe(digest)
    },
    'create-test': async () => {
      const workspace = await this.#world.workspace('Office (test)')
      expect(workspace).toMatchObject({ name: `${this.#world.image}:${this.#tag}`, enabled: true })
      expect(await this.#world.groupsOf('Office (test)')).toEqual(['Image testers'])
      expect(await this.#world.groupsOf('Office')).toEqual(['All Users'])
    },
    wait: async () => {
      const digest = await this.#world.digest(this.#tag)
      expect(await this.#world.held(`${this.#world.image}:${this.#tag}`)).toEqual([digest, digest])
    },
    verify: async (output) => {
      expect(output).toContain(`${ordinaryUser} cannot: Image Not Authorized`)
      expect(await this.#world.lastSession(tester)).not.toBeNull()
      expect(await this.#world.lastSession(ordinaryUser)).toBeNull()
      expect(await this.#world.sessions()).toEqual([])
      this.#before = await this.#world.launch('Office')
    },
    deploy: async () => {
      expect(await this.#world.workspace('Office')).toMatchObject({ name: `${this.#world.image}:${this.#tag}` })
      expect((await this.#world.launch('Office')).image_digest).toBe(await this.#world.digest(this.#tag))
    },
    'verify-deploy': async (output) => {
      expect(output).toContain('1 of 1 sessions from before live on')
    },
    rollback: async () => {
      expect(await this.#world.workspace('Office')).toMatchObject({ name: `${this.#world.image}:${oldTag}` })
      expect((await this.#world.launch('Office')).image_digest).toBe(await this.#world.digest(oldTag))
    },
    clean: async () => {
      expect(await this.#world.workspace('Office (test)')).toBeUndefined()
    },
  }

  async #expectOldSession(): Promise<void> {
    const { kasm_id, image_digest } = this.#before ?? {}
    await this.#world.api('keepalive', { kasm_id })
    expect(image_digest).toBe(await this.#world.digest(oldTag))
    expect(await this.#world.sessions()).toContainEqual(
      expect.objectContaining({ kasm_id, image_digest, operational_status: 'running' }),
    )
  }
}

/** The step that a line of a pipeline takes; null of a line that is none. */
export function stepOf(line: string): string | null {
  if (line.includes('prepare-rehearsal.sh')) return 'prepare'
  return /\$STEPS ([a-z-]+)/.exec(line)?.[1] ?? null
}
