import { describe, expect, test } from 'vitest'
import { damageStore, loseJournal } from '../support/damage.ts'
import {
  calm,
  chatMarks,
  feedMarks,
  inVirtualWorld,
  only,
  pass,
  taskNamed,
  tasksNamed,
  type Visitor,
} from '../support/planfix-scenes.ts'
import type { World, WorldOptions } from '../support/world.ts'

const HIDDEN: WorldOptions = {
  planfix: { switches: { 'source-read': 'never', 'comment-list-source': 'empty' } },
}
const worlds: [string, WorldOptions][] = [
  ['as documented', {}],
  ['that hands no ids back', HIDDEN],
]
/** As `calm`, where replies may stay uncertain. */
async function settle(world: World): Promise<void> {
  await world.chatra.flush()
  await world.app.settled()
  await pass(world, 4000)
  await world.until('nothing waits for Planfix', async () =>
    (await world.app.store.queuesWithWork()).every(({ queue }) => queue !== 'planfix'),
  )
  await pass(world, 4000)
}
const contacts = (world: World) => world.planfix.contacts.filter((contact) => !contact.isDeleted)

/** Anna's chat is in the backup; the rest is not: three replies, a message of hers, and the whole chat of Boris. */
async function aDay(world: World): Promise<{ anna: Visitor; boris: Visitor }> {
  const { chatra, planfix } = world
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('Hello #a1')
  await calm(world)
  await world.app.store.backUpIfChanged()
  const task = taskNamed(world, 'Anna').id
  for (const mark of ['#r1', '#r2', '#r3']) {
    planfix.employeeComments(task, 5, `<p>Reply ${mark}</p>`)
    await world.until(mark, () => chatMarks(anna).includes(mark))
  }
  anna.says('Thanks #a2')
  const boris = chatra.visit({ name: 'Boris' })
  boris.says('Good day #b1')
  await world.until('both', () => feedMarks(world, 'Anna').includes('#a2') && tasksNamed(world, 'Boris')[0])
  planfix.employeeComments(taskNamed(world, 'Boris').id, 6, '<p>Yes? #s1</p>')
  await world.until('#s1', () => chatMarks(boris).includes('#s1'))
  await calm(world)
  return { anna, boris }
}

/** Boris' chat began after the backup, and a person has assigned its task to another card since. */
async function aTaskHandedOver(world: World): Promise<{ boris: Visitor; task: { id: number } }> {
  const { chatra, planfix } = world
  chatra.visit({ name: 'Anna' }).says('Hello #a1')
  await calm(world)
  await world.app.store.backUpIfChanged()
  const boris = chatra.visit({ name: 'Boris' })
  boris.says('Good day #b1')
  await world.until('his task', () => tasksNamed(world, 'Boris')[0])
  await calm(world)
  const task = taskNamed(world, 'Boris')
  planfix.givesTaskTo(task.id, planfix.createsContact({ name: 'Boris Popa, customer' }).id)
  return { boris, task }
}

/** Whatever was lost, nothing arrives twice. */
function expectNothingTwice(world: World, anna: Visitor): void {
  expect(only(chatMarks(anna), 'r')).toEqual(['#r1', '#r2', '#r3'])
  expect(only(feedMarks(world, 'Anna'), 'a')).toEqual(['#a1', '#a2'])
  expect(only(feedMarks(world, 'Boris'), 'b')[0]).toBe('#b1')
  expect(new Set(feedMarks(world, 'Boris')).size).toBe(feedMarks(world, 'Boris').length)
  expect(tasksNamed(world, 'Anna')).toHaveLength(1)
  expect(tasksNamed(world, 'Boris')).toHaveLength(1)
  expect(contacts(world)).toHaveLength(2)
}

