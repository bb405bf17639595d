import { describe, expect, test } from 'vitest'
import type { Conversation } from '../../src/shared/domain.ts'
import {
  calm,
  chatMarks,
  feedMarks,
  inVirtualWorld,
  pass,
  quiet,
  tasksNamed,
  type Visitor,
  withWorld,
} from '../support/planfix-scenes.ts'
import type { World } from '../support/world.ts'

/** Which people are recognised as the same (F13), and which task belongs to whom (F8). */

const MINUTE = 60_000
const TASK = { headers: { 'content-type': 'application/json' }, method: 'POST' }

/** A task with this contact that somebody created in Planfix's own window or by another program. */
async function foreignTask(world: World, contactId: number, name: string, template?: number) {
  const answer = await fetch(`${world.planfix.restUrl}/task/`, {
    ...TASK,
    headers: { ...TASK.headers, authorization: `Bearer ${world.planfix.token}` },
    body: JSON.stringify({
      name,
      counterparty: { id: `contact:${contactId}` },
      ...(template && { template: { id: template } }),
    }),
  })
  return ((await answer.json()) as { id: number }).id
}

async function begun(
  world: World,
  who: Parameters<World['chatra']['visit']>[0] & { name: string },
  words: string,
) {
  const visitor = world.chatra.visit(who)
  visitor.says(words)
  const task = await world.until(`a task of ${who.name}`, () => tasksNamed(world, who.name)[0])
  await quiet(world)
  return { visitor, task: task.id }
}
const texts = (world: World, task: number) =>
  world
    .feed(task)
    .map(({ text }) => text)
    .join('\n')
const link = (world: World, task: number) => `${world.planfix.webUrl}/task/${task}`

/** The conversation of a device as it is in the store, and the one it began as. */
async function conversationOf(world: World, visitor: Visitor): Promise<Conversation> {
  const client = await world.app.store.client('shop', visitor.clientId)
  return (await world.app.store.conversation(client?.conversationId ?? 0)) as Conversation
}

/** Simulates that the device's last message is half an hour old. */
async function pretendQuiet(world: World, visitor: Visitor): Promise<void> {
  const client = await world.app.store.client('shop', visitor.clientId)
  if (!client) throw new Error('nobody wrote')
  const lastWroteAt = world.clock.now() - 31 * 60_000
  await world.app.store.commit([{ type: 'client.save', client: { ...client, lastWroteAt } }])
}

describe.concurrent('strangers who type the same address', () => {
  test('strangers with the same address are two conversations with separate replies', async () => {
    await withWorld({}, async (world) => {
      const { visitor: anna, task: hers } = await begun(
        world,
        { name: 'Anna', email: '1@1.ru' },
        'My balance? #a1',
      )
      const { visitor: boris, task: his } = await begun(
        world,
        { name: 'Boris', email: '1@1.ru' },
        'Delivery? #b1',
      )
      world.planfix.employeeComments(hers, 5, '<p>Dear Anna, it is 1000, card ending 1111 #r1</p>')
      await world.until('the reply', () => chatMarks(anna).length > 0)
      await calm(world)
      expect([chatMarks(anna), chatMarks(boris)]).toEqual([['#r1'], []])
      expect(world.planfix.tasks.map(({ id }) => id)).toEqual([hers, his])
      // One contact; each task names the other, once.
      expect(world.planfix.contacts).toHaveLength(1)
      expect(texts(world, his)).toContain(`Possibly the same person: ${link(world, hers)}`)
      expect(texts(world, hers).split(link(world, his))).toHaveLength(2)
      boris.says('Hello? #b2')
      await world.until('his message', () => feedMarks(world, 'Boris').includes('#b2'))
      await calm(world)
      expect(texts(world, hers).split(link(world, his))).toHaveLength(2)
      expect(chatMarks(boris)).toEqual([])
    })
  })

  test('a third stranger with the same address has a separate card', async () => {
    await withWorld({}, async (world) => {
      for (const name of ['Anna', 'Boris', 'Clara'])
        await begun(world, { name, email: 'test@test.ru' }, `I am ${name} #a1`)
      expect(world.planfix.tasks).toHaveLength(3)
      expect(world.planfix.contacts.map(({ email }) => email)).toEqual(['test@test.ru', ''])
    })
  })

  test('a stranger who introduces themselves as an active person stays separate', async () => {
    await withWorld({}, async (world) => {
      const { visitor: anna, task: hers } = await begun(
        world,
        { name: 'Anna', email: 'anna@mail.example' },
        'Hi #a1',
      )
      const { visitor: mallory, task: his } = await begun(world, { name: 'Mallory' }, 'Hi #b1')
      mallory.introduces({ email: 'anna@mail.example' })
      mallory.says('What did you tell me? #b2')
      await world.until('his message', () => feedMarks(world, 'Mallory').includes('#b2'))
      await calm(world)
      world.planfix.employeeComments(hers, 5, '<p>For Anna alone #r1</p>')
      await world.until('the reply', () => chatMarks(anna).length > 0)
      await calm(world)
      expect(chatMarks(mallory)).toEqual([])
      expect(texts(world, hers)).toContain(link(world, his))
      expect(texts(world, his)).toContain(link(world, hers))
    })
  })
})

