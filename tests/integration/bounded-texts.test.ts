import { describe, expect, test } from 'vitest'
import { calm, tasksNamed, withWorld } from '../support/planfix-scenes.ts'
import { SECRET, type World } from '../support/world.ts'

/**
 * Whatever data a visitor brings along, the message is delivered: what is written into Planfix never exceeds its
 * limits.
 */

const LIMIT = 64 * 1024
const kinds: [string, string][] = [
  ['letters', 'a'],
  ['Cyrillic', 'ж'],
  ['marks', '"'],
  ['ampersands', '&'],
  ['spaces', 'a  '],
  ['emoji', '👨‍👩‍👧'],
  ['lines', 'a\n'],
  ['addresses', 'https://a.example/?q=1&w=2 '],
  ['an address of ampersands', '&'],
]
const filled = ([name, piece]: readonly [string, string], length: number): string =>
  (name.startsWith('an address') ? 'https://a.example/?' : '') +
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length)

async function hook(world: World, client: object, texts: readonly string[], from = 0) {
  const body = {
    eventName: 'chatFragment',
    client: { id: 'vera', chatId: 'chat-vera', integrationData: {}, ...client },
    agents: [],
    messages: texts.map((text, n) => ({
      id: `m${from + n}`,
      type: 'client',
      text,
      createdAt: Date.now() + n,
    })),
  }
  const answer = await fetch(`${world.app.hooksUrl}/hooks/shop/${SECRET}/chatra`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
}
const written = (world: World) =>
  world.planfix.tasks.flatMap((task) => world.planfix.comments(task.id).map(({ description }) => description))
async function expectDelivered(world: World, mark: string) {
  await world.until(mark, () => written(world).some((text) => text.includes(mark)))
  await calm(world)
  expect((await world.messages()).filter(({ state }) => state === 'failed')).toEqual([])
  for (const text of written(world)) expect(Buffer.byteLength(text)).toBeLessThan(LIMIT)
}

describe.concurrent.each(['400-code5001', '400-code41'] as const)('where Planfix answers %s', (position) => {
  const options = { planfix: { switches: { 'over-64k': position } } }

  test.each(kinds)('a visit full of %s is delivered', async (...kind) => {
    await withWorld(options, async (world) => {
      const huge = filled(kind, 800).toWellFormed()
      const pages = Array.from({ length: 40 }, (_, n) => ({
        link: `https://shop.example/${n}?${encodeURIComponent(huge.repeat(4).toWellFormed()).slice(0, 3900)}`,
        title: huge,
      }))
      const labels = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${n} ${huge}`, huge]))
      const client = {
        basicInfo: { name: huge, email: 'v@mail.example' },
        integrationData: labels,
        country: huge,
        city: huge,
        os: huge,
        browser: huge,
        lastVisit: { startedAt: 1_700_000_000_000, hostName: huge, viewedPages: pages },
      }
      await hook(world, client, [filled(kind, 8900), 'The end #m1'])
      await expectDelivered(world, '#m1')
    })
  })

  test.each(kinds)('a message full of %s is delivered', async (...kind) => {
    await withWorld(options, async (world) => {
      await hook(world, { basicInfo: { name: 'Vera' } }, ['Hello'])
      await world.until('a task', () => tasksNamed(world, 'Vera')[0])
      await calm(world)
      await hook(world, { basicInfo: { name: 'Vera' } }, [filled(kind, 30_000), 'The end #m1'], 1)
      await expectDelivered(world, '#m1')
    })
  })

  test('a backlog of late messages under a long name is delivered', async () => {
    await withWorld(options, async (world) => {
      await hook(world, { basicInfo: { name: '"'.repeat(200) } }, ['Hello'])
      await world.until('a task', () => world.planfix.tasks[0])
      world.planfix.server.faults.add({
        kind: 'status',
        status: 400,
        body: { result: 'fail', code: 2003 },
        path: '/comments/$',
        bodyHas: '"owner":{"id":"contact:',
      })
      await hook(
        world,
        {},
        [...Array.from({ length: 99 }, (_, n) => `${n} ${'"'.repeat(90)}`), 'The end #m1'],
        1,
      )
      await expectDelivered(world, '#m1')
    })
  })
})
