// The kinds of registry that can be stood up by name.
import { KasmSimError } from '../../../server/kernel/errors.ts'
import { closest } from '../../../server/kernel/suggest.ts'
import { builtInProfiles } from './built-in.ts'
import type { Profile } from './policy.ts'
import { profileOf } from './profile-source.ts'

/** Every profile that comes with the program. */
export const profiles: readonly Profile[] = builtInProfiles.map((source) => profileOf(source, source.name))

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
    `Failed to find the registry profile "${name}": there is none of this name. ${meant ? `Did you mean "${meant}"?` : `Known: ${names.join(', ')}.`} \`kasm-sim profiles\` explains them.`,
  )
}
