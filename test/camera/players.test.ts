/**
 * The table of players: every transport by every player, main and sub, for half a minute. With PLAYERS_TABLE in the environment
 * it prints the numbers of bench/RESULTS.md.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Camera, startCamera, until } from './kit.ts'
import { PLAYERS, RATES, type StreamName, TRANSPORTS } from './players.ts'

const SECONDS = 30
const STREAMS: readonly StreamName[] = ['main', 'sub']
/** On a busy machine the engine leaves pictures out; VLC counts what it shows. */
const LEAST_SHARE: Readonly<Record<string, number>> = { VLC: 0.3 }
/** Each group is played at once. */
const GROUPS = [
  ['RTSP/TCP', 'RTSP/UDP', 'RTSPS', 'RTSP in HTTP'],
  ['RTMP', 'FLV', 'HTTPS-FLV'],
]

let camera: Camera
before(async () => {
  camera = await startCamera()
  await until('a picture', () => camera.snap().catch(() => undefined))
})
after(() => camera.stop())

/** Those of one group and one player. Errors: AssertionError, with all that was wrong. */
async function check(player: string, names: readonly string[]): Promise<void> {
  const { play } = PLAYERS[player]!
  const pairs = names.flatMap((name) => STREAMS.map((stream) => ({ name, stream })))
  const outcomes = await Promise.all(
    pairs.map(async ({ name, stream }) => {
      const outcome = await play({ camera, transport: TRANSPORTS[name]!, stream, seconds: SECONDS })
      return { what: `${player} ${name} ${stream}`, expected: SECONDS * RATES[stream], ...outcome }
    }),
  )
  for (const { what, pictures } of outcomes)
    if (process.env.PLAYERS_TABLE !== undefined) console.log(`${what}: ${pictures}`)
  for (const { what, expected, pictures, complaints } of outcomes) {
    assert.deepEqual(complaints, [], what)
    assert.ok(pictures > expected * (LEAST_SHARE[player] ?? 0.6), `${what}: ${pictures} pictures`)
  }
}

for (const names of GROUPS) {
  describe(`${names.join(', ')} for ${SECONDS} s`, { concurrency: true }, () => {
    for (const [player, { missing }] of Object.entries(PLAYERS)) {
      const played = names.filter((name) => player !== 'VLC' || TRANSPORTS[name]!.hasVlc)
      if (played.length === 0) continue
      test(
        `${player} decodes main and sub of each without an error`,
        {
          skip: missing,
          timeout: 5 * 60_000,
        },
        () => check(player, played),
      )
    }
  })
}
