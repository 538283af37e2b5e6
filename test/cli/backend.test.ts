// The flags that say what stands behind a registry's front.
import { expect, test } from 'vitest'
import { backendOf } from '../../simulator/cli/backend.ts'

test('reads the words and URLs of backends', () => {
  expect(backendOf('embedded', {})).toBe('embedded')
  expect(backendOf('container', {})).toEqual({ kind: 'container', image: 'registry:3' })
  expect(backendOf('container', { registryImage: 'mine:1' })).toEqual({ kind: 'container', image: 'mine:1' })
  const url = 'http://127.0.0.1:5000'
  expect(backendOf(url, {})).toEqual({ kind: 'upstream', url, push: false, account: null })
  const account = { username: 'me', password: 'secret' }
  expect(backendOf(url, { allowPush: true, upstreamAccount: [account] })).toMatchObject({ push: true, account })
})

test('refuses what is no backend, and flags of another one', () => {
  for (const named of ['registry', 'ftp://host', 'http://host/path', 'http://me:secret@host']) {
    expect(() => backendOf(named, {})).toThrow(expect.objectContaining({ code: 'USAGE' }))
  }
  expect(() => backendOf('embedded', { registryImage: 'mine:1' })).toThrow('--registry-image with the backend embedded')
  expect(() => backendOf('container', { allowPush: true })).toThrow('--allow-push with the backend container')
})
