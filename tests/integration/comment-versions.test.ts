import { describe, expect, test } from 'vitest'
import {
  calm,
  chatMarks,
  feedMarks,
  inVirtualWorld,
  pass,
  plain,
  taskNamed,
  type Visitor,
} from '../support/planfix-scenes.ts'
import type { World, WorldOptions } from '../support/world.ts'

/** Changes of a comment after it was written, and their effect on the client's chat (F2, F16). */

interface Scene {
  world: World
  anna: Visitor
  task: number
  /** The client's contact. */
  card: string
}
const scene = (options: WorldOptions, play: (at: Scene) => Promise<void>) =>
  inVirtualWorld(options, async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello #a1')
    await world.until('the task', () => world.planfix.tasks[0] && taskNamed(world, 'Anna'))
    await calm(world)
    const { id, counterparty } = taskNamed(world, 'Anna')
    await play({ world, anna, task: id, card: counterparty ?? '' })
  })

/** After that the watcher reads a task only when the list reports a change. */
const UNWATCHED_MS = 70_000

/** Every text that any call sent to Chatra. */
const everSaid = (world: World): string =>
  world.chatra.server.requests
    .filter((call) => call.method !== 'GET')
    .map((call) => JSON.stringify(call.body ?? null))
    .join('\n')
const notes = (world: World, task: number) =>
  world.feed(task).filter(({ text }) => text.startsWith('You edited this reply'))
const seen = ({ world, anna }: Scene, what: string, check: (texts: string[]) => boolean) =>
  world.until(what, () => check(anna.sees()))
const stateOf = async (world: World, mark: string) => {
  const found = (await world.messages()).filter(
    (one) => one.direction === 'to-chatra' && one.kind === 'text' && one.text.includes(mark),
  )
  return found.at(-1)
}
const skipped = (world: World, mark: string) =>
  world.until(`${mark} is skipped`, async () => {
    const message = await stateOf(world, mark)
    return message?.state === 'skipped' && message.reason
  })

describe('a reply that becomes a note', () => {
  test.each([
    ['the client is unticked', { recipients: ['user:6'] }],
    ['it is hidden', { hidden: true }],
    ['it is given to another card', { recipients: ['contact:9999'] }],
  ])(
    'a reply that becomes internal when %s keeps its new text inside, with one note',
    async (_how, change) => {
      await scene({}, async (at) => {
        const { world, anna, task, card } = at
        const { id } = world.planfix.employeeComments(task, 5, '<p>It costs 10 #r1</p>')
        await seen(at, 'the reply', (texts) => texts.length === 1)
        world.planfix.editsComment(id, '<p>INTERNAL: never pays #n1</p>', change)
        await world.until('the note', () => notes(world, task).length === 1)
        world.planfix.editsComment(id, '<p>INTERNAL: refuse #n2</p>')
        await calm(world)
        expect(anna.sees()).toEqual(['It costs 10 #r1'])
        expect(notes(world, task)).toHaveLength(1)
        // Opened again: the chat follows.
        world.planfix.editsComment(id, '<p>It costs 12 #r2</p>', { recipients: [card], hidden: false })
        await seen(at, 'the new words', (texts) => texts[0] === 'It costs 12 #r2')
        await calm(world)
        expect(anna.sees()).toEqual(['It costs 12 #r2'])
        expect(everSaid(world)).not.toContain('INTERNAL')
      })
    },
  )

  test('removing only the recipient changes nothing, and later edits are delivered again', async () => {
    await scene({}, async (at) => {
      const { world, anna, task, card } = at
      const { id } = world.planfix.employeeComments(task, 5, '<p>One #r1</p>')
      await seen(at, 'the reply', (texts) => texts.length === 1)
      const before = world.chatra.server.requests.length
      world.planfix.editsComment(id, '<p>One #r1</p>', { recipients: [] })
      await calm(world)
      world.planfix.editsComment(id, '<p>One #r1</p>', { recipients: [card] })
      await calm(world)
      const calls = world.chatra.server.requests.slice(before).filter((call) => call.method !== 'GET')
      expect(calls).toEqual([])
      expect(notes(world, task)).toEqual([])
      world.planfix.editsComment(id, '<p>Two #r2</p>')
      await seen(at, 'the edit', (texts) => texts[0] === 'Two #r2')
      expect(anna.sees()).toEqual(['Two #r2'])
    })
  })
})

