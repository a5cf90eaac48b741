/** The address of the network interface (Guide §3.3.1–3.3.2). */
import { isDeepStrictEqual } from 'node:util'
import { CameraError } from '../../../base/errors.ts'
import { faultOf } from '../../../base/ipv4.ts'
import type { LinkState } from '../../../network/ports.ts'
import { choice } from '../../define/choice.ts'
import type { Success } from '../../define/command.ts'
import type { Infer } from '../../define/field.ts'
import { group, isObject } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { type Setting, setting } from '../../define/setting.ts'
import { address } from '../../define/texts.ts'
import { memberOf } from '../../members.ts'

const SECTION = 'LocalLink'

const fields = group({
  dns: group({
    auto: flag(1, { label: 'Name servers from DHCP' }),
    dns1: address({ initial: '192.168.0.1', label: 'First name server' }),
    dns2: address({ initial: '192.168.0.1', label: 'Second name server' }),
  }),
  static: group({
    gateway: address({ initial: '192.168.0.1', label: 'Gateway' }),
    ip: address({ initial: '192.168.0.100', label: 'Address' }),
    mask: address({ initial: '255.255.255.0', label: 'Mask' }),
  }),
  type: choice(['DHCP', 'Static'], { initial: 'DHCP', label: 'Address assignment' }),
})
type LocalLink = Infer<typeof fields>

const plain = setting(SECTION, {
  guide: ['3.3.1', '3.3.2'],
  summary:
    'The address of the network interface. With DHCP the addresses that are in use are answered (Q-80); `mac` and `activeLink` are read-only (Q-79).',
  ability: { key: 'localLink' },
  fields,
  check: ({ type, static: { ip, mask, gateway } }) => {
    const fault = type === 'DHCP' ? undefined : faultOf(ip, mask, gateway)
    if (fault !== undefined) throw new CameraError('bad-value', fault)
  },
  apply: ({ type, static: fixed, dns }, { network }) => {
    const isDhcp = type === 'DHCP'
    const servers = [...new Set([dns.dns1, dns.dns2])].filter((server) => server !== '')
    return network.link.apply({ isDhcp, ...fixed, dns: isDhcp && dns.auto === 1 ? undefined : servers })
  },
})

const [get, set] = plain.commands

export const localLink: Setting<LocalLink> = {
  ...plain,
  commands: [
    {
      ...get,
      run: async (params, call, channel) => {
        const answer = (await get.run(params, call, channel)) as Success
        const { parts } = call
        const state = await parts.network.link.state()
        const value = { [SECTION]: shown(parts.settings.current(plain), state) }
        if (answer.initial === undefined) return { value }
        const initial = { [SECTION]: { ...fields.initial, mac: state.mac } }
        return { ...answer, initial, value }
      },
    },
    {
      ...set,
      run: async (input, call, channel) => {
        const { network, settings } = call.parts
        const current = settings.current(plain)
        const isFirst = current.type === 'DHCP' && isStatic(input as Input)
        const whole = isFirst ? withThoseInUse(input as Input, current, await network.link.state()) : input
        return await set.run(whole, call, channel)
      },
    },
  ],
}

type Input = Readonly<Record<string, unknown>>

function isStatic(input: Input): boolean {
  return String(memberOf(input, 'type')).toLowerCase() === 'static'
}

/** Addresses that were never set are those that DHCP gave, not the factory's, which belong to another network. */
function withThoseInUse(input: Input, current: LocalLink, { ip, mask, gateway, dns }: LinkState): Input {
  const [dns1, dns2 = dns1] = dns
  const inUse = {
    static: ip === '' ? {} : { ip, mask, gateway },
    dns: dns1 === undefined ? {} : { dns1, dns2 },
  }
  const groups = (['static', 'dns'] as const).map((name) => {
    const given = memberOf(input, name) ?? {}
    if (!isObject(given) || !isDeepStrictEqual(current[name], fields.initial[name])) return [name, given]
    const rest = Object.entries(inUse[name]).filter(([member]) => memberOf(given, member) === undefined)
    return [name, { ...given, ...Object.fromEntries(rest) }]
  })
  return { ...input, ...Object.fromEntries(groups) }
}

function shown({ type: stored, static: fixed, dns }: LocalLink, state: LinkState): Record<string, unknown> {
  const [first = '', second = ''] = state.dns
  const isDhcp = state.isDhcp ?? stored === 'DHCP'
  // A static address that the camera has set is told as it was given.
  const isInUse = isDhcp || state.isDhcp !== undefined
  return {
    activeLink: state.isWireless ? 'Wi-Fi' : 'LAN',
    dns: isInUse && dns.auto === 1 ? { auto: 1, dns1: first, dns2: second || first } : dns,
    mac: state.mac,
    static: isInUse ? { gateway: state.gateway, ip: state.ip, mask: state.mask } : fixed,
    type: isDhcp ? 'DHCP' : 'Static',
  }
}
