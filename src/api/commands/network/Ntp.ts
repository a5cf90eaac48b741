/** The clock from a server (Guide §3.3.9–3.3.10). */
import { type Field, keepCurrent } from '../../define/field.ts'
import { type Group, group } from '../../define/groups.ts'
import { flag, integer, port, toInteger } from '../../define/numbers.ts'
import { type Setting, setting } from '../../define/setting.ts'
import { hostname } from '../../define/texts.ts'
import { memberOf } from '../../members.ts'

const SECTION = 'Ntp'

/** Minutes. 0 is no interval but an order to synchronise now, which leaves the stored one alone. */
function interval(initial: number): Field<number> {
  const minutes = integer({ min: 10, max: 65535, initial, label: 'Interval', unit: 'minutes' })
  return {
    ...minutes,
    kind: 'interval',
    read: keepCurrent((input, path, current) =>
      toInteger(input) === 0 ? (current ?? initial) : minutes.read(input, current, path),
    ),
    // The guide prints 60 and takes 10.
    range: () => ({ max: 65535, min: 60 }),
  }
}

const fields = group({
  enable: flag(1, { label: 'Follow a time server' }),
  interval: interval(1440),
  port: port(123, { label: 'Port of the server' }),
  server: hostname({ maxLen: 127, initial: 'pool.ntp.org', label: 'Time server' }),
})
type Ntp = typeof fields extends Group<infer M> ? ReturnType<Group<M>['read']> : never

const plain: Setting<Ntp> = setting(SECTION, {
  guide: ['3.3.9', '3.3.10'],
  summary: 'The time server that the clock follows. `interval` 0 asks it once, now.',
  ability: { key: 'ntp' },
  fields,
  apply: ({ enable, server, port, interval }, { network }) =>
    network.timeSync.configure({
      isOn: enable === 1 && server !== '',
      server: { host: server, port },
      intervalMinutes: interval,
    }),
})

const [get, set] = plain.commands

export const ntp: Setting<Ntp> = {
  ...plain,
  commands: [
    get,
    {
      ...set,
      run: async (input, call, channel) => {
        const result = await set.run(input, call, channel)
        if (toInteger(memberOf(input as Record<string, unknown>, 'interval')) === 0)
          call.parts.network.timeSync.syncNow()
        return result
      },
    },
  ],
}
