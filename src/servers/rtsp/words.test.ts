/** Addresses, Transport and Authorization: texts of clients that are understood or refused. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { challenges, Nonces, readAuthorization } from './authorization.ts'
import { parseRange, printRange } from './play-range.ts'
import { playWish } from './play-wish.ts'
import { Refusal } from './response.ts'
import { parseRtspUrl } from './stream-url.ts'
import { chooseTransport } from './transport.ts'

const ADDRESSES: readonly (readonly [string, string | undefined])[] = [
  ['rtsp://h/h264Preview_01_main', 'live 0 main'],
  ['rtsp://h:554//h264Preview_01_main', 'live 0 main'],
  ['rtsp://u:p@h/Preview_01_sub/', 'live 0 sub'],
  ['rtsp://h/Preview_02_ext?token=t', 'live 1 ext'],
  ['rtsps://h/PREVIEW_01_MAIN', 'live 0 main'],
  ['rtsp://h/h264Preview_01_main/trackID=1', 'live 0 main audio'],
  ['rtsp://h/h264Preview_01_main?token=t/trackID=0', 'live 0 main video'],
  ['rtsp://h/Playback_01_main?start=20261123120000', 'playback 0 main'],
  ['rtsp://h/h265Preview_01_main', undefined],
  ['rtsp://h/Preview_1_main', undefined],
  ['rtsp://h/Preview_01_third', undefined],
  ['rtsp://h/', undefined],
  ['*', undefined],
]
for (const [url, expected] of ADDRESSES) {
  test(`${url} is ${expected ?? 'nothing'}`, () => {
    const { kind, request, track } = parseRtspUrl(url)
    const words = kind === undefined ? undefined : [kind, request?.channel, request?.name, track]
    assert.equal(words?.filter((word) => word !== undefined).join(' '), expected)
  })
}

test('the base of the tracks has no secrets', () => {
  assert.equal(parseRtspUrl('rtsp://u:p@h:1//Preview_01_main?token=t').base, 'rtsp://h:1/Preview_01_main/')
  assert.equal(parseRtspUrl('rtsp://h/Preview_01_main?password=a/b').query.raw('password'), 'a/b')
})

const OFFERS: readonly (readonly [string, string | undefined])[] = [
  ['RTP/AVP/TCP;unicast;interleaved=0-1', 'tcp 0'],
  ['RTP/AVP/TCP;interleaved=4-5', 'tcp 4'],
  ['RTP/AVP/TCP;unicast', 'tcp 0'],
  ['RTP/AVP/TCP;unicast;interleaved=3-4', 'tcp 0'],
  ['RTP/AVP/TCP;unicast;interleaved=254-255', 'tcp 0'],
  ['RTP/AVP/TCP;unicast;interleaved=2-3', 'tcp 0'],
  ['RTP/AVP;unicast;client_port=5000-5001', 'udp 5000 5001'],
  ['RTP/AVP/UDP;unicast;client_port=5000;mode="PLAY"', 'udp 5000 5001'],
  ['RTP/AVP;multicast, RTP/AVP/TCP', 'tcp 0'],
  ['RTP/AVP;unicast;destination=192.0.2.7;client_port=5000-5001', 'udp 5000 5001'],
  ['RTP/AVP;unicast;destination=192.0.2.8;client_port=5000-5001', undefined],
  ['RTP/AVP;unicast;client_port=80-81', undefined],
  ['RTP/AVP;unicast;client_port=65535', undefined],
  ['RTP/AVP;unicast;client_port=5000-5000', undefined],
  ['RTP/AVP;unicast', undefined],
  ['RTP/AVP;multicast', undefined],
  ['RTP/AVP/TCP;unicast;mode=record', undefined],
  ['RTP/SAVP;unicast;client_port=5000-5001', undefined],
  ['', undefined],
]
const circumstances = { track: 'video', peerAddress: '192.0.2.7', mayUseUdp: true, takenChannel: 2 } as const
for (const [offer, expected] of OFFERS) {
  test(`Transport: ${offer} is ${expected ?? 'refused'}`, () => {
    assert.equal(Object.values(chooseTransport(offer, circumstances) ?? {}).join(' ') || undefined, expected)
  })
}

test('over TLS and through tunnels nothing goes by UDP', () => {
  const closed = { ...circumstances, mayUseUdp: false }
  assert.equal(chooseTransport('RTP/AVP;unicast;client_port=5000-5001', closed), undefined)
})

const hash = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex')

for (const [name, algorithm] of [
  ['MD5', 'md5'],
  ['SHA-256', 'sha256'],
]) {
  for (const qop of [false, true]) {
    test(`Digest with ${name}${qop ? ' and qop' : ''} proves a password without telling it`, () => {
      const uri = 'rtsp://h/Preview_01_main'
      const secret = hash(algorithm!, 'admin:realm:good')
      const middle = qop ? 'n:00000001:c:auth' : 'n'
      const response = hash(algorithm!, `${secret}:${middle}:${hash(algorithm!, `DESCRIBE:${uri}`)}`)
      const more = qop ? ', qop=auth, nc=00000001, cnonce="c"' : ''
      const header = `Digest username="admin", realm="realm", nonce="n", uri="${uri}", response="${response}", algorithm=${name}${more}`
      const shown = readAuthorization(header, 'DESCRIBE', uri)
      assert.ok(shown?.kind === 'digest')
      assert.deepEqual([shown.proof.user, shown.proof.algorithm, shown.nonce], ['admin', name, 'n'])
      assert.ok(shown.proof.isRight(secret))
      assert.ok(!shown.proof.isRight(hash(algorithm!, 'admin:realm:bad')))
      const other = readAuthorization(header, 'SETUP', uri)
      assert.ok(other?.kind === 'digest' && !other.proof.isRight(secret))
      assert.equal(readAuthorization(header, 'DESCRIBE', 'rtsp://h/Preview_01_sub'), undefined)
    })
  }
}

test('Basic tells user and password, with colons and letters of all kinds', () => {
  const header = `Basic ${Buffer.from('ad:a:ö').toString('base64')}`
  assert.deepEqual(readAuthorization(header, 'DESCRIBE', 'rtsp://h/'), {
    kind: 'basic',
    credentials: { user: 'ad', passwords: ['a:ö'] },
  })
})

test('a nonce is good for its address for five minutes', () => {
  let now = 1000
  const nonces = new Nonces(() => now)
  const nonce = nonces.make('192.0.2.1')
  assert.equal(nonces.check(nonce, '192.0.2.1'), 'good')
  assert.equal(nonces.check(nonce, '192.0.2.2'), 'foreign')
  assert.equal(new Nonces(() => now).check(nonce, '192.0.2.1'), 'foreign')
  now += 5 * 60_000 + 1
  assert.equal(nonces.check(nonce, '192.0.2.1'), 'stale')
  assert.match(challenges({ realm: 'r', nonce }, { hasDigest: true, stale: true })[2]!, /MD5, stale=true$/)
})

test('no text of a client is more than misunderstood', () => {
  const text = fc.string({
    unit: fc.constantFrom(...'ab01;,=-/"?&@:%_ \\'.split(''), 'trackID=', 'Digest ', 'nonce='),
    maxLength: 60,
  })
  fc.assert(
    fc.property(text, text, (one, other) => {
      parseRtspUrl(one)
      chooseTransport(one, circumstances)
      readAuthorization(one, 'DESCRIBE', other)
      new Nonces(() => 0).check(one, other)
    }),
  )
})

/** Gives what was read, undefined for what was refused; nothing else may come of it. */
function orRefused<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