describe.each(worlds)('a restore from the backup, with a Planfix %s', (_how, options) => {
  test.each([
    ['with the journal', () => undefined, 0],
    ['without the journal', loseJournal, 3],
  ])(
    '%s duplicates nothing, and chats begun since the backup continue',
    async (_journal, lose, uncertain) => {
      await inVirtualWorld(options, async (world) => {
        const { anna, boris } = await aDay(world)
        await world.restart(() => {
          damageStore(world.dataDir)
          lose(world.dataDir)
        })
        expect((await world.app.store.events(null, 50)).map(({ key }) => key)).toContain(
          'event.store-restored',
        )
        await settle(world)
        expectNothingTwice(world, anna)
        // The journal holds the echoes too: delivered messages are known again, and the owner has nothing to decide.
        const { states } = await world.app.store.counts('shop')
        expect(states['to-chatra'].uncertain).toBe(uncertain)

        boris.says('Still here? #b2')
        await world.until('#b2', () => feedMarks(world, 'Boris').includes('#b2'))
        await settle(world)
        expectNothingTwice(world, anna)
        await pass(world, 5_000)
        world.planfix.employeeComments(taskNamed(world, 'Boris').id, 6, '<p>Surely #s2</p>')
        world.planfix.employeeComments(taskNamed(world, 'Anna').id, 5, '<p>Welcome #r4</p>')
        await world.until('#s2', () => chatMarks(boris).includes('#s2'))
        await world.until('#r4', () => chatMarks(anna).includes('#r4'))

        anna.leaves()
        boris.leaves()
        await settle(world)
        expect(only(chatMarks(anna), 'r')).toEqual(['#r1', '#r2', '#r3', '#r4'])
        expect(chatMarks(boris)).toEqual(['#s1', '#s2'])
        expect(only(feedMarks(world, 'Anna'), 'a')).toEqual(['#a1', '#a2'])
        expect(only(feedMarks(world, 'Boris'), 'b')).toEqual(['#b1', '#b2'])
        // No reply of ours came back as an agent's comment.
        expect(only(feedMarks(world, 'Anna'), 'r')).toEqual(['#r1', '#r2', '#r3', '#r4'])
        expect(tasksNamed(world, 'Boris')).toHaveLength(1)
        expect(contacts(world)).toHaveLength(2)
      })
    },
  )

  test("an employee's first message after the restore reaches the client of a newer chat", async () => {
    await inVirtualWorld(options, async (world) => {
      const { boris } = await aDay(world)
      await world.restart(() => damageStore(world.dataDir))
      await settle(world)
      await pass(world, 5_000)
      world.planfix.employeeComments(taskNamed(world, 'Boris').id, 6, '<p>Are you there? #s2</p>')
      await world.until('#s2', () => chatMarks(boris).includes('#s2'))
      expect(chatMarks(boris)).toEqual(['#s1', '#s2'])
    })
  })
})

