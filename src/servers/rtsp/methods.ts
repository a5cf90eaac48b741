/** The methods of RTSP (RFC 2326 §10). Each gives the answer, or undefined if it has written one. Errors: Refusal, CameraError. */
import type { Socket } from 'node:net'
import type { Principal } from '../../auth/types.ts'
import { plainAddress } from '../../base/address.ts'
import { writeSdp } from '../../media/rtp/sdp.ts'
import type { Entrance } from './entrance.ts'
import { playWish } from './play-wish.ts'
import type { Presentation } from './presentation.ts'
import type { RtspRequest } from './request-reader.ts'
import { Refusal, type Response } from './response.ts'
import { Session } from './session.ts'
import { parseRtspUrl, type RtspTarget } from './stream-url.ts'

/** The connection of a request, as far as methods know it. */
export interface Client {
  /** `isPlain`: neither TLS nor a tunnel. */
  readonly wire: { readonly socket: Socket; readonly isPlain: boolean }
  readonly entrance: Entrance
  readonly address: string
  readonly principal: Principal | undefined
  session: Session | undefined
  /** What was described last, until it is set up. */
  described: { readonly path: string; readonly presentation: Presentation } | undefined
  belongsTo(principal: Principal): void
  alive(): void
}

type Method = (connection: Client, request: RtspRequest) => Promise<Response | undefined>

export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['OPTIONS', async () => ({ status: 200, headers: [['Public', [...METHODS.keys()].join(', ')]] })],
  ['DESCRIBE', describe],
  ['SETUP', setUp],
  ['PLAY', play],
  ['PAUSE', pause],
  ['TEARDOWN', tearDown],
  ['GET_PARAMETER', parameter],
  ['SET_PARAMETER', parameter],
])

/** Counts the descriptions of this process: the version of the next one. */
let descriptions = 0

async function describe(connection: Client, request: RtspRequest): Promise<Response> {
  const accept = request.headers.get('accept')
  const target = parseRtspUrl(request.url)
  const presentation = await open(connection, request, target)
  if (accept !== undefined && !/application\/(sdp|\*)|\*\/\*/i.test(accept)) throw new Refusal(406)
  // The stream is kept for the SETUP that follows.
  keepDescribed(connection, target, presentation)
  descriptions += 1
  const body = writeSdp({
    format: presentation.format,
    address: plainAddress(connection.wire.socket.localAddress),
    version: descriptions,
    name: presentation.name,
    range: presentation.range,
    trackNames: presentation.trackNames,
  })
  const headers = [
    ['Content-Base', target.base],
    ['Content-Type', 'application/sdp'],
    ['Cache-Control', 'no-cache'],
  ] as const
  return { status: 200, headers, body }
}

async function setUp(connection: Client, request: RtspRequest): Promise<Response> {
  const target = parseRtspUrl(request.url)
  await authenticate(connection, request, target)
  const known = connection.session
  if (request.headers.has('session')) requireSession(connection, request)
  else if (known !== undefined) throw new Refusal(455)
  if (known !== undefined && known.path !== target.path) throw new Refusal(459)
  const session = known ?? (await newSession(connection, request, target))
  try {
    if (target.track === undefined) throw new Refusal(459)
    const response = await session.setUp(target.track, request.headers.get('transport') ?? '')
    connection.session = session
    return response
  } catch (error) {
    // Who was refused UDP comes back and asks for TCP.
    if (known === undefined) keepDescribed(connection, target, session.presentation)
    throw error
  }
}

async function newSession(connection: Client, request: RtspRequest, target: RtspTarget): Promise<Session> {
  const { wire, entrance } = connection
  return new Session({
    presentation: takeDescribed(connection, target) ?? (await open(connection, request, target)),
    path: target.path,
    base: target.base,
    socket: wire.socket,
    mayUseUdp: wire.isPlain,
    udpPorts: entrance.udpPorts,
    alive: () => connection.alive(),
    ended: () => connection.alive(),
  })
}

function keepDescribed(connection: Client, { path }: RtspTarget, presentation: Presentation): void {
  connection.described?.presentation.close()
  connection.described = { path, presentation }
}

/** The base of the tracks' addresses has no query: what it asked for is what was described. */
function takeDescribed(connection: Client, { path, query }: RtspTarget): Presentation | undefined {
  const { described } = connection
  if (described?.path !== path || query.get('start') !== undefined) return undefined
  connection.described = undefined
  return described.presentation
}

async function play(connection: Client, request: RtspRequest): Promise<undefined> {
  const session = requireSession(connection, request)
  session.play(request.headers.get('cseq'), playWish(request))
}

async function pause(connection: Client, request: RtspRequest): Promise<Response> {
  const session = requireSession(connection, request)
  session.pause()
  return { status: 200, headers: [session.header] }
}

async function tearDown(connection: Client, request: RtspRequest): Promise<Response> {
  const session = requireSession(connection, request)
  session.close()
  connection.session = undefined
  return { status: 200, headers: [['Session', session.id]] }
}

/** A life sign if it names nothing (RFC 2326 §10.8); there are no parameters. */
async function parameter(connection: Client, request: RtspRequest): Promise<Response> {
  if (request.headers.has('session')) requireSession(connection, request)
  else await authenticate(connection, request, parseRtspUrl(request.url))
  if (request.body.toString().trim() !== '') throw new Refusal(451)
  return { status: 200, headers: connection.session === undefined ? [] : [connection.session.header] }
}

/** Once for a connection; then it is that user's. */
async function authenticate(
  connection: Client,
  request: RtspRequest,
  target: RtspTarget,
): Promise<Principal> {
  if (connection.principal === undefined) {
    connection.belongsTo(await connection.entrance.admit(request, target, connection.address))
  }
  return connection.principal!
}

async function open(connection: Client, request: RtspRequest, target: RtspTarget): Promise<Presentation> {
  const principal = await authenticate(connection, request, target)
  return await connection.entrance.open(target, principal, connection.wire.socket)
}

/** Who names a session that is another connection's learns no more than who names none. */
function requireSession({ session }: Client, { headers }: RtspRequest): Session {
  const [id] = (headers.get('session') ?? '').split(';')
  if (session === undefined || id!.trim() !== session.id) throw new Refusal(454)
  return session
}
