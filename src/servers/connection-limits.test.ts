import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { ConnectionLimits } from './connection-limits.ts'

let nextPort = 1024
function connection(remoteAddress: string): Socket {
  nextPort += 1
  return Object.assign(new EventEmitter(), {
    remoteAddress,
    remotePort: nextPort,
    localPort: 80,
  }) as unknown as Socket
}

function admitted(limits: ConnectionLimits, address: string, times: number): Socket[] {
  return Array.from({ length: times }, () => connection(address)).filter((socket) => limits.admit(socket))
}

test('one address gets 64 connections without login', () => {
  const limits = new ConnectionLimits()
  assert.equal(admitted(limits, '192.0.2.1', 100).length, 64)
  assert.equal(admitted(limits, '192.0.2.2', 1).length, 1)
})

test('a connection that logs in or ends makes room', () => {
  const limits = new ConnectionLimits()
  const [first, second] = admitted(limits, '192.0.2.1', 64)
  limits.authenticated(first!)
  second!.emit('close')
  first!.emit('close')
  assert.equal(admitted(limits, '192.0.2.1', 5).length, 2)
})

test('all together get 512, from this machine as well', () => {
  const limits = new ConnectionLimits()
  assert.equal(admitted(limits, '127.0.0.1', 600).length, 512)
  assert.equal(admitted(limits, '192.0.2.1', 1).length, 0)
})
