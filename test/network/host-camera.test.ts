/** A whole camera under --hardware host on a machine of its own, used from the machine beside it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { PASSWORD, ROOT, until } from '../camera/kit.ts'
import { missing } from '../tools.ts'
import { NAME_SERVER, noNamespaces, removeAll, twoMachines } from './namespace.ts'

test('SetLocalLink answers, moves the camera to the new address, and keeps it once it is used there', {
  skip: noNamespaces() || missing('python3-zeroconf'),
  timeout: 90_000,
}, async () => {
  const data = mkdtempSync(join(tmpdir(), 'vedette-host-'))
  try {
    const [machine, neighbour] = await twoMachines()
    const passwordFile = join(data, 'password')
    writeFileSync(passwordFile, `${PASSWORD}\n`)
    const options = ['--hardware', 'host', '--interface', 'eth0', '--admin-password-file', passwordFile]
    const ports = ['--http-port', '8080', '--https-port', '8443', '--rtmp-port', '1935']
    const camera = machine.start(
      process.execPath,
      join(ROOT, 'src/main.ts'),
      ...['--data', data, ...options, ...ports],
    )
    const log: Record<string, unknown>[] = []
    createInterface({ input: camera.stdout! }).on('line', (line) => log.push(JSON.parse(line)))
    await until('ready', () => log.find(({ msg }) => msg === 'ready'), 20_000)
    const details = () => log.filter(({ msg }) => msg === 'event').map(({ detail }) => String(detail))
    /** One command from the other machine. */
    const ask = (address: string, entry: object) => {
      const url = `http://${address}:8080/api.cgi?user=admin&password=${PASSWORD}`
      const code =
        'import sys, urllib.request as u; print(u.urlopen(sys.argv[1], sys.argv[2].encode(), timeout=3).read().decode())'
      const text = neighbour.run('/usr/bin/python3', '-c', code, url, JSON.stringify([entry]))
      return (JSON.parse(text) as { error?: { rspCode: number }; value?: Record<string, never> }[])[0]!
    }
    const { LocalLink } = ask('10.77.0.1', { cmd: 'GetLocalLink' }).value as never
    const { type, static: before, mac } = LocalLink as { type: string; static: { ip: string }; mac: string }
    assert.deepEqual([type, before.ip], ['Static', '10.77.0.1'])
    assert.match(machine.run('ip', 'link', 'show', 'eth0').toUpperCase(), new RegExp(mac))
    const { Ability } = ask('10.77.0.1', { cmd: 'GetAbility' }).value as never as {
      Ability: Record<string, { ver: number }>
    }
    assert.deepEqual([Ability.wifi?.ver, Ability['3g']?.ver, Ability.localLink?.ver], [0, 0, 1])
    for (const cmd of ['GetWifi', 'SetWifi', 'ScanWifi', 'TestWifi', 'Get3G', 'Set3G'])
      assert.equal(ask('10.77.0.1', { cmd }).error?.rspCode, -9, cmd)

    assert.equal(ask('10.77.0.1', { cmd: 'SetP2P', param: { P2P: { enable: 1 } } }).error, undefined)
    const { P2P } = ask('10.77.0.1', { cmd: 'GetP2p' }).value as never as { P2P: { uid: string } }
    const finder = join(ROOT, 'test/peers/find-services.py')
    const browser = neighbour.start('/usr/bin/python3', finder, '10.77.0.2', '_http._tcp.local.')
    const seen: { uid: string; port: number; addresses: string[] }[] = []
    createInterface({ input: browser.stdout! }).on('line', (line) => seen.push(JSON.parse(line)))
    const foundAt = (address: string) =>
      until(`the uid at ${address}`, () =>
        seen.find(
          ({ uid, port, addresses }) => uid === P2P.uid && port === 8080 && addresses.includes(address),
        ),
      )
    await foundAt('10.77.0.1')

    const fixed = { ip: '10.77.0.50', mask: '255.255.255.0', gateway: '10.77.0.2' }
    // What is left out is as it was in use.
    const section = { type: 'Static', static: { ip: fixed.ip, gateway: fixed.gateway } }
    assert.deepEqual(ask('10.77.0.1', { cmd: 'SetLocalLink', param: { LocalLink: section } }).value, {
      rspCode: 200,
    })
    await until('the former address is gone', () => {
      const lines = machine.run('ip', '-4', '-o', 'address', 'show', 'dev', 'eth0')
      return lines.includes('10.77.0.50') && !lines.includes('10.77.0.1/') ? true : undefined
    })
    const answer = ask('10.77.0.50', { cmd: 'GetLocalLink' }).value as never as { LocalLink: object }
    const { static: shown, dns } = answer.LocalLink as { static: object; dns: object }
    assert.deepEqual(shown, fixed)
    assert.deepEqual(dns, { auto: 1, dns1: NAME_SERVER, dns2: NAME_SERVER })
    await until('the change is confirmed', () =>
      details().includes('address of eth0 confirmed') ? true : undefined,
    )
    await foundAt('10.77.0.50')
  } finally {
    await removeAll()
    rmSync(data, { recursive: true, force: true })
  }
})
