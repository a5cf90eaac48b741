/** What an engine does before anybody has changed a setting; the API's factory values are these. */
import { homeOf, WHOLE } from './head/motion.ts'
import type {
  ClockSettings,
  EncoderSettings,
  EngineSettings,
  ImageSettings,
  IspSettings,
  WhiteLampSettings,
} from './protocol.ts'

const main: EncoderSettings = {
  width: 1280,
  height: 720,
  frameRate: 15,
  rateKbps: 2048,
  profile: 'High',
  gopSeconds: 2,
}

const sub: EncoderSettings = {
  width: 640,
  height: 360,
  frameRate: 7,
  rateKbps: 160,
  profile: 'High',
  gopSeconds: 4,
}

/** Between main and sub. The guide has no settings for it. */
const ext: EncoderSettings = {
  width: 896,
  height: 504,
  frameRate: 10,
  rateKbps: 512,
  profile: 'High',
  gopSeconds: 2,
}

export const FACTORY_STREAMS = { main, sub, ext } as const

export const FACTORY_IMAGE: ImageSettings = {
  bright: 128,
  contrast: 128,
  saturation: 128,
  hue: 128,
  sharpen: 128,
}

export const FACTORY_ISP: IspSettings = {
  antiFlicker: 'Off',
  backLight: 'Off',
  blc: 128,
  drc: 128,
  dayNight: 'Auto',
  exposure: 'Auto',
  gain: { min: 1, max: 62 },
  shutter: { min: 0, max: 125 },
  whiteBalance: 'Auto',
  redGain: 128,
  blueGain: 128,
  nr3d: true,
  mirror: false,
  rotate: false,
}

export const WHITE_LAMP_OFF: WhiteLampSettings = { light: 'off', brightness: 1 }

/** Main and sub are encoded always, ext while somebody wants it. */
export function factorySettings(source: string, clock: ClockSettings): EngineSettings {
  return {
    source,
    audio: false,
    siren: false,
    streams: FACTORY_STREAMS,
    active: { main: true, sub: true, ext: false },
    image: FACTORY_IMAGE,
    isp: FACTORY_ISP,
    lamp: 'Auto',
    whiteLamp: WHITE_LAMP_OFF,
    masks: [],
    crop: WHOLE,
    head: { pose: homeOf(source) },
    osd: {
      name: { enabled: true, text: 'Camera1', position: 'Lower Right' },
      time: { enabled: true, position: 'Top Center' },
      background: false,
      watermark: false,
    },
    clock,
  }
}
