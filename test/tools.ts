/**
 * Programs that some tests need and npm cannot bring. `npm test` installs what is missing on Debian; where
 * that is impossible the tests are skipped, named and counted.
 */
import { accessSync, constants, globSync } from 'node:fs'
import { join } from 'node:path'

export interface Tool {
  /** What is there when it is installed, if it is not a program of that name on the PATH. */
  readonly file?: string
  /** Debian's packages. */
  readonly packages: readonly string[]
  /** Its package starts a service; it is installed only where nothing would start it, as in a container. */
  readonly isService?: boolean
  /** What is tested with it. */
  readonly purpose: string
}

/** By the name of the program. A new tool is one entry here. */
export const TOOLS = {
  ffmpeg: { packages: ['ffmpeg'], purpose: 'clips as input, players of every stream' },
  ffprobe: { packages: ['ffmpeg'], purpose: 'checks of every stream' },
  strace: { packages: ['strace'], purpose: 'the order in which recordings are written' },
  chromium: { packages: ['chromium', 'fonts-dejavu-core'], purpose: 'the web page' },
  'gst-launch-1.0': {
    packages: [
      'gstreamer1.0-tools',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
      'gstreamer1.0-libav',
    ],
    purpose: 'a player that is not FFmpeg',
  },
  cvlc: { packages: ['vlc-bin', 'vlc-plugin-base'], purpose: 'a player of RTMP and FLV that is not FFmpeg' },
  vsftpd: {
    file: '/usr/sbin/vsftpd',
    packages: ['vsftpd'],
    purpose: 'an FTP server that is not ours',
  },
  aplay: { packages: ['alsa-utils'], purpose: 'the siren on a loudspeaker' },
  mosquitto: { packages: ['mosquitto'], purpose: 'an MQTT broker' },
  python3: { packages: ['python3'], purpose: 'a serial port without a wire' },
  chronyd: { file: '/usr/sbin/chronyd', packages: ['chrony'], isService: true, purpose: 'a time server' },
  miniupnpd: {
    file: '/usr/sbin/miniupnpd',
    packages: ['miniupnpd', 'nftables'],
    isService: true,
    purpose: 'a router that opens ports',
  },
  nft: { file: '/usr/sbin/nft', packages: ['nftables'], purpose: 'the rules of that router' },
  dnsmasq: { file: '/usr/sbin/dnsmasq', packages: ['dnsmasq-base'], purpose: 'a DHCP server' },
  udhcpc: { file: '/usr/sbin/udhcpc', packages: ['udhcpc'], purpose: 'a DHCP client' },
  NetworkManager: {
    file: '/usr/sbin/NetworkManager',
    packages: ['network-manager', 'dbus'],
    isService: true,
    purpose: 'a host whose addresses NetworkManager manages',
  },
  ModemManager: {
    file: '/usr/sbin/ModemManager',
    packages: ['modemmanager'],
    isService: true,
    purpose: 'mmcli, by which a modem is dialled',
  },
  'python3-dbusmock': {
    file: '/usr/lib/python3/dist-packages/dbusmock',
    packages: ['python3-dbusmock', 'dbus'],
    purpose: 'a Wi-Fi adapter and a modem without a radio',
  },
  'python3-zeroconf': {
    file: '/usr/lib/python3/dist-packages/zeroconf',
    packages: ['python3-zeroconf'],
    purpose: 'finding the camera by DNS-SD',
  },
  'gst-rtsp-server': {
    file: '/usr/lib/*/girepository-1.0/GstRtspServer-1.0.typelib',
    packages: [
      'gir1.2-gst-rtsp-server-1.0',
      'python3-gi',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
    ],
    purpose: 'an RTSP source that is not ours',
  },
} as const satisfies Record<string, Tool>

export type ToolName = keyof typeof TOOLS

/** The path of a program, undefined if it is not installed. */
export function find(name: ToolName): string | undefined {
  const { file }: Tool = TOOLS[name]
  if (file !== undefined) return globSync(file)[0]
  const folders = (process.env.PATH ?? '').split(':')
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/** The path of a program; for tests that are skipped without it. */
export function tool(name: ToolName): string {
  const path = find(name)
  if (path === undefined) throw new Error(reason([name]))
  return path
}

/** For `test(name, { skip: missing('ffmpeg') }, …)`: the reason to skip, or false if all are there. */
export function missing(...names: readonly ToolName[]): string | false {
  const absent = names.filter((name) => find(name) === undefined)
  return absent.length > 0 && reason(absent)
}

function reason(absent: readonly ToolName[]): string {
  return `needs ${absent.join(' and ')}, which is not installed`
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
