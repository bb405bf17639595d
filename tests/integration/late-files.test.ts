import { describe, expect, test } from 'vitest'
import { calm, pass, quiet, tasksNamed, withWorld } from '../support/planfix-scenes.ts'
import { SECRET, type World } from '../support/world.ts'

/** Chatra may report a file before its address: the file is added to the task once, when the address is known. */

const addressOf = (world: World, name: string) => {
  const stored = world.chatra
    .visit({ name: 'Depot' })
    .sendsFile({ name, type: 'text/plain', content: Buffer.from(name) })
  const found = world.chatra
    .messages(world.chatra.clients.find((one) => one.messages.some(({ id }) => id === stored))?.id ?? '')
    .find(({ id }) => id === stored)
  return found?.fileUrl ?? ''
}

interface Said {
  id?: string
  type?: 'client' | 'agent'
  text: string
  createdAt?: number
  file?: object | null
}
/** An event as Chatra posts it. */
async function hook(world: World, eventName: 'chatFragment' | 'chatTranscript', messages: Said[]) {
  const body = {
    eventName,
    client: { id: 'vera', chatId: 'chat-vera', basicInfo: { name: 'Vera' }, integrationData: {} },
    agents: [],
    messages: messages.map((message) => ({ type: 'client', ...message })),
  }
  const answer = await fetch(`${world.app.hooksUrl}/hooks/shop/${SECRET}/chatra`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
}

const filesIn = (world: World): string[] =>
  tasksNamed(world, 'Vera').flatMap((task) =>
    world.planfix
      .comments(task.id)
      .flatMap((comment) => comment.files.map((id) => world.planfix.account.files.get(id)?.name ?? '')),
  )
const begins = async (world: World) => {
  await world.until('Vera’s task', () => tasksNamed(world, 'Vera')[0])
  await quiet(world)
}
const arrives = (world: World, ...names: string[]) =>
  world.until('the file', () => filesIn(world).length >= names.length && filesIn(world))
const scene = { connection: { name: 'shop' } }

describe.concurrent('a file whose address comes later', () => {
  const now = () => Date.now()
  const kinds: [string, (url: string, at: number) => [Said, Said]][] = [
    [
      'null, then there',
      (url, createdAt) => [
        { id: 'f1', text: 'plan.txt', createdAt, file: { name: 'plan.txt', url: null } },
        { id: 'f1', text: 'plan.txt', createdAt, file: { name: 'plan.txt', url } },
      ],
    ],
    [
      'no file at all, then a link',
      (url, createdAt) => [
        { id: 'f1', text: 'plan.txt', createdAt },
        { id: 'f1', text: 'plan.txt', createdAt, file: { filename: 'plan.txt', link: url } },
      ],
    ],
    [
      'with other words beside it',
      (url, createdAt) => [
        { id: 'f1', text: 'Here is the plan', createdAt, file: { name: 'plan.txt', url: null } },
        { id: 'f1', text: 'Here is our plan', createdAt, file: { name: 'plan.txt', url } },
      ],
    ],
    [
      'known by time and words',
      (url, createdAt) => [
        { text: 'plan.txt', createdAt, file: { name: 'plan.txt', url: null } },
        { text: 'plan.txt', createdAt, file: { name: 'plan.txt', url } },
      ],
    ],
    [
      'known by its words alone',
      (url) => [
        { text: 'plan.txt', file: { name: 'plan.txt', url: null } },
        { text: 'plan.txt', file: { name: 'plan.txt', url } },
      ],
    ],
  ]
  for (const eventName of ['chatFragment', 'chatTranscript'] as const) {
    test.each(kinds)(`a late file is delivered once: %s (${eventName})`, async (_name, versions) => {
      await withWorld(scene, async (world) => {
        const [first, second] = versions(addressOf(world, 'plan.txt'), now())
        await hook(world, 'chatFragment', [first])
        await begins(world)
        await hook(world, eventName, [second])
        await arrives(world, 'plan.txt')
        for (const again of [second, first, second]) await hook(world, 'chatTranscript', [again])
        await calm(world)
        expect(filesIn(world)).toEqual(['plan.txt'])
        const said = world
          .feed(tasksNamed(world, 'Vera')[0]?.id ?? 0)
          .filter(({ text }) => text.includes(first.text))
        expect(said).toHaveLength(1)
        expect(tasksNamed(world, 'Vera')).toHaveLength(1)
      })
    })
  }

  test('a late file comes with its message while that still waits', async () => {
    await withWorld(scene, async (world) => {
      const url = addressOf(world, 'plan.txt')
      await hook(world, 'chatFragment', [{ id: 'a', text: 'Hello', createdAt: now() }])
      await begins(world)
      await world.planfix.server.faults.add({ kind: 'status', status: 503, path: '/', times: 3 })
      await hook(world, 'chatFragment', [
        { id: 'f1', text: 'plan.txt', createdAt: now(), file: { name: 'plan.txt', url: null } },
      ])
      await hook(world, 'chatFragment', [
        { id: 'f1', text: 'plan.txt', createdAt: now(), file: { name: 'plan.txt', url } },
      ])
      await arrives(world, 'plan.txt')
      await calm(world)
      expect(filesIn(world)).toEqual(['plan.txt'])
    })
  })

  test('a single late file of three is delivered', async () => {
    await withWorld(scene, async (world) => {
      const urls = ['a.txt', 'b.txt', 'c.txt'].map((name) => addressOf(world, name))
      const said = (late: boolean): Said[] =>
        ['a.txt', 'b.txt', 'c.txt'].map((name, n) => ({
          id: name,
          text: name,
          createdAt: n + Math.floor(world.clock.now() / 60_000) * 60_000,
          file: { name, url: late && n === 1 ? null : urls[n] },
        }))
      await hook(world, 'chatFragment', said(true))
      await begins(world)
      await hook(world, 'chatTranscript', said(false))
      await arrives(world, 'a', 'b', 'c')
      await calm(world)
      expect(filesIn(world).toSorted()).toEqual(['a.txt', 'b.txt', 'c.txt'])
    })
  })

  test.each([
    ['a transcript after the end', true],
    ['a repetition after the end', false],
  ])('a late file goes into the task that is over: %s', async (_name, byTranscript) => {
    await withWorld(scene, async (world) => {
      const url = addressOf(world, 'plan.txt')
      const file = (address: string | null): Said => ({
        ...{
          id: 'f1',
          text: 'plan.txt',
          createdAt: 1_700_000_000_000,
          file: { name: 'plan.txt', url: address },
        },
      })
      await hook(world, 'chatFragment', [file(null)])
      await begins(world)
      await hook(world, 'chatTranscript', [file(null)])
      const task = tasksNamed(world, 'Vera')[0]?.id ?? 0
      await world.until('the end', () => world.planfix.statusOf(task)?.key === 'completed')
      await quiet(world)
      await pass(world, 60_000)
      await hook(world, byTranscript ? 'chatTranscript' : 'chatFragment', [file(url)])
      await arrives(world, 'plan.txt')
      await calm(world)
      expect(filesIn(world)).toEqual(['plan.txt'])
      expect(tasksNamed(world, 'Vera')).toHaveLength(1)
      expect(world.planfix.statusOf(task)?.key).toBe('completed')
    })
  })

  test('a late file is delivered once after a restart as well', async () => {
    await withWorld(scene, async (world) => {
      const url = addressOf(world, 'plan.txt')
      const file = (address: string | null): Said => ({
        ...{
          id: 'f1',
          text: 'plan.txt',
          createdAt: 1_700_000_000_000,
          file: { name: 'plan.txt', url: address },
        },
      })
      await hook(world, 'chatFragment', [file(null)])
      await begins(world)
      await world.restart()
      await hook(world, 'chatFragment', [file(url)])
      await arrives(world, 'plan.txt')
      await world.restart()
      await hook(world, 'chatTranscript', [file(url)])
      await calm(world)
      expect(filesIn(world)).toEqual(['plan.txt'])
    })
  })

  test('a late file of an agent is delivered, too', async () => {
    await withWorld(scene, async (world) => {
      const url = addressOf(world, 'plan.txt')
      await hook(world, 'chatFragment', [{ id: 'a', text: 'Hello', createdAt: now() }])
      await begins(world)
      const file = (address: string | null): Said => ({
        ...{
          id: 'g1',
          type: 'agent',
          text: 'plan.txt',
          createdAt: now(),
          file: { name: 'plan.txt', url: address },
        },
      })
      await hook(world, 'chatFragment', [file(null)])
      await quiet(world)
      await hook(world, 'chatFragment', [file(url)])
      await arrives(world, 'plan.txt')
      await calm(world)
      expect(filesIn(world)).toEqual(['plan.txt'])
    })
  })
})

test('a file whose address is only in the transcript is delivered (switch files)', async () => {
  const switches = { files: 'brevo-file-url-later' } as const
  await withWorld({ chatra: { switches } }, async (world) => {
    const vera = world.chatra.visit({ name: 'Vera' })
    vera.says('Hello')
    await begins(world)
    vera.sendsFile({ name: 'plan.txt', type: 'text/plain', content: Buffer.from('plan') })
    await quiet(world)
    vera.leaves()
    await arrives(world, 'plan.txt')
    await calm(world)
    expect(filesIn(world)).toEqual(['plan.txt'])
  })
})
