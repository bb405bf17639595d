import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type Desktop,
  desktop,
  hook,
  pairedDesktop,
  type RelayStage,
  relayStage,
  SECRET,
  until,
} from '../../support/relay.ts'

let stage: RelayStage
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function asleep(options: Parameters<typeof relayStage>[0] = {}): Promise<Desktop> {
  stage = await relayStage(options)
  ends.push(() => stage.stop())
  const one = await pairedDesktop(stage)
  ends.push(() => one.provider.stop())
  await one.start()
  await until('the address is known', async () => (await hook(stage.relay.control, '-')).status === 400)
  await one.provider.stop()
  return one
}
const post = async (body: string) => (await hook(stage.relay.control, body)).status

test('the disk contains no text of a message, no secret of an address and no code', async () => {
  const one = await asleep()
  const code = await stage.code()
  const planted = 'planted-text-that-nobody-may-read'
  for (let n = 0; n < 50; n++) expect(await post(`{"text":"${planted}","n":${n}}`)).toBe(200)
  const names = readdirSync(stage.dir)
  expect(names).toContain('relay.sqlite-wal')
  const disk = Buffer.concat(names.map((name) => readFileSync(join(stage.dir, name))))
  expect(disk.includes('shop')).toBe(true)
  for (const secret of [planted, SECRET, code, code.replaceAll('-', ''), one.key]) {
    expect(disk.includes(secret)).toBe(false)
    expect(disk.includes(Buffer.from(secret).toString('base64'))).toBe(false)
  }
  expect(stage.logged.join('\n')).not.toContain(planted)
  expect(stage.logged.join('\n')).not.toContain(SECRET)
})

test('acknowledged events are deleted from the relay', async () => {
  const one = await asleep()
  for (let n = 0; n < 20; n++) await post(`{"n":${n}}`)
  await one.start()
  await until('they come', () => one.inbox.events.length === 20)
  await one.provider.stop()
  const again = desktop({ url: stage.relay.control, key: async () => one.key }, one)
  ends.push(() => again.provider.stop())
  await again.start()
  await post('{"last":1}')
  await until('the last comes', () => again.inbox.events.length > 0)
  expect(again.inbox.bodies).toEqual(['{"last":1}'])
})

describe('the quota of a connection', () => {
  test('a full quota keeps the oldest events; Chatra retries, and the owner sees the number', async () => {
    const one = await asleep({ quota: { events: 3, bytes: 1024 * 1024 } })
    const answers: number[] = []
    for (let n = 0; n < 5; n++) answers.push(await post(`{"n":${n}}`))
    expect(answers).toEqual([200, 200, 200, 503, 503])
    await stage.restart()
    expect(await post('{"n":5}')).toBe(503)
    await one.start()
    await until('they come', () => one.inbox.events.length === 3)
    expect(one.inbox.bodies).toEqual(['{"n":0}', '{"n":1}', '{"n":2}'])
    await until('it is told', () => one.notices().includes('event.relay-refused'))
    expect(one.changes.at(-1)).toMatchObject({ words: { params: { connection: 'shop', count: 3 } } })
    await until('there is room again', async () => (await post('{"n":6}')) === 200)
    await one.provider.stop()
    one.changes.length = 0
    await one.start()
    await post('{"n":7}')
    await until('they come', () => one.inbox.events.length === 5)
    expect(one.notices()).toEqual([])
  })

  test('the quota also counts bytes', async () => {
    await asleep({ quota: { events: 100, bytes: 10_000 } })
    const body = JSON.stringify({ text: 'x'.repeat(4_000) })
    expect([await post(body), await post(body), await post(body), await post('{}')]).toEqual([
      200, 200, 503, 200,
    ])
  })
})

test('events not delivered for 14 days are dropped, and the owner sees how many', async () => {
  let now = Date.parse('2026-03-01')
  const one = await asleep({ now: () => now })
  await post('{"old":1}')
  await post('{"old":2}')
  now += 14 * 86_400_000 - 1
  await post('{"new":1}')
  now += 2
  await stage.restart()
  await until('they are dropped', async () => {
    await one.start()
    return one.notices().includes('event.relay-expired')
  })
  await until('the new one comes', () => one.inbox.bodies.includes('{"new":1}'))
  expect(one.inbox.bodies).toEqual(['{"new":1}'])
  expect(one.changes.find(({ type }) => type === 'notice')).toMatchObject({
    words: { params: { connection: 'shop', count: 2 } },
  })
})

test('order is kept when the clock of the relay is set back', async () => {
  let now = Date.parse('2026-03-01')
  const one = await asleep({ now: () => now })
  await post('{"n":0}')
  now -= 3_600_000
  await post('{"n":1}')
  await stage.restart()
  await post('{"n":2}')
  await one.start()
  await until('they come', () => one.inbox.events.length === 3)
  expect(one.inbox.bodies).toEqual(['{"n":0}', '{"n":1}', '{"n":2}'])
})

test('strangers who send too many requests get 429, events at the right address do not', async () => {
  const few = { perSecond: 1, burst: 10 }
  await asleep({ limits: { strangers: { each: few, total: few } } })
  const wrong = { secret: 'wrong-secret-0123456789012' }
  const answers = new Set<number>()
  for (let n = 0; n < 15; n++) answers.add((await hook(stage.relay.control, '{}', wrong)).status)
  expect(answers).toContain(429)
  for (let n = 0; n < 15; n++) expect(await post('{}')).toBe(200)
})
