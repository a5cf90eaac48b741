/** The yardstick of bench/api.ts: node:http that parses a batch, looks its commands up and prints fixed answers. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const answers = new Map<string, object>([
  [
    'GetOsd',
    {
      Osd: {
        channel: 0,
        osdChannel: { enable: 1, name: 'Camera1', pos: 'Lower Right' },
        osdTime: { enable: 1, pos: 'Top Center' },
      },
    },
  ],
  [
    'GetEnc',
    {
      Enc: {
        channel: 0,
        audio: 0,
        mainStream: {
          bitRate: 2048,
          frameRate: 15,
          gop: 2,
          profile: 'High',
          size: '720P',
          height: 720,
          vType: 'h264',
          width: 1280,
        },
        subStream: {
          bitRate: 160,
          frameRate: 7,
          gop: 4,
          profile: 'High',
          size: '640*360',
          height: 360,
          vType: 'h264',
          width: 640,
        },
      },
    },
  ],
  [
    'GetDevInfo',
    {
      DevInfo: {
        B485: 0,
        IOInputNum: 0,
        IOOutputNum: 0,
        buildDay: 'build 26112200',
        cfgVer: 'v1.0.0.0',
        channelNum: 1,
        detail: 'VEDETTE_100000000000000',
        diskNum: 0,
        firmVer: 'v0.1.0.0_26112200',
        hardVer: 'VEDETTE_1',
        model: 'Vedette',
        name: 'Camera1',
        serial: '00000000000000',
        type: 'IPC',
        wifi: 0,
      },
    },
  ],
])

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const entries = JSON.parse(Buffer.concat(chunks).toString()) as { cmd: string }[]
    const reply = entries.map(({ cmd }) => ({ cmd, code: 0, value: answers.get(cmd) }))
    const body = Buffer.from(JSON.stringify(reply, undefined, 3))
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': body.length,
    })
    response.end(body)
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'ready', http: (server.address() as AddressInfo).port }))
})