describe.concurrent('one person on two devices', () => {
  test('devices with a vouched identity join at once, and the task says so', async () => {
    await withWorld({}, async (world) => {
      const integrationData = { email: 'anna@mail.example' }
      const { task } = await begun(world, { name: 'Anna', integrationData }, 'From my computer #a1')
      const phone = world.chatra.visit({ name: 'Anna on the phone', integrationData, os: 'Android' })
      phone.says('From my phone #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(world.planfix.tasks).toHaveLength(1)
      expect(texts(world, task)).toMatch(
        /Another device \(Android.*your website confirms the e-mail anna@mail/,
      )
    })
  })

  test('a typed address with the same name joins, and the task says that it is not verified', async () => {
    await withWorld({}, async (world) => {
      const who = { name: 'Anna', email: 'anna@mail.example' }
      const { task } = await begun(world, who, 'From my computer #a1')
      world.chatra.visit({ ...who, os: 'Android' }).says('From my phone #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(world.planfix.tasks).toHaveLength(1)
      expect(texts(world, task)).toMatch(/Another device .*anna@mail\.example.*not verified/)
    })
  })

  test('a typed address joins with a new chat when the other device has been quiet', async () => {
    await withWorld({}, async (world) => {
      const email = 'anna@mail.example'
      const { visitor: computer, task } = await begun(world, { name: 'Anna', email }, 'From my computer #a1')
      const { visitor: phone, task: second } = await begun(
        world,
        { name: 'Phone', email },
        'From my phone #b1',
      )
      await pretendQuiet(world, computer)
      phone.says('Still there #b2')
      await world.until('the message', () => feedMarks(world, 'Phone').includes('#b2'))
      await calm(world)
      expect((await conversationOf(world, phone)).id).not.toBe((await conversationOf(world, computer)).id)
      phone.leaves()
      await world.until('the end', () => world.planfix.statusOf(second)?.key === 'completed')
      phone.comesBack()
      phone.says('A new chat #b5')
      await world.until('the message in the first task', () => texts(world, task).includes('#b5'))
      await calm(world)
      expect((await conversationOf(world, phone)).id).toBe((await conversationOf(world, computer)).id)
    })
  })

  test('devices never join without the site where the owner chose so', async () => {
    await withWorld({ options: { joinDevices: 'vouched' } }, async (world) => {
      const who = { name: 'Anna', email: 'anna@mail.example' }
      await begun(world, who, 'From my computer #a1')
      world.chatra.visit(who).says('From my phone #a2')
      await world.until('a second task', () => tasksNamed(world, 'Anna').length === 2)
      await calm(world)
      expect(world.planfix.contacts).toHaveLength(1)
    })
  })

  test("a separated device gets its own task's replies, and is never joined again", async () => {
    await withWorld({}, async (world) => {
      const who = { name: 'Anna', email: 'anna@mail.example' }
      const { visitor: computer, task } = await begun(world, who, 'From my computer #a1')
      const phone = world.chatra.visit({ name: 'Guest' })
      phone.says('From my phone #b1')
      const own = await world.until('its own task', () => tasksNamed(world, 'Guest')[0])
      await quiet(world)
      phone.introduces(who)
      phone.says('It is me #a2')
      await world.until('they are joined', () => texts(world, task).includes('#a2'))
      await calm(world)
      const common = (await conversationOf(world, phone)).id
      const merged = (await world.app.store.storedConversation(common))?.merged ?? []
      expect(merged.map(({ joined }) => joined)).toMatchObject([
        { why: 'second-particular', clientIds: [phone.clientId] },
      ])
      expect(await world.app.separate(common)).toBe('not-joined')
      expect(await world.app.separate(merged[0]?.id ?? 0)).toBe('separated')
      expect(await world.app.separate(merged[0]?.id ?? 0)).toBe('not-joined')
      phone.says('Somebody else #b2')
      await world.until('the message', () => texts(world, own.id).includes('#b2'))
      world.planfix.employeeComments(own.id, 5, '<p>To the phone #r1</p>')
      world.planfix.employeeComments(task, 5, '<p>To the computer #r2</p>')
      await world.until('the replies', () => chatMarks(phone).length > 0 && chatMarks(computer).length > 0)
      phone.leaves()
      await calm(world)
      phone.comesBack()
      phone.says('Back #b3')
      await world.until(
        'the message',
        () => feedMarks(world, 'Anna').includes('#b3') || texts(world, own.id).includes('#b3'),
      )
      await calm(world)
      expect([chatMarks(phone), chatMarks(computer)]).toEqual([['#r1'], ['#r2']])
      expect(texts(world, task)).not.toMatch(/#b[23]/)
    })
  })
})

describe.concurrent('tasks that are not ours', () => {
  test.each([[null], [12]])(
    'tasks of others are not adopted, shown or completed (template %s)',
    async (taskTemplateId) => {
      await withWorld({ planfixSettings: { taskTemplateId } }, async (world) => {
        const ceo = world.planfix.createsContact({ name: 'CEO', email: 'ceo@big.example' })
        const contract = await foreignTask(
          world,
          ceo.id,
          'Contract 2026: negotiation',
          taskTemplateId ?? undefined,
        )
        const { visitor, task } = await begun(
          world,
          { name: 'Visitor', email: 'ceo@big.example' },
          'Hello #a1',
        )
        expect(task).not.toBe(contract)
        expect(texts(world, task)).toContain(`Related task: ${link(world, contract)}`)
        world.planfix.employeeComments(contract, 5, '<p>Our last price is 1,000,000 #r9</p>')
        world.planfix.employeeComments(task, 5, '<p>Good day #r1</p>')
        await world.until('the reply', () => chatMarks(visitor).length > 0)
        visitor.leaves()
        await world.until('the end', () => world.planfix.statusOf(task)?.key === 'completed')
        await calm(world)
        expect(chatMarks(visitor)).toEqual(['#r1'])
        expect(world.planfix.statusOf(contract)?.key).not.toBe('completed')
        expect(texts(world, contract)).not.toContain('#a1')
        // The person's contact stays as it was.
        expect(ceo).toMatchObject({ name: 'CEO', email: 'ceo@big.example' })
      })
    },
  )

  test('tasks that an older version adopted are neither written to nor completed', async () => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await begun(world, { name: 'Anna' }, 'Hello #a1')
      await world.app.store.commit([
        { type: 'task.patch', connectionId: 'shop', taskId: task, patch: { ours: false } },
      ])
      visitor.leaves()
      await world.chatra.flush()
      await calm(world)
      expect(world.planfix.statusOf(task)?.key).toBe('new')
      const told = (await world.app.store.events(null, 100)).map(({ key }) => key)
      expect(told).toContain('event.task-not-ours')
      visitor.comesBack()
      visitor.says('Again #a2')
      const second = await world.until('a task of ours', () => tasksNamed(world, 'Anna')[1])
      await calm(world)
      expect(texts(world, second.id)).toContain(link(world, task))
      expect(texts(world, task)).not.toContain('#a2')
    })
  })
})

describe.concurrent('an agent who writes in Chatra when the chat is over', () => {
  test("an agent's message after the end goes into the last task, which stays completed", async () => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await begun(world, { name: 'Anna' }, 'Hello #a1')
      visitor.leaves()
      await world.until('the end', () => world.planfix.statusOf(task)?.key === 'completed')
      await pass(world, 20_000)
      world.chatra.agentSays(visitor.clientId, world.chatra.agents[0]?.id ?? '', 'One more thing #j1')
      await world.until('it', () => feedMarks(world, 'Anna').includes('#j1'))
      await calm(world)
      expect(world.planfix.tasks.map(({ id }) => id)).toEqual([task])
      expect(world.planfix.statusOf(task)?.key).toBe('completed')
      visitor.comesBack()
      visitor.says('Back #a2')
      await world.until('a new task', () => tasksNamed(world, 'Anna').length === 2)
    })
  })

  test("an agent's message after the task was deleted creates a completed one", async () => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await begun(world, { name: 'Anna' }, 'Hello #a1')
      visitor.leaves()
      await world.until('the end', () => world.planfix.statusOf(task)?.key === 'completed')
      world.planfix.deletesTask(task, { forGood: true })
      await pass(world, 20_000)
      world.chatra.agentSays(visitor.clientId, world.chatra.agents[0]?.id ?? '', 'One more thing #j1')
      const second = await world.until('a task', () => tasksNamed(world, 'Anna')[0])
      await world.until('its end', () => world.planfix.statusOf(second.id)?.key === 'completed')
    })
  })
})