describe.each(worlds)('chats that went on after the backup, with a Planfix %s', (_how, options) => {
  test('a chat that began and ended since is neither begun nor written again', async () => {
    await inVirtualWorld(options, async (world) => {
      const { chatra, planfix } = world
      const anna = chatra.visit({ name: 'Anna' })
      anna.says('Hello #a1')
      await calm(world)
      await world.app.store.backUpIfChanged()
      const boris = chatra.visit({ name: 'Boris' })
      boris.says('Good day #b1')
      boris.says('ok #b2')
      await world.until('the task', () => tasksNamed(world, 'Boris')[0])
      const task = taskNamed(world, 'Boris').id
      planfix.employeeComments(task, 6, '<p>Yes? #s1</p>')
      await world.until('#s1', () => chatMarks(boris).includes('#s1'))
      boris.says('ok #b3')
      boris.sendsFile({ name: 'photo.png', type: 'image/png', content: Buffer.from('a photo') })
      const julia = chatra.agents[0]!
      chatra.agentSays(boris.clientId, julia.id, 'Julia here #j1')
      await calm(world)
      boris.leaves()
      await world.until('completed', async () => (await world.app.store.task('shop', task))?.closedAt)
      await calm(world)
      const before = world.feed(task)
      await world.restart(() => damageStore(world.dataDir))
      await settle(world)
      expect(tasksNamed(world, 'Boris')).toHaveLength(1)
      expect(contacts(world)).toHaveLength(2)
      expect(world.feed(task)).toEqual(before)
      expect(chatMarks(boris)).toEqual(['#s1', '#j1'])
      // A reply after the end of the chat is delivered as well.
      await pass(world, 5_000)
      planfix.employeeComments(task, 6, '<p>One more thing #s2</p>')
      await world.until('#s2', () => chatMarks(boris).includes('#s2'))
      // And when the client comes back, a new task has the new messages only.
      boris.says('Back again #b4')
      await world.until('#b4', () => feedMarks(world, 'Boris').includes('#b4'))
      await settle(world)
      expect(only(feedMarks(world, 'Boris'), 'b')).toEqual(['#b1', '#b2', '#b3', '#b4'])
    })
  })

  test('a chat whose task was completed and followed by another continues in that one', async () => {
    await inVirtualWorld(options, async (world) => {
      const { chatra, planfix } = world
      const anna = chatra.visit({ name: 'Anna' })
      anna.says('Hello #a1')
      await calm(world)
      await world.app.store.backUpIfChanged()
      const first = taskNamed(world, 'Anna').id
      anna.leaves()
      await world.until('completed', async () => (await world.app.store.task('shop', first))?.closedAt)
      anna.says('Back #a2')
      await world.until('the second task', () => tasksNamed(world, 'Anna')[1])
      await calm(world)
      await world.restart(() => damageStore(world.dataDir))
      await settle(world)
      anna.says('Still #a3')
      await world.until('#a3', () => feedMarks(world, 'Anna').includes('#a3'))
      await settle(world)
      expect(tasksNamed(world, 'Anna')).toHaveLength(2)
      expect(only(feedMarks(world, 'Anna'), 'a')).toEqual(['#a1', '#a2', '#a3'])
      await pass(world, 5_000)
      planfix.employeeComments(taskNamed(world, 'Anna').id, 5, '<p>Yes #r1</p>')
      await world.until('#r1', () => chatMarks(anna).includes('#r1'))
    })
  })

  test.each([
    ['begun before', true],
    ['begun since', false],
    ['begun since by a client with an address, who is still there,', false, 'boris@mail.example'],
  ])(
    'a chat %s with several tasks since is written again in none of them',
    async (_when, isKnown, email?) => {
      await inVirtualWorld(options, async (world) => {
        const { chatra, planfix } = world
        const anna = chatra.visit({ name: 'Anna' })
        anna.says('Hello #a0')
        await calm(world)
        await world.app.store.backUpIfChanged()
        const boris = chatra.visit({ name: 'Boris', ...(email && { email }) })
        const one = isKnown ? anna : boris
        const name = isKnown ? 'Anna' : 'Boris'
        for (const mark of ['#a1', '#a2', '#a3']) {
          if (mark !== '#a1') one.comesBack()
          one.says(`Here ${mark}`)
          await world.until(mark, () => feedMarks(world, name).includes(mark))
          one.says(`And this #b${mark.slice(-1)}`)
          await calm(world)
          const task = taskNamed(world, name)
          one.leaves()
          await world.until('completed', async () => (await world.app.store.task('shop', task.id))?.closedAt)
          await calm(world)
        }
        const before = tasksNamed(world, name).map(({ id }) => world.feed(id))
        await world.restart(() => damageStore(world.dataDir))
        await settle(world)
        await pass(world, 20_000)
        expect(tasksNamed(world, name).map(({ id }) => world.feed(id))).toEqual(before)
        // And replies in the previous task are delivered to the client as well.
        planfix.employeeComments(tasksNamed(world, name)[1]!.id, 5, '<p>Late #r1</p>')
        await world.until('#r1', () => chatMarks(one).includes('#r1'))
      })
    },
  )

  test('a chat whose client gave another name since is begun only once', async () => {
    await inVirtualWorld(options, async (world) => {
      world.chatra.visit({ name: 'Anna' }).says('Hello #a1')
      await calm(world)
      await world.app.store.backUpIfChanged()
      const boris = world.chatra.visit({ name: 'Boris' })
      boris.says('Good day #b1')
      await world.until('#b1', () => feedMarks(world, 'Boris').includes('#b1'))
      await calm(world)
      boris.introduces({ name: 'Robert' })
      boris.says('That is my name #b2')
      await world.until('#b2', () => feedMarks(world, 'Boris').includes('#b2'))
      await calm(world)
      await world.restart(() => damageStore(world.dataDir))
      await settle(world)
      await pass(world, 20_000)
      expect(world.planfix.tasks).toHaveLength(2)
      expect(feedMarks(world, 'Boris')).toEqual(['#b1', '#b2'])
    })
  })

  test('a chat whose task was being created during the backup is answered only once', async () => {
    await inVirtualWorld(options, async (world) => {
      const { chatra, planfix } = world
      planfix.server.faults.add({ kind: 'timeout-after-write', method: 'POST', path: '/task/?$', times: 1 })
      const boris = chatra.visit({ name: 'Boris' })
      boris.says('Good day #b1')
      await world.until(
        'his task, of which the bridge does not know yet',
        () => tasksNamed(world, 'Boris')[0],
      )
      await world.app.store.backUpIfChanged()
      await calm(world)
      planfix.employeeComments(taskNamed(world, 'Boris').id, 6, '<p>Yes? #s1</p>')
      await world.until('#s1', () => chatMarks(boris).includes('#s1'))
      await calm(world)
      await pass(world, 60_000)
      await world.restart(() => damageStore(world.dataDir))
      await settle(world)
      await pass(world, 20_000)
      expect(tasksNamed(world, 'Boris')).toHaveLength(1)
      expect(chatMarks(boris)).toEqual(['#s1'])
    })
  })

  test('a task that a person has assigned to another card since is found by its changes', async () => {
    await inVirtualWorld(options, async (world) => {
      const { boris, task } = await aTaskHandedOver(world)
      await world.restart(() => damageStore(world.dataDir))
      await settle(world)
      expect(tasksNamed(world, 'Boris')).toHaveLength(1)
      expect(only(feedMarks(world, 'Boris'), 'b')).toEqual(['#b1'])
      world.planfix.employeeComments(task.id, 6, '<p>Yes? #s1</p>')
      await world.until('the answer', () => chatMarks(boris).includes('#s1'))
    })
  })

  test('a task assigned to another card since, known only by a transcript that comes later, is not written again', async () => {
    await inVirtualWorld(options, async (world) => {
      const { boris } = await aTaskHandedOver(world)
      await world.restart(() => {
        damageStore(world.dataDir)
        loseJournal(world.dataDir)
      })
      await settle(world)
      await pass(world, 4 * 60_000)
      boris.says('Still here #b2')
      await world.until('#b2', () => feedMarks(world, 'Boris').includes('#b2'))
      boris.leaves()
      await settle(world)
      await pass(world, 20_000)
      expect(feedMarks(world, 'Boris').toSorted()).toEqual(['#b1', '#b2'])
    })
  })

  test('an answered comment in a rediscovered task is not answered again', async () => {
    await inVirtualWorld(options, async (world) => {
      const { chatra, planfix } = world
      const anna = chatra.visit({ name: 'Anna' })
      anna.says('Hello #a1')
      await calm(world)
      await world.app.store.backUpIfChanged()
      const boris = chatra.visit({ name: 'Boris' })
      boris.says('Good day #b1')
      await world.until('the task', () => tasksNamed(world, 'Boris')[0])
      planfix.employeeComments(taskNamed(world, 'Boris').id, 6, '<p>Yes? #s1</p>')
      await world.until('#s1', () => chatMarks(boris).includes('#s1'))
      await calm(world)
      await world.restart(() => {
        damageStore(world.dataDir)
        loseJournal(world.dataDir)
      })
      await pass(world, 15_000)
      boris.says('Still there? #b2')
      await world.until('#b2', () => feedMarks(world, 'Boris').includes('#b2'))
      await settle(world)
      await pass(world, 20_000)
      expect(chatMarks(boris)).toEqual(['#s1'])
      expect(tasksNamed(world, 'Boris')).toHaveLength(1)
    })
  })

  test('a reply that was sent since the backup is not sent again', async () => {
    await inVirtualWorld(options, async (world) => {
      const { chatra, planfix } = world
      const anna = chatra.visit({ name: 'Anna' })
      anna.says('Hello #a1')
      await calm(world)
      chatra.server.faults.add({ kind: 'status', status: 429, path: '/messages' })
      planfix.employeeComments(taskNamed(world, 'Anna').id, 5, '<p>Waits #r1</p>')
      await world.until('it waits', async () =>
        (await world.log()).some(({ state, direction }) => direction === 'to-chatra' && state === 'retrying'),
      )
      await world.app.store.backUpIfChanged()
      chatra.server.faults.clear()
      await world.until('#r1', () => chatMarks(anna).includes('#r1'))
      await calm(world)
      await world.restart(() => damageStore(world.dataDir))
      await settle(world)
      await pass(world, 60_000)
      expect(chatMarks(anna)).toEqual(['#r1'])
      // Its echo was in the journal.
      expect((await world.app.store.counts('shop')).states['to-chatra'].uncertain).toBe(0)
    })
  })
})

