/** SetLocalLink under --hardware host, on a machine of its own: its address really changes, and comes back. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import type { LinkPlan, LinkState } from '../../src/network/ports.ts'
import { until } from '../camera/kit.ts'
import { missing, tool } from '../tools.ts'
import { startNetworkManager } from './manager.ts'
import { NAME_SERVER, type Namespace, noNamespaces, twoMachines } from './namespace.ts'

const fixed = (ip: string, dns: readonly string[] = []): LinkPlan => ({
  isDhcp: false,
  ip,
  mask: '255.255.255.0',
  gateway: '10.77.0.2',
  dns,
})
const DHCP: LinkPlan = { isDhcp: true, ip: '', mask: '', gateway: '', dns: undefined }
const ORIGINAL = 'default via 10.77.0.2 proto static metric 100'

/** The camera's part on a machine whose host has set it up with a static address. */
async function startLink({ machine, folder }: Place, limitMs = 30_000) {
  const store = join(folder, 'store.json')
  const process_ = machine.start(
    process.execPath,
    join(import.meta.dirname, 'host-link.ts'),
    store,
    String(limitMs),
  )
  process_.stderr?.pipe(process.stderr)
  const said: string[] = []
  process_.on('message', (message) => said.push(String(message)))
  const told = (pattern: RegExp) =>
    until(`${pattern}`, () => {
      const index = said.findIndex((one) => pattern.test(one))
      return index < 0 ? undefined : said.splice(index, 1)[0]
    })
  const state = async () => {
    process_.send({ state: true })
    return JSON.parse((await told(/^\{/))!) as LinkState
  }
  const kill = async () => {
    process_.kill('SIGKILL')
    await until('its end', () => process_.signalCode ?? undefined)
  }
  return { process: process_, told, state, kill }
}

/** What would outlive the camera. */
function storeOf({ folder }: Place): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, 'store.json'), 'utf8')) as Record<string, unknown>
}

function addressesOf(machine: Namespace): string[] {
  const lines = machine.run('ip', '-4', '-o', 'address', 'show', 'dev', 'eth0')
  return [...lines.matchAll(/ inet (\S+) /g)].map(([, address]) => address!)
}

const has = (machine: Namespace, ...addresses: readonly string[]) =>
  until(`${addresses}`, () => (`${addressesOf(machine)}` === `${addresses}` ? true : undefined), 15_000)

const routeOf = (machine: Namespace) =>
  machine.run('ip', 'route', 'show', 'default', 'dev', 'eth0').trim().replaceAll(/ +/g, ' ')

interface Place {
  /** The camera's. */
  readonly machine: Namespace
  /** Beside it. */
  readonly neighbour: Namespace
  readonly folder: string
}

/** For one test. */
async function newPlace(t: TestContext): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-link-'))
  const [machine, neighbour] = await twoMachines()
  t.after(async () => {
    await Promise.all([machine.remove(), neighbour.remove()])
    rmSync(folder, { recursive: true })
  })
  return { machine, neighbour, folder }
}

function setUpByIp({ machine }: Place): void {
  machine.ip('address', 'add', '10.99.0.1/24', 'dev', 'eth0')
  machine.ip('route', 'add', ...ORIGINAL.split(' '), 'dev', 'eth0')
}

async function setUpByNetworkManager({ machine, folder }: Place): Promise<void> {
  const nmcli = await startNetworkManager(machine, folder)
  const wired = ['type', 'ethernet', 'ifname', 'eth0', 'con-name', 'wired', 'ipv6.method', 'disabled']
  const addresses = ['ipv4.method', 'manual', 'ipv4.addresses', '10.77.0.1/24,10.99.0.1/24']
  const rest = ['ipv4.gateway', '10.77.0.2', 'ipv4.dns', '10.77.0.2', 'ipv4.dhcp-timeout', '2']
  nmcli('connection', 'add', ...wired, ...addresses, ...rest)
  nmcli('-w', '15', 'connection', 'up', 'wired')
}

/** Name server and DHCP server beside the camera. */
function serveDhcp({ neighbour, folder }: Place) {
  const server = neighbour.start(
    tool('dnsmasq'),
    '--no-daemon',
    '--conf-file=/dev/null',
    '--port=0',
    '--no-ping',
    '--interface=eth0',
    '--user=root',
    '--dhcp-range=10.77.0.100,10.77.0.100,255.255.255.0,2m',
    '--dhcp-option=option:dns-server,10.77.0.9',
    `--dhcp-leasefile=${join(folder, 'leases')}`,
  )
  server.stderr?.resume()
}