describe('a reply that waits', () => {
  /** Makes Chatra unreachable; returns a function that restores it. */
  const absences: [string, (world: World) => Promise<() => Promise<unknown>>][] = [
    ['Chatra asks for a pause', async (world) => refusing(world, { 'retry-after': '90' })],
    ['Chatra refuses for now', async (world) => refusing(world, {})],
    [
      'Cannot reach Chatra',
      async ({ chatra }) => {
        const port = Number(new URL(chatra.url).port)
        await chatra.server.stop()
        return () => chatra.server.start(port)
      },
    ],
  ]
  const refusing = ({ chatra }: World, headers: Record<string, string>) => {
    chatra.server.faults.add({ kind: 'status', status: 429, headers, method: 'POST' })
    return async () => chatra.server.faults.clear()
  }
  test.each(
    absences.flatMap(([why, leave]) => [
      { why, leave, how: 'hidden', change: { hidden: true } },
      { why, leave, how: 'unticked', change: { recipients: ['user:6'] } },
      { why, leave, how: 'deleted', change: null },
    ]),
  )('because $why, it is $how: it is not sent', async ({ why, leave, change }) => {
    await scene({ virtual: why !== 'Cannot reach Chatra' }, async (at) => {
      const { world, anna, task } = at
      const comeBack = await leave(world)
      const { id } = world.planfix.employeeComments(task, 5, '<p>SECRET #r1</p>')
      await world.until('it waits', async () => (await stateOf(world, '#r1'))?.state === 'retrying')
      if (change) world.planfix.editsComment(id, '<p>SECRET #r1</p>', change)
      else world.planfix.deletesComment(id)
      await skipped(world, '#r1')
      await comeBack()
      world.planfix.employeeComments(task, 5, '<p>Open #r2</p>')
      await seen(at, 'the other', (texts) => texts.includes('Open #r2'))
      await calm(world)
      expect(chatMarks(anna)).toEqual(['#r2'])
    })
  })

  test('a reply that waited over a minute is sent after its comment is read again', async () => {
    await scene({}, async (at) => {
      const { world, anna, task } = at
      const headers = { 'retry-after': '100' }
      world.chatra.server.faults.add({ kind: 'status', status: 429, headers, method: 'POST' })
      const secret = world.planfix.employeeComments(task, 5, '<p>SECRET #r1</p>')
      const other = world.planfix.employeeComments(task, 5, '<p>Open #r2</p>')
      await world.until('both wait', async () => (await stateOf(world, '#r2')) !== undefined)
      await pass(world, UNWATCHED_MS)
      // Changed without a mark in the list: only reading the comments themselves reveals it.
      secret.recipients.users = []
      other.description = '<p>Opened #r2</p>'
      world.chatra.server.faults.clear()
      await seen(at, 'the other', (texts) => texts.length === 1)
      expect(await skipped(world, '#r1')).toBe('internal-client-not-notified')
      await calm(world)
      expect(anna.sees()).toEqual(['Opened #r2'])
    })
  })

  test('a waiting reply is sent in its current version after its recipient was removed and added', async () => {
    await scene({}, async (at) => {
      const { world, anna, task, card } = at
      world.chatra.server.faults.add({ kind: 'status', status: 429, method: 'POST' })
      const { id } = world.planfix.employeeComments(task, 5, '<p>First #r1</p>')
      await world.until('it waits', async () => (await stateOf(world, '#r1'))?.state === 'retrying')
      world.planfix.editsComment(id, '<p>First #r1</p>', { recipients: [] })
      await skipped(world, '#r1')
      world.planfix.editsComment(id, '<p>Second #r2</p>', { recipients: [card] })
      await world.until(
        'it waits again',
        async () =>
          (await stateOf(world, '#r2'))?.state === 'queued' ||
          (await stateOf(world, '#r2'))?.state === 'retrying',
      )
      world.chatra.server.faults.clear()
      await seen(at, 'the reply', (texts) => texts.length === 1)
      await calm(world)
      expect(anna.sees()).toEqual(['Second #r2'])
    })
  })
})

