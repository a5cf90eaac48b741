/** The network chapter on virtual hardware: what commands answer, and what they refuse. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds.
const valueIn = async (cmd: string, action = 0): Promise<any> => (await api.one({ cmd, action })).value
const set = async (name: string, section: object) => {
  const answer = await api.one({ cmd: `Set${name}`, param: { [name]: section } })
  return answer.error?.rspCode ?? answer.value?.rspCode
}
const detailsSince = (start: number) => api.events.slice(start).map(({ detail }) => detail)

/** What has opened other cameras to everyone (CVE-2021-40407 to 40411 among others). */
const HOSTILE = [';touch F;', '$(touch F)', '`touch F`', 'a|b', "'; #", 'a\r\nb', 'a b', '-oX', '../../x']

test('SetNtp with interval 0 synchronises now and keeps the interval', async () => {
  assert.equal(await set('Ntp', { interval: 120 }), 200)
  const { length } = api.effects
  assert.equal(await set('Ntp', { interval: 0, server: '10.0.0.1' }), 200)
  const { Ntp } = await valueIn('GetNtp')
  assert.deepEqual([Ntp.interval, Ntp.server], [120, '10.0.0.1'])
  assert.deepEqual(api.effects.slice(length), [
    { timePlan: { isOn: true, server: { host: '10.0.0.1', port: 123 }, intervalMinutes: 120 } },
    'sync now',
  ])
  for (const interval of [1, 9, 65536]) assert.equal(await set('Ntp', { interval }), -4)
  assert.equal((await valueIn('GetNtp')).Ntp.interval, 120)
})

test('no field of the chapter takes what could reach a shell', async () => {
  const names: readonly [string, (text: string) => object][] = [
    ['Ntp', (server) => ({ server })],
    ['LocalLink', (dns1) => ({ dns: { auto: 0, dns1 } })],
    ['LocalLink', (ip) => ({ static: { ip } })],
    ['3G', (apn) => ({ apn })],
  ]
  for (const [name, section] of names) {
    const before = await valueIn(`Get${name}`)
    for (const text of HOSTILE.filter((one) => name !== '3G' || one !== '-oX')) {
      assert.equal(await set(name, section(text)), -4, `${name} ${text}`)
    }
    assert.deepEqual(await valueIn(`Get${name}`), before)
  }
})

test('SetLocalLink takes addresses of machines in a network, and nothing else', async () => {
  const fixed = { ip: '10.1.2.3', mask: '255.255.255.0', gateway: '10.1.2.1' }
  for (const bad of [
    { ip: '10.1.2.0' },
    { ip: '10.1.2.255' },
    { ip: '127.0.0.1' },
    { ip: '224.0.0.1' },
    { ip: '0.0.0.0' },
    { ip: '' },
    { ip: '0x0a010203' },
    { ip: '10.1.2.3\n' },
    { ip: '10.1.02.3' },
    { mask: '255.0.255.0' },
    { mask: '255.255.255.255' },
    { mask: '0.0.0.0' },
    { gateway: '10.9.9.9' },
    { gateway: '10.1.2.3' },
    { gateway: 'localhost' },
  ]) {
    const section = { type: 'Static', static: { ...fixed, ...bad } }
    assert.equal(await set('LocalLink', section), -4, JSON.stringify(bad))
  }
  assert.equal((await valueIn('GetLocalLink')).LocalLink.type, 'DHCP')
})

test('with DHCP GetLocalLink tells the lease, with a static address that one; the client cannot set the MAC', async () => {
  const { LocalLink: leased } = await valueIn('GetLocalLink')
  assert.match(leased.mac, /^[0-9A-F]{2}(:[0-9A-F]{2}){5}$/)
  assert.equal(leased.activeLink, 'LAN')
  assert.deepEqual(leased.static, { gateway: '192.168.0.1', ip: '192.168.0.100', mask: '255.255.255.0' })
  assert.deepEqual(leased.dns, { auto: 1, dns1: '192.168.0.1', dns2: '192.168.0.1' })

  const fixed = { ip: '10.1.2.3', mask: '255.255.255.0', gateway: '10.1.2.1' }
  const dns = { auto: 0, dns1: '9.9.9.9', dns2: '1.1.1.1' }
  const section = {
    ...leased,
    mac: '00:00:00:00:00:00',
    activeLink: 'Wi-Fi',
    type: 'static',
    static: fixed,
    dns,
  }
  assert.equal(await set('LocalLink', section), 200)
  const { LocalLink } = await valueIn('GetLocalLink', 1)
  assert.deepEqual(LocalLink, { ...leased, type: 'Static', static: fixed, dns })

  assert.equal(await set('LocalLink', { type: 'DHCP', dns: { auto: 1 } }), 200)
  assert.deepEqual((await valueIn('GetLocalLink')).LocalLink.static, leased.static)
  // The static address waits for its time.
  assert.equal(await set('LocalLink', { type: 'Static' }), 200)
  assert.deepEqual((await valueIn('GetLocalLink')).LocalLink.static, fixed)
  assert.equal(await set('LocalLink', { type: 'DHCP' }), 200)
})

