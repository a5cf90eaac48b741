import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FACTORY_ISP } from '../factory-settings.ts'
import { adjust, parseControls } from './device-controls.ts'

/** As v4l2-ctl 1.22 prints it for a webcam of the USB video class. */
const WEBCAM = `
User Controls

                     brightness 0x00980900 (int)    : min=-64 max=64 step=1 default=0 value=0
        white_balance_automatic 0x0098090c (bool)   : default=1 value=1
                    red_balance 0x0098090e (int)    : min=0 max=1023 step=1 default=0 value=512 flags=slider
                   blue_balance 0x0098090f (int)    : min=0 max=1023 step=1 default=0 value=512 flags=slider
           power_line_frequency 0x00980918 (menu)   : min=0 max=2 default=1 value=1 (50 Hz)
				0: Disabled
				1: 50 Hz
				2: 60 Hz
                           gain 0x00980913 (int)    : min=0 max=255 step=1 default=0 value=0
         backlight_compensation 0x0098091c (int)    : min=0 max=10 step=1 default=1 value=1

Camera Controls

                  auto_exposure 0x009a0901 (menu)   : min=0 max=3 default=3 value=3 (Aperture Priority Mode)
				1: Manual Mode
				3: Aperture Priority Mode
         exposure_time_absolute 0x009a0902 (int)    : min=3 max=2047 step=1 default=250 value=250 flags=inactive
     exposure_dynamic_framerate 0x009a0903 (bool)   : default=0 value=1
                       privacy 0x009a0910 (bool)   : default=0 value=0 flags=read-only
`
const OLD = `
         exposure_auto 0x009a0901 (menu)   : min=0 max=3 default=3 value=3
				1: Manual Mode
				3: Aperture Priority Mode
     exposure_absolute 0x009a0902 (int)    : min=3 max=2047 step=1 default=250 value=250 flags=inactive
`
const offered = parseControls(WEBCAM)
const valuesFor = (change: Partial<typeof FACTORY_ISP>, controls = offered) =>
  Object.fromEntries(adjust({ ...FACTORY_ISP, ...change }, controls).values)
const restOf = (change: Partial<typeof FACTORY_ISP>, controls = offered) =>
  adjust({ ...FACTORY_ISP, ...change }, controls).rest

test('what a driver prints is read, but for what cannot be set', () => {
  assert.deepEqual(offered.get('gain'), { name: 'gain', min: 0, max: 255 })
  assert.deepEqual(offered.get('auto_exposure'), { name: 'auto_exposure', min: 0, max: 3, items: [1, 3] })
  assert.deepEqual(offered.get('exposure_dynamic_framerate'), {
    name: 'exposure_dynamic_framerate',
    min: 0,
    max: 1,
  })
  assert.equal(offered.has('privacy'), false)
  assert.equal(parseControls('Cannot open device /dev/video0, exiting.').size, 0)
})

test('a driver with older names is called by them', () => {
  assert.equal(parseControls(OLD).get('auto_exposure')?.name, 'exposure_auto')
  assert.equal(parseControls(OLD).get('exposure_time_absolute')?.name, 'exposure_absolute')
})

test('manual exposure is a shutter time in 100 µs and a share of the gain', () => {
  const values = valuesFor({
    exposure: 'Manual',
    gain: { min: 100, max: 100 },
    shutter: { min: 10, max: 30 },
  })
  assert.equal(values.auto_exposure, 1)
  assert.equal(values.exposure_time_absolute, 200)
  assert.equal(values.gain, 255)
})

test('a shutter beyond what the driver takes is its longest or shortest', () => {
  const longest = valuesFor({ exposure: 'Manual', shutter: { min: 125, max: 300 } })
  assert.equal(longest.exposure_time_absolute, 2047)
  assert.equal(valuesFor({ exposure: 'Manual', shutter: { min: 0, max: 0 } }).exposure_time_absolute, 3)
})

test('the automatic takes over gain and shutter', () => {
  const values = valuesFor({ exposure: 'Auto' })
  assert.equal(values.auto_exposure, 3)
  assert.equal('exposure_time_absolute' in values, false)
  assert.equal('gain' in values, false)
})

test('a low noise fixes the gain and lets the shutter take its time', () => {
  const values = valuesFor({ exposure: 'LowNoise', gain: { min: 1, max: 1 } })
  assert.deepEqual([values.auto_exposure, values.exposure_dynamic_framerate, values.gain], [3, 1, 0])
})

test('without smearing the shutter is fixed', () => {
  const values = valuesFor({ exposure: 'Anti-Smearing', shutter: { min: 0, max: 8 } })
  assert.deepEqual([values.auto_exposure, values.exposure_time_absolute], [1, 40])
  assert.equal('gain' in values, false)
})

test('what the driver does is not done to the picture again', () => {
  const change = {
    exposure: 'Manual',
    antiFlicker: '50HZ',
    whiteBalance: 'Manual',
    backLight: 'BackLightControl',
  } as const
  assert.deepEqual(restOf(change), FACTORY_ISP)
  assert.deepEqual(restOf(change, new Map()), { ...FACTORY_ISP, ...change })
})

test('what no driver knows stays with the picture', () => {
  const change = { antiFlicker: 'Outdoor', backLight: 'DynamicRangeControl' } as const
  assert.deepEqual(restOf(change), { ...FACTORY_ISP, ...change })
  assert.equal(valuesFor(change).power_line_frequency, 0)
  assert.equal(valuesFor(change).backlight_compensation, 0)
})

test('lamps, back light and white balance have their controls', () => {
  assert.equal(valuesFor({ antiFlicker: '60HZ' }).power_line_frequency, 2)
  assert.equal(valuesFor({ backLight: 'BackLightControl', blc: 255 }).backlight_compensation, 10)
  const white = valuesFor({ whiteBalance: 'Manual', redGain: 255, blueGain: 0 })
  assert.deepEqual([white.white_balance_automatic, white.red_balance, white.blue_balance], [0, 1023, 0])
})

test('a menu without the wanted entry leaves that part to the picture', () => {
  const only = parseControls(`power_line_frequency 0x00980918 (menu)   : min=0 max=2 default=1 value=1
				1: 50 Hz
`)
  assert.equal(restOf({ antiFlicker: '60HZ' }, only).antiFlicker, '60HZ')
})
