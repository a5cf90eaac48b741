/** The camera's servers, composed: each behind its port, all behind the same guard and limits. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { AbilityKey } from '../api/ability.ts'
import { COMMANDS } from '../api/commands/index.ts'
import { Dispatcher } from '../api/dispatch.ts'
import type { Parts } from '../api/parts.ts'
import type { Principal } from '../auth/types.ts'
import { messageOf } from '../base/errors.ts'
import type { Config } from '../config/schema.ts'
import type { LiveChannel } from '../engine/live-channel.ts'
import { ViewerSlots } from '../media/viewer-slots.ts'
import { ConnectionLimits } from '../servers/connection-limits.ts'
import { createFlvHandler } from '../servers/flv/server.ts'
import { ApiRoute } from '../servers/http/api-route.ts'
import type { KeyPair } from '../servers/http/certificate.ts'
import { createExportHandler } from '../servers/http/export.ts'
import { isOwnRequest } from '../servers/http/origin.ts'
import { createPage } from '../servers/http/page.ts'
import { createPushHandler, type PushDesk } from '../servers/http/push.ts'
import { createWebServer } from '../servers/http/server.ts'
import { createTimelineHandler } from '../servers/http/timeline.ts'
import { Listener } from '../servers/listener.ts'
import type { LiveViewOptions } from '../servers/live-view.ts'
import { createMediaPortServer } from '../servers/media-port/server.ts'
import { createRtmpServer } from '../servers/rtmp/server.ts'
import { createRtspServer } from '../servers/rtsp/server.ts'
import type { ServicePorts } from '../servers/service-ports.ts'
import type { Alarm } from './alarm.ts'
import { createOnvif } from './onvif.ts'
import type { Recording } from './recording.ts'

const LOOPBACK = '127.0.0.1'
const PAGE_FOLDER = join(import.meta.dirname, '../../web/dist')

interface ServersOptions {
  readonly config: Config
  readonly parts: Parts
  readonly live: LiveChannel
  readonly recording: Recording
  readonly desk: PushDesk
  readonly certificate: KeyPair
  readonly servicePorts: ServicePorts
  readonly alarm: Alarm
}

/** The servers, each behind its port. They open to the network when the admin has a password. */
export function createListeners(options: ServersOptions): readonly Listener[] {
  const { config, parts, live, recording, desk, certificate, servicePorts } = options
  const { events } = options.alarm
  const { access, abilities, log } = parts
  const { guard, users } = access
  const limits = new ConnectionLimits()
  const authenticated = (socket: Socket) => {
    limits.authenticated(socket)
    parts.network.link.confirm?.(socket.localAddress)
  }
  const may = (key: AbilityKey) => (principal: Principal) =>
    abilities.permits(principal.user.level, { key, right: 'read' })
  const viewing: LiveViewOptions = {
    streams: { find: (channel, name) => (channel === 0 ? live.stream(name) : undefined) },
    guard,
    slots: new ViewerSlots(),
    mayView: may('live'),
    authenticated,
    log,
  }
  const isTrusted = (request: IncomingMessage) => users.hasAdminPassword() || isOwnRequest(request)
  const dispatcher = new Dispatcher(COMMANDS, parts)
  const rtspPort = () => listeners.find(({ name }) => name === 'rtsp')?.port ?? 0
  const onvif = createOnvif(config, parts, live, { rtspPort, authenticated })
  const web = createWebServer({
    api: new ApiRoute({ dispatcher, isTrusted, authenticated }),
    isTrusted,
    flv: createFlvHandler({
      ...viewing,
      playback: { guard, mayReplay: may('recReplay'), open: recording.open },
    }),
    exports: createExportHandler({ ...recording, guard, mayDownload: may('recDownload'), log }),
    timeline: createTimelineHandler({ ...recording.timeline, guard, mayReplay: may('recReplay'), log }),
    onvif: onvif?.answer,
    push: createPushHandler({ desk, guard, mayListen: may('live'), log }),
    page: createPage(PAGE_FOLDER),
    certificate,
    log,
  })
  const rtmp = createRtmpServer(viewing)
  const rtsp = createRtspServer(
    { ...viewing, digest: guard.digest, replay: { ...recording, mayReplay: may('recReplay') } },
    certificate,
  )

  const media = createMediaPortServer({
    door: guard.password,
    names: () => users.list().map(({ name }) => name),
    mayListen: may('alarmMd'),
    motion: parts.motion,
    authenticated,
    log,
  })
  events.listen(media.listener)
  if (onvif !== undefined) events.listen(onvif.listener)

  // Without a password the camera is there for this machine only.
  const address = () => config.bind ?? (users.hasAdminPassword() ? undefined : LOOPBACK)
  const listener = (name: string, port: number, accept: (socket: Socket) => void) =>
    new Listener({ name, endpoint: { port, address: address() }, limits, log, accept })
  const listeners: readonly Listener[] = [
    listener('http', config.httpPort, web.http),
    listener('https', config.httpsPort, web.https),
    listener('rtmp', config.rtmpPort, rtmp.handle),
    listener('rtsp', config.rtspPort, rtsp.handle),
    ...(onvif === undefined ? [] : [listener('onvif', config.onvifPort, onvif.handle)]),
    ...(config.mediaPort === 'off' ? [] : [listener('media', config.mediaPort, media.handle)]),
  ]
  servicePorts.attach(listeners)
  users.onFirstAdminPassword(async () => {
    try {
      await servicePorts.rebind(address())
      log.info('the admin has a password: the camera is open to the network')
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'a port could not be opened to the network; restart the camera')
    }
  })
  return listeners
}
