/**
 * The camera's own certificate for HTTPS: made on first start for this data folder alone, renewed before it
 * ends. Elliptic curve P-256, self-signed; clients of such cameras do not verify it.
 */
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { replaceFile } from '../../base/durable.ts'

const DAY_MS = 24 * 3600 * 1000
/** Longest life that current clients accept for a server certificate. */
const LIFE_DAYS = 397
const RENEW_DAYS = 30
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

export interface KeyPair {
  /** PEM. */
  readonly key: string
  /** PEM. */
  readonly cert: string
}

/** The pair in `dataDir`/tls, made anew if there is none, if it is damaged or ends within 30 days. */
export async function loadCertificate(dataDir: string, clock: Clock): Promise<KeyPair> {
  const folder = join(dataDir, 'tls')
  const keyFile = join(folder, 'key.pem')
  const certFile = join(folder, 'certificate.pem')
  try {
    const pair = { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') }
    if (isUsable(pair, clock.wallMs())) return pair
  } catch {
    // None yet, or not readable as one: a new one is made.
  }
  const pair = await makeCertificate(clock)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  replaceFile(keyFile, (unfinished) => writeFileSync(unfinished, pair.key))
  replaceFile(certFile, (unfinished) => writeFileSync(unfinished, pair.cert))
  return pair
}

/** Key and certificate belong together and are valid for a while. Errors: those of node:crypto for damaged text. */
function isUsable({ key, cert }: KeyPair, nowMs: number): boolean {
  const certificate = new X509Certificate(cert)
  const isValid =
    nowMs > Date.parse(certificate.validFrom) && nowMs < Date.parse(certificate.validTo) - RENEW_DAYS * DAY_MS
  return isValid && certificate.checkPrivateKey(createPrivateKey(key))
}

async function makeCertificate(clock: Clock): Promise<KeyPair> {
  // Loaded only here: it is needed once a year and takes more memory than the rest of the web server.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair
  const now = clock.wallMs()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // A positive number of 128 bits (RFC 5280 §4.1.2.2).
    serialNumber: `4${Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
      .toString('hex')
      .slice(1)}`,
    name: 'CN=Vedette camera',
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + (LIFE_DAYS - 1) * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1']),
      new x509.SubjectAlternativeNameExtension(ownNames()),
    ],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { key: x509.PemConverter.encode(key, 'PRIVATE KEY'), cert: certificate.toString('pem') }
}

/** Names and addresses under which this machine can be reached. */
function ownNames() {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return [
    ...['localhost', hostname()].map((value) => ({ type: 'dns' as const, value })),
    ...addresses
      // Link-local IPv6 addresses carry an interface and mean nothing to others.
      .filter(({ address }) => !address.startsWith('fe80'))
      .map(({ address }) => ({ type: 'ip' as const, value: address })),
  ]
}
