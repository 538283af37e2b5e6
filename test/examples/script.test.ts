// The shell script by itself: as examples/README.md shows it, and with what people forget.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Bash, freePort } from './bash.ts'
import { checkout, haste, startKasm, timeoutMs } from './kasm.ts'
import { World } from './world.ts'

const examples = new URL('../../examples/', import.meta.url)

test('the lines of examples/README.md work as they stand there', { timeout: timeoutMs }, async () => {
  const { cwd, env } = checkout()
  const page = readFileSync(join(cwd, 'examples/README.md'), 'utf8')
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(page) ?? []
  const [port, registryPort] = [await freePort(), await freePort()]
  const lines = block.replaceAll('8080', String(port)).replaceAll('5055', String(registryPort))
  const bash = new Bash({ cwd, env: { ...env, ...haste } })
  const output = await bash.run(lines.replaceAll('POLL_SECONDS=1', ''))
  const image = `127.0.0.1:${registryPort}/desktops/office`
  const key = { apiKey: 'rehearsal', apiKeySecret: 'rehearsal-secret' }
  const world = new World({ url: `http://127.0.0.1:${port}`, ...key, image })
  expect(output).toContain(`Office launches ${image}:2026-11-24`)
  expect(await world.workspace('Office')).toMatchObject({ name: `${image}:2026-01-01` })
  expect(await world.digest('2026-11-24')).toBe(await world.digest('latest'))
  for (const [, link = ''] of page.matchAll(/\]\((\S+?)\)/g)) {
    expect(readFileSync(new URL(link, examples), 'utf8')).not.toBe('')
  }
})

test('the script says what is missing or wrong, and fails', { timeout: timeoutMs }, async () => {
  const { cwd, env } = checkout()
  const { kasm, world } = await startKasm({ cwd, env })
  const slips: [args: string, variables: Record<string, string>, words: string][] = [
    ['', {}, 'Failed to do ""'],
    ['deplyo', {}, 'Failed to do "deplyo"'],
    ['push', { TAG: '' }, 'a tag that is never used again'],
    ['push', { KASM_URL: '' }, 'the address of the Kasm'],
    ['wait', {}, 'run create-test first'],
    ['rollback', {}, 'Set ROLLBACK_TO'],
    ['deploy', { WORKSPACE: 'Offices' }, 'Failed to find the Workspace Offices'],
    ['deploy', { KASM_API_KEY_SECRET: 'wrong' }, 'Unauthorized'],
    ['deploy', { WAIT_SECONDS: '0', POLL_SECONDS: '0' }, 'Failed to see within 0 s that'],
  ]
  for (const [args, variables, words] of slips) {
    const bash = new Bash({ cwd, env: { ...env, ...kasm, IMAGE: world.image, TAG: '1', ...variables } })
    await expect(bash.run(`examples/shell/build-push-test-deploy.sh ${args}`), words).rejects.toThrow(words)
  }
})

test('the Workspace of the testers is made once and changed from then on', { timeout: timeoutMs }, async () => {
  const { cwd, env } = checkout()
  const { kasm, world } = await startKasm({ cwd, env })
  const run = (tag: string, variables: Record<string, string> = {}) =>
    new Bash({ cwd, env: { ...env, ...kasm, IMAGE: world.image, TAG: tag, ...variables } }).run(
      'examples/shell/build-push-test-deploy.sh create-test',
    )
  await run('1', { PULL_USER: 'kasm', PULL_TOKEN: 'pull-only' })
  const first = await world.workspace('Office (test)')
  await run('2')
  const second = await world.workspace('Office (test)')
  expect(first).toMatchObject({ name: `${world.image}:1`, docker_user: 'kasm', enabled: true })
  expect(second).toMatchObject({
    image_id: first?.image_id,
    name: `${world.image}:2`,
    docker_user: null,
    enabled: true,
  })
  expect(await world.groupsOf('Office (test)')).toEqual(['Image testers'])
})
