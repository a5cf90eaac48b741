/** Ports for programs that cannot pick one themselves. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** Different ports that nobody on this machine listens on, at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  for (const server of servers) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  for (const server of servers) server.close()
  return ports
}
