// What a container backend says when it cannot start, from the command line on: an error with its code, exit code 1, and nothing left.
import { execFileSync, spawnSync } from 'node:child_process'
import { afterAll, describe, expect, test } from 'vitest'
import { registryImage } from './registry-image.ts'
import { canUseDocker } from './requirements.ts'

const usable = canUseDocker()
const image = usable ? registryImage() : null
const command = [process.execPath, 'simulator/main.js', 'registry', '--port', '0', '--backend']

function containersOf(name: string): string {
  return execFileSync('docker', ['ps', '--all', '--quiet', '--filter', `ancestor=${name}`], { encoding: 'utf8' })
}

function start(...parameters: string[]) {
  const [file = '', ...rest] = [...command, ...parameters]
  return spawnSync(file, rest, { encoding: 'utf8', timeout: 60_000 })
}

describe.skipIf(!usable)('a container backend', () => {
  afterAll(() => image?.remove())

  test('names an image that cannot be pulled', () => {
    const { status, stderr } = start('container', '--registry-image', 'registry.invalid/none:1')
    expect(stderr).toMatch(/Failed to start the registry image registry\.invalid\/none:1 .*\[BACKEND_INVALID\]/s)
    expect(status).toBe(1)
  })

  test.skipIf(image === null)('is removed when the port of the front is in use', () => {
    const name = image?.name ?? ''
    const busy = spawnSync(process.execPath, ['-e', script(name)], { encoding: 'utf8', timeout: 60_000 })
    expect(busy.stdout).toContain('PORT_IN_USE')
    expect(containersOf(name)).toBe('')
  })

  // Whoever is root can hide the engine's socket from one process.
  test.skipIf(process.getuid?.() !== 0)('says that no Docker Engine answers', () => {
    const hidden = `mount --bind /dev/null /var/run/docker.sock && exec ${command.join(' ')} container`
    const shell = ['-c', 'unshare --mount sh -c "$1"', 'sh', hidden]
    const { status, stderr } = spawnSync('sh', shell, { encoding: 'utf8', timeout: 60_000 })
    expect(stderr).toMatch(/no Docker Engine answers.*\[DOCKER_UNAVAILABLE\]/s)
    expect(status).toBe(1)
  })
})

/** Holds a port, and runs the command on it until it ends. */
function script(name: string): string {
  const parameters = JSON.stringify([
    'simulator/main.js',
    'registry',
    '--backend',
    'container',
    '--registry-image',
    name,
  ])
  return `
    const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
      const port = String(server.address().port)
      const child = require('node:child_process').spawn(process.execPath, [...${parameters}, '--port', port])
      child.stderr.pipe(process.stdout)
      child.on('exit', () => server.close())
    })`
}
