/** The ONVIF services over HTTP on real settings, users and a head: who is let in, what is answered, in which order. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../../src/base/clock.ts'
import { systemTimers } from '../../src/base/timers.ts'
import { NAMESPACES, PASSWORD_DIGEST } from '../../src/servers/onvif/names.ts'
import { OPERATIONS } from '../../src/servers/onvif/operations.ts'
import { createOnvifServer, type OnvifServer } from '../../src/servers/onvif/server.ts'
import { readXml, type XmlElement } from '../../src/servers/onvif/xml-reader.ts'
import { ApiKit } from './kit.ts'
import { formOf, ORDERS, REQUIRED } from './onvif-schema.ts'

const PASSWORD = 'Vedette-1'
const kit = new ApiKit(PASSWORD)
let onvif: OnvifServer
let server: ReturnType<typeof createTcpServer>
let origin = ''

before(async () => {
  await kit.start()
  fillIndex()
  onvif = createOnvifServer({
    parts: kit.parts,
    guard: kit.parts.access.guard,
    timers: systemTimers,
    isOpen: () => true,
    clock: { wallMs: () => kit.parts.clock.wallMs(), monotonicMs: () => systemClock.monotonicMs() },
    rtspPort: () => 554,
    requestKeyFrame: (stream) => kit.effects.push({ keyFrame: stream }),
    authenticated: () => undefined,
  })
  server = createTcpServer((socket: Socket) => onvif.handle(socket))
  origin = await listening(server)
})
after(() => {
  server.close()
  kit.stop()
})

function listening(one: TcpServer): Promise<string> {
  return new Promise((resolve) => {
    one.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(one.address() as AddressInfo).port}`))
  })
}

interface Options {
  readonly user?: string
  readonly password?: string
  readonly token?: string
  readonly path?: string
}

/** As clients write it: a nonce and the camera's time. */
function tokenOf(user: string, password: string): string {
  const nonce = randomBytes(16)
  const created = new Date(kit.parts.clock.wallMs()).toISOString()
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64')
  return (
    `<Security xmlns="${NAMESPACES.wsse}"><UsernameToken><Username>${user}</Username>` +
    `<Password Type="${PASSWORD_DIGEST}">${digest}</Password><Nonce>${nonce.toString('base64')}</Nonce>` +
    `<Created xmlns="${NAMESPACES.wsu}">${created}</Created></UsernameToken></Security>`
  )
}

async function post(
  path: string,
  text: string,
): Promise<{ status: number; root: XmlElement; response: Response }> {
  const response = await fetch(origin + path, { method: 'POST', body: text })
  return { status: response.status, root: readXml(await response.text()), response }
}

/** `body` in the namespace of the service. */
function ask(
  service: keyof typeof NAMESPACES,
  body: string,
  {
    user = 'admin',
    password = PASSWORD,
    token = tokenOf(user, password),
    path = '/onvif/device_service',
  }: Options = {},
) {
  const element = body.replace(/^<(\w+)/, `<$1 xmlns="${NAMESPACES[service]}"`)
  const header = token === '' ? '' : `<s:Header>${token}</s:Header>`
  return post(path, `<s:Envelope xmlns:s="${NAMESPACES.s}">${header}<s:Body>${element}</s:Body></s:Envelope>`)
}

/** The codes of a fault, the outer one first. */
function codesIn(root: XmlElement): string[] {
  const codes: string[] = []
  let code = root.at('s:Body', 's:Fault', 's:Code')
  while (code !== undefined) {
    codes.push(code.textAt('s:Value') ?? '')
    code = code.find('s:Subcode')
  }
  return codes
}

