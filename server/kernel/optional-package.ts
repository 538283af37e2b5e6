// Packages that only some uses need, which whoever wants such a use installs: npm leaves optional peers out.
import { KasmSimError } from './errors.ts'

/**
 * Loads such a package.
 *
 * @throws KasmSimError PACKAGE_MISSING with how to install it
 * @example
 * await loadOptionalPackage('testcontainers', 'start a container', () => import('testcontainers'))
 */
export async function loadOptionalPackage<Module>(
  name: string,
  purpose: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause
    throw new KasmSimError(
      'PACKAGE_MISSING',
      `Failed to ${purpose}: the package ${name} is not installed, because most uses do without it. Install it: npm install --save-dev ${name}.`,
      { cause },
    )
  }
}

/** The package itself, that is, and not something that it wants in its turn. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)
}
