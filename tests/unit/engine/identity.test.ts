import { describe, expect, test } from 'vitest'
import {
  clientSourceId,
  connectionSourceId,
  identifyAs,
  messageSourceId,
  noteSourceId,
  ourTask,
  taskSourceId,
  visitSourceId,
} from '../../../src/main/engine/identity.ts'

/** As they are written in accounts: they may never change. */
test('source ids never change', () => {
  expect({
    connection: connectionSourceId('shop'),
    message: messageSourceId('shop', 'm1'),
    second: messageSourceId('shop', 'm1', 2),
    client: clientSourceId('shop', 'anna'),
    task: taskSourceId('shop', 'chat', 1),
    visit: visitSourceId('shop', 'anna', 500),
    note: noteSourceId('shop', 7, 'not-delivered'),
  }).toEqual({
    client: 'b0498c62-0bcc-5c28-875f-6ed8666ab891',
    connection: 'f3f96fd1-d2d7-5bd0-85dc-b904c6e39d30',
    message: '33674ee2-6e9f-5c5f-baf4-a19b5e585630',
    note: 'aef2e3c4-de0c-5477-9e67-de2ec6976c21',
    second: '4b46961a-928e-5dc7-bbd2-96575c839de5',
    task: '57a43ee7-470d-559c-81c2-02920c879657',
    visit: '9601f1b4-05b8-5d1a-af23-d043732c3c4e',
  })
})

test('the first part of a message has the id of the message', () => {
  expect(messageSourceId('shop', 'm1', 1)).toBe(messageSourceId('shop', 'm1'))
})

test('a renamed connection keeps its first ids, and no other uses them', () => {
  identifyAs('renamed', 'first')
  expect(connectionSourceId('renamed')).toBe(connectionSourceId('first'))
  expect(clientSourceId('renamed', 'anna')).toBe(clientSourceId('first', 'anna'))
  expect(connectionSourceId('other')).not.toBe(connectionSourceId('first'))
})

test('each connection has an id of its own', () => {
  const ids = Array.from({ length: 3 }, (_, n) => connectionSourceId(`connection ${n}`))
  expect(new Set(ids).size).toBe(3)
  expect(ids.every((id) => /^[0-9a-f-]{36}$/.test(id))).toBe(true)
})

describe("a task's mark", () => {
  test("a task's mark contains its chat and number", () => {
    expect(ourTask('shop', ['a', 'b'], taskSourceId('shop', 'b', 3))).toEqual({ chatId: 'b', n: 3 })
    expect(ourTask('shop', ['a'], taskSourceId('shop', 'a', 1))).toEqual({ chatId: 'a', n: 1 })
    expect(ourTask('shop', ['a'], taskSourceId('shop', 'a', 200))).toEqual({ chatId: 'a', n: 200 })
  })
  test('a mark of another chat or program, or beyond two hundred, is ignored', () => {
    expect(ourTask('shop', ['a'], taskSourceId('shop', 'b', 1))).toBeNull()
    expect(ourTask('shop', ['a'], 'something else')).toBeNull()
    expect(ourTask('shop', ['a'], taskSourceId('shop', 'a', 0))).toBeNull()
    expect(ourTask('shop', ['a'], taskSourceId('shop', 'a', 201))).toBeNull()
    expect(ourTask('shop', ['a'], null)).toBeNull()
  })
})