test('without returned ids people with the same name are not confused', async () => {
  await inVirtualWorld(HIDDEN, async (world) => {
    const { chatra, planfix } = world
    const boris = chatra.visit({ name: 'Boris' })
    boris.says('Hello #b1')
    await calm(world)
    await world.app.store.backUpIfChanged()
    const first = chatra.visit({ name: 'Anna' })
    first.says('Hello #a1')
    await world.until('her task', () => tasksNamed(world, 'Anna')[0])
    await calm(world)
    await world.restart(() => {
      damageStore(world.dataDir)
      loseJournal(world.dataDir)
    })
    await settle(world)
    // Another Anna, who came to the site after it.
    const second = chatra.visit({ name: 'Anna' })
    second.says('Hi #a2')
    await world.until('another task', () => tasksNamed(world, 'Anna')[1])
    await settle(world)
    // Planfix gives times in minutes: a comment in the minute of the restore may have been delivered before.
    await pass(world, 130_000)
    planfix.employeeComments(tasksNamed(world, 'Anna')[0]!.id, 5, '<p>For the first one #r1</p>')
    planfix.employeeComments(tasksNamed(world, 'Anna')[1]!.id, 5, '<p>For the second one #r2</p>')
    await world.until('#r2', () => chatMarks(second).includes('#r2'))
    await settle(world)
    expect(chatMarks(second)).toEqual(['#r2'])
    // The first one writes again and is recognised.
    first.says('It is me #a3')
    await world.until('#a3', () =>
      world.feed(tasksNamed(world, 'Anna')[0]!.id).some(({ text }) => text.includes('#a3')),
    )
    await world.until('#r1', () => chatMarks(first).includes('#r1'))
    expect(chatMarks(second)).toEqual(['#r2'])
    expect(tasksNamed(world, 'Anna')).toHaveLength(2)
  })
})

