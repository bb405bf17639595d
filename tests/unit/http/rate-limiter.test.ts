import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createClientIpReader, NotANetwork } from '../../../src/main/http/client-ip.ts'
import { createRateLimiter } from '../../../src/main/http/rate-limiter.ts'

describe('a flood', () => {
  let now = 0
  const start = (each: number, total: number) => {
    now = 0
    return createRateLimiter(
      { each: { perSecond: 1, burst: each }, total: { perSecond: 10, burst: total } },
      () => now,
    )
  }
  const taken = (flood: ReturnType<typeof createRateLimiter>, address: string, times: number) =>
    Array.from({ length: times }, () => flood.allow(address)).filter(Boolean).length

  test('a flood of one sender is stopped, and others are served', () => {
    const flood = start(5, 100)
    expect(taken(flood, '192.0.2.1', 20)).toBe(5)
    expect(taken(flood, '192.0.2.2', 3)).toBe(3)
    now += 2_000
    expect(taken(flood, '192.0.2.1', 20)).toBe(2)
  })

  test('a flood of many senders is stopped by the total', () => {
    const flood = start(5, 50)
    let sum = 0
    for (let n = 0; n < 100; n++) sum += taken(flood, `192.0.2.${n}`, 1)
    expect(sum).toBe(50)
  })

  test("one household's IPv6 addresses count as one sender", () => {
    const flood = start(5, 100)
    let sum = 0
    for (let n = 1; n < 30; n++) sum += taken(flood, `2001:db8:1:2::${n.toString(16)}`, 1)
    expect(sum).toBe(5)
    expect(taken(flood, '2001:db8:1:3::1', 1)).toBe(1)
  })

  test('more senders than are stored do not grow the memory', () => {
    const flood = start(1, 1_000_000)
    for (let n = 0; n < 30_000; n++) flood.allow(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)
    expect(taken(flood, '10.0.0.0', 5)).toBe(0)
  })
})

describe('the sender of a request', () => {
  const request = (remoteAddress: string, forwarded?: string) =>
    ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage

  test.each([
    ['203.0.113.7', '1.2.3.4', '203.0.113.7'],
    ['127.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['::ffff:127.0.0.1', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['::1', '6.6.6.6, 1.2.3.4, 127.0.0.1', '1.2.3.4'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', 'nonsense', '127.0.0.1'],
  ])('the sender from %s with the header %s is %s', (remote, forwarded, sender) => {
    expect(createClientIpReader()(request(remote, forwarded))).toBe(sender)
  })

  test('behind a named proxy the sender is the one it names', () => {
    const reader = createClientIpReader(['172.16.0.0/12'])
    expect(reader(request('172.18.0.2', '1.2.3.4'))).toBe('1.2.3.4')
    expect(createClientIpReader()(request('172.18.0.2', '1.2.3.4'))).toBe('172.18.0.2')
    expect(() => createClientIpReader(['proxy.example'])).toThrow(NotANetwork)
  })
})
