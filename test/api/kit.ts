/** The API without engine and network: real commands, settings, users and store; a channel that notes its effects. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Abilities } from '../../src/api/ability.ts'
import { COMMANDS, SETTINGS } from '../../src/api/commands/index.ts'
import { Dispatcher } from '../../src/api/dispatch.ts'
import type { ChannelPort, CloudPort, FirmwarePort, Parts, PtzPort } from '../../src/api/parts.ts'
import { Settings } from '../../src/api/settings.ts'
import { openAccess } from '../../src/auth/access.ts'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { manualTime } from '../../src/base/timers.ts'
import { WeeklyGate } from '../../src/base/weekly-gate.ts'
import { Cloud } from '../../src/cloud/cloud.ts'
import { uidOf } from '../../src/network/discovery.ts'
import { VirtualLink } from '../../src/network/link/virtual.ts'
import type { NetworkParts } from '../../src/network/ports.ts'
import { VIRTUAL_NETWORKS, VirtualModem, VirtualWifi } from '../../src/network/wireless/virtual.ts'
import { openHead } from '../../src/ptz/open.ts'
import { ManualRecording } from '../../src/recorder/manual.ts'
import { Recordings } from '../../src/recorder/recordings.ts'
import { credentialsOf, parseQuery } from '../../src/servers/query.ts'
import { ServicePorts } from '../../src/servers/service-ports.ts'
import { Volume } from '../../src/storage/volume.ts'
import type { RecordingStore } from '../../src/store/recordings.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { DeviceClock } from '../../src/system/device-clock.ts'
import { DeviceLog } from '../../src/system/device-log.ts'
import { loadIdentity } from '../../src/system/identity.ts'
import type { LogEvent } from '../../src/system/log-event.ts'

export interface Answer {
  readonly cmd: string
  readonly code: number
  readonly value?: Record<string, unknown>
  readonly initial?: Record<string, unknown>
  readonly range?: Record<string, unknown>
  readonly error?: { readonly rspCode: number; readonly detail: string }
}

const ADMIN_PASSWORD = 'Vedette-1'
/** Password hashes that cost next to nothing. */
const PASSWORD_COST = 4

export class ApiKit {
  /** What commands did, in order. */
  readonly effects: unknown[] = []
  /** What the device log was told, in order. */
  readonly events: LogEvent[] = []
  /** The time of the head. */
  readonly time = manualTime()
  readonly #dataDir: string
  store!: Store
  readonly recordingsFolder: string
  #dispatcher!: Dispatcher
  parts!: Parts
  readonly #adminPassword: string
  adminToken = ''
  guestToken = ''

  constructor(adminPassword: string, dataDir = mkdtempSync(join(tmpdir(), 'vedette-api-'))) {
    this.#adminPassword = adminPassword
    this.#dataDir = dataDir
    this.recordingsFolder = join(dataDir, 'recordings', 'vedette')
  }

