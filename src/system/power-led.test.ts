import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
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

test('takes the one that is named for the power, and never a light of the keyboard', () => {
  const machine = mkdtempSync(join(leds, 'machine-'))
  const [keyboard, disk, power] = ['input3::capslock', 'ACT', 'PWR'].map((name) =>
    makeLed(join(basename(machine), name)),
  ) as [string, string, string]
  findPowerLed(undefined, machine)!.switch(true)
  assert.deepEqual([keyboard, disk, power].map(levelOf), ['0', '0', '255'])
  rmSync(power, { recursive: true })
  findPowerLed(undefined, machine)!.switch(true)
  assert.deepEqual([keyboard, disk].map(levelOf), ['0', '255'])
  rmSync(disk, { recursive: true })
  assert.equal(findPowerLed(undefined, machine), undefined)
})

test('ends what else the kernel makes the LED show', () => {
  const folder = makeLed('led3')
  const trigger = join(folder, 'trigger')
  writeFileSync(trigger, 'none [heartbeat] mmc0\n')
  findPowerLed(folder, leds)!.switch(false)
  assert.equal(readFileSync(trigger, 'utf8'), 'none')
})

test('says so when the LED is gone', () => {
  const folder = makeLed('led2')
  const led = findPowerLed(folder, leds)!
  rmSync(folder, { recursive: true })
  assert.throws(() => led.switch(true), { kind: 'set-failed' })
})