const profileToken = '<ProfileToken>main</ProfileToken>'
/** Requests that only read, one for each operation that takes parameters. */
const PARAMETERS: Readonly<Record<string, string>> = {
  GetProfile: profileToken,
  GetStreamUri: profileToken,
  GetSnapshotUri: profileToken,
  GetStatus: `${profileToken}<VideoSourceToken>source</VideoSourceToken>`,
  GetPresets: profileToken,
  GetCompatibleVideoEncoderConfigurations: profileToken,
  GetVideoEncoderConfiguration: '<ConfigurationToken>sub</ConfigurationToken>',
  GetImagingSettings: '<VideoSourceToken>source</VideoSourceToken>',
  GetOptions: '<VideoSourceToken>source</VideoSourceToken>',
  GetMoveOptions: '<VideoSourceToken>source</VideoSourceToken>',
  GetOSD: '<OSDToken>name</OSDToken>',
  GetProfiles: '<Type>All</Type>',
  GetRecordingConfiguration: '<RecordingToken>main</RecordingToken>',
  GetTrackConfiguration: '<RecordingToken>sub</RecordingToken><TrackToken>video</TrackToken>',
  GetRecordingOptions: '<RecordingToken>sub</RecordingToken>',
  GetRecordingJobConfiguration: '<JobToken>main</JobToken>',
  GetRecordingJobState: '<JobToken>main</JobToken>',
  GetRecordingInformation: '<RecordingToken>main</RecordingToken>',
  GetMediaAttributes: '<Time>2026-11-23T12:00:10Z</Time>',
  GetReplayUri:
    '<StreamSetup><Stream>RTP-Unicast</Stream><Transport><Protocol>RTSP</Protocol></Transport></StreamSetup><RecordingToken>main</RecordingToken>',
}
/** Of searches, which have to be begun first. */
const SEARCHES = ['GetRecordingSearchResults', 'GetEventSearchResults', 'GetSearchState']

function checkShape(element: XmlElement): void {
  const order = ORDERS[element.name]
  const names = element.children.map(({ name }) => name)
  if (order !== undefined && names.length > 0) {
    const places = names.map((name) => order.indexOf(name))
    assert.ok(!places.includes(-1), `${element.name} has no ${names[places.indexOf(-1)]}`)
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
      `order of ${element.name}: ${names}`,
    )
  }
  const form = formOf(element.name)
  if (form !== undefined && names.length === 0) assert.match(element.text, form, element.name)
  const missing = (REQUIRED[element.name] ?? []).filter((name) => !names.includes(name))
  // One name is used for elements of several kinds; those without children are another kind.
  if (names.length > 0) assert.deepEqual(missing, [], `${element.name} lacks`)
  // The names of topics are no names of the schema.
  if (element.name === 'TopicSet') return
  for (const child of element.children) checkShape(child)
}

for (const { name } of OPERATIONS.filter(
  (one) => /:Get/.test(one.name) && !SEARCHES.includes(one.name.split(':')[1]!),
)) {
  test(`${name} is answered as the schema has it`, async () => {
    await kit.parts.settings.change(
      (await import('../../src/api/commands/enc/Enc.ts')).enc,
      0,
      { audio: 1 },
      { userName: 'admin', address: '' },
    )
    const [prefix, local] = name.split(':') as [keyof typeof NAMESPACES, string]
    const { status, root } = await ask(prefix, `<${local}>${PARAMETERS[local] ?? ''}</${local}>`)
    assert.equal(status, 200, codesIn(root).join(' '))
    const answer = root.find('s:Body')?.children[0]
    assert.ok(answer)
    assert.equal(`${prefix}:${answer.name}`, `${name}Response`)
    checkShape(answer)
  })
}

const T0 = Date.UTC(2026, 10, 23, 12)
const MINUTE_MS = 60_000