test.each(['deletes', 'unticks', 'hides'] as const)(
  'a failed reply that is retried is not sent after the employee %s its comment',
  async (how) => {
    await scene({}, async (at) => {
      const { world, anna, task } = at
      world.chatra.server.faults.add({ kind: 'timeout-before-write', method: 'POST', times: 1 })
      const comment = world.planfix.employeeComments(task, 5, '<p>Also wrong #r1</p>')
      await world.until('it is stuck', async () => (await stateOf(world, '#r1'))?.state === 'uncertain')
      await pass(world, UNWATCHED_MS)
      // Without a mark in the list, so that the bridge sees nothing of it before the owner clicks.
      if (how === 'deletes') comment.isDeleted = true
      else if (how === 'hides') comment.isHidden = true
      else comment.recipients.users = []
      const stuck = await stateOf(world, '#r1')
      await world.app.store.retryMessage(stuck?.id ?? 0)
      await world.app.wake()
      await skipped(world, '#r1')
      await calm(world)
      expect(anna.sees()).toEqual([])
    })
  },
)

test('a refused reply that the employee corrects is sent once, with its new text', async () => {
  await scene({}, async (at) => {
    const { world, anna, task } = at
    world.chatra.server.faults.add({ kind: 'status', status: 400, method: 'POST', times: 3 })
    const { id } = world.planfix.employeeComments(task, 5, '<p>Bad #r1</p>')
    await world.until('it failed', async () => (await stateOf(world, '#r1'))?.state === 'failed')
    world.chatra.server.faults.clear()
    world.planfix.editsComment(id, '<p>Good #r2</p>')
    await seen(at, 'the mended one', (texts) => texts.length === 1)
    await calm(world)
    expect(anna.sees()).toEqual(['Good #r2'])
    expect((await world.messages()).filter((one) => one.state === 'failed')).toEqual([])
  })
})

test('an internal note that grew to several parts is sent completely when it is opened', async () => {
  await scene({}, async (at) => {
    const { world, anna, task, card } = at
    const { id } = world.planfix.employeeComments(task, 5, '<p>Note</p>', { recipients: [] })
    await world.until('it is seen', async () => (await stateOf(world, 'Note'))?.state === 'skipped')
    const words = Array.from({ length: 1500 }, (_, n) => `word${n}`)
    world.planfix.editsComment(id, `<p>${words.join(' ')}</p>`)
    await calm(world)
    world.planfix.editsComment(id, `<p>${words.join(' ')}</p>`, { recipients: [card] })
    await seen(at, 'the end of it', (texts) => texts.join().includes('word1499'))
    await calm(world)
    const heard = anna.sees().flatMap((text) => text.replace(/ \(\d+\/\d+\)$/, '').split(/\s+/))
    expect(heard).toEqual(words)
  })
})

test.each(['emptied and written again', 'deleted and restored'])(
  'a comment that is %s is sent again',
  async (how) => {
    await scene({}, async (at) => {
      const { world, anna, task } = at
      const { id } = world.planfix.employeeComments(task, 5, '<p>One #r1</p>')
      await seen(at, 'the reply', (texts) => texts.length === 1)
      if (how.startsWith('emptied')) world.planfix.editsComment(id, '<p></p>')
      else world.planfix.deletesComment(id)
      await seen(at, 'it is gone', (texts) => texts.length === 0)
      if (how.startsWith('emptied')) world.planfix.editsComment(id, '<p>Two #r2</p>')
      else world.planfix.restoresComment(id)
      await seen(at, 'it is back', (texts) => texts.length === 1)
      await calm(world)
      expect(anna.sees()).toEqual([how.startsWith('emptied') ? 'Two #r2' : 'One #r1'])
    })
  },
)

test('deleted replies cost nothing at later reads', async () => {
  await scene({}, async (at) => {
    const { world, task } = at
    const { id } = world.planfix.employeeComments(task, 5, '<p>One #r1</p>')
    await seen(at, 'the reply', (texts) => texts.length === 1)
    world.planfix.deletesComment(id)
    await seen(at, 'it is gone', (texts) => texts.length === 0)
    await calm(world)
    const before = world.planfix.server.requests.length
    for (const n of [2, 3, 4]) {
      world.planfix.employeeComments(task, 5, `<p>More #r${n}</p>`)
      await seen(at, `reply ${n}`, (texts) => texts.length === n - 1)
    }
    const asked = world.planfix.server.requests
      .slice(before)
      .filter(({ path }) => path.includes(`/comment/${id}`))
    expect(asked).toEqual([])
  })
})

