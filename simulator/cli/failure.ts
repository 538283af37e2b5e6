// What a person reads on stderr when a command fails, and the exit code that goes with it.
import { exitCodes, KasmSimError } from '../../server/kernel/errors.ts'

/**
 * The text and the exit code of a failure. Coded errors are the user's to repair; anything else is a bug of this program
 * and shows where it happened.
 *
 * @example
 * describeFailure(new KasmSimError('PORT_IN_USE', 'Failed to listen on port 8080: it is in use. Choose another with --port.'))
 * // { text: 'kasm-sim: Failed to listen on port 8080: ... [PORT_IN_USE]\n', exitCode: 1 }
 */
export function describeFailure(error: unknown): { text: string; exitCode: number } {
  if (error instanceof KasmSimError) {
    const { position, message, code } = error
    const where = position ? `${position.file}:${position.line}:${position.column}: ` : ''
    return { text: `${where}kasm-sim: ${message} [${code}]\n`, exitCode: exitCodes.usage }
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const text = `kasm-sim: This is a bug of kasm-sim, not of your input. Please report it with what follows.\n${detail}\n`
  return { text, exitCode: exitCodes.invariantBroken }
}
