/** Device service: its network (Device Management §8.2). The addresses are told, and changed by the API alone. */
import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { localLink } from '../../api/commands/network/LocalLink.ts'
import { ntp } from '../../api/commands/network/Ntp.ts'
import { getDevInfo } from '../../api/commands/system/DevInfo.ts'
import { invalid, unsupported } from './fault.ts'
import type { Name } from './names.ts'
import { accessOf, change, type Operation, operation, permission } from './operation.ts'
import { type Xml, xml } from './xml-writer.ts'

const known = permission(getDevInfo)
const ofLink = accessOf(localLink)
const ofNtp = accessOf(ntp)

export const NETWORK_OPERATIONS: readonly Operation[] = [
  operation('tds:GetHostname', 'anyone', () =>
    xml('tds:HostnameInformation', xml('tt:FromDHCP', false), xml('tt:Name', hostname())),
  ),

  operation('tds:GetNetworkInterfaces', known, () => interfaces()),

  operation('tds:GetNetworkProtocols', known, (_request, call) => [
    protocol('HTTP', Number(new URL(call.origin).port || 80)),
    protocol('RTSP', call.rtspPort()),
  ]),

  operation('tds:GetNTP', ofNtp.read, (_request, { parts }) =>
    xml(
      'tds:NTPInformation',
      xml('tt:FromDHCP', false),
      host('tt:NTPManual', parts.settings.current(ntp).server),
    ),
  ),
  operation('tds:SetNTP', ofNtp.change, async (request, call) => {
    if (request.booleanAt('FromDHCP')) throw unsupported('the time server is not taken from DHCP')
    const manual = request.find('NTPManual')
    const server = ['DNSname', 'IPv4Address', 'IPv6Address']
      .map((name) => manual?.textAt(name))
      .find((one) => one)
    if (server === undefined) throw invalid('ter:InvalidDnsName', 'NTPManual must name a server')
    await change(ntp, { server }, call)
    return undefined
  }),

  operation('tds:GetDNS', ofLink.read, async (_request, { parts }) => {
    const isFromDhcp = parts.settings.current(localLink).dns.auto === 1
    const { dns } = await parts.network.link.state()
    const name = isFromDhcp ? 'tt:DNSFromDHCP' : 'tt:DNSManual'
    return xml(
      'tds:DNSInformation',
      xml('tt:FromDHCP', isFromDhcp),
      dns.map((one) => host(name, one)),
    )
  }),
  operation('tds:GetNetworkDefaultGateway', ofLink.read, async (_request, { parts }) => {
    const { gateway } = await parts.network.link.state()
    return xml('tds:NetworkGateway', gateway === '' ? undefined : xml('tt:IPv4Address', gateway))
  }),
]

/** `tt:NetworkHost`, and `tt:IPAddress`, which has no names. */
function host(name: Name, text: string): Xml {
  if (text === '') return xml(name, xml('tt:Type', 'DNS'))
  switch (isIP(text)) {
    case 4:
      return xml(name, xml('tt:Type', 'IPv4'), xml('tt:IPv4Address', text))
    case 6:
      return xml(name, xml('tt:Type', 'IPv6'), xml('tt:IPv6Address', text))
    default:
      return xml(name, xml('tt:Type', 'DNS'), xml('tt:DNSname', text))
  }
}

/** Those that lead somewhere. The addresses are of the host; ONVIF does not change them. */
function interfaces(): Xml[] {
  const found = Object.entries(networkInterfaces()).filter(([, all]) =>
    all?.some(({ internal }) => !internal),
  )
  return found.map(([name, all = []]) => {
    const [first] = all
    const v4 = all.filter(({ family }) => family === 'IPv4')
    return xml(
      'tds:NetworkInterfaces',
      { token: name },
      xml('tt:Enabled', true),
      xml('tt:Info', xml('tt:Name', name), xml('tt:HwAddress', first?.mac)),
      v4.length === 0
        ? undefined
        : xml(
            'tt:IPv4',
            xml('tt:Enabled', true),
            xml(
              'tt:Config',
              v4.map(({ address, cidr }) =>
                xml(
                  'tt:Manual',
                  xml('tt:Address', address),
                  xml('tt:PrefixLength', Number(cidr?.split('/')[1] ?? 32)),
                ),
              ),
              xml('tt:DHCP', false),
            ),
          ),
    )
  })
}

function protocol(name: string, port: number): Xml {
  return xml('tds:NetworkProtocols', xml('tt:Name', name), xml('tt:Enabled', true), xml('tt:Port', port))
}
