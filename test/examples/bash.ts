// A shell as pipelines have it: lines go in one after the other, and the test looks at the world in between.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** What the programs of a pipeline's machine are here: kasm-sim is this one, and docker pushes images that are made up. */
const programs = {
  npx: `while [[ $1 == --yes ]]; do shift; done
[[ $1 == kasm-sim ]] || exit 127
exec '${process.execPath}' '${root}simulator/main.js' "\${@:2}"`,
  'kasm-sim': 'exec npx kasm-sim "$@"',
  docker: `echo "docker $*" >>"$DOCKER_LOG"
case $1 in
  login) [[ $(cat) == "$EXPECTED_PASSWORD" ]] ;;
  build) printf '%s\\n' "$@" | grep ':' >"$DOCKER_LOG.built" ;;
  push) grep --quiet --fixed-strings --line-regexp "$2" "$DOCKER_LOG.built" &&
    npx kasm-sim push "$(head -1 "$DOCKER_LOG.built")" --tag "\${2##*:}" --size 100kB ;;
esac`,
}

/** A folder's environment: the examples in it, and the programs above before any other. */
export function machine(folder: string): Record<string, string> {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/usr/bin/env bash\n${text}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  return { PATH: `${bin}:${process.env['PATH']}`, HOME: folder, DOCKER_LOG: join(folder, 'docker.log') }
}

/** One bash that goes on from line to line, and ends at the first that fails. Whatever it leaves running ends with the test. */
export class Bash {
  readonly #process: ChildProcess
  readonly #ended: Promise<number | null>
  #output = ''
  #lines = 0

  constructor({ cwd, env }: { cwd: string; env: Record<string, string> }) {
    this.#process = spawn('bash', ['-e', '-o', 'pipefail'], { cwd, env, detached: true, stdio: 'pipe' })
    const { pid, stdout, stderr } = this.#process
    for (const stream of [stdout, stderr]) stream?.on('data', (chunk: Buffer) => this.#take(chunk.toString()))
    this.#ended = new Promise((resolve) => this.#process.once('exit', resolve))
    onTestFinished(() => {
      try {
        process.kill(-(pid as number), 'SIGKILL')
      } catch {}
    })
  }

  /** Runs a line, or several at once; its output. Rejects where it fails. */
  async run(line: string): Promise<string> {
    const from = this.#output.length
    const marker = `::line ${++this.#lines} is done::`
    this.#process.stdin?.write(`{\n${line}\n} </dev/null\necho '${marker}' >&2\n`)
    const failed = this.#ended.then((exitCode) => {
      throw new Error(`exit code ${exitCode} of: ${line}\n${this.#output.slice(from)}`)
    })
    await Promise.race([this.#printed(marker), failed])
    return this.#output.slice(from).replace(marker, '').trim()
  }

  /** The shell's end, once it has nothing more to read. */
  async end(): Promise<void> {
    this.#process.stdin?.end()
    await this.#ended
  }

  #wake = () => {}

  #take(text: string): void {
    this.#output += text
    this.#wake()
  }

  async #printed(marker: string): Promise<void> {
    while (!this.#output.includes(marker)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
