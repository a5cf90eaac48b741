/** A camera's announcements on a machine of their own; a test tells it by IPC which services there are. */
import { silentLog } from '../../src/base/log.ts'
import { type AnnouncedService, Discovery } from '../../src/network/discovery.ts'
import { OwnAddresses } from '../../src/network/own-addresses.ts'

let services: readonly AnnouncedService[] = []
const discovery = new Discovery({
  uid: process.argv[2]!,
  model: 'Vedette',
  services: () => services,
  log: silentLog,
})
discovery.announce(true)
discovery.start()
new OwnAddresses(() => discovery.update()).start()
process.on('message', async (message: readonly AnnouncedService[] | 'stop') => {
  if (message === 'stop') {
    await discovery.stop()
    process.exit()
  }
  services = message
  discovery.update()
})
process.on('disconnect', () => process.exit())
