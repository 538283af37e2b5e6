// What the pulls of one engine share in virtual time; kept only while something is under way.
import type { ModelledLogin } from '../../registry/modelled-registry.ts'
import type { Persona } from '../personas.ts'
import { Downloads } from './downloads.ts'
import { Slots } from './slots.ts'
import { ModelledTokens } from './tokens.ts'
import type { World } from './world.ts'

export class ModelledEngine {
  readonly downloads: Downloads
  readonly slots: Slots
  readonly #persona: Persona
  /** Tokens that outlive a pull, by what they are for. */
  readonly #tokens = new Map<string, ModelledTokens>()

  constructor(world: World, persona: Persona) {
    this.#persona = persona
    this.downloads = new Downloads(world)
    this.slots = new Slots(persona.downloads.max)
  }

  /** Whether there is nothing to remember it for. */
  get isIdle(): boolean {
    return this.downloads.isEmpty && this.#tokens.size === 0
  }

  /** The tokens for a repository: the engine's, where its pulls share them, else new ones. */
  tokensFor(host: string, repository: string, login: ModelledLogin | null): ModelledTokens {
    const { token } = this.#persona
    if (token.sharedBy === 'pull') return new ModelledTokens(token, login)
    const key = JSON.stringify([host, repository, login])
    const tokens = this.#tokens.get(key) ?? new ModelledTokens(token, login)
    this.#tokens.set(key, tokens)
    return tokens
  }
}