/** Two files of a minute without a gap, ten minutes later a third; motion in the first. */
function fillIndex(): void {
  for (const [index, minute] of [0, 1, 12].entries()) {
    kit.index.insert({
      ...{ name: `Rec_20261123_${index}_000_M.mp4`, channel: 0, stream: 'main', state: 'closed' },
      ...{ startMs: T0 + minute * MINUTE_MS, endMs: T0 + (minute + 1) * MINUTE_MS },
      ...{ sizeBytes: 1000, width: 1280, height: 720, frameRate: 15, runUpMs: 0 },
    })
  }
  kit.store.alarmEvents.insert({
    ...{ id: 1, channel: 0, kind: 'motion', startMs: T0 + 10_000, endMs: T0 + 25_000 },
    ...{ peakScore: 1, cells: new Uint8Array(450) },
  })
}

const minuteOf = (time: string | undefined) => (Date.parse(time ?? '') - T0) / MINUTE_MS

/** A search to its end, so many results at a time. */
async function search(kind: 'Recordings' | 'Events', wish: string, piece = 100): Promise<XmlElement[]> {
  const begun = await ask('tse', `<Find${kind}>${wish}<KeepAliveTime>PT10S</KeepAliveTime></Find${kind}>`)
  assert.equal(begun.status, 200, codesIn(begun.root).join(' '))
  const token = begun.root.find('s:Body')?.children[0]?.textAt('SearchToken')
  const name = kind === 'Events' ? 'GetEventSearchResults' : 'GetRecordingSearchResults'
  const found: XmlElement[] = []
  for (let isOver = false; !isOver; ) {
    const body = `<SearchToken>${token}</SearchToken><MaxResults>${piece}</MaxResults>`
    const { root } = await ask('tse', `<${name}>${body}</${name}>`)
    const list = root.find('s:Body')?.children[0]?.find('ResultList')
    assert.ok(list)
    checkShape(list)
    isOver = list.textAt('SearchState') === 'Completed'
    found.push(...list.children.filter((one) => one.name !== 'SearchState'))
  }
  return found
}

test('a recorder finds what was recorded of each stream, and when', async () => {
  const all = await search('Recordings', '<Scope/>', 1)
  assert.deepEqual(
    all.map((one) => [one.textAt('RecordingToken'), one.textAt('RecordingStatus')]),
    [
      ['main', 'Stopped'],
      ['sub', 'Initiated'],
    ],
  )
  const [main] = all
  assert.deepEqual(
    [main?.textAt('EarliestRecording'), main?.textAt('LatestRecording')].map(minuteOf),
    [0, 13],
  )
  const scope = '<Scope><IncludedRecordings>sub</IncludedRecordings></Scope>'
  assert.equal((await search('Recordings', scope))[0]?.textAt('RecordingToken'), 'sub')
  const filter = (type: string) =>
    `<Scope><RecordingInformationFilter>boolean(//Track[TrackType = "${type}"])</RecordingInformationFilter></Scope>`
  assert.equal((await search('Recordings', filter('Video'))).length, 2)
  assert.equal((await search('Recordings', filter('Metadata'))).length, 0)
  const strange = await ask('tse', `<FindRecordings>${filter('Smell')}</FindRecordings>`)
  assert.deepEqual(codesIn(strange.root).slice(1), ['ter:InvalidArgVal', 'ter:InvalidFilterFault'])
})

/** What of what is searched for: `0 IsRecording=true` by minute. */
const printed = (found: readonly XmlElement[]) =>
  found.map((one) => {
    const item = one.at('Event', 'Message', 'Message', 'Data', 'SimpleItem')
    const { attributes } = item!
    const start = one.textAt('StartStateEvent') === 'true' ? ' at first' : ''
    return `${minuteOf(one.textAt('Time'))} ${attributes.get('Name')}=${attributes.get('Value')}${start}`
  })

