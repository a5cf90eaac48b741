/** Who is told of events, as far as the owner runs them: a web server that keeps what is posted, and an MQTT broker. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { freePorts } from '../free-ports.ts'
import { tool } from '../tools.ts'
import { until } from './kit.ts'

export interface Posted {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Milliseconds since 1970. */
  readonly atMs: number
}

export interface PostServer {
  readonly origin: string
  readonly posted: Posted[]
  stop(): void
}

/** Takes everything that is posted. `port` 0 is a free one. */
export async function startPostServer(port = 0): Promise<PostServer> {
  const posted: Posted[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { url: path = '', headers } = request
    posted.push({ path, headers, body: Buffer.concat(chunks), atMs: Date.now() })
    response.writeHead(201).end()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export interface Broker {
  readonly port: number
  /** What was published, in order. */
  readonly heard: { readonly topic: string; readonly payload: Buffer; readonly atMs: number }[]
  stop(): Promise<void>
}

/** Debian's broker, and a client of its own that hears everything. */
export async function startBroker(folder: string): Promise<Broker> {
  const [port] = await freePorts(1)
  const configuration = join(folder, 'mosquitto.conf')
  writeFileSync(configuration, `listener ${port} 127.0.0.1\nallow_anonymous true\n`)
  const broker = spawn(tool('mosquitto'), ['-c', configuration], { stdio: 'ignore' })
  const heard: { topic: string; payload: Buffer; atMs: number }[] = []
  const options = { reconnectPeriod: 0, connectTimeout: 2000 }
  const client = await until<MqttClient>('the broker', () =>
    connectAsync(`mqtt://127.0.0.1:${port}`, options).catch(() => undefined),
  )
  client.on('message', (topic, payload) => heard.push({ topic, payload, atMs: Date.now() }))
  await client.subscribeAsync('#')
  return {
    port: port!,
    heard,
    stop: async () => {
      client.end(true)
      await endOf(broker)
    },
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
