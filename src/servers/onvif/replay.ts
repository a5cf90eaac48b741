/** Replay service: where recordings are played (Replay Control §5). */
import { SESSION_SECONDS } from '../rtsp/options.ts'
import { replayAddress } from './addresses.ts'
import { invalid } from './fault.ts'
import { type Operation, operation } from './operation.ts'
import { recordingOf, replaying } from './recorded.ts'
import { SERVICES } from './services.ts'
import { xml } from './xml-writer.ts'
import { parseDuration } from './xs-time.ts'

export const REPLAY_OPERATIONS: readonly Operation[] = [
  operation('trp:GetServiceCapabilities', 'anyone', () => SERVICES.replay.capabilities()),

  operation('trp:GetReplayUri', replaying, (request, call) => {
    const stream = recordingOf(request.textAt('RecordingToken'))
    if (request.textAt('StreamSetup', 'Stream') === 'RTP-Multicast') {
      throw invalid('ter:InvalidStreamSetup', 'there is no multicast')
    }
    return xml('trp:Uri', replayAddress(stream, call))
  }),
  operation('trp:GetReplayConfiguration', replaying, () =>
    xml('trp:Configuration', xml('tt:SessionTimeout', `PT${SESSION_SECONDS}S`)),
  ),
  operation('trp:SetReplayConfiguration', { key: 'recCfg', right: 'revise' }, (request) => {
    const timeoutMs = parseDuration(request.textAt('Configuration', 'SessionTimeout') ?? '')
    if (timeoutMs === SESSION_SECONDS * 1000) return undefined
    throw invalid('ter:ConfigModify', `SessionTimeout is ${SESSION_SECONDS} s`)
  }),
]
