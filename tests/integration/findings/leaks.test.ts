import { expect, test } from 'vitest'
import { planfixHook } from '../../support/planfix-scenes.ts'
import { change, count, everSent, inTalk, inWorld, looked, messageOf, pass, settle, texts } from './scene.ts'

/** Texts meant for employees, or for another client, are not sent to this one (findings 3, 4, 5, 10, 19). */

test('3: two strangers with one shared address are two people with separate replies', async () => {
  await inWorld({}, async (world) => {
    const anna = await inTalk(world, { name: 'Anna', email: '1@1.ru' }, 'What is the balance of my contract?')
    const boris = world.chatra.visit({ name: 'Boris', email: '1@1.ru' })
    boris.says('Do you deliver?')
    await settle(world)
    world.planfix.employeeComments(anna.taskId, 5, '<p>Dear Anna, your balance is 100, card ending 1111</p>')
    await world.until('the answer', () => anna.visitor.sees().length + boris.sees().length > 0)
    await settle(world)
    expect(boris.sees()).toEqual([])
    expect(count(anna.visitor.sees(), 'Dear Anna')).toBe(1)
    const tasks = world.planfix.tasks.filter((task) =>
      texts(world, task.id).some((one) => one.includes('deliver')),
    )
    expect(tasks.map((task) => task.id)).not.toContain(anna.taskId)
  })
})

test('3: a waiting reply still goes to the device it was written for', async () => {
  await inWorld({ options: { joinDevices: 'always' } }, async (world) => {
    const phone = await inTalk(world, { name: 'Anna', email: 'anna@mail.example' }, 'From my phone')
    world.chatra.server.faults.add({ kind: 'status', status: 429, method: 'POST' })
    world.planfix.employeeComments(phone.taskId, 5, '<p>For the phone</p>')
    await world.until('it waits', async () => (await messageOf(world, 'For the phone'))?.state === 'retrying')
    const computer = world.chatra.visit({ name: 'Anna', email: 'anna@mail.example', os: 'macOS' })
    computer.says('From my computer')
    await world.until(
      'it is known',
      async () => (await messageOf(world, 'From my computer'))?.state === 'delivered',
    )
    world.chatra.server.faults.clear()
    await world.until('the reply', () => phone.visitor.sees().length + computer.sees().length > 0)
    expect(phone.visitor.sees()).toEqual(['For the phone'])
    expect(computer.sees()).toEqual([])
  })
})

test('3: a reply to a message still being written goes to the device that sent it', async () => {
  // With sockets: a scenario makes the bridge read it at once.
  await inWorld({ virtual: false, options: { joinDevices: 'always' } }, async (world) => {
    const phone = await inTalk(world, { name: 'Anna', email: 'anna@mail.example' }, 'From my phone')
    const computer = world.chatra.visit({ name: 'Anna', email: 'anna@mail.example', os: 'macOS' })
    world.planfix.scenarioUrl = planfixHook(world)
    const path = '/task/\\d+/comments/?$'
    world.planfix.server.faults.add({ kind: 'timeout-after-write', method: 'POST', path, times: 1 })
    computer.says('From my computer')
    await world.until('it stands in the task', () =>
      texts(world, phone.taskId).some((one) => one.includes('From my computer')),
    )
    world.planfix.employeeComments(phone.taskId, 5, '<p>For the computer</p>')
    await world.until('the reply', () => phone.visitor.sees().length + computer.sees().length > 0)
    await settle(world)
    expect(phone.visitor.sees()).toEqual([])
    expect(computer.sees()).toEqual(['For the computer'])
  })
})

test.each([null, 12])(
  "4: another person's task is neither shown to a client nor completed (template %s)",
  async (template) => {
    await inWorld({ planfixSettings: { taskTemplateId: template } }, async (world) => {
      const { planfix, chatra } = world
      const ceo = planfix.createsContact({ name: 'CEO', email: 'ceo@big.example' })
      // A negotiation made by a person, of the same template.
      const { taskId: theirs } = await inTalk(world, { name: 'Somebody else' })
      const negotiation = planfix.task(theirs)
      if (!negotiation) throw new Error('no task')
      Object.assign(negotiation, { name: 'Contract 2026: negotiation', counterparty: `contact:${ceo.id}` })
      delete negotiation.sourceObjectId
      await world.restart(async () => {
        const { rm } = await import('node:fs/promises')
        for (const end of ['', '-wal', '-shm'])
          await rm(`${world.dataDir}/bridge.sqlite${end}`, { force: true })
        await rm(`${world.dataDir}/bridge.clean`, { force: true })
      })
      const visitor = chatra.visit({ name: 'Visitor', email: 'ceo@big.example' })
      visitor.says('Hi there')
      await world.until('its own task', () =>
        planfix.tasks.find(
          (task) => task.id !== theirs && texts(world, task.id).some((one) => one.includes('Hi there')),
        ),
      )
      await settle(world)
      planfix.employeeComments(theirs, 5, '<p>Our last price is 1,000,000</p>')
      await looked(world)
      visitor.leaves()
      await pass(world, 15 * 60_000)
      await settle(world)
      expect(everSent(world).join()).not.toContain('1,000,000')
      expect(planfix.statusOf(theirs)?.isActive).toBe(true)
      expect(count(texts(world, theirs), 'Hi there')).toBe(0)
    })
  },
  60_000,
)

