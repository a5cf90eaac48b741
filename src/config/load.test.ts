/** The whole way from arguments, environment and file to the configuration. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { parseArguments } from './arguments.ts'
import { loadConfig } from './load.ts'
import { type Config, withDefaults } from './schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-config-'))
after(() => rmSync(folder, { recursive: true }))

/** Writes a file and returns its path. */
function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function load(args: readonly string[], environment: Record<string, string> = {}): Promise<Config> {
  return await loadConfig(parseArguments(args).values, environment)
}

test('gives the defaults when nothing is said', async () => {
  assert.deepEqual(await load([]), {
    configFile: undefined,
    dataDir: './data',
    recordings: undefined,
    segmentS: 300,
    recordOn: 'schedule',
    source: 'scene:street',
    hardware: 'virtual',
    powerLedDir: undefined,
    interface: undefined,
    ptz: 'digital',
    httpPort: 8080,
    httpsPort: 8443,
    rtmpPort: 1935,
    rtspPort: 8554,
    onvif: 'yes',
    onvifPort: 8000,
    mediaPort: 9000,
    onvifDiscovery: 'no',
    bind: undefined,
    adminPasswordFile: undefined,
    adminPassword: undefined,
    updateUrl: undefined,
    updateKey: undefined,
    upgradeTrialS: 60,
    ddnsUrl: undefined,
    publicAddressUrl: undefined,
    webhooks: undefined,
    mqttUrl: undefined,
    siren: 'virtual',
    cloudEndpoint: undefined,
    cloudBucket: 'vedette',
    cloudRegion: 'us-east-1',
    cloudRateKbps: undefined,
    allowLocalTargets: 'no',
    logLevel: 'info',
  })
})

test('prefers the command line to the environment to the file to the default', async () => {
  const config = file('order.yaml', 'http-port: 1\nhttps-port: 2\nrtmp-port: 3\n')
  const { httpPort, httpsPort, rtmpPort, logLevel } = await load(['--config', config, '--http-port=11'], {
    VEDETTE_HTTP_PORT: '21',
    VEDETTE_HTTPS_PORT: '22',
  })
  assert.deepEqual([httpPort, httpsPort, rtmpPort, logLevel], [11, 22, 3, 'info'])
})

test('takes every option from the file', async () => {
  const clip = file('clip.mp4', '')
  const secret = file('secret', 'open sesame\n')
  const text = `data: /srv/cam
recordings: /mnt/disk
segment: 60
record-on: motion
source: file:${clip}
hardware: host
power-led: /sys/class/leds/ACT
interface: eth0
ptz: pelco-d:/dev/ttyUSB0
http-port: 0
https-port: '0'
rtmp-port: 0
rtsp-port: 0
onvif: no
onvif-port: 0
media-port: off
onvif-discovery: yes
bind: "::1"
admin-password-file: ${secret}
update-url: https://updates.example/cam
update-key: /srv/release.pub
upgrade-trial: 5
ddns-url: https://ddns.example/nic/update
public-address-url: https://ip.example/
webhook-url:
  - url: https://hooks.example/a
    secret: s3cret
  - https://hooks.example/b
mqtt-url: mqtts://cam:pass@broker.example
siren: host
cloud-endpoint: https://s3.example
cloud-bucket: recordings
cloud-region: eu-west-1
cloud-rate: 5000
allow-local-targets: yes
log-level: debug
`
  const path = file('all.yaml', text)
  assert.deepEqual(await load([], { VEDETTE_CONFIG: path }), {
    configFile: path,
    dataDir: '/srv/cam',
    recordings: '/mnt/disk',
    segmentS: 60,
    recordOn: 'motion',
    source: `file:${clip}`,
    hardware: 'host',
    powerLedDir: '/sys/class/leds/ACT',
    interface: 'eth0',
    ptz: 'pelco-d:/dev/ttyUSB0',
    httpPort: 0,
    httpsPort: 0,
    rtmpPort: 0,
    rtspPort: 0,
    onvif: 'no',
    onvifPort: 0,
    mediaPort: 'off',
    onvifDiscovery: 'yes',
    bind: '::1',
    adminPasswordFile: secret,
    adminPassword: 'open sesame',
    updateUrl: 'https://updates.example/cam',
    updateKey: '/srv/release.pub',
    upgradeTrialS: 5,
    ddnsUrl: 'https://ddns.example/nic/update',
    publicAddressUrl: 'https://ip.example/',
    webhooks: [{ url: 'https://hooks.example/a', secret: 's3cret' }, { url: 'https://hooks.example/b' }],
    mqttUrl: 'mqtts://cam:pass@broker.example',
    siren: 'host',
    cloudEndpoint: 'https://s3.example/',
    cloudBucket: 'recordings',
    cloudRegion: 'eu-west-1',
    cloudRateKbps: 5000,
    allowLocalTargets: 'yes',
    logLevel: 'debug',
  })
})

