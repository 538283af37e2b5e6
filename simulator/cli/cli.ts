// The outermost shell: reads the command line, runs the command and turns whatever went wrong into one line and an exit code.
import { CommanderError } from 'commander'
import { exitCodes } from '../../server/kernel/errors.ts'
import { describeFailure } from './failure.ts'
import { createProgram } from './program.ts'

/**
 * Runs `kasm-sim` with these arguments and returns its exit code (docs/errors.md).
 *
 * @example
 * process.exitCode = await main(['list', '--json'])
 */
export async function main(args: string[]): Promise<number> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.passed)
    throw error
  })
  let exitCode: number = exitCodes.passed
  try {
    const program = createProgram((code) => {
      exitCode = code
    })
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    const failure = describeFailure(error)
    process.stderr.write(failure.text)
    return failure.exitCode
  }
}
