/** UPnP with miniupnpd on a router of its own: what it forwards is tried out from its other side. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
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

async function startNetwork(folder: string, version: 1 | 2) {
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
    // A secure one lets nobody but the former address close what it has opened.
    `secure_mode=${version === 1 ? 'yes' : 'no'}`,
    `force_igd_desc_v1=${version === 1 ? 'yes' : 'no'}`,
    'uuid=00000000-0000-0000-0000-000000000001',
    'allow 1024-65535 10.77.0.0/24 1024-65535',
    'deny 0-65535 0.0.0.0/0 0-65535',
    '',
  ]
  const file = join(folder, 'miniupnpd.conf')
  writeFileSync(file, settings.join('\n'))
  /** What miniupnpd said since it listens. */
  const said: string[] = []
  const startDaemon = async () => {
    const daemon = router.start(tool('miniupnpd'), '-d', '-f', file, '-P', join(folder, 'pid'))
    daemon.stdout?.resume()
    daemon.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()))
    await until('miniupnpd', () => (said.join('').includes('HTTP listening') ? true : undefined))
    said.length = 0
    return daemon
  }
  let daemon = await startDaemon()
  /** It forgets what it forwarded, as routers do that lose their power. */
  const restartRouter = async () => {
    const exit = once(daemon, 'exit')
    daemon.kill('SIGKILL')
    await exit
    said.length = 0
    for (const chain of ['miniupnpd', 'prerouting_miniupnpd', 'postrouting_miniupnpd'])
      router.run('nft', 'flush', 'chain', 'inet', 'filter', chain)
    daemon = await startDaemon()
  }
  return { camera, router, internet, restartRouter, said }
}

/** A camera on a network with such a router, as the internet sees it. */
async function setUp(folder: string, version: 1 | 2, renewMs = 600_000) {
  const network = await startNetwork(folder, version)
  /** What the internet sees on a port of the router. */
  const seenAt = (port: number) => {
    const code = `import urllib.request as u; print(u.urlopen("http://${OUTSIDE}:${port}/", timeout=1).read().decode())`
    try {
      return network.internet.run('/usr/bin/python3', '-c', code).trim()
    } catch {
      return undefined
    }
  }
  const start = () => {
    const notes: string[] = []
    const script = join(import.meta.dirname, 'mapper.ts')
    const store = join(folder, 'store.json')
    const mapper = network.camera.start(process.execPath, script, `${PORT}`, store, `${renewMs}`)
    mapper.stderr?.pipe(process.stderr)
    mapper.on('message', (note) => notes.push(String(note)))
    const told = (pattern: RegExp) =>
      until(`${pattern}`, () => notes.find((note) => pattern.test(note)), 20_000)
    return { mapper, notes, told }
  }
  return { ...network, seenAt, start }
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-upnp-'))
})
afterEach(async () => {
  await removeAll()
  rmSync(folder, { recursive: true })
})

const options = { skip: missing('miniupnpd', 'nft') || noNamespaces(), timeout: 60_000 }

test(
  'miniupnpd, IGD 2: ports of the services are opened, follow a move and are closed at the end',
  options,
  async () => {
    const { camera, router, seenAt, start, said } = await setUp(folder, 2)
    const { mapper, notes, told } = start()
    assert.equal(seenAt(PORT), undefined)

    mapper.send({ enable: true })
    await told(/port 8080 of the router 10\.77\.0\.1 is open/)
    assert.equal(seenAt(PORT), 'camera 8080')
    assert.match(said.join(''), /WANIPConnection:2#AddPortMapping[\s\S]*leaseduration=3600/)
    mapper.send({ ask: 'address' })
    await told(new RegExp(`^address ${OUTSIDE}$`))

    mapper.send({ port: PORT + 1 })
    await told(/port 8081 .* is open/)
    await told(/port 8080 .* is closed/)
    assert.equal(seenAt(PORT + 1), 'camera 8081')
    assert.equal(seenAt(PORT), undefined)

    camera.ip('addr', 'add', '10.77.0.3/16', 'dev', 'eth0')
    camera.ip('addr', 'del', '10.77.0.2/24', 'dev', 'eth0')
    camera.ip('route', 'replace', 'default', 'via', '10.77.0.1')
    const isThere = () =>
      /redirecting port 8081 to 10\.77\.0\.3:8081/.test(said.join('')) ? true : undefined
    await until('the new address', isThere, 20_000)

    notes.length = 0
    mapper.send({ enable: false })
    await told(/port 8081 .* is closed/)
    assert.equal(seenAt(PORT + 1), undefined)

    notes.length = 0
    mapper.send({ enable: true })
    await told(/port 8081 .* is open/)
    mapper.send({ stop: true })
    await once(mapper, 'exit')
    assert.doesNotMatch(router.run('nft', 'list', 'ruleset'), /dport 8081/)
  },
)

test(
  'miniupnpd, IGD 1: leases are renewed on a router that has forgotten them, and what a crash left open is closed',
  options,
  async () => {
    const { seenAt, start, restartRouter, said } = await setUp(folder, 1, 1500)
    const first = start()
    first.mapper.send({ enable: true })
    await first.told(/port 8080 .* is open/)
    assert.equal(seenAt(PORT), 'camera 8080')
    assert.match(said.join(''), /WANIPConnection:1#AddPortMapping/)
    await restartRouter()
    await until('the port is open again', () => (seenAt(PORT) === 'camera 8080' ? true : undefined), 20_000)
    first.mapper.kill('SIGKILL')
    await once(first.mapper, 'exit')
    const second = start()
    await second.told(/port 8080 .* is closed/)
    assert.equal(seenAt(PORT), undefined)
  },
)
