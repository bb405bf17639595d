import { expect, test } from 'vitest'
import { change, count, inTalk, inWorld, looked, messageOf, pass, settle, texts } from './scene.ts'

/** Nothing is left behind or overlooked (findings 6, 7, 13, 14, 15, 17, 18, 23, 26). */

test('6: a message under way when its conversation is joined is still delivered', async () => {
  await inWorld({ options: { joinDevices: 'always' } }, async (world) => {
    const computer = await inTalk(world, { name: 'Anna', email: 'anna@mail.example' })
    const phone = await inTalk(world, { name: 'Purple' })
    world.planfix.server.faults.add({ kind: 'timeout-before-write', method: 'POST', path: '/comments/$' })
    phone.visitor.says('On its way when I say who I am')
    await pass(world, 3000)
    phone.visitor.introduces({ name: 'Anna', email: 'anna@mail.example' })
    phone.visitor.says('It is me')
    await pass(world, 20_000)
    world.planfix.server.faults.clear()
    await world.until('both are carried', () => {
      const all = world.planfix.tasks.flatMap((task) => texts(world, task.id))
      return count(all, 'On its way') === 1 && count(all, 'It is me') === 1
    })
    await settle(world)
    const open = (await world.messages()).filter((one) =>
      ['queued', 'sending', 'retrying'].includes(one.state),
    )
    expect(open).toEqual([])
    expect(computer.taskId).toBeGreaterThan(0)
  })
})

test("7: assigning the customer's real card to the task does not stop replies", async () => {
  await inWorld({}, async (world) => {
    const { visitor, taskId, cardId } = await inTalk(world, { name: 'Purple Fox' })
    const card = world.planfix.createsContact({ name: 'Anna Popa', email: 'anna@mail.example' })
    const task = world.planfix.task(taskId)
    if (!task) throw new Error('no task')
    task.counterparty = `contact:${card.id}`
    task.updatedAt = world.clock.now()
    world.planfix.employeeComments(taskId, 5, '<p>To the real card</p>', {
      recipients: [`contact:${card.id}`],
    })
    await world.until('the reply', () => visitor.sees().includes('To the real card'))
    visitor.says('Thank you')
    await settle(world)
    const thanks = await world.until('his words', () =>
      world.planfix.comments(taskId).find((one) => one.description.includes('Thank you')),
    )
    expect(thanks.owner).toBe(`contact:${card.id}`)
    expect(world.planfix.contact(cardId)?.isDeleted).toBe(false)
  })
})

test('13: an indeterminate comment whose task is deleted does not block the conversation', async () => {
  await inWorld({}, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    world.planfix.server.faults.add({
      kind: 'timeout-before-write',
      method: 'POST',
      path: '/comments/$',
      times: 1,
    })
    visitor.says('Unclear')
    // While the call hangs: after the write it would move with its task.
    await world.until('it is under way', async () => (await messageOf(world, 'Unclear'))?.state === 'sending')
    world.planfix.deletesTask(taskId, { forGood: true })
    visitor.says('And another one')
    await world.until('a new task with both', () => {
      const all = world.planfix.tasks.flatMap((task) => texts(world, task.id))
      return count(all, 'Unclear') === 1 && count(all, 'And another one') === 1
    })
  })
})

test.each([
  ['while it is being written', { kind: 'latency', ms: 6000 } as const],
  ['while it is unclear', { kind: 'timeout-before-write' } as const],
])('14: client and employee write the same short text, %s', async (_, fault) => {
  const switches = { 'source-read': 'never', 'comment-list-source': 'empty' } as const
  await inWorld({ planfix: { switches } }, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    world.planfix.server.faults.add({ ...fault, method: 'POST', path: '/comments/$', times: 1 })
    visitor.says('Да')
    await pass(world, 1500)
    world.planfix.employeeComments(taskId, 5, '<p>Да</p>')
    await world.until('the reply', () => visitor.sees().includes('Да'))
    await world.until('the message', () =>
      world.planfix
        .comments(taskId)
        .some((one) => one.description.includes('Да') && one.owner.startsWith('contact:')),
    )
    await settle(world)
    expect(visitor.sees()).toEqual(['Да'])
    expect(count(texts(world, taskId), 'Да')).toBe(2)
  })
})

test('15: a file that is added to a sent comment reaches the client, once', async () => {
  await inWorld({}, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    const comment = world.planfix.employeeComments(taskId, 5, '<p>The contract</p>')
    await world.until('the reply', () => visitor.sees().length === 1)
    const file = world.planfix.addsFile('contract.pdf', 'content')
    change(world, comment, { files: [file.id] })
    await world.until('the file', () => visitor.sees().join('\n').includes('contract.pdf'))
    await looked(world)
    expect(count(visitor.sees().join('\n').split('\n'), 'contract.pdf')).toBe(1)
  })
})