test('ScanWifi lists what is in reach, with 1 to 4 bars', async () => {
  const { Wifi } = await valueIn('ScanWifi')
  assert.deepEqual(Wifi.slice(0, 3), [
    { signal: 4, ssid: 'Vedette', bencrypt: 1 },
    { signal: 3, ssid: 'Vedette Guests', bencrypt: 0 },
    { signal: 1, ssid: 'Next Door', bencrypt: 1 },
  ])
})

test('TestWifi tells the right password from a wrong one and stores nothing', async () => {
  const before = await valueIn('GetWifi')
  const tryOut = async (ssid: string, password?: string) => {
    const answer = await api.one({ cmd: 'TestWifi', param: { Wifi: { ssid, password } } })
    return answer.error?.rspCode ?? answer.value?.rspCode
  }
  assert.equal(await tryOut('Vedette', 'vedette-wifi'), 200)
  assert.equal(await tryOut('Vedette', 'wrong'), -15)
  assert.equal(await tryOut('Vedette'), -15)
  assert.equal(await tryOut('Vedette Guests'), 200)
  assert.equal(await tryOut('Next Door', ''), -15)
  assert.equal(await tryOut('Nowhere', 'x'), -15)
  assert.equal(await tryOut(''), -4)
  assert.equal((await api.one({ cmd: 'TestWifi' })).error?.rspCode, -23)
  assert.deepEqual(await valueIn('GetWifi'), before)
})

test('the password of the Wi-Fi is never shown, and its mask stands for it in SetWifi and TestWifi', async () => {
  const start = api.events.length
  assert.equal(await set('Wifi', { ssid: 'Vedette', password: 'vedette-wifi' }), 200)
  const { Wifi } = await valueIn('GetWifi')
  assert.deepEqual(Wifi, { password: '********', ssid: 'Vedette' })
  assert.equal((await valueIn('GetLocalLink')).LocalLink.activeLink, 'Wi-Fi')
  assert.equal(await set('Wifi', Wifi), 200)
  const test = (ssid: string) => api.one({ cmd: 'TestWifi', param: { Wifi: { ...Wifi, ssid } } })
  assert.equal((await test('Vedette')).code, 0)
  // It must not be tried out on the networks of others.
  assert.equal((await test('ssid')).code, 1)
  assert.equal(await set('Wifi', { ssid: '' }), 200)
  assert.equal((await valueIn('GetLocalLink')).LocalLink.activeLink, 'LAN')
  const details = detailsSince(start).filter((detail) => detail.startsWith('Wi-Fi:'))
  assert.deepEqual(details, ['Wi-Fi: joined Vedette (virtual)', 'Wi-Fi: left Vedette (virtual)'])
  assert.ok(!JSON.stringify(api.events).includes('vedette-wifi'))
})

test('the modem dials when it has an access point, and says so', async () => {
  const start = api.events.length
  const section = { apn: 'internet.example', userName: ' user', password: 'geheim', phone: '*99#' }
  assert.equal(await set('3G', section), 200)
  const answer = await api.one({ cmd: 'Get3G' })
  assert.deepEqual(answer.value?.['3G'], { autoApn: 0, ...section, password: '********' })
  assert.deepEqual(answer.range?.['3G'], {
    autoApn: 'boolean',
    phone: { maxLen: 31 },
    apn: { maxLen: 63 },
    userName: { maxLen: 31 },
    password: { maxLen: 31 },
  })
  assert.equal(await set('3G', { apn: '' }), 200)
  const details = detailsSince(start).filter((detail) => detail.startsWith('mobile'))
  assert.deepEqual(details, [
    'mobile network: connected to internet.example (virtual)',
    'mobile network: hung up (virtual)',
  ])
})

test('GetP2p has the uid under both names; SetP2P answers to both of its own', async () => {
  const { value, initial } = await api.one({ cmd: 'GetP2p' })
  const { uid, enable } = (value as { P2p: { uid: string; enable: number } }).P2p
  assert.match(uid, /^[A-Z2-7]{16}$/)
  assert.equal(enable, 0)
  assert.deepEqual(value?.P2P, value?.P2p)
  assert.deepEqual(initial?.P2p, { enable: 0 })
  const { length } = api.effects
  const named = await api.one({ cmd: 'SetP2p', param: { P2p: { enable: 1, uid: 'OTHER' } } })
  assert.deepEqual(named, { cmd: 'SetP2p', code: 0, value: { rspCode: 200 } })
  assert.equal((await api.one({ cmd: 'SetP2P', P2P: { enable: 0 } })).cmd, 'SetP2P')
  assert.deepEqual(api.effects.slice(length), [{ announce: true }, { announce: false }])
  assert.equal(((await valueIn('GetP2p')).P2p as { uid: string }).uid, uid)
})
