/** Commands and bodies of the media port, as far as this camera knows them (docs/design/media-port.md). */

export const COMMAND = { login: 1, logout: 2, subscribe: 31, alarm: 33, keepAlive: 93 } as const

/** Status of answers; the first is not one of HTTP but names the mask as what hides bodies during the login. */
export const STATUS = {
  masked: 0xdd01,
  ok: 200,
  unauthorised: 401,
  notFound: 404,
  notSupported: 405,
} as const

/** Channel of frames that no request asked for. */
export const PUSH_CHANNEL = 251

function document(content: string): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8" ?>\n<body>\n${content}\n</body>\n`)
}

export function nonceBody(nonce: string): Buffer {
  return document(`<Encryption version="1.1">\n<type>md5</type>\n<nonce>${nonce}</nonce>\n</Encryption>`)
}

export function deviceBody(channels: number): Buffer {
  const members = [
    '<type>ipc</type>',
    '<typeInfo>IPC</typeInfo>',
    `<channelNum>${channels}</channelNum>`,
    `<analogChnNum>${channels}</analogChnNum>`,
  ]
  return document(`<DeviceInfo version="1.1">\n${members.join('\n')}\n</DeviceInfo>`)
}

export interface MotionState {
  readonly channel: number
  readonly isMotion: boolean
}

export function alarmBody(states: readonly MotionState[]): Buffer {
  const events = states.map(({ channel, isMotion }) => {
    const status = `<status>${isMotion ? 'MD' : 'none'}</status>`
    const members = [`<channelId>${channel}</channelId>`, status, '<AItype>none</AItype>']
    return `<AlarmEvent version="1.1">\n${members.join('\n')}\n</AlarmEvent>`
  })
  return document(`<AlarmEventList version="1.1">\n${events.join('\n')}\n</AlarmEventList>`)
}

/** What a login shows: digests of user and password with the nonce; undefined if the body has none. */
export function readLogin(
  body: Uint8Array,
): { readonly user: string; readonly password: string } | undefined {
  const text = Buffer.from(body).toString('latin1')
  const user = /<userName>([^<]{1,64})<\/userName>/.exec(text)?.[1]
  const password = /<password>([^<]{1,64})<\/password>/.exec(text)?.[1]
  return user === undefined || password === undefined ? undefined : { user, password }
}
