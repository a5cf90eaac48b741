/** NetworkManager on a machine of its own. */
import { join } from 'node:path'
import { until } from '../camera/kit.ts'
import type { Namespace } from './namespace.ts'

/** Its bus is `bus` in the folder; programs on that machine find it. Gives `nmcli` of that machine. */
export async function startNetworkManager(
  machine: Namespace,
  folder: string,
): Promise<(...args: readonly string[]) => string> {
  // What has an address already would be left to whoever gave it.
  machine.ip('address', 'flush', 'dev', 'eth0')
  machine.environment.DBUS_SYSTEM_BUS_ADDRESS = `unix:path=${join(folder, 'bus')}`
  const script = join(import.meta.dirname, '../peers/network-manager.py')
  const manager = machine.start('unshare', '--mount', '/usr/bin/python3', script, folder)
  manager.stdout?.resume()
  manager.stderr?.resume()
  const nmcli = (...args: readonly string[]) => machine.run('nmcli', ...args)
  await until('NetworkManager', () => {
    try {
      return nmcli('-g', 'GENERAL.STATE', 'device', 'show', 'eth0').includes('30') ? true : undefined
    } catch {
      return undefined
    }
  })
  return nmcli
}
