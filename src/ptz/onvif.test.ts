import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { OnvifHead } from './onvif.ts'

const ANSWERS: Readonly<Record<string, string>> = {
  GetCapabilities: ['Media', 'PTZ', 'Imaging']
    .map((service) => `<tt:${service}><tt:XAddr>http://127.0.0.1/${service}</tt:XAddr></tt:${service}>`)
    .join(''),
  GetProfiles:
    '<trt:Profiles token="main"><tt:SourceToken>lens</tt:SourceToken><tt:PTZConfiguration token="p"/></trt:Profiles>',
}

test('a lens that does not stop keeps no head moving', async () => {
  const orders: string[] = []
  const server = createServer(async (request, response) => {
    const [, name = ''] = /<(?:tds|trt|tptz|timg):(\w+)[\s/>]/.exec(await text(request)) ?? []
    orders.push(`${request.url} ${name}`)
    response.writeHead(request.url === '/Imaging' && name === 'Stop' ? 500 : 200).end(ANSWERS[name] ?? '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/device`
    const head = new OnvifHead({ url, account: { user: '', password: '' }, clock: systemClock })
    await head.focus(1, 32)
    await assert.rejects(head.stop(), CameraError)
    assert.equal(orders.at(-1), '/PTZ Stop')
  } finally {
    server.close()
  }
})
