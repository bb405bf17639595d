import { afterEach, describe, expect, test } from 'vitest'
import type { World } from '../support/world.ts'
import {
  ANA,
  closeWorld,
  conversation,
  EMPLOYEES,
  inPlanfix,
  JULIA,
  marks,
  newClient,
  notesTo,
  openWorld,
  replied,
  shownTo,
  stateOf,
  taskOf,
  tasksOf,
} from './chatra-play.ts'

/** Whose name a message has: F6, F9, F13, F16, agents inside Chatra, files. */

let world: World
afterEach(() => closeWorld(world))

const speakers = (visitor: { clientId: string }) =>
  world.chatra
    .messages(visitor.clientId)
    .filter((one) => one.type === 'agent')
    .map((one) => one.agentName)

describe('F6, F9: the name of a reply', () => {
  test('by default all replies come from the integration, for every author', async () => {
    world = await openWorld()
    const { visitor, answers } = await conversation(world)
    answers('r1: Ana', ANA)
    answers('r2: Julia', JULIA)
    await replied(world, visitor, 'r2')
    expect(speakers(visitor)).toEqual(['shop.example', 'shop.example'])
    expect(world.chatra.messages(visitor.clientId).at(-1)).toMatchObject({
      agentEmail: 'bridge@shop.example',
      receivedFrom: 'planfix-bridge',
    })
  })

  test('with "send as an employee" each reply comes from its employee, matched by e-mail', async () => {
    world = await openWorld({ options: { sendAsEmployee: true } })
    const { visitor, answers, name } = await conversation(world)
    answers('r1: Ana', ANA)
    await replied(world, visitor, 'r1')
    answers('r2: Julia', JULIA)
    await replied(world, visitor, 'r2')
    await world.quiet()
    expect(speakers(visitor)).toEqual(['Ana', 'Julia'])
    expect(inPlanfix(world, name, 'r')).toEqual(['r1', 'r2'])
  })

  test('an agent chosen by hand takes precedence over the e-mail', async () => {
    const agents = [
      { id: 'agentByHand000001', name: 'Support', email: 'support@shop.example' },
      { id: 'agentByMail000001', name: 'Ana of Chatra', email: 'ana@shop.example' },
    ]
    const [ana, julia] = EMPLOYEES
    world = await openWorld({
      options: { sendAsEmployee: true },
      chatra: { agents },
      connection: { employees: [{ ...ana, chatraAgentId: 'agentByHand000001' }, julia] },
    })
    const { visitor, answers } = await conversation(world)
    answers('r1: Hello', ANA)
    await replied(world, visitor, 'r1')
    expect(speakers(visitor)).toEqual(['Support'])
  })

  test('the reply of an employee whom Chatra refuses is sent as the integration', async () => {
    world = await openWorld({
      options: { sendAsEmployee: true },
      chatra: {
        switches: { 'agent-by-email': '400' },
        agents: [{ name: 'Shop', email: 'bridge@shop.example' }],
      },
    })
    const { visitor, answers, name } = await conversation(world)
    answers('r1: Hello', ANA)
    await replied(world, visitor, 'r1')
    await world.quiet()
    expect(speakers(visitor)).toEqual(['Shop'])
    expect(notesTo(world, name)).toEqual([])
    expect((await stateOf(world, 'r1')).state).toBe('delivered')
  })

  test('an unknown agent chosen by hand is replaced by the integration', async () => {
    const [ana] = EMPLOYEES
    world = await openWorld({
      options: { sendAsEmployee: true },
      connection: { employees: [{ ...ana, chatraAgentId: 'noSuchAgent000001' }] },
    })
    const { visitor, answers } = await conversation(world)
    answers('r1: Hello', ANA)
    await replied(world, visitor, 'r1')
    await world.quiet()
    expect(speakers(visitor)).toEqual(['shop.example'])
  })

  test("only comments of the channel's employees reach the client", async () => {
    world = await openWorld({ connection: { employees: [EMPLOYEES[0]] } })
    const { visitor, answers } = await conversation(world)
    answers('n1: not mine to say', JULIA)
    answers('r1: Mine', ANA)
    await replied(world, visitor, 'r1')
    await world.quiet()
    expect(visitor.sees()).toEqual(['r1: Mine'])
    expect(await stateOf(world, 'n1')).toMatchObject({ state: 'skipped', reason: 'employee-not-allowed' })
  })
})

