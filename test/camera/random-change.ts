/** Changes that clients might send while somebody watches; the same ones every time. */

const SCREEN = { width: 1280, height: 720 }
const LEVELS = 256

export type Change = Readonly<{ cmd: string; param: object }>

/** An endless row of changes of picture, encoder, lens and head. */
export function* randomChanges(seed: number): Generator<Change, never> {
  let state = seed
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * below)
  }
  const pick = <T>(...list: readonly T[]): T => list[random(list.length)]!
  const level = () => random(LEVELS)
  const set = (name: string, section: object): Change => ({ cmd: `Set${name}`, param: { [name]: section } })
  const block = () => ({ x: random(600), y: random(300), width: 1 + random(600), height: 1 + random(400) })
  const position = () =>
    pick('Upper Left', 'Top Center', 'Upper Right', 'Lower Left', 'Bottom Center', 'Lower Right')
  const kinds: readonly (() => Change)[] = [
    () => set('Image', { bright: level(), contrast: level() }),
    () => set('Image', { saturation: level(), hue: level(), sharpen: level() }),
    () => set('Isp', { exposure: pick('Auto', 'LowNoise', 'Anti-Smearing', 'Manual'), nr3d: random(2) }),
    () =>
      set('Isp', {
        gain: { min: 1 + random(40), max: 41 + random(59) },
        shutter: { min: random(60), max: 60 + random(65) },
      }),
    () => set('Isp', { mirroring: random(2), rotation: random(2) }),
    () => set('Isp', { dayNight: pick('Auto', 'Color', 'Black&White') }),
    () => set('Isp', { whiteBalance: pick('Auto', 'Manual'), redGain: level(), blueGain: level() }),
    () => set('Isp', { antiFlicker: pick('Off', '50HZ', '60HZ', 'Outdoor'), blc: level(), drc: level() }),
    () => set('Isp', { backLight: pick('Off', 'BackLightControl', 'DynamicRangeControl') }),
    () => set('Enc', { mainStream: { frameRate: pick(15, 20), bitRate: pick(1024, 2048) } }),
    () => set('Enc', { mainStream: { profile: pick('Base', 'Main', 'High') } }),
    () => set('Enc', { mainStream: { size: pick('720P', '1080P'), bitRate: 2048 } }),
    () => set('Osd', { osdTime: { enable: random(2), pos: position() } }),
    () => set('Osd', { osdChannel: { name: pick('Gate', 'Ворота', '大門', '%{pts}'), pos: position() } }),
    () => set('IrLights', { state: pick('Auto', 'On', 'Off') }),
    () => set('AutoFocus', { disable: random(2) }),
    () => set('Mask', { enable: random(2), area: [{ screen: SCREEN, block: block() }] }),
    () =>
      set('Crop', {
        ...{ screenWidth: SCREEN.width, screenHeight: SCREEN.height, cropWidth: 640 },
        ...{ cropHeight: 240 + random(200), topLeftX: random(600), topLeftY: random(200) },
      }),
    () => ({
      cmd: 'PtzCtrl',
      param: {
        op: pick('Left', 'RightUp', 'ZoomInc', 'ZoomDec', 'FocusInc', 'IrisDec', 'IrisInc', 'Stop'),
        speed: 1 + random(64),
      },
    }),
  ]
  for (;;) yield kinds[random(kinds.length)]!()
}