test('a recorder finds when it was recorded and when something moved, in either direction', async () => {
  const scope = '<Scope><IncludedRecordings>main</IncludedRecordings></Scope>'
  const topic = (name: string) =>
    `<SearchFilter><TopicExpression xmlns="${NAMESPACES.wsnt}" xmlns:tns1="${NAMESPACES.tns1}" Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:${name}</TopicExpression></SearchFilter>`
  const span = (from: number, to: number) =>
    `<StartPoint>${new Date(T0 + from * MINUTE_MS).toISOString()}</StartPoint><EndPoint>${new Date(T0 + to * MINUTE_MS).toISOString()}</EndPoint>`
  const find = (from: number, to: number, name: string, withStart: boolean) =>
    search(
      'Events',
      `${span(from, to)}${scope}${topic(name)}<IncludeStartState>${withStart}</IncludeStartState>`,
      2,
    )
  const state = 'RecordingHistory/Recording/State'
  assert.deepEqual(printed(await find(-1, 20, state, false)), [
    '0 IsRecording=true',
    '2 IsRecording=false',
    '12 IsRecording=true',
    '13 IsRecording=false',
  ])
  assert.deepEqual(printed(await find(20, 0.5, state, true)), [
    '20 IsRecording=false at first',
    '13 IsRecording=false',
    '12 IsRecording=true',
    '2 IsRecording=false',
    '0.5 IsRecording=true at first',
  ])
  const motion = await find(0, 20, 'RuleEngine/CellMotionDetector/Motion', true)
  assert.deepEqual(printed(motion), [
    '0 IsMotion=false at first',
    `${10 / 60} IsMotion=true`,
    `${25 / 60} IsMotion=false`,
  ])
  assert.equal((await find(0, 20, 'RecordingHistory//.', false)).length, 12)
})

test('what was recorded at a time is told once of each recording, however often it is named', async () => {
  const tokens = '<RecordingTokens>main</RecordingTokens>'.repeat(500)
  const { root } = await ask(
    'tse',
    `<GetMediaAttributes>${tokens}<Time>${new Date(T0).toISOString()}</Time></GetMediaAttributes>`,
  )
  const [answer] = root.find('s:Body')!.children
  assert.deepEqual(
    answer?.all('MediaAttributes').map((one) => one.textAt('RecordingToken')),
    ['main'],
  )
})

test('a search ends when it is told to, and belongs to who began it', async () => {
  const begun = await ask('tse', '<FindRecordings><KeepAliveTime>PT10S</KeepAliveTime></FindRecordings>')
  const token = `<SearchToken>${begun.root.find('s:Body')?.children[0]?.textAt('SearchToken')}</SearchToken>`
  const guest = { user: 'guest', password: 'secret' }
  const stolen = await ask('tse', `<GetRecordingSearchResults>${token}</GetRecordingSearchResults>`, guest)
  assert.deepEqual(codesIn(stolen.root), ['s:Sender', 'ter:NotAuthorized'])
  const otherKind = await ask('tse', `<GetEventSearchResults>${token}</GetEventSearchResults>`)
  assert.deepEqual(codesIn(otherKind.root).slice(1), ['ter:InvalidArgVal', 'ter:InvalidToken'])
  assert.equal((await ask('tse', `<EndSearch>${token}</EndSearch>`)).status, 200)
  assert.equal((await ask('tse', `<EndSearch>${token}</EndSearch>`)).status, 400)
  for (let count = 0; count < 4; count += 1) assert.equal((await ask('tse', '<FindRecordings/>')).status, 200)
  const fifth = await ask('tse', '<FindRecordings/>')
  assert.deepEqual(codesIn(fifth.root), ['s:Receiver', 'ter:Action', 'ter:ResourceProblem'])
})

test('the mode of a recording job is the switch of the recording plan', async () => {
  const set = (mode: string, who = {}) =>
    ask(
      'trc',
      `<SetRecordingJobMode><JobToken>main</JobToken><Mode>${mode}</Mode></SetRecordingJobMode>`,
      who,
    )
  for (const [mode, isEnabled] of [
    ['Idle', false],
    ['Active', true],
  ] as const) {
    assert.equal((await set(mode)).status, 200)
    assert.equal((kit.effects.at(-1) as { recording: { isEnabled: boolean } }).recording.isEnabled, isEnabled)
  }
  assert.deepEqual(codesIn((await set('Sleepy')).root).slice(1), ['ter:InvalidArgVal', 'ter:BadMode'])
  const guest = await set('Idle', { user: 'guest', password: 'secret' })
  assert.deepEqual(codesIn(guest.root), ['s:Sender', 'ter:NotAuthorized'])
})