test('a Range is a stretch within what there is, or refused, and is read again as it is printed', () => {
  const extent = { fromMs: Date.UTC(2026, 10, 23), toMs: Date.UTC(2026, 10, 24) }
  const time = fc.date({ min: new Date(extent.fromMs), max: new Date(extent.toMs), noInvalidDate: true })
  const clock = time.map((date) => date.toISOString().replace(/[-:]/g, ''))
  const second = fc.nat(100_000).map(String)
  const side = fc.oneof(
    clock,
    second,
    fc.constantFrom('', 'now', '0:00:07.5', '-', '1e9', '99999999T999999Z'),
  )
  const range = fc.tuple(fc.constantFrom('clock', 'npt', 'NPT ', 'smpte', ''), side, side)
  fc.assert(
    fc.property(
      fc.oneof(
        range.map(([unit, from, to]) => `${unit}=${from}-${to}`),
        fc.string(),
      ),
      (text) => {
        const span = orRefused(() => parseRange(text, extent))
        if (span === undefined) return
        assert.ok(span.fromMs >= extent.fromMs && span.fromMs < extent.toMs)
        assert.ok(span.toMs === undefined || span.toMs > span.fromMs)
        const whole = { fromMs: span.fromMs, toMs: span.toMs ?? extent.toMs }
        const printed = printRange(text, whole, { origin: extent.fromMs, unit: 'npt' })
        const again = parseRange(printed, extent)
        assert.ok(Math.abs(again.fromMs - whole.fromMs) <= 1 && Math.abs(again.toMs! - whole.toMs) <= 1)
      },
    ),
  )
})

test('the headers of PLAY are understood or refused', () => {
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'yes',
      'no',
      'intra',
      'intra/4000',
      'all',
      'predicted',
      '1.0',
      '-1',
      'onvif-replay',
      'x.y',
    ),
  )
  const names = ['range', 'cseq', 'rate-control', 'scale', 'frames', 'require', 'proxy-require']
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...names), value)), (entries) => {
      const wish = orRefused(() => playWish({ headers: new Map(entries) }))
      if (wish === undefined) return
      assert.ok(Number.isInteger(wish.cseq))
      assert.ok(wish.keyIntervalMs === undefined || wish.keyIntervalMs >= 0)
    }),
  )
})
