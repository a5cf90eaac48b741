/**
 * The interface of a machine of its own, as a camera under --hardware host has it; a test tells it by IPC what to do.
 * Arguments: the file that stands for the store, and the milliseconds in which a change has to be confirmed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { silentLog } from '../../src/base/log.ts'
import { systemTimers, type Timers } from '../../src/base/timers.ts'
import { HostLink } from '../../src/network/link/host.ts'
import { IpDriver } from '../../src/network/link/ip.ts'
import { NetworkManagerDriver } from '../../src/network/link/network-manager.ts'
import type { LinkPlan } from '../../src/network/ports.ts'

type Order =
  | { readonly apply: LinkPlan }
  | { readonly confirm: string }
  | { readonly state: true }
  | { readonly stop: true }

const FACTORY: LinkPlan = { isDhcp: true, ip: '', mask: '', gateway: '', dns: undefined }
const file = process.argv[2]!
const limitMs = Number(process.argv[3])
const values: Record<string, unknown> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
const save = (changes: Readonly<Record<string, unknown>>) => {
  Object.assign(values, changes)
  writeFileSync(file, JSON.stringify(values))
}
const timers: Timers = { after: (ms, action) => systemTimers.after(Math.min(ms, limitMs), action) }
const stored = () => (values.section ?? FACTORY) as LinkPlan
const manager = await NetworkManagerDriver.find('eth0')
const link: HostLink = new HostLink({
  name: 'eth0',
  driver: manager ?? new IpDriver('eth0'),
  memory: { load: (key) => values[key], save },
  timers,
  note: ({ detail }) => process.send!(detail),
  log: silentLog,
  section: stored,
  revert: async (section) => {
    await link.apply(section as LinkPlan)
    save({ section })
  },
})
await link.apply(stored())
await link.start()
process.send!(`started with ${manager === undefined ? 'ip' : 'NetworkManager'}`)
process.on('message', async (order: Order) => {
  if ('apply' in order) {
    try {
      await link.apply(order.apply)
      save({ section: order.apply })
      process.send!('answered')
    } catch (error) {
      process.send!(`refused: ${String(error)}`)
    }
  } else if ('confirm' in order) link.confirm(order.confirm)
  else if ('state' in order) process.send!(JSON.stringify(await link.state()))
  else {
    link.stop()
    process.exit()
  }
})
process.on('disconnect', () => process.exit())