test('the clock can be asked for by anyone, and nothing that is of interest', async () => {
  assert.equal((await ask('tds', '<GetSystemDateAndTime/>', { token: '' })).status, 200)
  const refused = await ask('tds', '<GetDeviceInformation/>', { token: '' })
  assert.equal(refused.status, 401)
  assert.match(refused.response.headers.get('www-authenticate') ?? '', /^(Digest|Basic) realm=/)
  assert.deepEqual(codesIn(refused.root), ['s:Sender', 'ter:NotAuthorized'])
})

test('a digest lets in once', async () => {
  const token = tokenOf('admin', PASSWORD)
  assert.equal((await ask('tds', '<GetDeviceInformation/>', { token })).status, 200)
  const { status, root } = await ask('tds', '<GetDeviceInformation/>', { token })
  assert.deepEqual([status, codesIn(root)], [400, ['s:Sender', 'ter:NotAuthorized']])
})

test('a guest reads and changes nothing', async () => {
  const guest = { user: 'guest', password: 'secret' }
  assert.equal((await ask('trt', '<GetProfiles/>', guest)).status, 200)
  const before = kit.effects.length
  for (const [service, body] of [
    ['tds', '<SystemReboot/>'],
    ['tds', '<GetUsers/>'],
    ['tds', '<DeleteUsers><Username>admin</Username></DeleteUsers>'],
    ['tptz', `<Stop>${profileToken}</Stop>`],
    ['timg', '<SetImagingSettings><VideoSourceToken>source</VideoSourceToken></SetImagingSettings>'],
  ] as const)
    assert.deepEqual(codesIn((await ask(service, body, guest)).root), ['s:Sender', 'ter:NotAuthorized'])
  assert.equal(kit.effects.length, before)
})

test('what is not there is refused in the words of ONVIF', async () => {
  const unknown = await ask('tds', '<GetQuantum/>')
  assert.deepEqual([unknown.status, codesIn(unknown.root)], [500, ['s:Receiver', 'ter:ActionNotSupported']])
  const profile = await ask('trt', '<GetStreamUri><ProfileToken>x</ProfileToken></GetStreamUri>')
  assert.deepEqual(
    [profile.status, codesIn(profile.root)],
    [400, ['s:Sender', 'ter:InvalidArgVal', 'ter:NoProfile']],
  )
  // The same name in another namespace is another operation.
  assert.deepEqual(codesIn((await ask('tt', '<GetProfiles/>')).root), [
    's:Receiver',
    'ter:ActionNotSupported',
  ])
})

test('SOAP 1.1 is answered in kind', async () => {
  const { s11, tds } = NAMESPACES
  const body = `<e:Envelope xmlns:e="${s11}"><e:Body><GetSystemDateAndTime xmlns="${tds}"/></e:Body></e:Envelope>`
  const { root, response } = await post('/onvif/device_service', body)
  assert.ok(root.is('s11:Envelope'))
  assert.match(response.headers.get('content-type') ?? '', /^text\/xml/)
})

