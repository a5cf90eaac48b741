/**
 * A camera behind a router: a web server, and the ports it wants to be open. A test tells it by IPC what to do.
 * Arguments: its port, the file that stands for the store, and the milliseconds after which leases are renewed at the latest.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { silentLog } from '../../src/base/log.ts'
import { systemTimers, type Timers } from '../../src/base/timers.ts'
import { OwnAddresses } from '../../src/network/own-addresses.ts'
import { findRouter } from '../../src/network/upnp/find-router.ts'
import { PortMappings } from '../../src/network/upnp/port-mappings.ts'

type Order =
  | { readonly enable: boolean }
  | { readonly port: number }
  | { readonly stop: true }
  | { readonly ask: 'address' }

let port = Number(process.argv[2])
const file = process.argv[3]!
const limitMs = Number(process.argv[4])
const values: Record<string, unknown> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
const timers: Timers = { after: (ms, action) => systemTimers.after(Math.min(ms, limitMs), action) }
const mappings = new PortMappings({
  findRouter: (signal) => findRouter(false, signal),
  services: () => [{ name: 'http', port }],
  memory: {
    load: (key) => values[key],
    save: (changes) => {
      Object.assign(values, changes)
      writeFileSync(file, JSON.stringify(values))
    },
  },
  timers,
  note: ({ detail }) => process.send!(detail),
  log: silentLog,
})
for (const one of [port, port + 1]) {
  createServer((_request, response) => response.end(`camera ${one}`)).listen(one)
}
mappings.start()
new OwnAddresses(() => mappings.readdress()).start()
process.on('message', async (order: Order) => {
  if ('enable' in order) mappings.configure(order.enable)
  else if ('port' in order) {
    port = order.port
    mappings.update()
  } else if ('ask' in order) process.send!(`address ${await mappings.externalAddress()}`)
  else {
    await mappings.stop()
    process.exit()
  }
})
process.on('disconnect', () => process.exit())
