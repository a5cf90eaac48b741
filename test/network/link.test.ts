/** SetLocalLink under --hardware host, on a machine of its own: its address really changes, and comes back. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import type { LinkPlan, LinkState } from '../../src/network/ports.ts'
import { until } from '../camera/kit.ts'
import { missing, tool } from '../tools.ts'
import { noNamespaces, removeAll, twoMachines } from './namespace.ts'

const skip = noNamespaces()
const fixed = (ip: string): LinkPlan => ({
  isDhcp: false,
  ip,
  mask: '255.255.255.0',
  gateway: '10.77.0.2',
  dns: [],
})
const DHCP: LinkPlan = { isDhcp: true, ip: '', mask: '', gateway: '', dns: undefined }

afterEach(removeAll)

async function startMachine(limitMs = 2000) {
  const [machine, neighbour] = await twoMachines()
  const process_ = machine.start(
    process.execPath,
    join(import.meta.dirname, 'host-link.ts'),
    JSON.stringify(fixed('10.77.0.1')),
    String(limitMs),
  )
  const said: string[] = []
  process_.on('message', (message) => said.push(String(message)))
  const told = (pattern: RegExp) =>
    until(`${pattern}`, () => {
      const index = said.findIndex((one) => pattern.test(one))
      return index < 0 ? undefined : said.splice(index, 1)[0]
    })
  const addresses = () => {
    const lines = machine.run('ip', '-4', '-o', 'address', 'show', 'dev', 'eth0')
    return [...lines.matchAll(/ inet (\S+) /g)].map(([, address]) => address)
  }
  const has = (address: string) =>
    until(address, () => (addresses().join() === address ? true : undefined), 15_000)
  const state = async () => {
    process_.send({ state: true })
    return JSON.parse((await told(/^\{/))!) as LinkState
  }
  return { machine, neighbour, process: process_, told, addresses, has, state }
}

test('a static address takes the place of the former one after the answer, and stays once it is used', {
  skip,
  timeout: 60_000,
}, async () => {
  const { machine, process, told, has, addresses, state } = await startMachine()
  process.send({ apply: fixed('10.77.0.50') })
  await told(/^answered$/)
  // Whoever asked must still get the answer.
  assert.ok(addresses().includes('10.77.0.1/24'))
  await has('10.77.0.50/24')
  assert.match(machine.run('ip', 'route', 'show', 'default'), /via 10\.77\.0\.2/)
  const { ip, mask, gateway, mac } = await state()
  assert.deepEqual([ip, mask, gateway], ['10.77.0.50', '255.255.255.0', '10.77.0.2'])
  assert.match(machine.run('ip', 'link', 'show', 'eth0').toUpperCase(), new RegExp(mac))
  // Over the loopback interface nothing is proved.
  process.send({ confirm: '127.0.0.1' })
  process.send({ confirm: '::ffff:10.77.0.50' })
  await told(/eth0 confirmed/)
  await new Promise((resolve) => setTimeout(resolve, 2500))
  assert.deepEqual(addresses(), ['10.77.0.50/24'])
})

test('an address that nobody uses is given back', { skip, timeout: 60_000 }, async () => {
  const { process, told, has } = await startMachine()
  process.send({ apply: fixed('10.77.0.60') })
  await has('10.77.0.60/24')
  await told(/the former address of eth0 is back: nobody has used it in time/)
  await has('10.77.0.1/24')
})

test('DHCP gives an address', { skip: skip || missing('dnsmasq', 'udhcpc'), timeout: 60_000 }, async () => {
  const { neighbour, process, told, has } = await startMachine(30_000)
  const folder = mkdtempSync(join(tmpdir(), 'vedette-dhcp-'))
  const nameServers = readFileSync('/etc/resolv.conf', 'utf8')
  try {
    const server = neighbour.start(
      tool('dnsmasq'),
      '--no-daemon',
      '--conf-file=/dev/null',
      '--port=0',
      '--interface=eth0',
      '--user=root',
      '--dhcp-range=10.77.0.100,10.77.0.100,255.255.255.0,2m',
      `--dhcp-leasefile=${join(folder, 'leases')}`,
    )
    server.stderr?.resume()
    process.send({ apply: DHCP })
    await told(/^answered$/)
    await has('10.77.0.100/24')
    process.send({ confirm: '10.77.0.100' })
    await told(/eth0 confirmed/)
    assert.equal(readFileSync('/etc/resolv.conf', 'utf8'), nameServers)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