test('a subscriber is told of motion at its own address, with times that clients can read', async () => {
  const told: string[] = []
  const consumer = createServer((request: IncomingMessage, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      told.push(text)
      response.end()
    })
  })
  const address = `${await listening(consumer)}/hook`
  const subscribe = (to: string) =>
    ask(
      'wsnt',
      `<Subscribe><ConsumerReference><Address xmlns="${NAMESPACES.wsa}">${to}</Address></ConsumerReference><InitialTerminationTime>PT60S</InitialTerminationTime></Subscribe>`,
      { path: '/onvif/event_service' },
    )
  try {
    for (const elsewhere of [
      'http://192.0.2.1/x',
      'http://10.0.0.1:22/',
      'https://127.0.0.1/',
      'file:///etc',
      '',
    ])
      assert.equal((await subscribe(elsewhere)).status, 400, elsewhere)
    const { root } = await subscribe(address)
    const answer = root.at('s:Body', 'wsnt:SubscribeResponse')
    for (const name of ['wsnt:CurrentTime', 'wsnt:TerminationTime'] as const)
      assert.match(answer?.textAt(name) ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    const manager = new URL(answer?.textAt('wsnt:SubscriptionReference', 'wsa:Address') ?? '')
    const event = { channel: 0, kind: 'motion', startMs: 0, endMs: undefined, peakScore: 1 } as const
    onvif.listener.began({ ...event, id: 7, cells: new Uint8Array(450) })
    const state = () =>
      told.flatMap((text) => [...text.matchAll(/Name="IsMotion" Value="(\w+)"/g)]).map(([, value]) => value)
    while (state().length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.deepEqual(state(), ['false', 'true'])
    for (const text of told) assert.ok(readXml(text).at('s:Body', 'wsnt:Notify', 'wsnt:NotificationMessage'))
    const renewed = await ask('wsnt', '<Renew><TerminationTime>PT10M</TerminationTime></Renew>', {
      path: manager.pathname,
    })
    assert.equal(renewed.status, 200)
    assert.equal((await ask('wsnt', '<Unsubscribe/>', { path: manager.pathname })).status, 200)
    assert.equal((await ask('wsnt', '<Unsubscribe/>', { path: manager.pathname })).status, 400)
  } finally {
    onvif.listener.ended({
      id: 7,
      channel: 0,
      kind: 'motion',
      startMs: 0,
      endMs: 1,
      peakScore: 1,
      cells: new Uint8Array(450),
    })
    consumer.close()
  }
})

test('a relative move in the field of view goes by what is seen', async () => {
  const [head] = kit.parts.ptz
  const start = head!.position()!
  const space = 'http://www.onvif.org/ver10/tptz/PanTiltSpaces/TranslationSpaceFov'
  const translation = `<Translation><PanTilt xmlns="${NAMESPACES.tt}" x="-0.2" y="0" space="${space}"/></Translation>`
  assert.equal((await ask('tptz', `<RelativeMove>${profileToken}${translation}</RelativeMove>`)).status, 200)
  kit.time.advance(20_000)
  const moved = start.pan - head!.position()!.pan
  assert.ok(Math.abs(moved - (0.2 * 0.5) / start.zoom) < 1e-6, String(moved))
  const wrong = translation.replace(space, 'urn:elsewhere')
  const refused = await ask('tptz', `<RelativeMove>${profileToken}${wrong}</RelativeMove>`)
  assert.deepEqual(codesIn(refused.root), ['s:Sender', 'ter:InvalidArgVal', 'ter:SpaceNotSupported'])
})

test('a time zone and the time are set, and come back as they were given', async () => {
  const set = (zone: string) =>
    ask(
      'tds',
      `<SetSystemDateAndTime><DateTimeType>Manual</DateTimeType><DaylightSavings>true</DaylightSavings><TimeZone><TZ xmlns="${NAMESPACES.tt}">${zone}</TZ></TimeZone></SetSystemDateAndTime>`,
    )
  assert.equal((await set('CET-1CEST,M3.5.0,M10.5.0/3')).status, 200)
  const { root } = await ask('tds', '<GetSystemDateAndTime/>')
  const zone = root.find('s:Body')?.children[0]?.children[0]?.textAt('TimeZone', 'TZ')
  assert.equal(zone, 'STD-1DST-2,M3.5.0/2,M10.5.0/3')
  assert.deepEqual(codesIn((await set('nowhere')).root), [
    's:Sender',
    'ter:InvalidArgVal',
    'ter:InvalidTimeZone',
  ])
})

