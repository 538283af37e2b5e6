// Runs the real command as a process of its own, the way a person or a pipeline would.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const entry = fileURLToPath(new URL('../../simulator/main.js', import.meta.url))

interface CommandOptions {
  cwd?: string
  env?: Record<string, string>
  /** As `ulimit -n` sets it; default: that of the tests. */
  openFilesMax?: number
}

interface CommandResult {
  exitCode: number | null
  stdout: string
  stderr: string
}

/** A command that goes on until it is told to stop. */
interface RunningCommand {
  process: ChildProcess
  /** Resolves with all of stdout so far once it matches. */
  printed(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<string>
  ended: Promise<CommandResult>
}

/** Starts the command; the test's end kills it if it still runs. Not for concurrent tests, whose end nobody could tell apart. */
export function start(args: string[], options?: CommandOptions): RunningCommand {
  const running = launch(args, options)
  onTestFinished(() => {
    if (running.process.exitCode === null) running.process.kill('SIGKILL')
  })
  return running
}

/** Runs the command to its end. */
export function command(args: string[], options?: CommandOptions): Promise<CommandResult> {
  return launch(args, options).ended
}

function launch(args: string[], { cwd, env, openFilesMax }: CommandOptions = {}): RunningCommand {
  const ownVariables = Object.entries(process.env).filter(([name]) => !name.startsWith('KASM_SIM_'))
  const direct = [process.execPath, entry, ...args]
  const limited = ['bash', '-c', 'ulimit -n "$0" && exec "$@"', `${openFilesMax}`, ...direct]
  const [program = '', ...all] = openFilesMax === undefined ? direct : limited
  const child = spawn(program, all, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 25_000,
    env: { ...Object.fromEntries(ownVariables), ...env },
    ...(cwd === undefined ? {} : { cwd }),
  })
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    process: child,
    printed: (pattern, stream = 'stdout') => printed(child, stream, pattern),
    ended: Promise.all([exit, text(child.stdout), text(child.stderr)]).then(([exitCode, stdout, stderr]) => ({
      exitCode,
      stdout,
      stderr,
    })),
  }
}

/** An empty folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kasm-sim-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function printed(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = ''
    child[stream]?.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
      if (pattern.test(seen)) resolve(seen)
    })
    child.once('close', () => reject(new Error(`the command ended without printing ${pattern}; it printed: ${seen}`)))
  })
}
