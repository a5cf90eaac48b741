/**
 * Source specifications, as on the command line.
 *
 *   specification = scene | file | network | device
 *   scene         = "scene:street" [ "?" name "=" value { "&" name "=" value } ]
 *   file          = "file:" path
 *   network       = ( "rtsp" | "rtsps" | "rtmp" | "rtmps" | "http" | "https" ) "://" rest of the URL
 *   device        = "v4l2:" absolute path
 */
import { CameraError } from '../../base/errors.ts'

export const LIGHTS = ['clock', 'day', 'night'] as const
export type Light = (typeof LIGHTS)[number]

export interface SceneSpecification {
  readonly kind: 'scene'
  /** Length of a period; 0 if nothing ever moves. */
  readonly everySeconds: number
  /** Time within a period in which something moves. */
  readonly forSeconds: number
  readonly seed: number
  readonly light: Light
}

export interface FileSpecification {
  readonly kind: 'file'
  readonly path: string
}

export interface NetworkSpecification {
  readonly kind: 'network'
  readonly protocol: 'rtsp' | 'rtmp' | 'http'
  /** May hold a password: never to be logged. */
  readonly url: string
}

export interface DeviceSpecification {
  readonly kind: 'device'
  readonly path: string
}

export type SourceSpecification =
  | SceneSpecification
  | FileSpecification
  | NetworkSpecification
  | DeviceSpecification

/** Longest period and longest motion: one day. */
const MAX_SECONDS = 86_400

const SCENE_EXAMPLE = 'scene:street?every=20&for=8&seed=1&light=clock'

/** Errors: CameraError `bad-value`, naming what is wrong and a correct example. */
export function parseSource(text: string): SourceSpecification {
  const [scheme, rest] = splitScheme(text)
  switch (scheme) {
    case 'scene':
      return parseScene(rest)
    case 'file':
      if (rest === '') throw wrong('a file source needs a path', 'file:/clips/street.mp4')
      return { kind: 'file', path: rest }
    case 'v4l2':
      if (!rest.startsWith('/')) throw wrong('a v4l2 source needs the path of a device', 'v4l2:/dev/video0')
      return { kind: 'device', path: rest }
    case 'rtsp':
    case 'rtmp':
    case 'http':
      return parseNetwork(scheme, text)
    case 'rtsps':
    case 'rtmps':
    case 'https':
      return parseNetwork(scheme.slice(0, -1) as NetworkSpecification['protocol'], text)
    default:
      throw wrong(
        'a source starts with scene:, file:, v4l2:, rtsp://, rtmp://, http:// or https://',
        SCENE_EXAMPLE,
      )
  }
}

function splitScheme(text: string): [string, string] {
  if (text.includes('\0')) throw wrong('a source must not contain a zero byte', SCENE_EXAMPLE)
  const colon = text.indexOf(':')
  return [text.slice(0, Math.max(0, colon)).toLowerCase(), text.slice(colon + 1)]
}

function parseNetwork(protocol: NetworkSpecification['protocol'], text: string): NetworkSpecification {
  const url = URL.parse(text)
  // The text itself is left out of the sentence: it may hold a password.
  if (!/^\w+:\/\/[^\s/]/.test(text) || /\s/.test(text) || !url?.host) {
    throw wrong(`the ${protocol} source is not a URL`, `${protocol}://192.168.1.20/stream`)
  }
  return { kind: 'network', protocol, url: text }
}

function parseScene(rest: string): SceneSpecification {
  const [name = '', query = ''] = rest.split(/\?(.*)/s)
  if (name !== 'street') throw wrong(`there is no scene "${name}", only street`, SCENE_EXAMPLE)
  const options = new Map<string, string>()
  for (const [key, value] of new URLSearchParams(query)) {
    if (!SCENE_OPTIONS.has(key)) throw wrong(`the scene has no option "${key}"`, SCENE_EXAMPLE)
    if (options.has(key)) throw wrong(`the scene option "${key}" is given twice`, SCENE_EXAMPLE)
    options.set(key, value)
  }
  const everySeconds = numberOf(options, 'every', 20, MAX_SECONDS)
  const forSeconds = numberOf(options, 'for', 8, MAX_SECONDS)
  if (everySeconds > 0 && forSeconds > everySeconds) {
    throw wrong('the scene option "for" must not be greater than "every"', SCENE_EXAMPLE)
  }
  const seed = numberOf(options, 'seed', 1, 2 ** 31 - 1)
  if (!Number.isInteger(seed)) throw wrong('the scene option "seed" must be a whole number', SCENE_EXAMPLE)
  return { kind: 'scene', everySeconds, forSeconds, seed, light: lightOf(options.get('light')) }
}

const SCENE_OPTIONS = new Set(['every', 'for', 'seed', 'light'])

function numberOf(options: ReadonlyMap<string, string>, key: string, initial: number, max: number): number {
  const text = options.get(key)
  if (text === undefined) return initial
  const value = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || value > max) {
    throw wrong(`the scene option "${key}" must be a number from 0 to ${max}`, SCENE_EXAMPLE)
  }
  return value
}

function lightOf(text: string | undefined): Light {
  const light = LIGHTS.find((name) => name === (text ?? 'clock'))
  if (!light) throw wrong(`the scene option "light" must be one of ${LIGHTS.join(', ')}`, SCENE_EXAMPLE)
  return light
}

function wrong(what: string, example: string): CameraError {
  return new CameraError('bad-value', `${what}, for example ${example}`)
}
