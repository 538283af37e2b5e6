// The package as npm publishes it, installed into an empty project without its optional packages: how much comes along, and that
// everything the first page of the README shows works with that.
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command, start } from '../cli/command.ts'

const top = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(top, 'README.md'), 'utf8')
/** A little above what there is: who goes beyond it has to say why every user should pay for that. */
const packagesMax = 145
const sizeMaxBytes = 48e6
const optional = ['echarts', 'msw', 'testcontainers', 'vitest', 'tar-stream']

const execute = promisify(execFile)
const npm = (cwd: string, ...words: string[]) => execute('npm', words, { cwd, maxBuffer: 64 * 2 ** 20 })

/** Whether packages can be had; where they cannot, the reason is printed, and is an error where they must be. */
function canInstall(): boolean {
  try {
    execFileSync('npm', ['ping', '--fetch-retries=0', '--fetch-timeout=10000'], { stdio: 'pipe', encoding: 'utf8' })
    return true
  } catch (error) {
    const cause = String((error as { stderr?: string }).stderr ?? error).trim()
    if (process.env['KASM_SIM_REQUIRE_NPM_REGISTRY'] === '1') {
      throw new Error(`Failed to reach the npm registry: ${cause}. Unset KASM_SIM_REQUIRE_NPM_REGISTRY to skip this.`)
    }
    process.stdout.write(`Skipped: these tests need an npm registry (${cause}).\n`)
    return false
  }
}

