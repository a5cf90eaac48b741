/** The namespaces of ONVIF's services and what they rest on, and the prefixes our answers use for them. */

const OASIS = 'http://docs.oasis-open.org'
const WSS = `${OASIS}/wss/2004/01/oasis-200401-wss`

export const NAMESPACES = {
  s: 'http://www.w3.org/2003/05/soap-envelope',
  s11: 'http://schemas.xmlsoap.org/soap/envelope/',
  wsa: 'http://www.w3.org/2005/08/addressing',
  wsse: `${WSS}-wssecurity-secext-1.0.xsd`,
  wsu: `${WSS}-wssecurity-utility-1.0.xsd`,
  tt: 'http://www.onvif.org/ver10/schema',
  tds: 'http://www.onvif.org/ver10/device/wsdl',
  trt: 'http://www.onvif.org/ver10/media/wsdl',
  tr2: 'http://www.onvif.org/ver20/media/wsdl',
  tptz: 'http://www.onvif.org/ver20/ptz/wsdl',
  timg: 'http://www.onvif.org/ver20/imaging/wsdl',
  tev: 'http://www.onvif.org/ver10/events/wsdl',
  trc: 'http://www.onvif.org/ver10/recording/wsdl',
  tse: 'http://www.onvif.org/ver10/search/wsdl',
  trp: 'http://www.onvif.org/ver10/replay/wsdl',
  tns1: 'http://www.onvif.org/ver10/topics',
  ter: 'http://www.onvif.org/ver10/error',
  wsnt: `${OASIS}/wsn/b-2`,
  wsrfbf: `${OASIS}/wsrf/bf-2`,
  wsrfr: `${OASIS}/wsrf/r-2`,
  wstop: `${OASIS}/wsn/t-1`,
  xs: 'http://www.w3.org/2001/XMLSchema',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
  d: 'http://schemas.xmlsoap.org/ws/2005/04/discovery',
  wsa04: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  dn: 'http://www.onvif.org/ver10/network/wsdl',
} as const
export type Prefix = keyof typeof NAMESPACES

/** `tds:GetScopes`. */
export type Name = `${Prefix}:${string}`

/** The values of `Password/@Type` (UsernameToken Profile 1.0 §3.1). */
export const PASSWORD_DIGEST = `${WSS}-username-token-profile-1.0#PasswordDigest`
