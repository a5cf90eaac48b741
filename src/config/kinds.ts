/** The kinds of value an option can have: how its text is read, and the words for errors and documents. */
import { isIP } from 'node:net'
import { parseSource } from '../engine/source/specification.ts'
import { parseHead } from '../ptz/specification.ts'

export interface Kind<T> {
  /** Stands for the value in the help: `--http-port PORT`. */
  readonly placeholder: string
  /** Completes the sentence "it must be …". */
  readonly expects: string
  /** Its value is not printed when it is wrong. */
  readonly isSecret?: boolean
  /** In the file it may be a list or a mapping, which comes to `read` as JSON. */
  readonly isStructured?: boolean
  /** Undefined if the text is not acceptable; a CameraError if more can be said than `expects`. */
  read(text: string): T | undefined
}

/** 0 lets the system pick a free port. */
export const PORT: Kind<number> = {
  placeholder: 'PORT',
  expects: 'a port number from 1 to 65535, or 0 for any free port',
  read: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined),
}

/** The port of a service that can be left out. */
export const PORT_OR_OFF: Kind<number | 'off'> = {
  placeholder: 'PORT|off',
  expects: `${PORT.expects}, or off`,
  read: (text) => (text === 'off' ? text : PORT.read(text)),
}

/** An IPv4 or IPv6 address, as the system's listen call takes it. */
export const ADDRESS: Kind<string> = {
  placeholder: 'ADDR',
  expects: 'an IP address of this machine, such as 0.0.0.0 or 192.168.1.20',
  read: (text) => (isIP(text) > 0 ? text : undefined),
}

/** A path, relative to the working directory. */
export function path(placeholder: 'FILE' | 'DIR'): Kind<string> {
  return {
    placeholder,
    expects: placeholder === 'FILE' ? 'the path of a file' : 'the path of a folder',
    read: (text) => (text === '' || text.includes('\0') ? undefined : text),
  }
}

/** 6 characters is what AddUser asks for (Guide §3.2.4), 31 what Login takes (Guide §4.4). */
export const PASSWORD: Kind<string> = {
  placeholder: 'PASSWORD',
  isSecret: true,
  expects: 'a password of 6 to 31 characters on one line',
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  read: (text) => (/^[^\u0000-\u001f\u007f]{6,31}$/u.test(text) ? text : undefined),
}

/** What the engine can open, by its grammar alone; whether a file is there is asked at the start. */
export const SOURCE: Kind<string> = {
  placeholder: 'SPEC',
  expects: 'scene:street, file:PATH, v4l2:DEVICE, or an rtsp://, rtmp://, http:// or https:// URL',
  read: (text) => {
    parseSource(text)
    return text
  },
}

/** The head, by its grammar alone. */
export const HEAD: Kind<string> = {
  placeholder: 'SPEC',
  expects: 'digital, pelco-d:DEVICE or onvif:URL',
  read: (text) => {
    parseHead(text)
    return text
  },
}

/** One of a list of words. */
export function choice<T extends string>(placeholder: string, words: readonly T[]): Kind<T> {
  return {
    placeholder,
    expects: `one of ${words.join(', ')}`,
    read: (text) => words.find((word) => word === text),
  }
}

/** A number of seconds. */
export function seconds(min: number, max: number): Kind<number> {
  return {
    placeholder: 'SECONDS',
    expects: `a number of seconds from ${min} to ${max}`,
    read: (text) => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : undefined
      return value !== undefined && value >= min && value <= max ? value : undefined
    },
  }
}

/** The address of a web server or of a folder there, without user, query and fragment. */
export const WEB_URL: Kind<string> = {
  placeholder: 'URL',
  expects: 'an http:// or https:// address without user, ? and #',
  read: (text) => {
    const url = URL.parse(text)
    if (url === null || !/^https?:$/.test(url.protocol)) return undefined
    return url.username + url.password + url.search + url.hash === '' ? url.href : undefined
  },
}

/** A name in lower case with digits, dots and hyphens, as S3 wants its buckets and regions. */
export const S3_NAME: Kind<string> = {
  placeholder: 'NAME',
  expects: '3 to 63 lower case letters, digits, dots and hyphens',
  read: (text) => (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text) ? text : undefined),
}

/** kbit/s. */
export const RATE: Kind<number> = {
  placeholder: 'KBIT/S',
  expects: 'a number of kbit/s from 64 to 10000000',
  read: (text) => {
    const value = /^\d{2,8}$/.test(text) ? Number(text) : 0
    return value >= 64 && value <= 10_000_000 ? value : undefined
  },
}

export const MQTT_URL: Kind<string> = {
  placeholder: 'URL',
  isSecret: true,
  expects: 'an address such as mqtts://user:password@host:8883',
  read: (text) => {
    const url = URL.parse(text)
    const isPlain =
      url !== null && (url.pathname === '' || url.pathname === '/') && url.search + url.hash === ''
    return isPlain && url.hostname !== '' && /^mqtts?:$/.test(url.protocol) ? url.href : undefined
  },
}

interface WebhookTarget {
  readonly url: string
  readonly secret?: string
}

/** One address, or in the file a list of addresses with their secrets. */
export const WEBHOOKS: Kind<readonly WebhookTarget[]> = {
  placeholder: 'URL',
  isSecret: true,
  isStructured: true,
  expects: 'an http:// or https:// address, or in the file a list of "url: ADDRESS" with "secret: TEXT"',
  read: (text) => {
    if (!/^\s*[[{]/.test(text)) return listOf([text])
    const value: unknown = JSON.parse(text)
    return listOf(Array.isArray(value) ? value : [value])
  },
}

const MAX_WEBHOOKS = 10

function listOf(items: readonly unknown[]): readonly WebhookTarget[] | undefined {
  const targets = items.map(targetOf)
  const all = targets.filter((target) => target !== undefined)
  return all.length === items.length && all.length > 0 && all.length <= MAX_WEBHOOKS ? all : undefined
}

function targetOf(item: unknown): WebhookTarget | undefined {
  const { url, secret, ...others } = (typeof item === 'string' ? { url: item } : Object(item)) as {
    url?: unknown
    secret?: unknown
  }
  const parsed = typeof url === 'string' ? URL.parse(url) : null
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.username + parsed.password !== '')
    return undefined
  if (Object.keys(others).length > 0) return undefined
  if (secret === undefined) return { url: parsed.href }
  return typeof secret === 'string' && secret !== '' ? { url: parsed.href, secret } : undefined
}

/** The name of a network interface, as Linux takes it. */
export const INTERFACE: Kind<string> = {
  placeholder: 'NAME',
  expects: 'the name of a network interface, such as eth0',
  read: (text) => (/^[A-Za-z0-9][\w.-]{0,14}$/.test(text) ? text : undefined),
}