  async start(): Promise<void> {
    const log = silentLog
    this.store = openStore({ dataDir: this.#dataDir, clock: systemClock, log })
    const clock = new DeviceClock({ host: systemClock, memory: this.store.settings, log })
    const stored = new DeviceLog({ rows: this.store.log, clock, log })
    const note = (event: LogEvent) => {
      this.events.push(event)
      stored.write(event)
    }
    const access = await openAccess({
      store: this.store,
      clock: systemClock,
      log,
      note,
      adminPassword: this.#adminPassword || undefined,
      keepsPasswords: true,
      passwordCost: PASSWORD_COST,
    })
    const keys = COMMANDS.flatMap((command) =>
      typeof command.access === 'string' ? [] : [command.access.key],
    )
    const folder = join(this.#dataDir, 'recordings')
    const volume = new Volume({ folder, memory: this.store.settings, note, log })
    await volume.start()
    const settings = new Settings({ settings: SETTINGS, channels: 1, store: this.store.settings, log })
    this.parts = {
      access,
      settings,
      abilities: new Abilities(keys, 1),
      channels: [this.#channel()],
      ptz: [this.#ptz()],
      motion: [{ configure: (settings) => this.effects.push({ motion: settings }), isMotion: false }],
      device: loadIdentity(this.store.settings),
      power: { reboot: () => this.effects.push('reboot'), shutdown: () => this.effects.push('shutdown') },
      clock,
      recordings: new Recordings({
        index: this.store.recordings,
        recorders: [{ configure: (plan) => this.effects.push({ recording: plan }), present: (row) => row }],
        folder: this.recordingsFolder,
      }),
      alarmEvents: this.store.alarmEvents,
      maintenance: { plan: (plan) => this.effects.push({ plan }) },
      factoryReset: { atNextStart: (by) => this.effects.push({ factoryReset: by }) },
      store: this.store,
      deviceLog: {
        write: note,
        read: (filter) => stored.read(filter),
        clear: (by) => stored.clear(by),
      },
      performance: { load: { codecRate: 4096, cpuUsed: 12, netThroughput: 9 } },
      firmware: this.#firmware(),
      volume,
      servicePorts: new ServicePorts(log),
      network: {
        timeSync: {
          configure: (timePlan) => this.effects.push({ timePlan }),
          syncNow: () => this.effects.push('sync now'),
        },
        ...this.#network(note),
      },
      recordOn: 'schedule',
      manualRecording: [this.#manualRecording()],
      whiteLamps: [{ configure: (plan) => this.effects.push({ whiteLamp: plan }) }],
      email: {
        configure: (settings) => void this.effects.push({ email: settings }),
        test: async (account) => void this.effects.push({ testEmail: account }),
      },
      ftp: {
        configure: (settings) => void this.effects.push({ ftp: settings }),
        test: async (account) => void this.effects.push({ testFtp: account }),
      },
      pushHours: { configure: (plan) => this.effects.push({ push: plan }) },
      pushPause: { configure: (pauseMs) => this.effects.push({ pauseMs }) },
      webhooks: {
        configure: (urls) => this.effects.push({ webhooks: urls }),
        test: async (url) => void this.effects.push({ testWebhook: url }),
      },
      siren: {
        configure: (plan) => this.effects.push({ siren: plan }),
        play: (ms) => this.effects.push({ sirenMs: ms }),
        silence: () => this.effects.push('siren silent'),
      },
      cloud: this.#cloud(clock),
      powerLed: { switch: (on) => this.effects.push({ powerLed: on }) },
      log,
    }
    await settings.applyAll(this.parts)
    this.#dispatcher = new Dispatcher(COMMANDS, this.parts)
    if (access.users.find('guest') === undefined) await this.addUser('guest')
    this.adminToken = await this.#login('admin', this.#adminPassword)
    this.guestToken = await this.#login('guest', 'secret')
  }

  /** The camera again on the same data. */
  async restart(): Promise<void> {
    this.store.close()
    await this.start()
  }

  stop(): void {
    this.store.close()
    rmSync(this.#dataDir, { recursive: true, force: true })
  }

  /** Sends a body to a URL as clients write it; gives the parsed answer. */
  async send(url: string, body: string): Promise<readonly Answer[]> {
    const query = parseQuery(url.slice(url.indexOf('?') + 1))
    const reply = await this.#dispatcher.answer({
      query,
      body,
      credentials: credentialsOf(query),
      address: '127.0.0.1',
    })
    if ('attachment' in reply) throw new Error('the answer is a file')
    return JSON.parse(reply.text) as Answer[]
  }

  /** Sends one entry; the answer to a picture is `{cmd, code: 0}` alone. */
  async one(entry: object, { token = this.adminToken } = {}): Promise<Answer> {
    const query = parseQuery(`token=${token}`)
    const body = JSON.stringify([entry])
    const reply = await this.#dispatcher.answer({
      query,
      body,
      credentials: credentialsOf(query),
      address: '127.0.0.1',
    })
    if ('attachment' in reply) return { cmd: '', code: 0 }
    const [answer] = JSON.parse(reply.text) as Answer[]
    return answer!
  }

  /** The index of recordings. */
  get index(): RecordingStore {
    return this.store.recordings
  }

  /** A token of the admin that works, whatever was logged out before. */
  async freshToken(): Promise<string> {
    const known = this.parts.access.guard.byToken(this.adminToken)
    if (known === undefined) this.adminToken = await this.#login('admin', this.#adminPassword)
    return this.adminToken
  }

  async addUser(name: string): Promise<void> {
    if (this.parts.access.users.find(name) !== undefined) return
    await this.parts.access.users.add({ name, password: 'secret', level: 'guest' })
  }

  removeUser(name: string): void {
    const admin = this.parts.access.guard.byToken(this.adminToken)
    if (this.parts.access.users.find(name) !== undefined) this.parts.access.users.remove(name, admin!)
  }

  /** A session of a user; gives its number. */
  async session(name: string): Promise<number> {
    return (await this.parts.access.guard.login(name, ['secret'], '127.0.0.1')).session.id
  }

  async #login(name: string, password: string): Promise<string> {
    return (await this.parts.access.guard.login(name, [password], '127.0.0.1')).token
  }

  /** It has an update server that offers nothing newer to look at and something to download. */
  #firmware(): FirmwarePort {
    return {
      isOnline: true,
      announce: (fileName, resets) => this.effects.push({ announced: fileName, resets }),
      receive: async ({ filename, content, resets }) => {
        let bytes = 0
        for await (const chunk of content) bytes += chunk.length
        this.effects.push({ received: filename, bytes, resets })
      },
      status: () => ({ percent: 0, failure: undefined }),
      hasNewer: async () => false,
      upgradeOnline: async () => void this.effects.push('upgrade online'),
      upgradeDaily: (enable) => this.effects.push({ upgradeDaily: enable }),
    }
  }

  /** A virtual one, with the network of the guide's example besides. */
  #network(note: (event: LogEvent) => void): Omit<NetworkParts, 'timeSync'> {
    const networks = [...VIRTUAL_NETWORKS, { ssid: 'ssid', password: 'password', signalDbm: -52 }]
    const wifi = new VirtualWifi(note, networks)
    const lease = { ip: '192.168.0.100', mask: '255.255.255.0', gateway: '192.168.0.1', dns: ['192.168.0.1'] }
    return {
      ddns: { configure: (account) => this.effects.push({ ddns: account }) },
      portMappings: { configure: (isOn) => this.effects.push({ upnp: isOn }) },
      link: new VirtualLink(
        '12345678901234',
        () => wifi.isJoined,
        () => lease,
      ),
      wifi,
      mobile: new VirtualModem(note, silentLog),
      discovery: { uid: uidOf('12345678901234'), announce: (isOn) => this.effects.push({ announce: isOn }) },
    }
  }