const skipIp = noNamespaces()
const skipManager = skipIp || missing('NetworkManager')

describe('the interface of the host', { concurrency: 3 }, () => {
  testLink('ip', setUpByIp, skipIp)
  testLink('NetworkManager', setUpByNetworkManager, skipManager)
})

function testLink(by: string, setUp: (place: Place) => void | Promise<void>, skip: string | false): void {
  test(`${by}: a static address takes the place of the former ones after the answer, and stays once it is used`, {
    skip,
    timeout: 60_000,
  }, async (t) => {
    const place = await newPlace(t)
    await setUp(place)
    const { machine } = place
    const { process, told, state } = await startLink(place)
    await told(new RegExp(`started with ${by}`))
    const before = await state()
    assert.deepEqual([before.isDhcp, before.ip, before.gateway], [false, '10.77.0.1', '10.77.0.2'])
    process.send({ apply: fixed('10.77.0.50', ['10.77.0.3']) })
    await told(/^answered$/)
    await has(machine, '10.77.0.50/24')
    // The route comes after the address.
    await until('the route', () =>
      machine.run('ip', 'route', 'show', 'default').includes('via 10.77.0.2') ? true : undefined,
    )
    const { ip, mask, gateway, mac, dns } = await state()
    assert.deepEqual([ip, mask, gateway], ['10.77.0.50', '255.255.255.0', '10.77.0.2'])
    assert.match(machine.run('ip', 'link', 'show', 'eth0').toUpperCase(), new RegExp(mac))
    assert.deepEqual(dns, [by === 'ip' ? NAME_SERVER : '10.77.0.3'])
    // Over the loopback interface nothing is proved.
    process.send({ confirm: '127.0.0.1' })
    process.send({ confirm: '::ffff:10.77.0.50' })
    await told(/eth0 confirmed/)
    const { section, ...memory } = storeOf(place)
    assert.deepEqual(memory, { 'link.managed': true })
    assert.equal((section as LinkPlan).ip, '10.77.0.50')
    assert.deepEqual(addressesOf(machine), ['10.77.0.50/24'])
  })

  test(`${by}: an address that nobody uses is given back for what the host had, as is one after a crash`, {
    skip,
    timeout: 60_000,
  }, async (t) => {
    const place = await newPlace(t)
    await setUp(place)
    const { machine } = place
    const route = routeOf(machine)
    assert.match(route, /via 10\.77\.0\.2/)
    const first = await startLink(place, 4000)
    first.process.send({ apply: { ...fixed('172.20.0.60'), gateway: '172.20.0.1' } })
    await has(machine, '172.20.0.60/24')
    await first.told(/the former address of eth0 is back: nobody has used it in time/)
    await has(machine, '10.77.0.1/24', '10.99.0.1/24')
    assert.equal(routeOf(machine), route)
    assert.equal((await first.state()).isDhcp, false)

    first.process.send({ apply: fixed('10.77.0.61') })
    await has(machine, '10.77.0.61/24')
    await first.kill()
    const second = await startLink(place)
    await second.told(/is back: the camera was restarted/)
    await has(machine, '10.77.0.1/24', '10.99.0.1/24')
    assert.equal(routeOf(machine), route)
  })

  test(`${by}: DHCP gives an address and name servers, and without an answer the former address comes back`, {
    skip: skip || missing('dnsmasq', 'udhcpc'),
    timeout: 90_000,
  }, async (t) => {
    const place = await newPlace(t)
    await setUp(place)
    const { machine } = place
    const nameServers = readFileSync('/etc/resolv.conf', 'utf8')
    const hasty = await startLink(place, 3000)
    hasty.process.send({ apply: DHCP })
    await hasty.told(/is back: /)
    await has(machine, '10.77.0.1/24', '10.99.0.1/24')
    await hasty.kill()

    serveDhcp(place)
    const { process, told, state } = await startLink(place)
    process.send({ apply: DHCP })
    await has(machine, '10.77.0.100/24')
    process.send({ confirm: '10.77.0.100' })
    await told(/eth0 confirmed/)
    // The client writes it a moment after the address.
    const { isDhcp, ip } = await until('the name server', async () => {
      const now = await state()
      return now.dns.join() === '10.77.0.9' ? now : undefined
    })
    assert.deepEqual([isDhcp, ip], [undefined, '10.77.0.100'])
    assert.equal(readFileSync('/etc/resolv.conf', 'utf8'), nameServers)
  })
}
