// Docker references, read as the Docker Engine reads them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseReference } from '../../server/kernel/reference.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

test.each([
  ['kasmweb/chrome:1.16.1', 'docker.io', 'kasmweb/chrome', '1.16.1', null],
  ['alpine', 'docker.io', 'library/alpine', 'latest', null],
  ['alpine:3.20', 'docker.io', 'library/alpine', '3.20', null],
  ['docker.io/alpine', 'docker.io', 'library/alpine', 'latest', null],
  ['docker.io/kasmweb/chrome', 'docker.io', 'kasmweb/chrome', 'latest', null],
  ['index.docker.io/kasmweb/chrome', 'docker.io', 'kasmweb/chrome', 'latest', null],
  ['registry.example.com/team/app:2.0', 'registry.example.com', 'team/app', '2.0', null],
  ['registry.example.com:5443/app', 'registry.example.com:5443', 'app', 'latest', null],
  ['localhost/app', 'localhost', 'app', 'latest', null],
  ['localhost:5000/a/b/c:x', 'localhost:5000', 'a/b/c', 'x', null],
  ['127.0.0.1:5000/app:1', '127.0.0.1:5000', 'app', '1', null],
  ['[::1]:5000/app:1', '[::1]:5000', 'app', '1', null],
  ['ghcr.io/a-b_c.d__e/f:V1.0-rc_2', 'ghcr.io', 'a-b_c.d__e/f', 'V1.0-rc_2', null],
  [`ghcr.io/a/b@${digest}`, 'ghcr.io', 'a/b', null, digest],
  [`alpine@${digest}`, 'docker.io', 'library/alpine', null, digest],
  [`ghcr.io/a/b:1@${digest}`, 'ghcr.io', 'a/b', '1', digest],
])('reads %s', (text, host, repository, tag, expectedDigest) => {
  expect(parseReference(text)).toEqual({ host, repository, tag, digest: expectedDigest })
})

test.each([
  ['', 'is no repository name'],
  [' ', 'is no repository name'],
  ['Alpine', 'must be lower case'],
  ['kasmweb/Chrome:1', 'must be lower case'],
  ['kasmweb//chrome', 'is no repository name'],
  ['kasmweb/chrome/', 'is no repository name'],
  ['/chrome', 'is no repository name'],
  ['kasmweb/chrome:', 'is no tag'],
  ['kasmweb/chrome:-1', 'is no tag'],
  ['kasmweb/chrome:a b', 'is no tag'],
  [`kasmweb/chrome:${'a'.repeat(129)}`, 'is no tag'],
  ['kasmweb/chrome@sha256:abc', 'is no sha256 digest'],
  [`kasmweb/chrome@${digest}@${digest}`, 'more than one "@"'],
  ['https://ghcr.io/a/b', 'is no host name'],
  ['-bad.example.com/a', 'is no host name'],
  ['kasm_web.example.com/a', 'is no host name'],
  ['a..b/c', 'is no host name'],
  ['a._b/c', 'is no host name'],
  ['ghcr.io/-a', 'is no repository name'],
  [`ghcr.io/${'a'.repeat(256)}`, 'is no repository name'],
  ['../../etc/passwd', 'is no host name'],
])('refuses "%s": it %s', (text, problem) => {
  expect(() => parseReference(text)).toThrow(
    expect.objectContaining({ code: 'IMAGE_REFERENCE_INVALID', message: expect.stringContaining(problem) }),
  )
})

test('reads its own parts again as the same reference', () => {
  const name = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?$/)
  const host = fc.constantFrom('docker.io', 'ghcr.io', 'localhost:5000', 'registry.example.com:443')
  const tag = fc.stringMatching(/^\w[\w.-]{0,20}$/)
  fc.assert(
    fc.property(host, fc.array(name, { minLength: 2, maxLength: 4 }), tag, (on, path, tagged) => {
      const read = parseReference(`${on}/${path.join('/')}:${tagged}`)
      expect(read).toEqual({ host: on, repository: path.join('/'), tag: tagged, digest: null })
      expect(parseReference(`${read.host}/${read.repository}:${read.tag}`)).toEqual(read)
    }),
  )
})

test('either reads any text or refuses it with its code', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        const { repository } = parseReference(text)
        expect(repository).toMatch(/^[a-z0-9._/-]+$/)
      } catch (error) {
        expect(error).toMatchObject({ code: 'IMAGE_REFERENCE_INVALID' })
      }
    }),
  )
})