describe('F13: the same e-mail on two devices', () => {
  const both = async (name: string) => {
    const email = `${name.toLowerCase()}@example.com`
    const computer = world.chatra.visit({ name, email, os: 'Windows 10' })
    computer.says('m1: from the computer')
    const task = await taskOf(world, name)
    await world.quiet()
    const phone = world.chatra.visit({ name, email, os: 'Android 16' })
    phone.says('m2: from the phone')
    await world.quiet()
    return { computer, phone, task }
  }

  test('the same e-mail on two devices is one thread; a reply goes to the last device', async () => {
    world = await openWorld()
    const { computer, phone, task } = await both('Vera')
    expect(tasksOf(world, 'Vera')).toHaveLength(1)
    expect(world.planfix.contacts.filter((one) => one.name === 'Vera')).toHaveLength(1)
    expect(inPlanfix(world, 'Vera', 'm')).toEqual(['m1', 'm2'])
    world.planfix.employeeComments(task.id, ANA, '<p>r1: to the phone</p>')
    await replied(world, phone, 'r1')
    computer.says('m3: back at the computer')
    await world.quiet()
    world.planfix.employeeComments(task.id, ANA, '<p>r2: to the computer</p>')
    await replied(world, computer, 'r2')
    await world.quiet()
    expect([marks(phone.sees(), 'r'), marks(computer.sees(), 'r')]).toEqual([['r1'], ['r2']])
    expect(inPlanfix(world, 'Vera', 'm')).toEqual(['m1', 'm2', 'm3'])
    expect(inPlanfix(world, 'Vera', 'r')).toEqual(['r1', 'r2'])
  })

  test('an e-mail given later joins the threads, and the old task links to the new one', async () => {
    world = await openWorld()
    const computer = world.chatra.visit({ name: 'Vera', email: 'vera@example.com' })
    computer.says('m1: from the computer')
    await taskOf(world, 'Vera')
    const phone = world.chatra.visit({ name: 'Guest' })
    phone.says('m2: from the phone')
    const old = await taskOf(world, 'Guest')
    await world.quiet()
    phone.introduces({ name: 'Vera', email: 'vera@example.com' })
    phone.says('m3: it is me')
    await world.quiet()
    const task = tasksOf(world, 'Vera')[0]
    expect(inPlanfix(world, 'Vera', 'm')).toEqual(['m1', 'm3'])
    expect(inPlanfix(world, 'Guest', 'm')).toEqual(['m2'])
    expect(shownTo(world, 'Guest').at(-1)?.text).toContain(`/task/${task?.id}`)
    world.planfix.employeeComments(task?.id ?? 0, ANA, '<p>r1: from the new task</p>')
    await replied(world, phone, 'r1')
    world.planfix.employeeComments(old.id, ANA, '<p>r2: from the old task</p>')
    await replied(world, phone, 'r2')
    await world.quiet()
    expect(marks(phone.sees(), 'r')).toEqual(['r1', 'r2'])
    expect(computer.sees()).toEqual([])
  })
})

describe('F16: a reply after the client left', () => {
  test.each([
    ['anna@example.com', 'client-left-emailed-by-chatra', ['r1: Sorry']],
    [undefined, 'client-left-no-email', []],
  ])('with the e-mail %s the log says %s', async (email, reason, mailed) => {
    world = await openWorld()
    const visitor = world.chatra.visit({ name: 'Anna', ...(email && { email }) })
    visitor.says('m1: Hello')
    const task = await taskOf(world, 'Anna')
    await world.quiet()
    visitor.leaves()
    await world.quiet()
    world.planfix.employeeComments(task.id, ANA, '<p>r1: Sorry</p>')
    await replied(world, visitor, 'r1')
    await world.quiet()
    expect(await stateOf(world, 'r1')).toMatchObject({ state: 'delivered', reason })
    expect(visitor.mailed()).toEqual(mailed)
  })

  test('a client who is present gets the reply without a reason in the log', async () => {
    world = await openWorld()
    const { visitor, answers } = await conversation(world)
    answers('r1: Hello')
    await replied(world, visitor, 'r1')
    await world.quiet()
    expect(await stateOf(world, 'r1')).toMatchObject({ state: 'delivered', reason: null })
  })
})

