import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findPowerLed } from './power-led.ts'

const leds = mkdtempSync(join(tmpdir(), 'vedette-leds-'))
after(() => rmSync(leds, { recursive: true }))

function makeLed(name: string): string {
  const folder = join(leds, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'brightness'), '0\n')
  writeFileSync(join(folder, 'max_brightness'), '255\n')
  return folder
}
const levelOf = (folder: string) => readFileSync(join(folder, 'brightness'), 'utf8').trim()

test('a machine without LEDs has no power LED', () => {
  assert.equal(findPowerLed(undefined, join(leds, 'none')), undefined)
  assert.equal(findPowerLed(join(leds, 'none'), leds), undefined)
})

test('switches the LED of the given folder, or the first', () => {
  const [first, second] = [makeLed('led0'), makeLed('led1')]
  findPowerLed(second, leds)!.switch(true)
  assert.deepEqual([levelOf(first), levelOf(second)], ['0', '255'])
  findPowerLed(undefined, leds)!.switch(true)
  findPowerLed(second, leds)!.switch(false)
  assert.deepEqual([levelOf(first), levelOf(second)], ['255', '0'])
})

test('says so when the LED is gone', () => {
  const folder = makeLed('led2')
  const led = findPowerLed(folder, leds)!
  rmSync(folder, { recursive: true })
  assert.throws(() => led.switch(true), { kind: 'set-failed' })
})
