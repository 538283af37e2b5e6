// Faults of a registry that runs alone, from a file.
import { dirname, resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { Count, own } from '../../server/kernel/schema-leaves.ts'
import type { Fault } from '../registry/faults/registry-fault.ts'
import { FaultsSchema } from '../registry/faults/registry-fault.ts'
import { Compilation } from './compilation.ts'
import { compileFaults } from './compile-faults.ts'
import { scenarioDefaults } from './defaults.ts'
import { checkForm } from './form.ts'
import { readSource, readYaml } from './load-yaml.ts'
import { isFields, Problems } from './problems.ts'

const FileSchema = Type.Object(
  {
    seed: Type.Optional(Count('Seed of what is drawn.', { minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    faults: FaultsSchema,
  },
  own,
)

/**
 * Reads a YAML or JSON file of the form of docs/faults.md. Moments count from the start of the registry.
 *
 * @throws KasmSimError FAULTS_INVALID with every problem, positioned at the first
 * @example
 * loadFaults('./faults.yaml') // { seed: 1, faults: [...] }
 */
export function loadFaults(file: string): { seed: number; faults: Fault[] } {
  const { source, locate = () => null } = readYaml(
    readSource(file, 'faults', 'Name a file that is there.'),
    file,
    'faults',
  )
  const problems = new Problems('faults')
  checkForm(FileSchema, source, problems)
  const resolveFile = (name: string) => resolve(dirname(file), name)
  const compilation = new Compilation({ problems, resolveFile })
  const { seed = scenarioDefaults.seed, faults: sources = [] } = (isFields(source) ? source : {}) as Partial<
    Static<typeof FileSchema>
  >
  const context = { compilation, groups: [], images: null, endMs: null }
  const faults = compileFaults(Array.isArray(sources) ? sources : [], ['faults'], context)
  problems.throwIfAny({ source, file, locate })
  return { seed, faults }
}
