import { describe, expect, test } from 'vitest'
import { type PlanfixSwitches, switchTable } from '../../src/simulators/planfix/switches.ts'
import {
  calm,
  chatMarks,
  feedMarks,
  pass,
  plain,
  planfixState,
  quiet,
  tasksNamed,
  withWorld,
} from '../support/planfix-scenes.ts'
import type { World, WorldOptions } from '../support/world.ts'

async function begun(world: World, visit: Parameters<World['chatra']['visit']>[0] = {}) {
  const anna = world.chatra.visit({ name: 'Anna', ...visit })
  anna.says('Hello #a1')
  const task = await world.until('a task', () => tasksNamed(world, visit.name ?? 'Anna')[0])
  await quiet(world)
  return { anna, task: task.id }
}
const card = (world: World, n = 0) => {
  const contact = world.planfix.contacts[n]
  if (!contact) throw new Error(`there is no contact ${n}`)
  return contact
}

describe.concurrent('F12: the client introduces himself', () => {
  test.each(switchTable['update-answer'].map((position) => [position]))(
    'after his next message the card has name, e-mail and phone (%s)',
    async (position) => {
      await withWorld({ planfix: { switches: { 'update-answer': position } } }, async (world) => {
        const { anna } = await begun(world, { name: 'An' })
        anna.introduces({ name: 'Anna Popa', email: 'Anna@Mail.example', phone: '+37369123456' })
        anna.says('It is me #a2')
        await world.until('the card', () => card(world).name === 'Anna Popa')
        await calm(world)
        expect(card(world)).toMatchObject({ name: 'Anna Popa', phones: [{ number: '+37369123456' }] })
        expect(card(world).email.toLowerCase()).toBe('anna@mail.example')
        anna.introduces({ name: 'Anna P.' })
        anna.says('Shorter #a3')
        await world.until('the card', () => card(world).name === 'Anna P.')
        expect(world.planfix.contacts).toHaveLength(1)
      })
    },
  )

  const typed: [string, Parameters<World['planfix']['editsContact']>[1]][] = [
    ['name', { name: 'Mrs Popa' }],
    ['lastname', { lastname: 'Ivanova' }],
    ['email', { email: 'typed@mail.example' }],
    ['phones', { phones: [{ number: '+40700000000', type: 2 }] }],
  ]
  test.each(typed)('a value that a person typed stays: %s', async (field, fields) => {
    await withWorld({}, async (world) => {
      const { anna } = await begun(world)
      world.planfix.editsContact(card(world).id, fields)
      anna.introduces({ name: 'Anna Popa', email: 'anna@mail.example', phone: '+37369123456' })
      anna.says('It is me #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').length >= 2)
      await calm(world)
      expect(card(world)).toMatchObject(fields)
      const others = { name: card(world).name, email: card(world).email, phones: card(world).phones.length }
      expect(others).toMatchObject({
        ...(field !== 'email' && { email: 'anna@mail.example' }),
        ...(field !== 'name' && field !== 'lastname' && { name: 'Anna Popa' }),
        phones: 1,
      })
    })
  })

  test.each(switchTable['email-duplicate'].map((position) => [position]))(
    "an employee's e-mail does not keep the rest off the card (%s)",
    async (position) => {
      const switches: Partial<PlanfixSwitches> = { 'email-duplicate': position }
      await withWorld({ planfix: { switches } }, async (world) => {
        const { anna } = await begun(world)
        anna.introduces({ email: 'ana@shop.example', phone: '+37369123456' })
        anna.says('It is me #a2')
        await world.until('the phone', () => card(world).phones.length === 1)
        await calm(world)
        expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2'])
        expect(world.planfix.contacts).toHaveLength(1)
      })
    },
  )

  test('a contact with the e-mail is used; an active task of others is linked, not adopted', async () => {
    await withWorld({}, async (world) => {
      const { task } = await begun(world, { email: 'anna@mail.example' })
      const first = card(world)
      await calm(world)
      // The same account, another installation with other chats: the task has no mark of these.
      const other = await secondInstallation(world)
      try {
        const again = other.chatra.visit({ name: 'Anna P', email: 'anna@mail.example' })
        again.says('Do you remember me? #a2')
        const second = await world.until('a task', () => tasksNamed(world, 'Anna P')[0])
        world.planfix.employeeComments(task, 5, '<p>Meant for the first chat #r9</p>')
        world.planfix.employeeComments(second.id, 5, '<p>Of course #r1</p>')
        await world.until('the reply', () => chatMarks(again).length > 0)
        await quiet(other)
        await pass(world, 4000)
        expect(chatMarks(again)).toEqual(['#r1'])
        expect(world.feed(second.id)[0]?.text).toContain(`Related task: ${world.planfix.webUrl}/task/${task}`)
        expect(world.planfix.contacts.map((contact) => contact.id)).toEqual([first.id])
        expect(first.name).toBe('Anna')
        again.leaves()
        await world.until('the end', () => world.planfix.statusOf(second.id)?.key === 'completed')
        await quiet(other)
        expect(world.planfix.statusOf(task)?.key).toBe('new')
      } finally {
        await other.stop()
      }
    })
  })

  test('a contact with the e-mail among its further addresses is used', async () => {
    await withWorld({}, async (world) => {
      const known = world.planfix.createsContact({
        name: 'Anna Popa',
        email: 'popa@work.example',
        additionalEmailAddresses: ['anna@mail.example'],
      })
      await begun(world, { email: 'anna@mail.example' })
      await calm(world)
      expect(world.planfix.contacts.map((contact) => contact.id)).toEqual([known.id])
      expect(known).toMatchObject({ name: 'Anna Popa', email: 'popa@work.example' })
    })
  })
})

