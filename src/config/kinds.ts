/** The kinds of value an option can have: how its text is read, and the words for errors and documents. */
import { isIP } from 'node:net'
import { parseSource } from '../engine/source/specification.ts'
import { parseHead } from '../ptz/specification.ts'

export interface Kind<T> {
  /** Stands for the value in the help: `--http-port PORT`. */
  readonly placeholder: string
  /** Completes the sentence "it must be …". */
  readonly expects: string
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