describe.concurrent('duplicates that Planfix makes after a time-out', () => {
  // Planfix's marks have minutes: the copy's is the same before and after a reply in the minute in which it was made.
  test.each([0, 10, 20, 30, 40, 50])(
    'a reply in either copy of a duplicated task reaches the client (made in second %i)',
    async (second) => {
      await inVirtualWorld({}, async (world) => {
        await begun(world, { name: 'First' }, 'Hello #a1')
        await pass(world, MINUTE - (world.clock.now() % MINUTE) + second * 1000)
        world.planfix.lateCommitMs = 2000
        world.planfix.server.faults.add({
          kind: 'timeout-then-late-write',
          ms: 30_000,
          path: '/task/$',
          times: 1,
        })
        const anna = world.chatra.visit({ name: 'Anna' })
        anna.says('Twice? #a2')
        await world.until('two tasks', () => tasksNamed(world, 'Anna').length === 2)
        const [one, other] = tasksNamed(world, 'Anna').map(({ id }) => id) as [number, number]
        await world.until('it is noticed', () =>
          [one, other].some((id) => texts(world, id).includes('created this task a second time')),
        )
        for (const [n, id] of [one, other].entries())
          world.planfix.employeeComments(id, 5, `<p>Answer #r${n + 1}</p>`)
        await world.until('both answers', () => chatMarks(anna).length === 2)
        await calm(world)
        expect(chatMarks(anna).toSorted()).toEqual(['#r1', '#r2'])
      })
    },
  )
})

test('a job that a clock from the future delayed still runs', async () => {
  await withWorld({}, async (world) => {
    const { visitor, task } = await begun(world, { name: 'Anna' }, 'Hello #a1')
    const conversationId = (await conversationOf(world, visitor)).id
    const far = world.clock.now() + 30 * 24 * 3_600_000
    await world.app.store.commit([
      { type: 'conversation.patch', id: conversationId, patch: { lastActivityAt: far } },
      {
        type: 'job.add',
        job: {
          ...{
            id: world.app.store.newId(),
            connectionId: 'shop',
            conversationId,
            kind: 'complete',
            key: 'task',
          },
          data: {},
          notBefore: far,
          failures: 0,
          attempt: null,
        },
      },
    ])
    await world.restart()
    await world.until('it is done', () => world.planfix.statusOf(task)?.key === 'completed')
  })
})