/** Another bridge on the same Planfix account with a separate Chatra account and store. */
async function secondInstallation(world: World): Promise<World> {
  const { World: Worlds } = await import('../support/world.ts')
  return Worlds.start({
    planfixSettings: { baseUrl: world.planfix.restUrl, webUrl: world.planfix.webUrl },
    chatra: { seed: 2 },
  })
}

describe.concurrent('F13: the same e-mail on two devices', () => {
  test('the same e-mail on two devices is one thread; a reply goes to the last device', async () => {
    await withWorld({}, async (world) => {
      const { anna: computer, task } = await begun(world, { email: 'anna@mail.example' })
      const phone = world.chatra.visit({ name: 'Anna', email: 'anna@mail.example', os: 'Android' })
      phone.says('Now from my phone #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      world.planfix.employeeComments(task, 5, '<p>To the phone #r1</p>')
      await world.until('the reply', () => chatMarks(phone).length === 1)
      computer.says('And from the computer #a3')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a3'))
      world.planfix.employeeComments(task, 5, '<p>To the computer #r2</p>')
      await world.until('the reply', () => chatMarks(computer).length === 1)
      await calm(world)
      expect([chatMarks(phone), chatMarks(computer)]).toEqual([['#r1'], ['#r2']])
      expect(world.planfix.tasks).toHaveLength(1)
      expect(world.planfix.contacts).toHaveLength(1)
    })
  })

  test('threads found equal later are joined, and the older task links to the other', async () => {
    await withWorld({}, async (world) => {
      const { task: first } = await begun(world, { email: 'anna@mail.example' })
      const phone = world.chatra.visit({ name: 'Visitor' })
      phone.says('Hello from the phone #b1')
      const second = await world.until('a second task', () => tasksNamed(world, 'Visitor')[0])
      await quiet(world)
      phone.introduces({ name: 'Anna', email: 'anna@mail.example' })
      phone.says('It is Anna #b2')
      await world.until('the message in the first task', () =>
        world.feed(first).some((comment) => comment.text.includes('#b2')),
      )
      await world.until('the note', () =>
        world.feed(second.id).some((comment) => comment.text.includes(`/task/${first}`)),
      )
      world.planfix.employeeComments(second.id, 5, '<p>In the old task #r1</p>')
      await world.until('the reply', () => chatMarks(phone).length === 1)
      await calm(world)
      expect(chatMarks(phone)).toEqual(['#r1'])
      expect(world.planfix.tasks).toHaveLength(2)
    })
  })

  test('an e-mail found in Planfix puts the waiting message into the existing thread', async () => {
    await withWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.editsContact(card(world).id, { email: 'anna@mail.example' })
      const phone = world.chatra.visit({ name: 'Anna', email: 'anna@mail.example' })
      phone.says('From my phone #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2'])
      expect(world.planfix.contacts).toHaveLength(1)
      world.planfix.employeeComments(task, 5, '<p>Hello #r1</p>')
      await world.until('the reply', () => chatMarks(phone).length === 1)
      expect(chatMarks(anna)).toEqual([])
    })
  })
})

