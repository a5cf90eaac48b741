/** The interface of a machine of its own, as a camera under --hardware host has it; a test tells it by IPC what to do. */
import { silentLog } from '../../src/base/log.ts'
import { systemTimers, type Timers } from '../../src/base/timers.ts'
import { HostLink } from '../../src/network/link/host.ts'
import { IpDriver } from '../../src/network/link/ip.ts'
import type { LinkPlan } from '../../src/network/ports.ts'

type Order =
  | { readonly apply: LinkPlan }
  | { readonly confirm: string }
  | { readonly state: true }
  | { readonly stop: true }

const values = new Map<string, unknown>()
/** The minute in which a change has to be confirmed is shorter here. */
const limitMs = Number(process.argv[3])
const timers: Timers = { after: (ms, action) => systemTimers.after(Math.min(ms, limitMs), action) }
let stored = JSON.parse(process.argv[2]!) as LinkPlan
const link: HostLink = new HostLink({
  name: 'eth0',
  driver: new IpDriver('eth0'),
  memory: {
    load: (key) => values.get(key),
    save: (changes) => {
      for (const [key, value] of Object.entries(changes)) values.set(key, value)
    },
  },
  timers,
  note: ({ detail }) => process.send!(detail),
  log: silentLog,
  section: () => stored,
  revert: async (section) => {
    await link.apply(section as LinkPlan)
    stored = section as LinkPlan
  },
})
await link.apply(stored)
await link.start()
process.on('message', async (order: Order) => {
  if ('apply' in order) {
    try {
      await link.apply(order.apply)
      stored = order.apply
      process.send!('answered')
    } catch (error) {
      process.send!(`refused: ${String(error)}`)
    }
  } else if ('confirm' in order) link.confirm(order.confirm)
  else if ('state' in order) process.send!(JSON.stringify(link.state()))
  else {
    link.stop()
    process.exit()
  }
})
process.on('disconnect', () => process.exit())
