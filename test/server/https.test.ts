// The web app over HTTPS: with a certificate of its own making, and with one that it is given.
import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { checkServerIdentity } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { startWebApp, type WebAppOptions } from '../../server/main.ts'
import { createCertificate } from '../../server/tls.ts'
import { temporaryFolder } from '../cli/command.ts'

async function start(options: WebAppOptions) {
  const webApp = await startWebApp({ images: [], ...options })
  onTestFinished(() => webApp.close())
  return webApp
}

/** A request of a client that trusts nothing but `ca`. */
function get(url: string, ca: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(url, { ca }, async (response) => {
      resolve({ status: response.statusCode, body: await text(response) })
    })
    call.on('error', reject).end()
  })
}

/** Files with a certificate and its key. */
async function certificateFiles() {
  const folder = temporaryFolder()
  const files = { certificateFile: join(folder, 'kasm.pem'), keyFile: join(folder, 'kasm.key') }
  const made = await createCertificate('kasm.example.com')
  writeFileSync(files.certificateFile, made.certificate)
  writeFileSync(files.keyFile, made.key)
  return { ...made, ...files }
}

test('makes a certificate that clients who trust it accept, by every name of this machine', async () => {
  const { url, certificate, fingerprint } = await start({ https: true })
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  for (const host of ['127.0.0.1', 'localhost']) {
    const address = `${url.replace('127.0.0.1', host)}/api/__healthcheck`
    expect(await get(address, certificate ?? '')).toEqual({ status: 200, body: '{"ok":true}' })
  }
  expect(fingerprint).toBe(new X509Certificate(certificate ?? '').fingerprint256)
  expect(checkServerIdentity('kasm.example.com', new X509Certificate(certificate ?? '').toLegacyObject())).toBeDefined()
})

test('makes a new certificate with each start, which nobody trusts who was not told', async () => {
  const [first, second] = [await start({ https: true }), await start({ https: true })]
  expect(first.fingerprint).not.toBe(second.fingerprint)
  await expect(get(first.url, second.certificate ?? '')).rejects.toThrow('self-signed certificate')
})

test('speaks no plain HTTP where it speaks HTTPS', async () => {
  const { url } = await start({ https: true })
  await expect(fetch(url.replace('https:', 'http:'))).rejects.toThrow()
})

test('shows the certificate that it is given', async () => {
  const { certificate, fingerprint, certificateFile, keyFile } = await certificateFiles()
  const webApp = await start({ https: { certificateFile, keyFile } })
  expect(webApp).toMatchObject({ certificate, fingerprint })
  expect(await get(`${webApp.url}/api/__healthcheck`, certificate)).toMatchObject({ status: 200 })
})

test('the limits hold over HTTPS, too', async () => {
  const { url, certificate } = await start({ https: true, limits: { headersSizeBytes: 1_000 } })
  expect((await get(`${url}/${'a'.repeat(2_000)}`, certificate ?? '')).status).toBe(431)
})

test('says what is wrong with a certificate', async () => {
  const { certificateFile, keyFile } = await certificateFiles()
  const other = await certificateFiles()
  const refused = (files: { certificateFile: string; keyFile: string }) =>
    expect(startWebApp({ https: files })).rejects.toMatchObject({ code: 'CERTIFICATE_INVALID' })
  await refused({ certificateFile: join(temporaryFolder(), 'none.pem'), keyFile })
  await refused({ certificateFile, keyFile: join(temporaryFolder(), 'none.key') })
  await refused({ certificateFile, keyFile: other.keyFile })
  await refused({ certificateFile: keyFile, keyFile })
  await refused({ certificateFile, keyFile: certificateFile })
})

test('over plain HTTP there is no certificate', async () => {
  expect(await start({})).toMatchObject({ certificate: null, fingerprint: null })
})