test('lets the last of two equal flags count', async () => {
  assert.equal((await load(['--http-port', '1', '--http-port', '2'])).httpPort, 2)
})

test('takes an empty variable for one that is not set', async () => {
  assert.equal((await load([], { VEDETTE_HTTP_PORT: '' })).httpPort, 8080)
})

test('accepts an empty configuration file', async () => {
  assert.equal((await load(['--config', file('empty.yaml', '# nothing yet\n')])).httpPort, 8080)
})

test('prefers the password of the environment to that of the file', async () => {
  const secret = file('other', 'from the file')
  const config = await load(['--admin-password-file', secret], { VEDETTE_ADMIN_PASSWORD: 'from outside' })
  assert.equal(config.adminPassword, 'from outside')
})

for (const source of [
  'scene:street?seed=1',
  'rtsp://a/b',
  'rtmp://a/b',
  'https://a/b.m3u8',
  'v4l2:/dev/video0',
])
  test(`accepts the source ${source}`, async () =>
    assert.equal((await load(['--source', source])).source, source))

test('fills in what an older supervisor does not know', () => {
  const known = { dataDir: '/srv/cam', logLevel: 'warn' } as Config
  const config = withDefaults(known)
  assert.deepEqual([config.dataDir, config.logLevel, config.upgradeTrialS], ['/srv/cam', 'warn', 60])
})

test('reads the requests for help and version', () => {
  assert.equal(parseArguments(['--http-port', '1', '--help']).wants, 'help')
  assert.equal(parseArguments(['-V']).wants, 'version')
  assert.equal(parseArguments([]).wants, 'camera')
})

const PORT_WORDS = 'it must be a port number from 1 to 65535, or 0 for any free port.'
const NO_FILE = join(folder, 'nowhere.yaml')
const broken = file('broken.yaml', 'http-port: 80\nbind: [1\n')
const unknown = file('unknown.yaml', 'http_port: 80\n')
const strange = file('strange.yaml', 'colour: red\n')
const list = file('list.yaml', '- http-port\n')
const nested = file('nested.yaml', 'http-port:\n  - 80\n')
const bare = file('bare.yaml', 'bind:\n')
const twice = file('twice.yaml', 'http-port: 80\nhttp-port: 81\n')
const wrong = file('wrong.yaml', 'log-level: loud\n')
const secretInFile = file('secret.yaml', 'admin-password: abcdefgh\n')
const proto = file('proto.yaml', '__proto__: {}\n')
const huge = file('huge.yaml', `# ${'x'.repeat(70_000)}\n`)
const short = file('short', 'abc\n')

