// Profiles by name or by file: what people write under `registry.profile` and after `--profile`.
import { checkForm } from '../scenario/form.ts'
import { readSource, readYaml } from '../scenario/load-yaml.ts'
import { Problems } from '../scenario/problems.ts'
import type { Profile } from './policy/policy.ts'
import { ProfileSchema, type ProfileSource, profileOf } from './policy/profile-source.ts'
import { findProfile } from './policy/profiles.ts'

const advice = 'Name a file that is there, or a profile that `kasm-sim profiles` lists.'

/** Whether a text names a file and no profile that comes with the program. */
export function isProfileFile(nameOrFile: string): boolean {
  return /[/\\]|\.(ya?ml|json)$/.test(nameOrFile)
}

/**
 * The profile of a name, or of a YAML or JSON file in the form of docs/registries.md, section 10.
 *
 * @throws KasmSimError PROFILE_UNKNOWN | PROFILE_INVALID with every problem, positioned at the first
 * @example
 * loadProfile('ghcr')
 * loadProfile('./my-profile.yaml')
 */
export function loadProfile(nameOrFile: string): Profile {
  if (!isProfileFile(nameOrFile)) return findProfile(nameOrFile)
  const { source, locate = () => null } = readYaml(readSource(nameOrFile, 'profile', advice), nameOrFile, 'profile')
  const problems = new Problems('profile')
  checkForm(ProfileSchema, source, problems)
  problems.throwIfAny({ source, file: nameOrFile, locate })
  // What has passed its schema is of its type.
  return profileOf(source as unknown as ProfileSource, nameOrFile)
}