describe('the client of the task', () => {
  test("replies that notify the task's new counterparty go out, including internal ones", async () => {
    await scene({}, async (at) => {
      const { world, anna, task } = at
      const card = world.planfix.createsContact({ name: 'Big customer' })
      // Written to the new contact while the task still has the old one.
      world.planfix.employeeComments(task, 5, '<p>Early #r1</p>', { recipients: [`contact:${card.id}`] })
      expect(await skipped(world, '#r1')).toBe('internal-client-not-notified')
      world.planfix.givesTaskTo(task, card.id)
      await seen(at, 'the early one', (texts) => texts.length === 1)
      world.planfix.employeeComments(task, 5, '<p>Late #r2</p>')
      await seen(at, 'the late one', (texts) => texts.length === 2)
      anna.says('More #a2')
      await world.until('her next message', () => feedMarks(world, 'Anna').includes('#a2'))
      expect(world.feed(task).find(({ text }) => text.includes('#a2'))?.owner).toBe(`contact:${card.id}`)
      await calm(world)
      expect(chatMarks(anna)).toEqual(['#r1', '#r2'])
    })
  })
})

describe('a task that gets another contact', () => {
  test('a task assigned to another card takes no old reply along, and is read only now', async () => {
    await scene({}, async (at) => {
      const { world, anna, task, card } = at
      const other = world.planfix.createsContact({ name: 'Big customer' })
      await pass(world, UNWATCHED_MS)
      world.planfix.employeeComments(task, 5, '<p>Before #r1</p>')
      world.planfix.givesTaskTo(task, other.id)
      await seen(at, 'the reply', (texts) => texts.length === 1)
      await pass(world, 120_000)
      world.planfix.employeeComments(task, 5, '<p>About her #r2</p>', { recipients: [card] })
      expect(await skipped(world, '#r2')).toBe('internal-client-not-notified')
      expect(chatMarks(anna)).toEqual(['#r1'])
    })
  })
})

describe('the same text', () => {
  test("an employee's text equal to a client's message in progress is a reply", async () => {
    await scene({ planfix: { switches: { 'source-read': 'never' } } }, async (at) => {
      const { world, anna, task } = at
      world.planfix.server.faults.add({
        kind: 'timeout-then-late-write',
        ms: 30_000,
        method: 'POST',
        path: `/task/${task}/comments/$`,
        times: 1,
      })
      anna.says('Да')
      await pass(world, 1000)
      world.planfix.employeeComments(task, 5, '<p>Да</p>')
      await seen(at, 'the reply', (texts) => texts.includes('Да'))
      await calm(world)
      expect(anna.sees()).toEqual(['Да'])
    })
  })

  test('a copy of the description written by an employee is a reply', async () => {
    await scene({}, async (at) => {
      const { world, anna, task } = at
      const description = world.planfix.comments(task)[0]?.description ?? ''
      world.planfix.employeeComments(task, 5, description)
      await seen(at, 'the reply', (texts) => texts.length === 1)
      await calm(world)
      expect(anna.sees()[0]).toContain(plain(description).split('\n')[0])
      expect(feedMarks(world, 'Anna')).toHaveLength(2)
    })
  })
})

test('a reply goes to the device that wrote before it, not to the one that wrote since', async () => {
  await inVirtualWorld({}, async (world) => {
    const first = world.chatra.visit({ name: 'Anna', email: 'anna@mail.example' })
    first.says('What is my balance? #a1')
    await world.until('the task', () => world.planfix.tasks[0])
    await calm(world)
    const task = taskNamed(world, 'Anna').id
    world.chatra.server.faults.add({ kind: 'status', status: 429, method: 'POST' })
    world.planfix.employeeComments(task, 5, '<p>Your balance is 5 #r1</p>')
    await world.until('it waits', async () => (await stateOf(world, '#r1'))?.state === 'retrying')
    const second = world.chatra.visit({ name: 'Anna', email: 'anna@mail.example' })
    second.says('And delivery? #a2')
    await world.until('it joined', () => feedMarks(world, 'Anna').includes('#a2'))
    world.planfix.employeeComments(task, 5, '<p>Tomorrow #r2</p>')
    await world.until('the other waits', async () => (await stateOf(world, '#r2')) !== undefined)
    world.chatra.server.faults.clear()
    await world.until('both', () => first.sees().length + second.sees().length === 2)
    await calm(world)
    expect(chatMarks(first)).toEqual(['#r1'])
    expect(chatMarks(second)).toEqual(['#r2'])
  })
})