/** Arguments, environment, and the one sentence that answers them. */
const FAULTS: readonly [string, readonly string[], Record<string, string>, string | RegExp][] = [
  [
    'an unknown option',
    ['--htpp-port', '1'],
    {},
    'There is no option --htpp-port; did you mean --http-port?',
  ],
  ['an option like no other', ['--quantum'], {}, 'There is no option --quantum; see --help.'],
  [
    'a secret on the command line',
    ['--admin-password=x'],
    {},
    /^There is no option --admin-password; .*-file\?$/,
  ],
  ['a missing value', ['--bind'], {}, 'The option --bind needs a value: --bind ADDR.'],
  ['a flag for a value', ['--data', '--bind'], {}, 'The option --data needs a value: --data DIR.'],
  ['a stray word', ['start'], {}, 'Nothing is known to do with "start"; options start with --, see --help.'],
  ['no port', ['--http-port', 'abc'], {}, `The option --http-port (command line) is "abc"; ${PORT_WORDS}`],
  [
    'a port too high',
    [],
    { VEDETTE_RTMP_PORT: '65536' },
    `The option VEDETTE_RTMP_PORT (environment) is "65536"; ${PORT_WORDS}`,
  ],
  [
    'an empty path',
    ['--data='],
    {},
    'The option --data (command line) is ""; it must be the path of a folder.',
  ],
  [
    'a host name to listen on',
    ['--bind', 'localhost'],
    {},
    'The option --bind (command line) is "localhost"; it must be an IP address of this machine, such as 0.0.0.0 or 192.168.1.20.',
  ],
  [
    'an unknown log level',
    ['--config', wrong],
    {},
    `The option log-level (in ${wrong}) is "loud"; it must be one of trace, debug, info, warn, error, fatal, silent.`,
  ],
  [
    'an unknown source, without repeating it',
    ['--source', 'webcam:secret'],
    {},
    /^The option --source \(command line\) is wrong: a source starts with scene:, .* for example scene:street[^ ]*\.$/,
  ],
  [
    'a wrong part of a source',
    [],
    { VEDETTE_SOURCE: 'scene:street?seed=x' },
    /^The option VEDETTE_SOURCE \(environment\) is wrong: the scene option "seed" must be a number /,
  ],
  [
    'an update address that is none',
    ['--update-url', 'ftp://updates.example'],
    {},
    'The option --update-url (command line) is "ftp://updates.example"; it must be an http:// or https:// address without user, ? and #.',
  ],
  [
    'a trial without time',
    ['--upgrade-trial=0'],
    {},
    'The option --upgrade-trial (command line) is "0"; it must be a number of seconds from 1 to 3600.',
  ],
  [
    'two equal ports',
    ['--http-port=1935'],
    {},
    'The options http-port and rtmp-port are both 1935; each needs a port of its own.',
  ],
  [
    'a missing file',
    ['--config', NO_FILE],
    {},
    /^The configuration file .*nowhere\.yaml cannot be read: ENOENT.*\.$/,
  ],
  ['a folder for a file', ['--config', folder], {}, /^The configuration file .* cannot be read: EISDIR.*\.$/],
  [
    'broken YAML',
    ['--config', broken],
    {},
    /^The configuration file .*broken\.yaml is not valid YAML in line \d: [^\n]+\.$/,
  ],
  [
    'a key given twice',
    ['--config', twice],
    {},
    /^The configuration file .* is not valid YAML in line \d: Map keys must be unique\.$/,
  ],
  [
    'an unknown key',
    ['--config', unknown],
    {},
    `The configuration file ${unknown} has an unknown key "http_port"; did you mean http-port?`,
  ],
  [
    'a key like no other',
    ['--config', strange],
    {},
    /has an unknown key "colour"; known are data, recordings, segment, /,
  ],
  ['the prototype as key', ['--config', proto], {}, /has an unknown key "__proto__"; /],
  [
    'a list for the whole file',
    ['--config', list],
    {},
    /must hold lines of the form "name: value", such as "http-port: 8080"\.$/,
  ],
  [
    'a list for a value',
    ['--config', nested],
    {},
    /^The option http-port \(in .*\) must have one value, .*; it has a list or a mapping\.$/,
  ],
  [
    'no value in the file',
    ['--config', bare],
    {},
    /^The option bind \(in .*\) must have one value, .*; it has none\.$/,
  ],
  ['a huge file', ['--config', huge], {}, /is larger than 65536 bytes\.$/],
  [
    'a secret in the file',
    ['--config', secretInFile],
    {},
    /^The option admin-password cannot stand in .*; use VEDETTE_ADMIN_PASSWORD instead\.$/,
  ],
  [
    'a short password, without repeating it',
    [],
    { VEDETTE_ADMIN_PASSWORD: 'abc' },
    'The option VEDETTE_ADMIN_PASSWORD (environment) is not acceptable; it must be a password of 6 to 31 characters on one line.',
  ],
  [
    'a short password in its file',
    ['--admin-password-file', short],
    {},
    /^The first line of the file .*short \(admin-password-file\) must be a password of 6 to 31 characters on one line\.$/,
  ],
  [
    'a missing password file',
    ['--admin-password-file', NO_FILE],
    {},
    /^The file of admin-password-file cannot be read: ENOENT.*\.$/,
  ],
]

for (const [name, args, environment, sentence] of FAULTS)
  test(`refuses ${name} in one sentence`, async () => {
    const error = await load(args, environment).then(
      () => assert.fail('it was accepted'),
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof CameraError)
    if (typeof sentence === 'string') assert.equal(error.message, sentence)
    else assert.match(error.message, sentence)
  })