describe.concurrent('contacts that are deleted', () => {
  test('a contact merged during the conversation: messages continue with the remaining card', async () => {
    await withWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      const old = world.planfix.createsContact({ name: 'Anna from the shop' })
      world.planfix.mergesContacts(card(world).id, old.id)
      anna.says('Hello? #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      world.planfix.employeeComments(task, 5, '<p>Yes #r1</p>')
      await world.until('the reply', () => chatMarks(anna).length === 1)
      anna.says('Good #a3')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a3'))
      await calm(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2', '#r1', '#a3'])
      expect(chatMarks(anna)).toEqual(['#r1'])
      const owners = world.planfix
        .comments(task)
        .slice(1)
        .filter((comment) => !comment.byHand)
      expect(new Set(owners.map((comment) => comment.owner))).toEqual(new Set([`contact:${old.id}`]))
      expect(world.planfix.tasks).toHaveLength(1)
    })
  })

  test('a reply to a merged client is sent before the client has written again', async () => {
    await withWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      const old = world.planfix.createsContact({ name: 'Anna from the shop' })
      world.planfix.mergesContacts(card(world).id, old.id)
      world.planfix.employeeComments(task, 5, '<p>Are you there? #r1</p>')
      await world.until('the reply', () => chatMarks(anna).length === 1)
    })
  })

  test('a contact deleted with its task: the next message creates both again', async () => {
    await withWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.deletesTask(task, { forGood: true })
      world.planfix.deletesContact(card(world).id)
      await pass(world, 20_000)
      anna.says('Hello? #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      await calm(world)
      expect(world.planfix.contacts.filter((contact) => !contact.isDeleted)).toHaveLength(1)
      expect(feedMarks(world, 'Anna')).toEqual(['#a2'])
    })
  })

  test('a task deleted while a message is under way: the message is in the next one, once', async () => {
    await withWorld({}, async (world) => {
      const { anna, task } = await begun(world)
      world.planfix.server.faults.add({ kind: 'status', status: 500, path: '/comments/$', times: 2 })
      anna.says('Hello? #a2')
      await world.until('a failure', () =>
        world.planfix.server.requests.some((call) => call.answered === 'status'),
      )
      world.planfix.deletesTask(task)
      await world.until('a second task', () => world.planfix.tasks.length === 2)
      await calm(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1', '#a2'])
    })
  })
})

describe.concurrent('F14: each visit is an action on the card, once', () => {
  const actions = (world: World) =>
    world.planfix.contactComments(card(world).id).map((comment) => plain(comment.description))

  test('a visit is a comment with OS, browser and address', async () => {
    await withWorld({ options: { completeWhenClientLeaves: false } }, async (world) => {
      const { anna } = await begun(world)
      anna.says('More #a2')
      await calm(world)
      expect(actions(world)).toHaveLength(1)
      expect(actions(world)[0]).toMatch(/Windows 10[\s\S]*Chrome 141[\s\S]*192\.0\.2\.10/)
      anna.comesBack()
      anna.says('Back #a3')
      await world.until('the second action', () => actions(world).length === 2)
      await world.restart()
      anna.says('Still here #a4')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a4'))
      await calm(world)
      expect(actions(world)).toHaveLength(2)
    })
  })

  const outcomes = [
    'timeout-after-commit',
    'timeout-before-commit',
    'timeout-then-late-commit',
    '504-after-commit',
  ] as const
  test.each(outcomes.map((outcome) => [outcome]))('also when the answer is lost (%s)', async (outcome) => {
    const switches = { 'comment-list-source': 'empty', 'source-read': 'never' } as const
    await withWorld({ planfix: { switches } }, async (world) => {
      world.planfix.server.faults.add({
        kind: 'latency',
        ms: 200,
        path: '/contact/\\d+/comments/$',
        times: 1,
      })
      const anna = world.chatra.visit({ name: 'Anna' })
      anna.says('Hello #a1')
      await world.until('the action is being written', () =>
        world.planfix.server.requests.some((call) => /contact\/\d+\/comments\/$/.test(call.path)),
      )
      world.planfix.nextWrites(outcome, 1)
      await world.until('the fault has struck', () => world.planfix.writeOutcomeTimes === 0)
      await world.until('the action', () => actions(world).length > 0)
      await calm(world)
      await pass(world, 10_000)
      expect(actions(world)).toHaveLength(1)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1'])
    })
  })

  test.each(switchTable['datatag-list-key'].map((key) => [key]))(
    'as an entry of the chosen data tag (%s)',
    async (key) => {
      const options: WorldOptions = {
        planfix: { switches: { 'datatag-list-key': key } },
        planfixSettings: { visitDataTag: { id: 4, fields: { os: 10, browser: 11, ip: 12 } } },
      }
      await withWorld(options, async (world) => {
        const { anna } = await begun(world)
        anna.says('More #a2')
        await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
        await calm(world)
        const entries = [...world.planfix.account.entries.values()]
        expect(entries.map((entry) => Object.fromEntries(entry.values))).toEqual([
          { 10: 'Windows 10', 11: 'Chrome 141', 12: '192.0.2.10' },
        ])
      })
    },
  )
})

describe.concurrent('no contact template is chosen', () => {
  const positions = switchTable['contact-template'].map((position) => [position])
  test.each(positions)('without a contact template: %s', async (position) => {
    const planfix = { switches: { 'contact-template': position } }
    await withWorld({ planfix, planfixSettings: { contactTemplateId: null } }, async (world) => {
      const anna = world.chatra.visit({ name: 'Anna' })
      anna.says('Hello #a1')
      if (position === 'optional') {
        await world.until('a task', () => tasksNamed(world, 'Anna')[0])
        return
      }
      const state = await world.until('it is named', async () => {
        const now = await planfixState(world)
        return now.state !== 'ok' ? now : null
      })
      expect(state.code).toBe('refused')
      world.planfix.setSwitch('contact-template', 'optional')
      await world.until('a task', () => tasksNamed(world, 'Anna')[0])
      await calm(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1'])
      expect((await planfixState(world)).state).toBe('ok')
    })
  })
})
