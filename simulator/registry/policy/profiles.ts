// The kinds of registry that can be stood up by name.
import { KasmSimError } from '../../../server/kernel/errors.ts'
import { closest } from '../../../server/kernel/suggest.ts'
import { createDockerHubPolicy } from './docker-hub.ts'
import type { Profile } from './policy.ts'

/** Every profile. */
export const profiles: readonly Profile[] = [
  {
    name: 'none',
    description: 'No authentication and no limits: a private registry on a quiet network.',
    source: 'docs/registries.md, section 6',
    authentication: { scheme: 'none' },
    createPolicy: () => ({
      versionChecksAreFree: true,
      decide: () => ({ allowed: true, headers: {}, rateLimitRemaining: null }),
      challengeHeaders: () => ({}),
    }),
  },
  {
    name: 'docker-hub-anonymous',
    description: 'Docker Hub: 100 pulls per 6 hours and address without an account, 200 with a free one.',
    source: 'docs/registries.md, sections 1 and 3',
    authentication: {
      scheme: 'bearer',
      service: 'registry.docker.io',
      tokenLifetimeSeconds: 300,
      anonymousPull: true,
    },
    createPolicy: createDockerHubPolicy,
  },
]

/**
 * The profile of a name.
 *
 * @throws KasmSimError PROFILE_UNKNOWN
 * @example
 * findProfile('docker-hub-anonymous').createPolicy()
 */
export function findProfile(name: string): Profile {
  const profile = profiles.find((each) => each.name === name)
  if (profile) return profile
  const names = profiles.map((each) => each.name)
  const meant = closest(name, names) ?? names.find((known) => name !== '' && known.startsWith(name))
  throw new KasmSimError(
    'PROFILE_UNKNOWN',
    `Failed to find the registry profile "${name}": there is none of this name. ${meant ? `Did you mean "${meant}"?` : 'Choose a known one.'} Known: ${names.join(', ')}.`,
  )
}
