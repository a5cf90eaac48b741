/** `npm run pak`: makes a firmware package of this working tree, and what an update server needs. See its --help. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '../src/base/errors.ts'
import { versionOfProgram } from '../src/firmware/state.ts'
import { versionIn } from '../src/firmware/version.ts'
import { isWebStale, startWebBuild } from '../src/web-build.ts'
import { buildPackage, writeFeed } from './package-builder.ts'

const ROOT = dirname(import.meta.dirname)
const HELP = `npm run pak -- [OPTIONS]

Makes a signed firmware package of this folder, vedette-VERSION.pak, that the camera's Upgrade command takes.

  --out FILE        Where to write it; vedette-VERSION.pak in this folder otherwise.
  --key FILE        Private Ed25519 key in PEM to sign with; keys/signing.key otherwise, which is made when it is missing.
  --version V       Version of the package, such as 1.2.3; that of package.json otherwise.
  --build B         Build of the package in digits; that of package.json otherwise. It decides between equal versions.
  --with-modules    Put all modules from npm into it. A camera whose installation has other modules takes only such packages.
  --feed DIR        Copy it into a folder for a web server, with the vedette.json that --update-url looks for.
  --help            This text.

A camera takes a package if the public half of the key lies in the folder keys of its installation as a .pub file, or is
given to it with --update-key. Keep keys/signing.key to yourself: whoever has it can run any program on your cameras.
`

const OPTIONS = {
  out: { type: 'string' },
  key: { type: 'string' },
  version: { type: 'string' },
  build: { type: 'string' },
  'with-modules': { type: 'boolean' },
  feed: { type: 'string' },
  help: { type: 'boolean' },
} as const

async function main(args: string[]): Promise<void> {
  const values = readArguments(args)
  if (values.help) return void process.stdout.write(HELP)
  const present = versionOfProgram(ROOT)
  const version = versionIn({
    version: values.version ?? present.version,
    build: values.build ?? present.build,
  })
  if (version === undefined) throw new Error('A version has the form 1.2.3, a build has up to 12 digits.')
  const key = values.key === undefined ? ownKey() : readKey(values.key)
  await buildPage()
  const content = await buildPackage({
    ...version,
    root: ROOT,
    key,
    withModules: values['with-modules'] ?? false,
  })
  const out = values.out ?? join(ROOT, `vedette-${version.version}.pak`)
  writeFileSync(out, content)
  console.log(
    `${out} has been written: version ${version.version}, build ${version.build}, ${content.length} bytes.`,
  )
  if (values.feed === undefined) return
  writeFeed(values.feed, basename(out), content, version)
  console.log(`${values.feed} offers it: cameras started with --update-url and its address will find it.`)
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values
  } catch (error) {
    throw new Error(`${messageOf(error).split('. ')[0]}; npm run pak -- --help tells what can be given.`)
  }
}

function readKey(file: string): KeyObject {
  const text = readFileSync(file, 'utf8')
  const key = /-----BEGIN PRIVATE KEY-----/.test(text) ? createPrivateKey(text) : undefined
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error(`${file} holds no private Ed25519 key in PEM.`)
  return key
}

/** The key of this folder, made at first use. */
function ownKey(): KeyObject {
  const file = join(ROOT, 'keys/signing.key')
  if (existsSync(file)) return readKey(file)
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(join(ROOT, 'keys/signing.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  console.log('A new key to sign with has been made: keys/signing.key. Keep it to yourself, and keep a copy.')
  console.log(
    'Cameras that run from this folder know its public half, keys/signing.pub; copy it into keys of others.',
  )
  return privateKey
}

/** A camera serves the page that comes with its version. */
async function buildPage(): Promise<void> {
  if (!isWebStale(ROOT)) return
  const result = await startWebBuild(ROOT).done
  if (!result.ok) throw new Error(`The web page could not be built: ${result.problem}`)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