test.each([
  ['unticked', { recipients: { users: ['user:6'], groups: [] } }],
  ['hidden', { isHidden: true }],
  ['handed to an author who may not answer', { owner: 'user:7' }],
])('5: a reply that is %s when it is rewritten is not sent as an edit', async (_, fields) => {
  const employees = [
    { planfixUserId: 'user:5', name: 'Ana' },
    { planfixUserId: 'user:7', name: 'Mihai', allowed: false },
  ]
  await inWorld({ connection: { employees } }, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    const comment = world.planfix.employeeComments(taskId, 5, '<p>Of course</p>')
    await world.until('the reply', () => visitor.sees().length === 1)
    change(world, comment, { ...fields, description: '<p>INTERNAL: this client never pays, refuse</p>' })
    await looked(world)
    await settle(world)
    expect(everSent(world).join('\n')).not.toContain('INTERNAL')
    expect(visitor.sees().join()).not.toContain('INTERNAL')
  })
})

test.each([
  ['hidden', { isHidden: true }],
  ['unticked', { recipients: { users: [], groups: [] } }],
  ['deleted', { isDeleted: true }],
])('5: a reply that is %s while it waits is never sent', async (what, fields) => {
  await inWorld({}, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    world.chatra.server.faults.add({ kind: 'status', status: 429, method: 'POST' })
    const comment = world.planfix.employeeComments(taskId, 5, `<p>SECRET ${what} later</p>`)
    await world.until('it waits', async () => (await messageOf(world, 'SECRET'))?.state === 'retrying')
    change(world, comment, fields)
    await pass(world, 90_000)
    const before = everSent(world).length
    world.chatra.server.faults.clear()
    await pass(world, 60_000)
    expect(visitor.sees()).toEqual([])
    expect(everSent(world).slice(before)).toEqual([])
    expect((await messageOf(world, 'SECRET'))?.state).toBe('skipped')
  })
})

test.each([
  ['it failed', { kind: 'status', status: 400, method: 'POST', times: 3 } as const, 'failed'],
  ['it was uncertain', { kind: 'timeout-before-write', method: 'POST', times: 1 } as const, 'uncertain'],
])('5: a retried reply whose comment is gone is not sent, %s', async (_, fault, state) => {
  await inWorld({}, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    world.chatra.server.faults.add(fault)
    const comment = world.planfix.employeeComments(taskId, 5, '<p>also wrong</p>')
    const stuck = await world.until('it is stuck', async () => {
      const message = await messageOf(world, 'also wrong')
      return message?.state === state ? message : null
    })
    world.chatra.server.faults.clear()
    world.planfix.deletesComment(comment.id)
    await looked(world)
    await world.app.retry(stuck.id)
    await pass(world, 20_000)
    expect(visitor.sees()).toEqual([])
  })
})

test('10: a reply in the task of one site does not appear in the chat of another', async () => {
  await inWorld({ virtual: false }, async (world) => {
    const { planfix, chatra } = world
    const first = await inTalk(world, { name: 'Anna', email: 'anna@mail.example' })
    const visitor = first.visitor
    // The second site is a separate connection: its client with the same address must get a separate task.
    const { parseConfiguration } = await import('../../../src/shared/config.ts')
    const shop = world.app.configuration.connections[0]
    if (!shop) throw new Error('no connection')
    const { startChatraSimulator } = await import('../../../src/simulators/chatra/index.ts')
    const other = await startChatraSimulator({
      seed: 7,
      publicKey: 'OtherSitePublicKey',
      now: world.clock.now,
    })
    try {
      const { webhookSecret: _, ...rest } = shop
      const second = {
        ...rest,
        id: 'second',
        name: 'second.example',
        chatra: { ...shop.chatra, baseUrl: other.apiUrl, publicKey: other.publicKey },
        webhookSecret: 'second-hook-secret-0123456789',
      }
      const parsed = parseConfiguration({ connections: [shop, second] })
      if (!parsed.ok) throw new Error(parsed.problems.join())
      await world.app.reconfigure(parsed.value)
      other.webhookUrl = `${world.app.hooksUrl}/hooks/second/second-hook-secret-0123456789/chatra`
      const again = other.visit({ name: 'Anna', email: 'anna@mail.example' })
      again.says('On the second site')
      await other.flush()
      const task = await world.until('a second task', () =>
        planfix.tasks.find((one) => texts(world, one.id).some((text) => text.includes('On the second site'))),
      )
      expect(task.id).not.toBe(first.taskId)
      planfix.employeeComments(first.taskId, 5, '<p>For the first site</p>')
      await world.until('the answer', () => visitor.sees().length > 0)
      await looked(world)
      expect(visitor.sees()).toEqual(['For the first site'])
      expect(again.sees()).toEqual([])
    } finally {
      await other.stop()
    }
    expect(chatra.messages(visitor.clientId).length).toBeGreaterThan(0)
  })
})

test('19: a reply deleted while it was uncertain is removed once it is known to have arrived', async () => {
  await inWorld({}, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    world.planfix.employeeComments(taskId, 5, '<p>First</p>')
    await world.until('an echo', async () => (await messageOf(world, 'First'))?.echoed)
    world.chatra.pauseWebhooks()
    world.chatra.server.faults.add({ kind: 'timeout-after-write', method: 'POST', times: 1 })
    const comment = world.planfix.employeeComments(taskId, 5, '<p>wrong client, secret</p>')
    await world.until(
      'it is uncertain',
      async () => (await messageOf(world, 'secret'))?.state === 'uncertain',
    )
    world.planfix.deletesComment(comment.id)
    await pass(world, 60_000)
    world.chatra.resumeWebhooks()
    await world.chatra.flush()
    await world.until('it is gone', () => !visitor.sees().join().includes('secret'))
  })
})
