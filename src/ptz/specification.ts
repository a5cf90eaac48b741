/**
 * Which head the camera has, as on the command line.
 *
 *   specification = "digital" | "pelco-d:" absolute path | "onvif:" URL
 */
import { CameraError } from '../base/errors.ts'

export type HeadSpecification =
  | { readonly kind: 'digital' }
  | { readonly kind: 'pelco-d'; readonly device: string }
  | {
      readonly kind: 'onvif'
      /** Address of the device service, without user and password. */
      readonly url: string
      readonly user: string
      /** Never to be logged. */
      readonly password: string
    }

/** Where devices have their device service (ONVIF Core §5.1). */
const DEVICE_SERVICE = '/onvif/device_service'

/** Errors: CameraError `bad-value` with a correct example; the text, which may hold a password, is not repeated. */
export function parseHead(text: string): HeadSpecification {
  const [kind, rest = ''] = text.split(/:(.*)/s)
  if (text === 'digital') return { kind: 'digital' }
  if (kind === 'pelco-d') {
    if (!rest.startsWith('/') || rest.includes('\0')) {
      throw wrong('a pelco-d head needs the path of a serial port', 'pelco-d:/dev/ttyUSB0')
    }
    return { kind: 'pelco-d', device: rest }
  }
  if (kind === 'onvif') return parseOnvif(rest)
  throw wrong('a head is digital, pelco-d:DEVICE or onvif:URL', 'digital')
}

function parseOnvif(text: string): HeadSpecification {
  const example = 'onvif:http://user:password@192.168.1.20/'
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw wrong('an onvif head needs an http URL', example)
  const { username, password } = url
  url.username = ''
  url.password = ''
  url.hash = ''
  if (url.pathname === '/') url.pathname = DEVICE_SERVICE
  try {
    return {
      kind: 'onvif',
      url: url.href,
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
    }
  } catch {
    throw wrong('user or password of the onvif head is not percent-encoded', example)
  }
}

function wrong(what: string, example: string): CameraError {
  return new CameraError('bad-value', `${what}, for example ${example}`)
}
