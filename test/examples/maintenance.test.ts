// docs/maintenance.md: every block of shell lines does what its text says, one after the other in one shell.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../cli/command.ts'
import { Bash, freePort, machine } from './bash.ts'
import { World } from './world.ts'

const page = readFileSync(new URL('../../docs/maintenance.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block)

test('every command of the page works, and leaves the world as the text says', { timeout: 90_000 }, async () => {
  const cwd = temporaryFolder()
  for (const [, text = '', name = ''] of page.matchAll(/```yaml\n(# (\S+):[\s\S]*?)```/g))
    writeFileSync(join(cwd, name), text)
  const [port, registryPort] = [await freePort(), await freePort()]
  const world = new World({
    url: `http://127.0.0.1:${port}`,
    apiKey: 'me',
    apiKeySecret: 'secret',
    image: `127.0.0.1:${registryPort}/desktops/office`,
  })
  const bash = new Bash({ cwd, env: machine(cwd) })
  const json = (file: string) => JSON.parse(readFileSync(join(cwd, file), 'utf8'))
  const looks: Record<string, () => Promise<void>> = {
    '--tag latest': async () => {
      expect(await world.digest('latest')).toBe(await world.digest('2026-11-24'))
      expect(await world.digest('latest')).not.toBe(await world.digest('2026-11-17'))
    },
    'kasm add_images_group': async () => {
      expect(await world.groupsOf('Office (test)')).toEqual(['Image testers'])
      expect(await world.workspace('Office (test)')).toMatchObject({ enabled: true, docker_user: 'kasm' })
    },
    'kasm get_agents': async () => {
      const digest = await world.digest('2026-11-24')
      expect(await world.held(`${world.image}:2026-11-24`)).toEqual([digest, digest])
    },
    'after.json': async () => {
      const digests = new Map(
        json('sessions.json').map((one: { kasm_id: string; image_digest: string }) => [one.kasm_id, one.image_digest]),
      )
      expect(digests.get(json('before.json').kasm_id)).toBe(await world.digest('2026-11-17'))
      expect(digests.get(json('after.json').kasm_id)).toBe(await world.digest('2026-11-24'))
    },
    'kasm delete_image': async () => {
      expect((await world.launch('Office')).image_digest).toBe(await world.digest('2026-11-17'))
      expect(await world.workspace('Office (test)')).toBeUndefined()
    },
  }
  for (const block of blocks) {
    await bash.run(block.replaceAll('8080', String(port)).replaceAll('5055', String(registryPort)))
    for (const [words, look] of Object.entries(looks)) if (block.includes(words)) await look()
  }
  expect(Object.keys(looks).filter((words) => !blocks.some((block) => block.includes(words)))).toEqual([])
})

test('the scenarios and pages that it names are there', () => {
  const links = [...page.matchAll(/\]\((\S+?)\)/g)].map(([, link = '']) => link)
  expect(links.length).toBeGreaterThan(5)
  for (const link of links)
    expect(readFileSync(new URL(link, new URL('../../docs/', import.meta.url)), 'utf8')).not.toBe('')
})
