// docs/compose.md says what docker-compose.yml and the Dockerfile say.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const page = read('docs/compose.md')
const file = read('docker-compose.yml')

test('lists every service and every variable with its default', () => {
  const { services } = parse(file) as { services: Record<string, unknown> }
  for (const name of Object.keys(services)) expect(page).toContain(`| \`${name}\` |`)
  const variables = [...file.matchAll(/\$\{(\w+):-([^}]+)\}/g)]
  expect(variables.length).toBeGreaterThan(5)
  for (const [, name = '', value = ''] of variables) {
    const row = page.split('\n').find((line) => line.startsWith('| ') && line.includes(`\`${name}\``))
    expect(row, name).toContain(value)
  }
})

test('names the base image that the Dockerfile has', () => {
  expect(read('Dockerfile')).toContain(`ARG BASE_IMAGE=${/\| `BASE_IMAGE` \| `([^`]+)`/.exec(page)?.[1]}\n`)
})
