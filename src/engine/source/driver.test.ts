import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { FACTORY_ISP } from '../factory-settings.ts'
import { Driver } from './driver.ts'

const OFFER = `
           power_line_frequency 0x00980918 (menu)   : min=0 max=2 default=1 value=1 (50 Hz)
				0: Disabled
				1: 50 Hz
				2: 60 Hz
        exposure_auto 0x009a0901 (menu)   : min=0 max=3 default=3 value=3
				1: Manual Mode
				3: Aperture Priority Mode
    exposure_absolute 0x009a0902 (int)    : min=3 max=2047 step=1 default=250 value=250
`

/** A program that takes the place of v4l2-ctl, notes what it was asked for, and refuses what is named `refused`. */
function fakeDriver(refused = 'nothing') {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-driver-'))
  const notes = join(folder, 'asked')
  writeFileSync(notes, '')
  const program = join(folder, 'v4l2-ctl')
  writeFileSync(
    program,
    `#!/bin/sh\necho "$@" >> '${notes}'\ncase "$2" in --list*) cat <<'END'\n${OFFER}END\n;; *${refused}*) exit 1;; esac\n`,
  )
  chmodSync(program, 0o755)
  const path = process.env.PATH
  process.env.PATH = `${folder}${delimiter}${path}`
  return {
    asked: () => readFileSync(notes, 'utf8').trim().split('\n'),
    remove() {
      process.env.PATH = path
      rmSync(folder, { recursive: true })
    },
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo() && tries < 200; tries += 1) await sleep(25)
}

test('a device is asked what it offers, and set by the names it knows', async () => {
  const fake = fakeDriver()
  try {
    let changes = 0
    const driver = new Driver('/dev/video7', () => {
      changes += 1
    })
    const wish = { ...FACTORY_ISP, exposure: 'Manual', shutter: { min: 10, max: 10 } } as const
    assert.equal(driver.adjust(wish).exposure, 'Manual', 'before it is known what it offers')
    await driver.meet()
    assert.equal(changes, 1)
    assert.equal(driver.adjust(wish).exposure, 'Auto', 'the driver does it')
    await until(() => fake.asked().length === 4)
    assert.deepEqual(fake.asked(), [
      '--device=/dev/video7 --list-ctrls-menus',
      '--device=/dev/video7 --set-ctrl=exposure_auto=1',
      '--device=/dev/video7 --set-ctrl=exposure_absolute=100',
      '--device=/dev/video7 --set-ctrl=power_line_frequency=0',
    ])
  } finally {
    fake.remove()
  }
})

test('what is refused is left to the picture, the rest is set, and the newest wish wins', async () => {
  const fake = fakeDriver('exposure')
  try {
    const driver = new Driver('/dev/video0', () => undefined)
    driver.adjust(FACTORY_ISP)
    await driver.meet()
    const isLeft = () => driver.adjust({ ...FACTORY_ISP, exposure: 'Manual' }).exposure === 'Manual'
    await until(isLeft)
    assert.ok(isLeft())
    driver.adjust({ ...FACTORY_ISP, antiFlicker: '50HZ' })
    for (const antiFlicker of ['Off', '50HZ', '60HZ'] as const) driver.adjust({ ...FACTORY_ISP, antiFlicker })
    const last = '--device=/dev/video0 --set-ctrl=power_line_frequency=2'
    await until(() => fake.asked().at(-1) === last)
    assert.equal(fake.asked().at(-1), last)
  } finally {
    fake.remove()
  }
})

test('without the program all is left to the picture', async () => {
  const path = process.env.PATH
  process.env.PATH = '/nowhere'
  try {
    const driver = new Driver('/dev/video0', () => undefined)
    await driver.meet()
    const wish = { ...FACTORY_ISP, exposure: 'Manual' } as const
    assert.deepEqual(driver.adjust(wish), wish)
  } finally {
    process.env.PATH = path
  }
})
