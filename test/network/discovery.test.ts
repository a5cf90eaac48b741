/** DNS-SD, looked at by another implementation from another machine. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { uidOf } from '../../src/network/discovery.ts'
import { until } from '../camera/kit.ts'
import { missing } from '../tools.ts'
import { noNamespaces, removeAll, twoMachines } from './namespace.ts'

const UID = uidOf('12345678901234')

interface Sighting {
  readonly what: 'found' | 'changed' | 'gone'
  readonly name: string
  readonly port: number
  readonly addresses: readonly string[]
  readonly uid: string
}

test('a camera is found by its uid, moves to another port and address, bears noise, and says goodbye', {
  skip: missing('python3-zeroconf') || noNamespaces(),
  timeout: 60_000,
}, async () => {
  try {
    const [camera, client] = await twoMachines()
    const seen: Sighting[] = []
    const types = ['_http._tcp.local.', '_rtsp._tcp.local.']
    const browser = client.start(
      '/usr/bin/python3',
      join(import.meta.dirname, '../peers/find-services.py'),
      '10.77.0.2',
      ...types,
    )
    createInterface({ input: browser.stdout! }).on('line', (line) => seen.push(JSON.parse(line) as Sighting))
    const sighting = (what: string, type: string, port: number) =>
      until(`${type} ${what} ${port}`, () => {
        return seen.find((one) => one.what === what && one.name.endsWith(type) && one.port === port)
      })
    const announcer = camera.start(process.execPath, join(import.meta.dirname, 'announcer.ts'), UID)
    announcer.send([
      { name: 'http', port: 8080 },
      { name: 'rtsp', port: 554 },
    ])
    const http = await sighting('found', '_http._tcp.local.', 8080)
    assert.equal(http.name, `Vedette ${UID}._http._tcp.local.`)
    assert.equal(http.uid, UID)
    assert.deepEqual(http.addresses, ['10.77.0.1'])
    await sighting('found', '_rtsp._tcp.local.', 554)

    announcer.send([
      { name: 'http', port: 8081 },
      { name: 'rtsp', port: 554 },
    ])
    await until('the new port', () => seen.find(({ port }) => port === 8081))
    // In another network, because the second address of one goes with the first.
    camera.ip('addr', 'add', '10.77.0.5/16', 'dev', 'eth0')
    camera.ip('addr', 'del', '10.77.0.1/24', 'dev', 'eth0')
    await until('the new address', () =>
      seen.find(({ addresses, port }) => port === 8081 && addresses.includes('10.77.0.5')),
    )
    const noise = join(import.meta.dirname, '../peers/mdns-noise.py')
    const answers = Number(client.run('/usr/bin/python3', noise, '10.77.0.2', '10.77.0.5'))
    assert.ok(answers > 0 && answers <= 45, `${answers} answers`)
    assert.equal(announcer.exitCode, null)
    announcer.send('stop')
    await sighting('gone', '_rtsp._tcp.local.', 0)
  } finally {
    await removeAll()
  }
})
