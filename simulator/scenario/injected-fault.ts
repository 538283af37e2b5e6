// Faults that are injected into a registry while it runs, judged by the rules that those of scenarios and files are judged by.
import { FaultSchema, type FaultScope, type FaultSource } from '../registry/faults/registry-fault.ts'
import { isProfileFile } from '../registry/profile-file.ts'
import { Compilation } from './compilation.ts'
import { compileFaultScope } from './compile-faults.ts'
import { checkForm } from './form.ts'
import { Problems } from './problems.ts'
import type { FleetGroup } from './scenario.ts'

/** @throws KasmSimError FAULTS_INVALID with everything that is no fault about it */
export function checkInjectedFault(source: unknown): void {
  const problems = new Problems('faults')
  checkForm(FaultSchema, source, problems)
  problems.throwIfAny({ source, file: null, locate: () => null })
}

/**
 * Whom it concerns. Images are not looked for: they may come later.
 *
 * @throws KasmSimError FAULTS_INVALID
 */
export function scopeOfInjected(source: FaultSource, groups: FleetGroup[]): FaultScope {
  const problems = new Problems('faults')
  const { profile } = source.scope ?? {}
  // Whoever controls a registry is not to have files of its machine read.
  if (profile !== undefined && isProfileFile(profile))
    problems.add(['scope', 'profile'], 'must be the name of a profile')
  problems.throwIfAny({ source, file: null, locate: () => null })
  const compilation = new Compilation({ problems, resolveFile: (name) => name })
  const scope = compileFaultScope(source.scope ?? {}, ['scope'], { compilation, groups, images: null, endMs: null })
  problems.throwIfAny({ source, file: null, locate: () => null })
  return scope
}