describe('agents who answer inside Chatra', () => {
  test('a mapped agent writes as the employee, another one with the name in front', async () => {
    world = await openWorld({
      chatra: {
        agents: [
          { id: 'juliaAgent0000001', name: 'Julia', email: 'julia@shop.example' },
          { id: 'handAgent00000001', name: 'Nick', email: 'nick@elsewhere.example' },
          { id: 'strangerAgent0001', name: 'Oleg', email: 'oleg@elsewhere.example' },
        ],
      },
      connection: { employees: [{ ...EMPLOYEES[0], chatraAgentId: 'handAgent00000001' }, EMPLOYEES[1]] },
    })
    const { name, visitor, answers } = await conversation(world)
    world.chatra.agentSays(visitor.clientId, 'juliaAgent0000001', 'a1: by e-mail')
    world.chatra.agentSays(visitor.clientId, 'handAgent00000001', 'a2: by hand')
    world.chatra.agentSays(visitor.clientId, 'strangerAgent0001', 'a3: nobody')
    visitor.says('m2: Thanks')
    await world.quiet()
    answers('r1: Done')
    await replied(world, visitor, 'r1')
    await world.quiet()
    const said = shownTo(world, name).slice(1)
    expect(said.slice(0, 3)).toMatchObject([
      { owner: `user:${JULIA}`, text: 'a1: by e-mail' },
      { owner: `user:${ANA}`, text: 'a2: by hand' },
      { owner: 'user:1', text: 'Oleg (Chatra): a3: nobody' },
    ])
    expect(marks(visitor.sees(), 'a')).toEqual(['a1', 'a2', 'a3'])
    expect(marks(visitor.sees(), 'r')).toEqual(['r1'])
  })

  test("agents' messages stay in Chatra when mirroring is off", async () => {
    world = await openWorld({ options: { mirrorChatraReplies: false } })
    const { name, visitor, answers } = await conversation(world)
    world.chatra.agentSays(visitor.clientId, world.chatra.agents[0]?.id ?? '', 'a1: between us')
    visitor.says('m2: Thanks')
    answers('r1: Done')
    await replied(world, visitor, 'r1')
    visitor.leaves()
    await world.quiet()
    expect(inPlanfix(world, name, 'a')).toEqual([])
    expect(inPlanfix(world, name, 'm')).toEqual(['m1', 'm2'])
    expect(await stateOf(world, 'a1')).toMatchObject({ state: 'skipped', reason: 'mirroring-off' })
  })

  test("a chat that an agent begins is a task, and the client's answer goes into it", async () => {
    world = await openWorld()
    const { name, visitor } = newClient(world)
    world.chatra.agentStarts(visitor.clientId, world.chatra.agents[0]?.id ?? '', 'a1: May I help?')
    await taskOf(world, name)
    visitor.says('m1: Yes')
    await world.quiet()
    expect(tasksOf(world, name)).toHaveLength(1)
    expect(inPlanfix(world, name, 'a')).toEqual(['a1'])
    expect(inPlanfix(world, name, 'm')).toEqual(['m1'])
  })

  test("an employee's text repeated by an agent does not count as an echo", async () => {
    world = await openWorld()
    const { name, visitor, answers } = await conversation(world)
    answers('r1: Good morning')
    await replied(world, visitor, 'r1')
    await world.quiet()
    world.chatra.agentSays(visitor.clientId, world.chatra.agents[0]?.id ?? '', 'r1: Good morning')
    await world.quiet()
    expect(inPlanfix(world, name, 'r')).toEqual(['r1', 'r1'])
  })
})

describe('files from the chat', () => {
  const photo = { name: 'photo.png', type: 'image/png', content: Buffer.from('not really a picture') }
  const start = () => openWorld({ chatra: { switches: { files: 'brevo-file-object' } } })

  test('a file as the first message creates the task with the file attached', async () => {
    world = await start()
    const { name, visitor } = newClient(world)
    visitor.sendsFile(photo)
    visitor.sendsFile({ ...photo, name: 'second.png' })
    visitor.says('m1: see?')
    await world.quiet()
    const task = await taskOf(world, name)
    const names = world.planfix
      .comments(task.id)
      .flatMap((one) => one.files.map((id) => world.planfix.account.files.get(id)?.name))
    expect(names).toEqual(['photo.png', 'second.png'])
    expect(inPlanfix(world, name, 'm')).toEqual(['m1'])
  })

  test('a file that Planfix refuses to download is a link in the text', async () => {
    world = await start()
    const { name, visitor } = await conversation(world)
    world.planfix.scopes.delete('file_add')
    visitor.sendsFile(photo)
    visitor.says('m2: see?')
    await world.quiet()
    const url = world.chatra.messages(visitor.clientId).find((one) => one.fileUrl)?.fileUrl ?? ''
    const texts = shownTo(world, name).map((one) => one.text)
    expect(texts.filter((text) => text.includes(`photo.png: ${url}`))).toHaveLength(1)
    expect(inPlanfix(world, name, 'm')).toEqual(['m1', 'm2'])
    expect(world.planfix.files).toEqual([])
  })

  test('a file too large for Planfix is a link in the text', async () => {
    world = await start()
    const { name, visitor } = await conversation(world)
    world.planfix.server.faults.add({
      kind: 'status',
      status: 400,
      path: '/file/from-url',
      body: { result: 'fail', code: 7002, error: 'File too large' },
    })
    visitor.sendsFile(photo)
    await world.quiet()
    expect(shownTo(world, name).at(-1)?.text).toMatch(/^photo\.png: http:\/\/127\.0\.0\.1:\d+\/files\//)
  })

  test('a file in both fragment and transcript is attached once', async () => {
    world = await start()
    const { name, visitor, task } = await conversation(world)
    world.chatra.setSwitch('webhook-duplicate', 'same-event-twice')
    visitor.sendsFile(photo)
    await world.quiet()
    visitor.leaves()
    await world.quiet()
    expect(world.planfix.comments(task.id).flatMap((one) => one.files)).toHaveLength(1)
    expect(world.planfix.files).toHaveLength(1)
    expect(shownTo(world, name).filter((one) => one.text.includes('photo.png'))).toEqual([])
  })
})
