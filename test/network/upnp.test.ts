/** UPnP with miniupnpd on a router of its own: what it forwards is tried out from its other side. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../camera/kit.ts'
import { missing, tool } from '../tools.ts'
import { Namespace, noNamespaces, removeAll } from './namespace.ts'

/** An address of the internet; nothing of it leaves the namespaces. */
const OUTSIDE = '198.41.0.4'
const PORT = 8080

/** The chains that miniupnpd writes its rules into, as its own nft_init.sh makes them. */
const RULES = `
table inet filter {
  chain miniupnpd {}
  chain forward { type filter hook forward priority 0; policy drop; ct state established accept; jump miniupnpd; }
  chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; jump postrouting_miniupnpd; }
  chain prerouting_miniupnpd {}
  chain postrouting_miniupnpd {}
}
`

async function startNetwork(folder: string) {
  const [camera, router, internet] = [new Namespace(), new Namespace(), new Namespace()]
  await internet.plugInto(router, 'wan')
  // The last one is where the router listens for the search.
  await camera.plugInto(router, 'lan')
  camera.ip('addr', 'add', '10.77.0.2/24', 'dev', 'eth0')
  router.ip('addr', 'add', '10.77.0.1/24', 'dev', 'lan')
  router.ip('addr', 'add', `${OUTSIDE}/24`, 'dev', 'wan')
  internet.ip('addr', 'add', '198.41.0.9/24', 'dev', 'eth0')
  camera.ip('route', 'add', 'default', 'via', '10.77.0.1')
  router.run('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1')
  const rules = join(folder, 'rules.nft')
  writeFileSync(rules, RULES)
  router.run('nft', '-f', rules)
  const settings = [
    'ext_ifname=wan',
    'listening_ip=lan',
    'port=0',
    'enable_upnp=yes',
    'enable_natpmp=no',
    'secure_mode=yes',
    'uuid=00000000-0000-0000-0000-000000000001',
    'allow 1024-65535 10.77.0.0/24 1024-65535',
    'deny 0-65535 0.0.0.0/0 0-65535',
    '',
  ]
  const file = join(folder, 'miniupnpd.conf')
  writeFileSync(file, settings.join('\n'))
  const daemon = router.start(tool('miniupnpd'), '-d', '-f', file, '-P', join(folder, 'pid'))
  daemon.stdout?.resume()
  await once(daemon.stderr!, 'data')
  daemon.stderr?.resume()
  return { camera, router, internet }
}

test('miniupnpd opens the ports of the services, follows a move and closes them at the end', {
  skip: missing('miniupnpd', 'nft') || noNamespaces(),
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-upnp-'))
  try {
    const { camera, router, internet } = await startNetwork(folder)
    /** What the internet sees on a port of the router. */
    const seenAt = (port: number) => {
      const code = `import urllib.request as u; print(u.urlopen("http://${OUTSIDE}:${port}/", timeout=1).read().decode())`
      try {
        return internet.run('/usr/bin/python3', '-c', code).trim()
      } catch {
        return undefined
      }
    }
    const notes: string[] = []
    const mapper = camera.start(process.execPath, join(import.meta.dirname, 'mapper.ts'), String(PORT))
    mapper.on('message', (note) => notes.push(String(note)))
    const told = (pattern: RegExp) =>
      until(`${pattern}`, () => notes.find((note) => pattern.test(note)), 20_000)
    assert.equal(seenAt(PORT), undefined)

    mapper.send({ enable: true })
    await told(/port 8080 of the router 10\.77\.0\.1 is open/)
    assert.equal(seenAt(PORT), 'camera 8080')
    mapper.send({ ask: 'address' })
    await told(new RegExp(`^address ${OUTSIDE}$`))

    mapper.send({ port: PORT + 1 })
    await told(/port 8081 .* is open/)
    await told(/port 8080 .* is closed/)
    assert.equal(seenAt(PORT + 1), 'camera 8081')
    assert.equal(seenAt(PORT), undefined)

    mapper.send({ enable: false })
    await told(/port 8081 .* is closed/)
    assert.equal(seenAt(PORT + 1), undefined)

    notes.length = 0
    mapper.send({ enable: true })
    await told(/port 8081 .* is open/)
    mapper.send({ stop: true })
    await once(mapper, 'exit')
    const left = router.run('nft', 'list', 'ruleset')
    assert.doesNotMatch(left, /dport 8081/)
  } finally {
    await removeAll()
    rmSync(folder, { recursive: true })
  }
})
