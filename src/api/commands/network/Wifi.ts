/** The wireless network (Guide §3.3.16–3.3.19). */
import { CameraError } from '../../../base/errors.ts'
import type { WifiPort } from '../../../network/ports.ts'
import { action } from '../../define/command.ts'
import { withDefault } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { setting } from '../../define/setting.ts'
import { SECRET_MASK, secret, text } from '../../define/texts.ts'
import { memberOf } from '../../members.ts'
import type { Parts } from '../../parts.ts'

const SECTION = 'Wifi'
const ABILITY = 'wifi'
/** What a network needs to be called strong by so many of 4 bars, dBm. */
const BARS = [-60, -50, -40]

const fields = group({
  password: secret({ maxLen: 127, label: 'Password' }),
  ssid: text({ maxLen: 127, label: 'Network' }),
})

export const wifi = setting(SECTION, {
  guide: ['3.3.16', '3.3.17'],
  summary: 'The wireless network that the camera joins, as soon as it is in reach.',
  ability: { key: ABILITY },
  fields,
  apply: (access, { network }) => network.wifi?.configure(access),
})

export const scanWifi = action('ScanWifi', {
  guide: '3.3.18',
  summary: 'The wireless networks in reach: `signal` 1..4, `bencrypt` 1 with a password (Q-74).',
  access: { key: ABILITY, right: 'read' },
  readOnly: true,
  run: async (_params, { parts }) => {
    const networks = await adapterOf(parts).scan()
    const value = networks.map(({ ssid, signalDbm, isEncrypted }) => {
      const signal = 1 + BARS.filter((dbm) => signalDbm > dbm).length
      return { signal, ssid, bencrypt: isEncrypted ? 1 : 0 }
    })
    return { value: { [SECTION]: value } }
  },
})

export const testWifi = action('TestWifi', {
  guide: '3.3.19',
  summary: 'Tries to join the network of the request; nothing is stored (Q-70).',
  access: { key: ABILITY, right: 'revise' },
  section: SECTION,
  fields: group({
    ssid: text({ minLen: 1, maxLen: 127 }),
    password: withDefault(secret({ maxLen: 127 }), ''),
  }),
  run: async ({ ssid, password }, { parts, entry }) => {
    const stored = parts.settings.current(wifi)
    const given = memberOf(entry.member(SECTION) as Record<string, unknown>, 'password')
    // The mask stands for the password of the network that is stored, and of no other.
    const isStored = given === SECRET_MASK && ssid === stored.ssid
    await adapterOf(parts).test({ ssid, password: isStored ? stored.password : password })
    return undefined
  },
})

function adapterOf({ network }: Parts): WifiPort {
  if (network.wifi === undefined) throw new CameraError('not-supported', 'there is no Wi-Fi adapter')
  return network.wifi
}
