// `kasm-sim doctor`: what is there, what is not, and the exit code.
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { node } from '../../simulator/cli/doctor.ts'
import { command } from './command.ts'

interface Report {
  works: boolean
  findings: { what: string; state: string; found: string; advice: string }[]
}

async function examine(args: string[] = [], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await command(['doctor', '--json', ...args], { env })
  expect(stderr).toBe('')
  const { works, findings }: Report = JSON.parse(stdout)
  return { exitCode, works, findings: new Map(findings.map((finding) => [finding.what, finding])) }
}

test('says of each thing what was found and, where it is not there, what to do', async () => {
  const { exitCode, works, findings } = await examine([], { DOCKER_HOST: 'unix:///nowhere/docker.sock', PATH: '' })
  expect([exitCode, works]).toEqual([0, true])
  expect(findings.get('Node.js')).toMatchObject({ state: 'ok', found: process.versions.node, advice: '' })
  expect(findings.get('this machine’s address')).toMatchObject({ state: 'ok' })
  expect(findings.get('memory')?.found).toMatch(/ of .* available$/)
  expect(findings.get('Docker Engine')).toMatchObject({
    state: 'absent',
    found: expect.stringContaining('none answers at unix:///nowhere/docker.sock'),
    advice: expect.stringContaining('DOCKER_HOST'),
  })
  expect(findings.get('registry image')).toBeUndefined()
  expect(findings.get('Chromium')).toMatchObject({ state: 'absent' })
})

test('looks at every engine of DOCKER_HOST', async () => {
  const { stdout } = await command(['doctor'], { env: { DOCKER_HOST: 'unix:///nowhere/a,unix:///nowhere/b' } })
  expect(stdout.match(/none answers at unix:\/\/\/nowhere\/[ab] /g)).toHaveLength(2)
})

test('says where a default port is taken', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.once('error', () => resolve())
    server.listen({ host: '127.0.0.1', port: 5055 }, resolve)
  })
  onTestFinished(() => void server.close())
  const { findings } = await examine()
  expect(findings.get('port of the registry')).toMatchObject({
    ...{ state: 'absent', found: '127.0.0.1:5055 is in use', advice: expect.stringContaining('--port') },
  })
})

test('holds the limit of open files against the fleet', async () => {
  const { findings } = await examine(['--agents', '1000000'])
  expect(findings.get('open files')).toMatchObject({ state: 'absent', advice: expect.stringContaining('ulimit -n') })
})

test('refuses a fleet that is none', async () => {
  expect(await command(['doctor', '--agents', '0'])).toMatchObject({ exitCode: 1, stdout: '' })
})

test('calls a Node.js that is too old missing', () => {
  expect(['22.21.1', '22.22.0', '24.0.0', '20.20.2'].map((version) => node(version).state)).toEqual([
    'missing',
    'ok',
    'ok',
    'missing',
  ])
})
