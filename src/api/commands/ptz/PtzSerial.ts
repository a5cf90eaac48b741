/** The serial line to a head (Guide §3.7.5–3.7.6, Q-111). Without such a head it is a port that leads nowhere. */
import { choice } from '../../define/choice.ts'
import type { Command } from '../../define/command.ts'
import { group } from '../../define/groups.ts'
import { integer } from '../../define/numbers.ts'
import { printsCode } from '../../define/printed-code.ts'
import { setting } from '../../define/setting.ts'

const plain = setting('PtzSerial', {
  guide: ['3.7.5', '3.7.6'],
  summary: 'The serial line to the head: speed, bits, protocol and the number of the head.',
  ability: { key: 'ptzCtrl', get: 'execute', set: 'execute' },
  perChannel: true,
  showsAllWithoutAction: true,
  fields: group({
    baudRate: choice([1200, 2400, 4800, 9600], { initial: 1200, label: 'Bits per second' }),
    ctrlAddr: integer({ min: 1, max: 64, initial: 1, label: 'Number of the head' }),
    ctrlProtocol: choice(['PELCO_D', 'PELCO_P'], { initial: 'PELCO_D' }),
    dataBit: choice(['CS8', 'CS7', 'CS6', 'CS5'], { initial: 'CS8' }),
    flowCtrl: choice(['none', 'hard', 'xon', 'xoff'], { initial: 'none' }),
    parity: choice(['none', 'odd', 'even'], { initial: 'none' }),
    stopBit: choice([1, 2], { initial: 1 }),
  }),
  apply: async (next, { ptz }, channel) => {
    await ptz[channel]?.setSerial({
      baudRate: next.baudRate,
      dataBits: Number(next.dataBit.slice(2)),
      stopBits: next.stopBit,
      parity: next.parity,
      flowControl: next.flowCtrl,
      protocol: next.ctrlProtocol,
      address: next.ctrlAddr,
    })
  },
})

/** The guide prints a Set without any settings, and success. */
function toleratesNothing(set: Command): Command {
  return {
    ...set,
    read: (entry) => (entry.member('PtzSerial') === undefined ? undefined : set.read(entry)),
    run: (input, call, channel) => (input === undefined ? undefined : set.run(input, call, channel)),
  }
}

const [get, set] = plain.commands

export const ptzSerial: typeof plain = { ...plain, commands: [printsCode(get), toleratesNothing(set)] }
