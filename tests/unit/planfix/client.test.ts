import { describe, expect, test } from 'vitest'
import { createRateLimiter } from '../../../src/main/planfix/limits/rate-limiter.ts'
import type { CallInfo } from '../../../src/main/planfix/transport.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { clientOf, comment, errorOf, json, running, serve, TOKEN } from './small-server.ts'

describe('the token', () => {
  test('the token goes into the Authorization header and nowhere else', async () => {
    const { url, sent } = await serve((_, response) => json(response, 200, { result: 'success' }))
    await clientOf(url).ping()
    expect(sent[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`)
    expect(sent[0]?.url).toBe('/rest/ping')
  })

  test('without a token every call returns wrong-keys and nothing is sent', async () => {
    const { url, sent } = await serve((_, response) => json(response, 200, {}))
    const client = clientOf(url, { token: null })
    for (const result of [
      await client.ping(),
      await client.task(1),
      await client.addComment(1, comment),
      await client.download(1),
    ]) {
      expect(errorOf<unknown>(result as never).code).toBe('wrong-keys')
    }
    expect(sent).toEqual([])
  })

  test('the token never comes back in an error, even when the server repeats it', async () => {
    const { url } = await serve((_, response) =>
      json(response, 400, { result: 'fail', code: 41, error: `bad Bearer ${TOKEN}` }),
    )
    const error = errorOf(await clientOf(url).ping())
    expect(JSON.stringify(error)).not.toContain(TOKEN)
  })
})

describe('a slow or broken server', () => {
  test('a trickling server is given up when the whole time is over', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    })
    const error = errorOf(await clientOf(url, { timeoutMs: 200 }).addComment(7, comment))
    expect(error).toMatchObject({ code: 'unclear', certain: false })
    expect(error.timedOut).toBe(true)
  })

  test('a silent server makes a read merely failing', async () => {
    const { url } = await serve(() => {})
    const error = errorOf(await clientOf(url, { timeoutMs: 100 }).task(7))
    expect(error).toMatchObject({ code: 'failing', certain: true })
    expect(error.timedOut).toBe(true)
  })

  test('a connection that breaks off makes a write indeterminate, without a time-out', async () => {
    const { url } = await serve((request) => request.socket.destroy())
    const error = errorOf(await clientOf(url).addComment(7, comment))
    expect(error.code).toBe('unclear')
    expect(error.timedOut).toBeUndefined()
  })

  test('a missing server means that nothing was sent', async () => {
    const { url } = await serve(() => {})
    for (const one of running.splice(0)) one.close()
    expect(errorOf(await clientOf(url).addComment(7, comment))).toMatchObject({
      code: 'unreachable',
      certain: true,
    })
  })

  test('an unreadable answer to a write may mean that it was executed', async () => {
    for (const body of ['<html>', '{"result":"success"}', '']) {
      const { url } = await serve((_, response) => json(response, 201, body))
      expect(errorOf(await clientOf(url).addComment(7, comment))).toMatchObject({
        code: 'bad-answer',
        certain: false,
      })
    }
  })

  test('a redirect gets neither the request nor the token again', async () => {
    const other = await serve((_, response) => json(response, 200, { result: 'success' }))
    const { url } = await serve((_, response) =>
      json(response, 302, '', { location: `${other.url}/rest/ping` }),
    )
    expect(errorOf(await clientOf(url).ping()).code).toBe('unreachable')
    expect(other.sent).toEqual([])
  })

  test('loopback is never proxied, with another HTTP server behind a proxy setting', async () => {
    const { url } = await serve((_, response) => json(response, 200, { result: 'success' }))
    const before = process.env.http_proxy
    process.env.http_proxy = 'http://127.0.0.1:9'
    try {
      expect((await clientOf(url).ping()).ok).toBe(true)
    } finally {
      if (before === undefined) delete process.env.http_proxy
      else process.env.http_proxy = before
    }
  })

  test('an answer that does not match is named with its path', async () => {
    const { url } = await serve((_, response) => json(response, 200, { task: { id: 7, status: { id: {} } } }))
    expect(errorOf(await clientOf(url).task(7)).detail).toContain('planfix.task.status.id: expected')
  })
})

describe('limits', () => {
  test('429 obeys Retry-After in seconds and delays all slots', async () => {
    const { url } = await serve((_, response) => json(response, 429, '', { 'retry-after': '7' }))
    const clock = new FakeClock()
    const rateLimiter = createRateLimiter({ clock, requestsPerSecond: 1000 })
    const error = errorOf(await clientOf(url, { clock, rateLimiter }).ping())
    expect(error).toMatchObject({ code: 'rate-limited', retry: { when: 'at', time: clock.now() + 7000 } })
    let started = false
    rateLimiter.slot(0, 'a').then(() => {
      started = true
    })
    await clock.advance(6999)
    expect(started).toBe(false)
    await clock.advance(1)
    expect(started).toBe(true)
  })

  test("429 obeys Retry-After as a date, by the server's clock", async () => {
    const server = Date.UTC(2030, 0, 1)
    const { url } = await serve((_, response) =>
      json(response, 429, '', {
        date: new Date(server).toUTCString(),
        'retry-after': new Date(server + 9000).toUTCString(),
      }),
    )
    const clock = new FakeClock()
    expect(errorOf(await clientOf(url, { clock }).ping()).retry).toEqual({
      when: 'at',
      time: clock.now() + 9000,
    })
  })

  test('429 without Retry-After is tried again later', async () => {
    const { url } = await serve((_, response) => json(response, 429, ''))
    expect(errorOf(await clientOf(url).ping())).toMatchObject({
      code: 'rate-limited',
      retry: { when: 'later' },
    })
  })

  test('code 22 says when the quota resets, and the meter shows it', async () => {
    const { url } = await serve((_, response) =>
      json(response, 403, { result: 'fail', code: 22, error: 'limit', timeToReset: 7_200_000 }),
    )
    const clock = new FakeClock()
    const client = clientOf(url, { clock })
    const error = errorOf(await client.ping())
    expect(error).toMatchObject({ code: 'daily-limit', retry: { when: 'at', time: clock.now() + 7_200_000 } })
    expect(client.quota()).toMatchObject({ remaining: 0, usedToday: 1, resetAt: clock.now() + 7_200_000 })
  })

  test("the meter uses the header's value and counts sent requests", async () => {
    const { url } = await serve((_, response) =>
      json(response, 200, {}, { 'x-ratelimit-remaining': '19950' }),
    )
    const client = clientOf(url)
    await client.ping()
    await client.ping()
    // Its limits are up to ten minutes old: the second request is counted here.
    expect(client.quota()).toMatchObject({ remaining: 19_949, limit: 19_951, usedToday: 2, resetAt: null })
  })

  test("the server's clock is compared with ours", async () => {
    const clock = new FakeClock()
    const date = new Date(clock.now() + 3_600_000).toUTCString()
    const { url } = await serve((_, response) => json(response, 200, {}, { date }))
    const client = clientOf(url, { clock })
    expect(client.clockSkew()).toBeNull()
    await client.ping()
    expect(Math.abs((client.clockSkew() ?? 0) - 3_600_000)).toBeLessThanOrEqual(500)
  })
})

describe('every exchange is reported', () => {
  test('every exchange is reported with method, path and status, without the query', async () => {
    const calls: CallInfo[] = []
    const { url } = await serve((_, response) => json(response, 200, { task: { id: 7 } }))
    await clientOf(url, { onCall: (info) => calls.push(info) }).task(7)
    expect(calls).toEqual([
      { method: 'GET', path: '/task/7', status: 200, code: null, ms: expect.any(Number) },
    ])
  })

  test('an exchange without an answer is reported as well', async () => {
    const calls: CallInfo[] = []
    const { url } = await serve(() => {})
    await clientOf(url, { timeoutMs: 50, onCall: (info) => calls.push(info) }).ping()
    expect(calls[0]).toMatchObject({ status: null, code: 'time-out' })
  })
})

describe('lists', () => {
  const page = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({ id: from + n, name: `u${from + n}`, status: 'Active' }))

  test('lists are read until a page is short', async () => {
    const { url, sent } = await serve((request, response) => {
      const { offset } = JSON.parse(request.text) as { offset: number }
      json(response, 200, { users: page(offset, offset < 200 ? 100 : 3) })
    })
    const users = await clientOf(url).users()
    expect(users.ok && users.value.length).toBe(203)
    expect(sent).toHaveLength(3)
  })

  test('lists end when the account does not turn pages', async () => {
    const { url, sent } = await serve((_, response) => json(response, 200, { users: page(0, 100) }))
    const users = await clientOf(url).users()
    expect(users.ok && users.value.length).toBe(100)
    expect(sent).toHaveLength(2)
  })

  test('lists use a slot for each page after the first', async () => {
    const { url } = await serve((request, response) => {
      const { offset } = JSON.parse(request.text) as { offset: number }
      json(response, 200, { users: page(offset, offset < 200 ? 100 : 0) })
    })
    let turns = 0
    const rateLimiter = { slot: async () => void turns++, release: () => {} }
    await clientOf(url, { rateLimiter }).users()
    expect(turns).toBe(2)
  })

  test('an incomplete search for a contact is no "not found"', async () => {
    let id = 0
    const { url } = await serve((_, response) => {
      id += 100
      json(response, 200, { contacts: page(id, 100) })
    })
    const look = await clientOf(url).lookForContacts({
      sourceObjectId: comment.sourceObjectId,
      startedAt: 0,
      name: 'A',
    })
    expect(errorOf(look).code).toBe('failing')
  })
})

describe('comments', () => {
  const listed = (ids: number[]) => ({ comments: ids.map((id) => ({ id, description: '<p>x</p>' })) })

  test('comments of an account that does not sort are marked as unsorted', async () => {
    const { url } = await serve((_, response) => json(response, 200, listed([1, 2, 3])))
    expect(await clientOf(url).comments(7, 0)).toMatchObject({ value: { sorted: false, complete: true } })
  })

  test('a full page of comments is not complete', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => 500 - n)
    const { url } = await serve((_, response) => json(response, 200, listed(ids)))
    expect(await clientOf(url).comments(7, 0)).toMatchObject({ value: { sorted: true, complete: false } })
  })

  test('a comment with only files needs no text', async () => {
    const { url, sent } = await serve((_, response) => json(response, 201, { result: 'success', id: 5 }))
    await clientOf(url).addComment(7, { ...comment, text: { paragraphs: [] }, fileIds: [124] })
    expect(sent[0]?.body).toMatchObject({ files: [{ id: 124 }] })
    expect(sent[0]?.body).not.toHaveProperty('description')
  })
})

describe('a missing task', () => {
  const fail0 = { result: 'fail', code: 0, error: 'Rest API error' }

  test('an unknown error inside a 200 is checked with the list', async () => {
    const { url } = await serve((request, response) =>
      json(response, 200, request.method === 'GET' ? fail0 : { tasks: [] }),
    )
    expect(errorOf(await clientOf(url).task(7)).code).toBe('object-gone')
  })

  test('a task does not count as missing while the list fails as well', async () => {
    const { url } = await serve((_, response) => json(response, 200, fail0))
    expect(errorOf(await clientOf(url).task(7)).code).toBe('failing')
  })

  test('a task does not count as missing when the list contains it', async () => {
    const { url } = await serve((request, response) =>
      json(response, 200, request.method === 'GET' ? fail0 : { tasks: [{ id: 7, name: 'here' }] }),
    )
    expect(await clientOf(url).task(7)).toMatchObject({ ok: true, value: { name: 'here' } })
  })
})

describe('participants', () => {
  test('contacts and groups stay participants when users are set', async () => {
    const participants = { users: [{ id: 'user:5' }, { id: 'contact:92' }], groups: [{ id: 3 }] }
    const { url, sent } = await serve((request, response) =>
      json(response, 200, request.method === 'GET' ? { task: { id: 7, participants } } : {}),
    )
    const client = clientOf(url)
    expect(await client.task(7)).toMatchObject({ value: { participantUserIds: [5] } })
    await client.updateTask(7, { participantUserIds: [5, 1] })
    expect(sent[1]?.body).toEqual({
      participants: {
        users: [{ id: 'user:5' }, { id: 'user:1' }, { id: 'contact:92' }],
        groups: [{ id: 3 }],
      },
    })
  })
})
