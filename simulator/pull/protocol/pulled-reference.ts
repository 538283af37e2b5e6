// A docker reference as a pull takes it.
import { KasmSimError } from '../../../server/kernel/errors.ts'
import { type ImageReference, parseReference } from '../../../server/kernel/reference.ts'
import { RegistryFailure } from './failure.ts'
import { familiarName } from './names.ts'

/** A reference, and the names that a pull by it gives. */
export interface PulledReference {
  reference: ImageReference
  /** The repository as people write it. */
  repository: string
  /** What it says itself. */
  name: string
}

/** @throws RegistryFailure REFERENCE_INVALID */
export function readReference(text: string): PulledReference {
  const reference = parsedReference(text)
  const repository = familiarName(reference)
  const { tag, digest } = reference
  return { reference, repository, name: digest === null ? `${repository}:${tag}` : `${repository}@${digest}` }
}

function parsedReference(text: string): ImageReference {
  try {
    return parseReference(text)
  } catch (cause) {
    if (!(cause instanceof KasmSimError)) throw cause
    const isUpperCase = /repository name must be lower case/.test(cause.message)
    const reason = isUpperCase ? 'repository name must be lowercase' : 'invalid reference format'
    const message = isUpperCase ? `invalid reference format: ${reason}` : reason
    throw new RegistryFailure('REFERENCE_INVALID', message, { cause })
  }
}