test('15: a failed reply that the employee corrects is sent', async () => {
  await inWorld({}, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    world.chatra.server.faults.add({ kind: 'status', status: 400, method: 'POST', times: 3 })
    const comment = world.planfix.employeeComments(taskId, 5, '<p>Something Chatra refuses</p>')
    await world.until('it failed', async () => (await messageOf(world, 'refuses'))?.state === 'failed')
    world.chatra.server.faults.clear()
    change(world, comment, { description: '<p>Something better</p>' })
    await world.until('it is sent', () => visitor.sees().includes('Something better'))
    await looked(world)
    expect(visitor.sees()).toEqual(['Something better'])
  })
})

test('15: a long note that is opened is sent completely', async () => {
  await inWorld({}, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    const note = world.planfix.employeeComments(taskId, 5, '<p>Short note</p>', { hidden: true })
    await world.until('it is kept', async () => (await messageOf(world, 'Short note'))?.state === 'skipped')
    change(world, note, { description: `<p>${'Long words. '.repeat(700)}THE END</p>`, isHidden: false })
    await world.until('its end', () => visitor.sees().join().includes('THE END'))
    await settle(world)
    expect(visitor.sees().length).toBeGreaterThanOrEqual(2)
    expect(visitor.sees().every((one) => one.length <= 5000)).toBe(true)
  })
})

test('23: eighteen files with long names all reach the client', async () => {
  await inWorld({ configuration: { publicUrl: 'https://bridge.shop.example' } }, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    const names = Array.from(
      { length: 18 },
      (_, n) => `file ${String(n).padStart(2, '0')} ${'Договор на поставку '.repeat(8)}.pdf`,
    )
    const files = names.map((name) => world.planfix.addsFile(name, 'content').id)
    world.planfix.employeeComments(taskId, 5, '<p>All of them</p>', { files })
    await world.until('the last', () =>
      names.every((name) => visitor.sees().join('\n').includes(name.slice(0, 20))),
    )
    await settle(world)
    for (const text of visitor.sees()) expect(text.length).toBeLessThanOrEqual(5000)
    for (const name of names) expect(count(visitor.sees().join('\n').split('\n'), name.slice(0, 20))).toBe(1)
  })
})

test('17: a reply in a task without activity for a year is noticed', async () => {
  await inWorld({}, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    await looked(world)
    const { store } = world.app
    const old = world.clock.now() - 365 * 86_400_000
    await store.commit([{ type: 'task.patch', connectionId: 'shop', taskId, patch: { lastActivityAt: old } }])
    await looked(world)
    world.planfix.employeeComments(taskId, 5, '<p>It is there!</p>')
    await world.until('the reply', () => visitor.sees().includes('It is there!'))
  })
})

test('17: beyond two thousand comments in an account without sorting, replies are noticed', async () => {
  await inWorld({ planfix: { switches: { 'result-order': 'ignored' } } }, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    for (let n = 0; n < 2100; n++) {
      world.planfix.employeeComments(taskId, 6, `<p>note ${n}</p>`, { recipients: ['user:5'] })
    }
    await looked(world)
    world.planfix.employeeComments(taskId, 5, '<p>After all these</p>')
    await world.until('the reply', () => visitor.sees().includes('After all these'))
  })
}, 60_000)

test('18: deleted replies cost nothing at later reads', async () => {
  await inWorld({}, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    const comments = ['one', 'two', 'three'].map((text) =>
      world.planfix.employeeComments(taskId, 5, `<p>${text}</p>`),
    )
    await world.until('replies', () => visitor.sees().length === 3)
    for (const comment of comments) world.planfix.deletesComment(comment.id)
    await world.until('they are gone', () => visitor.sees().length === 0)
    await looked(world)
    const before = world.planfix.server.requests.length
    for (let n = 0; n < 5; n++) {
      visitor.says(`More ${n}`)
      await pass(world, 5000)
    }
    const asked = world.planfix.server.requests
      .slice(before)
      .filter(({ method, path }) => method === 'GET' && path.includes('/comment/'))
    expect(asked).toEqual([])
  })
})

test('26: replies right after a message of the client are noticed although a poll takes long', async () => {
  await inWorld({ speed: 40 }, async (world) => {
    const talks = []
    for (let n = 0; n < 12; n++) talks.push(await inTalk(world, { name: `Client ${n}` }))
    await pass(world, 90_000)
    world.planfix.server.faults.add({ kind: 'latency', ms: 8000 / world.speed, path: '/task/list' })
    for (const [n, talk] of talks.entries()) {
      talk.visitor.says(`Question ${n}`)
      await pass(world, 7000)
      world.planfix.employeeComments(talk.taskId, 5, `<p>Answer ${n}</p>`)
    }
    await pass(world, 120_000)
    const silent = talks.filter(({ visitor }) => visitor.sees().length === 0)
    expect(silent).toEqual([])
  })
}, 60_000)
