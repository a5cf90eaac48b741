/** The keys whose packages the camera accepts. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'

const PEM = /-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g

/**
 * Public Ed25519 keys in PEM: all `.pub` files in `keys` of the installation, and `extraFile`. What is not
 * readable or no such key is passed over with a line in the log.
 */
export function loadUpdateKeys(installation: string, extraFile: string | undefined, log: Log): KeyObject[] {
  const folder = join(installation, 'keys')
  const files = globSync('*.pub', { cwd: folder }).map((name) => join(folder, name))
  if (extraFile !== undefined) files.push(extraFile)
  return files.flatMap((file) => {
    try {
      return keysIn(readFileSync(file, 'utf8'))
    } catch (error) {
      log.warn({ file, reason: messageOf(error) }, 'an update key cannot be used')
      return []
    }
  })
}

function keysIn(text: string): KeyObject[] {
  const keys = (text.match(PEM) ?? []).map((pem) => createPublicKey(pem))
  if (keys.length === 0) throw new Error('it holds no public key in PEM')
  if (keys.some(({ asymmetricKeyType }) => asymmetricKeyType !== 'ed25519')) {
    throw new Error('it holds a key that is not Ed25519')
  }
  return keys
}
