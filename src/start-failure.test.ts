import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CameraError } from './base/errors.ts'
import { loadConfig } from './config/load.ts'
import { startFailure } from './start-failure.ts'

const config = await loadConfig(new Map([['rtmp-port', '1936']]), {})

function systemError(fields: Readonly<Record<string, unknown>>): Error {
  return Object.assign(new Error('raw words of the system'), fields)
}

const CASES: readonly [string, unknown, string][] = [
  [
    'a port of the configuration that is in use',
    systemError({ code: 'EADDRINUSE', port: 1936, address: '::' }),
    'Port 1936 is already in use; stop the other program or choose another port with --rtmp-port.',
  ],
  [
    'the same with the words of the part that wanted it',
    new CameraError('connect-failed', 'not opened', systemError({ code: 'EADDRINUSE', port: 1936 })),
    'Port 1936 is already in use; stop the other program or choose another port with --rtmp-port.',
  ],
  [
    'a port from the stored settings that is in use',
    systemError({ code: 'EADDRINUSE', port: 81, address: '::' }),
    'Port 81 is already in use; stop the other program or choose another port.',
  ],
  [
    'a port below 1024 without the rights',
    systemError({ code: 'EACCES', port: 1936 }),
    'Port 1936 may not be opened by this user; run with more rights or choose another port with --rtmp-port.',
  ],
  [
    'an address of another machine',
    systemError({ code: 'EADDRNOTAVAIL', port: 8080, address: '192.0.2.1' }),
    'The address 192.0.2.1 does not belong to this machine; give one that does with --bind.',
  ],
  [
    'a data folder without the rights',
    systemError({ code: 'EACCES', path: '/data/camera.db' }),
    '/data/camera.db may not be written by this user; change its rights or choose another folder with --data.',
  ],
  [
    'a sentence of the camera',
    new CameraError('open-failed', 'The database is newer.'),
    'The database is newer.',
  ],
  ['anything else', new Error('odd'), 'The camera could not start: odd.'],
]

for (const [name, error, sentence] of CASES)
  test(`explains ${name}`, () => assert.equal(startFailure(error, config), sentence))
