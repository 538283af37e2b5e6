// The flags that name what stands behind a registry's front.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { isRegistryUrl } from '../registry/backend/url.ts'
import { backendDefaults } from '../scenario/defaults.ts'
import type { ScenarioBackend } from '../scenario/scenario.ts'
import type { Account } from './flags.ts'

/** As commander reads them; the flag of the backend itself has another name in each command. */
export interface BackendFlags {
  registryImage?: string
  allowPush?: true
  /** Of no use to other backends than a URL: the environment may hold it for all commands. */
  upstreamAccount?: Account[]
}

/**
 * The backend that `embedded`, `container` or a URL stands for.
 *
 * @throws KasmSimError USAGE where it is none of these, or where a flag belongs to another one
 */
export function backendOf(named: string, { registryImage, allowPush, upstreamAccount }: BackendFlags): ScenarioBackend {
  const kind = named === 'embedded' || named === 'container' ? named : 'upstream'
  if (kind === 'upstream' && !isRegistryUrl(named)) {
    throw new KasmSimError(
      'USAGE',
      `Failed to use the backend ${named}: it is neither embedded, container nor a URL without a path. Write a URL like https://registry.example:5000.`,
    )
  }
  if (registryImage !== undefined && kind !== 'container') throw mismatch('--registry-image', named, 'container')
  if (allowPush && kind !== 'upstream') throw mismatch('--allow-push', named, 'a URL')
  if (kind === 'embedded') return 'embedded'
  if (kind === 'container') return { kind, image: registryImage ?? backendDefaults.image }
  return { kind, url: named, push: allowPush ?? false, account: upstreamAccount?.at(-1) ?? null }
}

function mismatch(flag: string, named: string, other: string): KasmSimError {
  return new KasmSimError(
    'USAGE',
    `Failed to use ${flag} with the backend ${named}: it is for ${other}. Leave it out, or name that backend.`,
  )
}
