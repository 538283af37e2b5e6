// The certificate that the server shows over HTTPS: one that is given, or one that it makes for itself.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { createSecureContext } from 'node:tls'
import { KasmSimError } from './kernel/errors.ts'

/** PEM files of a certificate, with those of its issuers behind it, and of its key. */
export interface CertificateFiles {
  certificateFile: string
  keyFile: string
}

/** A certificate with its key, as PEM. */
export interface Certificate {
  certificate: string
  key: string
  /** The SHA-256 of the certificate, as browsers and `openssl x509 -fingerprint -sha256` show it. */
  fingerprint: string
}

/**
 * Reads a certificate and its key.
 *
 * @throws KasmSimError CERTIFICATE_INVALID
 * @example
 * readCertificate({ certificateFile: 'kasm.pem', keyFile: 'kasm.key' }).fingerprint // 'AB:CD:…'
 */
export function readCertificate({ certificateFile, keyFile }: CertificateFiles): Certificate {
  const certificate = readPem(certificateFile, 'certificate')
  const key = readPem(keyFile, 'key')
  try {
    createSecureContext({ cert: certificate, key })
    return { certificate, key, fingerprint: fingerprintOf(certificate) }
  } catch (cause) {
    const problem = `Failed to use the certificate ${certificateFile} with the key ${keyFile}: ${(cause as Error).message}`
    const advice = 'Give a certificate and the key that belongs to it, both as PEM and without a passphrase.'
    throw new KasmSimError('CERTIFICATE_INVALID', `${problem}. ${advice}`, { cause })
  }
}

/**
 * Makes a certificate for this machine that signs itself, good for a year: for localhost, the loopback addresses, the machine's name and `host`.
 *
 * @example
 * const { certificate } = await createCertificate('127.0.0.1')
 */
export async function createCertificate(host: string): Promise<Certificate> {
  const { generate } = await import('selfsigned')
  const names = [...new Set(['localhost', '127.0.0.1', '::1', hostname(), host])]
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'kasm-sim' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  })
  return { certificate: cert, key, fingerprint: fingerprintOf(cert) }
}

function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256
}

function readPem(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const message = `Failed to read the ${what} ${file}: ${(cause as Error).message}. Correct the path or the file's rights.`
    throw new KasmSimError('CERTIFICATE_INVALID', message, { cause })
  }
}