  /** The real one of a camera without a cloud. */
  #cloud(clock: DeviceClock): CloudPort {
    return new Cloud({
      place: undefined,
      serial: 'TEST',
      gate: new WeeklyGate(() => clock.local()),
      memory: this.store.settings,
      progress: this.store.cloud,
      recordings: { closedAfter: () => [], firstOpen: () => undefined, isKnown: () => false },
      nowMs: () => clock.wallMs(),
      timers: this.time,
      note: (event) => this.events.push(event),
      log: silentLog,
    })
  }

  /** The real one, with a digital head in front of the painted scene. */
  #ptz(): PtzPort {
    const { ptz } = openHead({
      specification: 'digital',
      source: 'scene:street',
      channel: 0,
      clock: this.time.clock,
      timers: this.time,
      memory: this.store.settings,
      log: silentLog,
      show: (head) => this.effects.push({ head }),
      moving: () => undefined,
    })
    ptz.start()
    return ptz
  }

  #manualRecording(): ManualRecording {
    const recorder = { record: (isManual: boolean) => void this.effects.push({ manualRecording: isManual }) }
    return new ManualRecording({ recorder, clock: this.time.clock, timers: this.time })
  }

  #channel(): ChannelPort {
    return {
      configure: (change) => this.effects.push(change),
      snapshot: async (wanted) => {
        this.effects.push(wanted)
        return new Uint8Array([0xff, 0xd8])
      },
      expectViewer: (user, stream) => this.effects.push({ expect: user, stream }),
      dismissViewer: (user, stream) => this.effects.push({ dismiss: user, stream }),
    }
  }
}

/** `adminPassword` '' leaves the factory account without one; the folder goes when it stops. */
export async function startApi({
  adminPassword = ADMIN_PASSWORD,
  dataDir,
}: {
  readonly adminPassword?: string
  readonly dataDir?: string
} = {}): Promise<ApiKit> {
  const kit = new ApiKit(adminPassword, dataDir)
  await kit.start()
  return kit
}
