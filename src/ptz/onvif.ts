/**
 * Another camera as the head: what is ordered here moves there (ONVIF PTZ §5), and its lens focuses (Imaging §5).
 * Left out: the iris, which ONVIF sets but does not drive, and positions.
 */
import type { Clock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import type { Direction, Head, Place } from './head.ts'
import { MAX_SPEED } from './limits.ts'
import { attributeOf, callSoap, escapeXml, type SoapAccount, textOf } from './soap.ts'

/** Time a head gets for the way to a preset. */
const WAY_MS = 4000

interface OnvifHeadOptions {
  /** Address of the device service. */
  readonly url: string
  readonly account: SoapAccount
  readonly clock: Clock
}

/** What is found out before the first order. */
interface Device {
  readonly ptzUrl: string
  readonly profile: string
  /** Undefined if its lens cannot be focused from outside. */
  readonly lens: { readonly url: string; readonly source: string } | undefined
  /** The device's clock minus ours; digests carry its time. */
  readonly aheadMs: number
}

export class OnvifHead implements Head {
  readonly #options: OnvifHeadOptions
  #device: Device | undefined
  #isFocusing = false
  #focusesItself = true

  constructor(options: OnvifHeadOptions) {
    this.#options = options
  }

  async turn({ pan, tilt }: Direction, speed: number): Promise<undefined> {
    // ONVIF's y points up.
    const [x, y] = [pan, -tilt].map((way) => velocity(way, speed))
    await this.#move(`<tt:PanTilt x="${x}" y="${y}"/>`)
  }

  async zoom(way: 1 | -1, speed: number): Promise<void> {
    await this.#move(`<tt:Zoom x="${velocity(way, speed)}"/>`)
  }

  async focus(way: 1 | -1, speed: number): Promise<void> {
    const pace = `<tt:Continuous><tt:Speed>${velocity(way, speed)}</tt:Speed></tt:Continuous>`
    await this.#orderLens('Move', `<timg:Focus>${pace}</timg:Focus>`)
    this.#isFocusing = true
  }

  async iris(): Promise<void> {
    throw new CameraError('not-supported', 'the ONVIF head has no iris to be set from here')
  }

  async stop(): Promise<void> {
    try {
      if (this.#isFocusing) await this.#orderLens('Stop', '')
      this.#isFocusing = false
    } finally {
      // A lens that does not obey keeps no head moving.
      await this.#order('Stop', '<tptz:PanTilt>true</tptz:PanTilt><tptz:Zoom>true</tptz:Zoom>')
    }
  }

  async lensTo(): Promise<void> {
    throw new CameraError('not-supported', 'the ONVIF head takes no positions of its lens')
  }

  async remember(slot: number): Promise<Place> {
    const answer = await this.#order('SetPreset', `<tptz:PresetName>vedette ${slot}</tptz:PresetName>`)
    const token = textOf(answer, 'PresetToken')
    if (!token) throw new CameraError('receive-failed', 'the ONVIF head did not name the preset')
    return { kind: 'onvif', token }
  }

  async forget(place: Place): Promise<void> {
    if (place.kind === 'onvif') await this.#order('RemovePreset', tokenOf(place.token))
  }

  async goTo(place: Place, speed: number): Promise<number> {
    if (place.kind !== 'onvif')
      throw new CameraError('not-exist', 'the place belongs to another kind of head')
    const pace = velocity(1, speed)
    const speeds = `<tptz:Speed><tt:PanTilt x="${pace}" y="${pace}"/><tt:Zoom x="${pace}"/></tptz:Speed>`
    await this.#order('GotoPreset', tokenOf(place.token) + speeds)
    return WAY_MS
  }

  async setAutoFocus(enabled: boolean): Promise<void> {
    if (enabled === this.#focusesItself) return
    const mode = `<tt:AutoFocusMode>${enabled ? 'AUTO' : 'MANUAL'}</tt:AutoFocusMode>`
    const settings = `<timg:ImagingSettings><tt:Focus>${mode}</tt:Focus></timg:ImagingSettings>`
    await this.#orderLens('SetImagingSettings', settings)
    this.#focusesItself = enabled
  }

  pose(): undefined {
    return undefined
  }

  async close(): Promise<void> {}

  async #move(velocities: string): Promise<void> {
    await this.#order('ContinuousMove', `<tptz:Velocity>${velocities}</tptz:Velocity>`)
  }

  async #order(name: string, content: string): Promise<string> {
    return await this.#tell(({ ptzUrl, profile }) => {
      const token = `<tptz:ProfileToken>${escapeXml(profile)}</tptz:ProfileToken>`
      return { url: ptzUrl, body: `<tptz:${name}>${token}${content}</tptz:${name}>` }
    })
  }

  async #orderLens(name: string, content: string): Promise<void> {
    await this.#tell(({ lens }) => {
      if (lens === undefined)
        throw new CameraError('not-supported', 'the ONVIF head is not focused from outside')
      const token = `<timg:VideoSourceToken>${escapeXml(lens.source)}</timg:VideoSourceToken>`
      return { url: lens.url, body: `<timg:${name}>${token}${content}</timg:${name}>` }
    })
  }

  async #tell(what: (device: Device) => { readonly url: string; readonly body: string }): Promise<string> {
    this.#device ??= await this.#discover()
    const { url, body } = what(this.#device)
    try {
      return await this.#call(url, body, this.#device.aheadMs)
    } catch (error) {
      // It may have been restarted, with another clock or other profiles.
      this.#device = undefined
      throw error
    }
  }

  /** Its clock, its services, and the first profile that can be moved. */
  async #discover(): Promise<Device> {
    const { url, clock } = this.#options
    const time = await callSoap(url, '<tds:GetSystemDateAndTime/>', undefined, 0).catch(() => '')
    const utcMs = deviceTime(time)
    const aheadMs = utcMs === undefined ? 0 : utcMs - clock.wallMs()
    const query = '<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>'
    const capabilities = await this.#call(url, query, aheadMs)
    const ptzUrl = this.#serviceUrl(capabilities, 'PTZ')
    const profiles = await this.#call(this.#serviceUrl(capabilities, 'Media'), '<trt:GetProfiles/>', aheadMs)
    const list = profiles.split(/(?=<(?:[\w.-]+:)?Profiles[\s>])/)
    const movable = list.find((profile) => /<(?:[\w.-]+:)?PTZConfiguration[\s>]/.test(profile))
    const profile = movable && attributeOf(movable, 'Profiles', 'token')
    if (!profile) throw new CameraError('not-supported', 'the ONVIF head has no profile that can be moved')
    const source = textOf(movable, 'SourceToken')
    const imaging = this.#urlIn(capabilities, 'Imaging')
    const lens = source !== undefined && imaging !== undefined ? { url: imaging, source } : undefined
    return { ptzUrl, profile, lens, aheadMs }
  }

  /** Only the path is taken from the device: the password goes nowhere but to the address that was given. */
  #urlIn(capabilities: string, service: string): string | undefined {
    const part = new RegExp(`<(?:[\\w.-]+:)?${service}(?:\\s[^>]*)?>.*`, 's').exec(capabilities)?.[0] ?? ''
    const address = URL.parse(textOf(part, 'XAddr') ?? '')
    return address === null ? undefined : new URL(address.pathname + address.search, this.#options.url).href
  }

  #serviceUrl(capabilities: string, service: string): string {
    const url = this.#urlIn(capabilities, service)
    if (url === undefined) throw new CameraError('not-supported', `the ONVIF head has no service ${service}`)
    return url
  }

  #call(url: string, body: string, aheadMs: number): Promise<string> {
    const { account, clock } = this.#options
    return callSoap(url, body, account.user === '' ? undefined : account, clock.wallMs() + aheadMs)
  }
}

function velocity(way: number, speed: number): number {
  return way === 0 ? 0 : Number(((way * speed) / MAX_SPEED).toFixed(3))
}

function tokenOf(token: string): string {
  return `<tptz:PresetToken>${escapeXml(token)}</tptz:PresetToken>`
}

/** UTC of an answer to GetSystemDateAndTime, milliseconds; undefined if it has none. */
function deviceTime(xml: string): number | undefined {
  const utc = /<(?:[\w.-]+:)?UTCDateTime[\s>].*/s.exec(xml)?.[0]
  if (utc === undefined) return undefined
  const [year, month, day, hour, minute, second] = ['Year', 'Month', 'Day', 'Hour', 'Minute', 'Second'].map(
    (name) => Number(textOf(utc, name) ?? Number.NaN),
  ) as [number, number, number, number, number, number]
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, second)
  return Number.isFinite(utcMs) ? utcMs : undefined
}