test("a chat answered since is found when its echoes look like an agent's messages", async () => {
  const chatra = { switches: { 'rest-echo': 'without-received-from' as const } }
  await inVirtualWorld({ ...HIDDEN, chatra }, async (world) => {
    world.chatra.visit({ name: 'Anna' }).says('Hello #a1')
    await calm(world)
    await world.app.store.backUpIfChanged()
    const boris = world.chatra.visit({ name: 'Boris' })
    boris.says('Good day #b1')
    await world.until('his task', () => tasksNamed(world, 'Boris')[0])
    world.planfix.employeeComments(taskNamed(world, 'Boris').id, 6, '<p>Yes? #s1</p>')
    await world.until('#s1', () => chatMarks(boris).includes('#s1'))
    await calm(world)
    await world.restart(() => damageStore(world.dataDir))
    await settle(world)
    expect(tasksNamed(world, 'Boris')).toHaveLength(1)
    expect(only(feedMarks(world, 'Boris'), 'b')).toEqual(['#b1'])
    expect(chatMarks(boris)).toEqual(['#s1'])
  })
})

test('a reply sent since, known only by its echo, follows its comment: an edit, and a deletion', async () => {
  const chatra = { switches: { 'rest-echo': 'without-received-from' as const } }
  await inVirtualWorld({ ...HIDDEN, chatra }, async (world) => {
    world.chatra.visit({ name: 'Anna' }).says('Hello #a1')
    await calm(world)
    await world.app.store.backUpIfChanged()
    const boris = world.chatra.visit({ name: 'Boris' })
    boris.says('Good day #b1')
    await world.until('his task', () => tasksNamed(world, 'Boris')[0])
    const { id } = taskNamed(world, 'Boris')
    const replies = ['#s1', '#s2'].map((mark) => world.planfix.employeeComments(id, 6, `<p>Yes? ${mark}</p>`))
    await world.until('#s2', () => chatMarks(boris).includes('#s2'))
    await calm(world)
    await world.restart(() => damageStore(world.dataDir))
    await settle(world)
    expect(chatMarks(boris)).toEqual(['#s1', '#s2'])
    world.planfix.editsComment(replies[0]!.id, '<p>Yes! #s3</p>')
    world.planfix.deletesComment(replies[1]!.id)
    await world.until('both changes', () => chatMarks(boris).join() === '#s3')
    expect(only(feedMarks(world, 'Boris'), 's')).toEqual(['#s3'])
  })
})