test('the time server is told and set, and a time that is set by hand ends following it', async () => {
  const told = async (name: string, ...path: string[]) => {
    const { root } = await ask('tds', `<${name}/>`)
    return root.find('s:Body')?.children[0]?.children[0]?.textAt(...path)
  }
  const server = (text: string) =>
    ask('tds', `<SetNTP><FromDHCP>false</FromDHCP><NTPManual>${text}</NTPManual></SetNTP>`)
  const type = () => told('GetSystemDateAndTime', 'DateTimeType')
  const setType = (text: string) =>
    ask(
      'tds',
      `<SetSystemDateAndTime><DateTimeType>${text}</DateTimeType><DaylightSavings>false</DaylightSavings></SetSystemDateAndTime>`,
    )
  assert.equal((await setType('NTP')).status, 200)
  assert.equal(await type(), 'NTP')
  assert.equal((await server('<Type>DNS</Type><DNSname>time.example</DNSname>')).status, 200)
  assert.equal(await told('GetNTP', 'NTPManual', 'DNSname'), 'time.example')
  const plan = { isOn: true, server: { host: 'time.example', port: 123 }, intervalMinutes: 1440 }
  assert.deepEqual(kit.effects.at(-1), { timePlan: plan })
  assert.equal((await server('<Type>DNS</Type><DNSname>a b;c</DNSname>')).status, 400)
  assert.equal((await setType('Manual')).status, 200)
  assert.deepEqual([await type(), kit.effects.at(-1)], ['Manual', { timePlan: { ...plan, isOn: false } }])
})

test('no request ends the process or leaves a client without an answer', async () => {
  const names = OPERATIONS.map(({ name }) => name).filter(
    (name) => !/Reboot|FactoryDefault|User|PullMessages/.test(name),
  )
  const value = fc.constantFrom(
    '',
    '1',
    'main',
    'NaN',
    '-1e999',
    'P1Y',
    '&#x1F600;',
    '__proto__',
    'x'.repeat(500),
  )
  const inner = fc.constantFrom(
    'Configuration',
    'ProfileToken',
    'Filter',
    'TopicExpression',
    'OSD',
    'Velocity',
    'PanTilt',
    'Position',
    'Type',
    'Token',
    'VideoSourceToken',
    'ImagingSettings',
    'Brightness',
    'TimeZone',
    'TZ',
    'UTCDateTime',
    'DateTimeType',
    'toString',
    'Scope',
    'StartPoint',
    'SearchFilter',
    'RecordingInformationFilter',
    'MaxMatches',
    'Time',
  )
  const child = fc
    .tuple(inner, inner, value)
    .map(([one, two, text]) => `<${one} token="${text}" x="${text}"><${two}>${text}</${two}>${text}</${one}>`)
  const request = fc.tuple(fc.constantFrom(...names), fc.array(child, { maxLength: 4 }))
  await fc.assert(
    fc.asyncProperty(request, async ([name, children]) => {
      const [prefix, local] = name.split(':') as [keyof typeof NAMESPACES, string]
      const { status, root } = await ask(prefix, `<${local}>${children.join('')}</${local}>`)
      assert.ok([200, 400, 500].includes(status))
      assert.notEqual(root.at('s:Body', 's:Fault')?.textAt('s:Reason', 's:Text'), 'internal error')
    }),
    { numRuns: 100 },
  )
  for (const text of ['', '<a', '<!DOCTYPE x><x/>', '{}', `<s:Envelope xmlns:s="${NAMESPACES.s}"/>`])
    assert.deepEqual(codesIn((await post('/onvif/device_service', text)).root), [
      's:Sender',
      'ter:WellFormed',
    ])
  const huge = await fetch(`${origin}/onvif/device_service`, {
    method: 'POST',
    body: 'x'.repeat(300_000),
  }).catch(() => undefined)
  assert.ok(huge === undefined || huge.status === 413)
})
