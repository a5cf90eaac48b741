/**
 * The part of the picture that the main stream shows (Guide §3.4.12). The guide has no SetCrop; clients use
 * the one of later cameras. Both speak in pixels of a screen; what is stored keeps its place when main's size changes.
 */
import { CameraError } from '../../../base/errors.ts'
import type { Command, Success } from '../../define/command.ts'
import { badValue, type Infer, missing } from '../../define/field.ts'
import { group, isObject } from '../../define/groups.ts'
import { integer } from '../../define/numbers.ts'
import type { Setting } from '../../define/setting.ts'
import type { Parts } from '../../parts.ts'
import { enc, sizeOfMain } from '../enc/Enc.ts'

/** Pixels; a screen may be of any size. */
const MAX_SIDE = 16_384
/** The smallest window is a quarter of main's width and a third of its height: 640 × 480 of 2560 × 1440. */
const LEAST = { width: 1 / 4, height: 1 / 3 }

const side = (initial: number, label: string) =>
  integer({ min: 1, max: MAX_SIDE, initial, label, unit: 'pixels' })
const place = (label: string) => integer({ min: 0, max: MAX_SIDE - 1, initial: 0, label, unit: 'pixels' })

const fields = group({
  screenWidth: side(1280, 'Width of the picture the window is measured on'),
  screenHeight: side(720, 'Height of that picture'),
  cropWidth: side(1280, 'Width of the window'),
  cropHeight: side(720, 'Height of the window'),
  topLeftX: place('Left edge of the window'),
  topLeftY: place('Upper edge of the window'),
})

type Stored = Infer<typeof fields>

interface Size {
  readonly width: number
  readonly height: number
}

function leastOf({ width, height }: Size): Size {
  return { width: Math.ceil(width * LEAST.width), height: Math.ceil(height * LEAST.height) }
}

/** The window in pixels of another screen. */
function measuredOn({ width, height }: Size, value: Stored): Stored {
  const across = (pixels: number) => Math.round((pixels * width) / value.screenWidth)
  const down = (pixels: number) => Math.round((pixels * height) / value.screenHeight)
  const [topLeftX, topLeftY] = [across(value.topLeftX), down(value.topLeftY)]
  return {
    screenWidth: width,
    screenHeight: height,
    cropWidth: Math.min(across(value.cropWidth), width - topLeftX),
    cropHeight: Math.min(down(value.cropHeight), height - topLeftY),
    topLeftX,
    topLeftY,
  }
}

function check(value: Stored): void {
  const screen = { width: value.screenWidth, height: value.screenHeight }
  const least = leastOf(screen)
  if (value.cropWidth < least.width || value.cropHeight < least.height)
    throw new CameraError('bad-value', `the window must be at least ${least.width} × ${least.height}`)
  if (value.topLeftX + value.cropWidth > screen.width || value.topLeftY + value.cropHeight > screen.height)
    throw new CameraError('bad-value', 'the window must lie on its screen')
}

function show(value: Stored, main: Size, channel: number): Record<string, unknown> {
  const { cropWidth, cropHeight, topLeftX, topLeftY } = measuredOn(main, value)
  const least = leastOf(main)
  const sizes = {
    minHeight: least.height,
    minWidth: least.width,
    mainHeight: main.height,
    mainWidth: main.width,
  }
  const screen = { screenHeight: main.height, screenWidth: main.width }
  return { Crop: { channel, ...sizes, ...screen, cropHeight, cropWidth, topLeftY, topLeftX } }
}

function answer(parts: Parts, channel: number): Required<Success> {
  const main = sizeOfMain(parts.settings.current(enc, channel))
  const value = parts.settings.current(crop, channel)
  const { cropWidth, cropHeight } = measuredOn(main, value)
  const least = leastOf(main)
  const range = {
    channel: 0,
    cropHeight: { min: least.height, max: main.height },
    cropWidth: { min: least.width, max: main.width },
    topLeftY: { min: 0, max: main.height - cropHeight },
    topLeftX: { min: 0, max: main.width - cropWidth },
  }
  return {
    initial: show(fields.initial, main, channel),
    range: { Crop: range },
    value: show(value, main, channel),
  }
}

const common = { section: 'Crop', fields, perChannel: true, aliases: [], upload: undefined }

const getCrop: Command = {
  ...common,
  name: 'GetCrop',
  guide: '3.4.12',
  summary: 'The part of the picture that main shows, in pixels of main.',
  kind: 'get',
  access: { key: 'videoClip', right: 'read' },
  readOnly: true,
  read: () => undefined,
  run: (_params, { entry, parts }, channel) => {
    const whole = answer(parts, channel)
    //
    return entry.action === 0 ? { value: whole.value } : whole
  },
}

const setCrop: Command = {
  ...common,
  name: 'SetCrop',
  guide: '3.4.12',
  summary: 'Lets main show a part of the picture, as large as it can; the other streams show all of it.',
  kind: 'set',
  access: { key: 'videoClip', right: 'revise' },
  readOnly: false,
  read: (entry) => {
    const input = entry.member('Crop')
    if (input === undefined) missing('Crop')
    if (!isObject(input)) badValue('Crop', 'an object')
    fields.read(input, fields.initial, 'Crop')
    return input
  },
  run: async (input, { parts, principal, address }, channel) => {
    const { settings } = parts
    // Without a screen of its own, the window is measured on what GetCrop answers.
    const current = measuredOn(sizeOfMain(settings.current(enc, channel)), settings.current(crop, channel))
    const author = { userName: principal.user.name, address }
    await settings.change(crop, channel, fields.read(input, current, 'Crop'), author)
    return undefined
  },
}

export const crop: Setting<Stored> = {
  name: 'Crop',
  fields,
  perChannel: true,
  commands: [getCrop, setCrop],
  check,
  apply: (value, { channels }, channel) =>
    channels[channel]?.configure({
      crop: {
        x: value.topLeftX / value.screenWidth,
        y: value.topLeftY / value.screenHeight,
        width: value.cropWidth / value.screenWidth,
        height: value.cropHeight / value.screenHeight,
      },
    }),
}
