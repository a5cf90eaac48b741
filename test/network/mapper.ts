/** A camera behind a router: a web server, and the ports it wants to be open. A test tells it by IPC what to do. */
import { createServer } from 'node:http'
import { silentLog } from '../../src/base/log.ts'
import { systemTimers } from '../../src/base/timers.ts'
import { findRouter } from '../../src/network/upnp/find-router.ts'
import { PortMappings } from '../../src/network/upnp/port-mappings.ts'

type Order =
  | { readonly enable: boolean }
  | { readonly port: number }
  | { readonly stop: true }
  | { readonly ask: 'address' }

let port = Number(process.argv[2])
const values = new Map<string, unknown>()
const mappings = new PortMappings({
  findRouter: (signal) => findRouter(false, signal),
  services: () => [{ name: 'http', port }],
  memory: {
    load: (key) => values.get(key),
    save: (changes) => {
      for (const [key, value] of Object.entries(changes)) values.set(key, value)
    },
  },
  timers: systemTimers,
  note: ({ detail }) => process.send!(detail),
  log: silentLog,
})
for (const one of [port, port + 1]) {
  createServer((_request, response) => response.end(`camera ${one}`)).listen(one)
}
mappings.start()
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