describe.skipIf(!canInstall())('installed into an empty project', () => {
  const project = mkdtempSync(join(tmpdir(), 'kasm-sim-package-'))
  const modules = join(project, 'node_modules')
  const options = { cwd: project, program: join(modules, '.bin/kasm-sim'), timeoutMs: 120_000 }

  beforeAll(async () => {
    await npm(top, 'pack', '--silent', '--pack-destination', project)
    const packed = readdirSync(project).find((file) => file.endsWith('.tgz')) ?? ''
    writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}')
    await npm(project, 'install', `./${packed}`, '--omit=optional', '--omit=peer', '--no-audit', '--no-fund')
  })
  afterAll(() => rmSync(project, { recursive: true }))

  test('few and small packages come along, and none of the optional ones', () => {
    const packages = readdirSync(modules).flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((scoped) => `${name}/${scoped}`) : [name],
    )
    const files = readdirSync(modules, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const sizeBytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
    const installed = packages.filter((name) => !name.startsWith('.'))
    process.stdout.write(`${installed.length} packages, ${(sizeBytes / 1e6).toFixed(1)} MB\n`)
    expect(installed.filter((name) => optional.includes(name))).toEqual([])
    expect(installed.length).toBeLessThanOrEqual(packagesMax)
    expect(sizeBytes).toBeLessThanOrEqual(sizeMaxBytes)
  })

  const lines = [...readme.matchAll(/^npm run -s kasm-sim -- (.+)$/gm)].map(([, line]) => line as string)
  const isServer = (line: string) => /^(serve|registry) /.test(line)
  test.each(lines.filter((line) => !isServer(line)))('kasm-sim %s', async (line) => {
    const { exitCode, stdout, stderr } = await command(wordsOf(shortened(line)), options)
    // A busy machine may miss a check of what runs in real time; test/scenarios/ sees to those.
    expect(line.includes('run rate-limit') ? [0, 2] : [0], stdout + stderr).toContain(exitCode)
    expect(stdout.length).toBeGreaterThan(100)
    if (line.startsWith('what-if')) expect(plotsBelow(project).length).toBeGreaterThan(0)
  })

  test.each(lines.filter(isServer))('kasm-sim %s', async (line) => {
    const words = wordsOf(line).map((word, index, all) => (all[index - 1] === '--port' ? '0' : word))
    const server = start(words, options)
    const [, url = ''] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(await server.printed(/http:\/\/127\.0\.0\.1:\d+/)) ?? []
    const paths = line.startsWith('serve') ? ['/openapi.json', '/docs/', '/api/__healthcheck'] : ['/v2/_catalog']
    for (const path of paths) expect((await fetch(url + path)).status, path).toBeLessThan(500)
    server.process.kill('SIGTERM')
    expect((await server.ended).exitCode).toBe(0)
  })

  test('the scenario of one’s own', async () => {
    const [, source = ''] = /```ts\n(\/\/ my-scenario\.ts\n[\s\S]*?)```/.exec(readme) ?? []
    writeFileSync(join(project, 'my-scenario.ts'), source)
    const [, line = ''] = /`kasm-sim (run my-scenario\.ts[^`]*)`/.exec(readme) ?? []
    const { exitCode, stdout } = await command(wordsOf(line), options)
    expect(stdout).toContain('pulls-denied')
    expect(exitCode).toBe(2)
  })

  test('the Kasm in a test', async () => {
    const [, source = '', result = ''] =
      /```ts\n(import \{ createKasm \}[\s\S]*?)^(.*) \/\/ true\n```/m.exec(readme) ?? []
    writeFileSync(join(project, 'kasm.ts'), `${source}\nif (!(${result})) throw new Error('not on every agent')\n`)
    await execute(process.execPath, ['kasm.ts'], { cwd: project })
  })

  test('its types are whole, and the mistakes of a user of the client are errors', async () => {
    const mistakes = readFileSync(join(top, 'test/embedding/client-types.ts'), 'utf8')
    writeFileSync(
      join(project, 'client-types.ts'),
      mistakes.replace(/'[^']+\/client\/client\.ts'/, "'kasm-sim/client'"),
    )
    const entries = ['kasm-sim', 'kasm-sim/client'].map((name, index) => `export * as entry${index} from '${name}'\n`)
    writeFileSync(join(project, 'entries.ts'), entries.join(''))
    cpSync(join(top, 'node_modules/@types/node'), join(modules, '@types/node'), { recursive: true })
    cpSync(join(top, 'node_modules/undici-types'), join(modules, 'undici-types'), { recursive: true })
    const compilerOptions = {
      ...{ module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable'], types: ['node'] },
      ...{ strict: true, noEmit: true, noUncheckedIndexedAccess: false },
    }
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['client-types.ts', 'entries.ts'] }),
    )
    const { stdout } = await execute(join(top, 'node_modules/.bin/tsc'), ['-p', project]).catch((error) => error)
    expect(stdout).toBe('')
  })

  test('the client loads nothing but itself and openapi-fetch', async () => {
    const script = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      await import('kasm-sim/client')
      console.log(loaded.map((url) => url.replace(/.*node_modules./, '').split('/')[0] + ' ' + url.split('/').at(-1)).join('\\n'))`
    const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', script], { cwd: project })
    expect(stdout.trim().split('\n').toSorted()).toEqual([
      'kasm-sim client.js',
      expect.stringMatching(/^openapi-fetch /),
    ])
  })

  test('what needs testcontainers says so', async () => {
    const advice = /npm install --save-dev testcontainers/
    const imported = execute(process.execPath, ['--eval', "import('kasm-sim/testcontainers')"], { cwd: project })
    await expect(imported).rejects.toThrow(advice)
    const { exitCode, stderr } = await command(['registry', '--backend', 'container', '--port', '0'], {
      ...options,
      env: { DOCKER_HOST: '' },
    })
    expect(stderr).toMatch(advice)
    expect(stderr).toContain('[PACKAGE_MISSING]')
    expect(exitCode).toBe(1)
  })
})

/** The same with less of it: what is tried here is that all its parts are there. */
function shortened(line: string): string {
  return line.replace('--seeds 30', '--seeds 3').replace('=1..20', '=1..3')
}

/** As a shell takes them apart. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

function plotsBelow(folder: string): string[] {
  return readdirSync(join(folder, 'runs'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.svg'),
  )
}
