import { afterEach, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.stop())

test("the bridge's own note to an employee never goes to the client, whoever may reply", async () => {
  world = await World.start({ options: { sendOnlyWhenClientIsRecipient: false } })
  const { chatra, planfix } = world
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.until('a task', () => planfix.tasks[0])
  // Chatra refuses the first reply: a note in the task reports it to the employee.
  const path = '/api/messages'
  chatra.server.faults.add({ kind: 'status', status: 400, method: 'POST', path, times: 1 })
  planfix.employeeComments(world.task().id, 5, '<p>Refused by Chatra</p>')
  const note = () => world.feed(world.task().id).filter((one) => one.text.includes('was not delivered'))
  await world.until('the note', () => note().length > 0)
  planfix.employeeComments(world.task().id, 5, '<p>A second try</p>')
  await world.until('the next reply', () => anna.sees().includes('A second try'))
  await world.quiet()
  expect(note()).toHaveLength(1)
  expect(anna.sees()).toEqual(['A second try'])
})

test('an employee whose comment stays inside is told once in that conversation, and never the client', async () => {
  world = await World.start({ options: { explainInternal: true } })
  const { chatra, planfix } = world
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.until('a task', () => planfix.tasks[0])
  const inside = (user: number, text: string) =>
    planfix.employeeComments(world.task().id, user, `<p>${text}</p>`, { recipients: ['user:7'] })
  const notes = () =>
    world.feed(world.task().id).filter((one) => one.text.includes('does not see this comment'))
  inside(5, 'Ask the storekeeper')
  await world.until('the note', () => notes().length > 0)
  inside(5, 'He says Tuesday')
  inside(6, 'I look after it')
  await world.until('the note to the other employee', () => notes().length > 1)
  planfix.employeeComments(world.task().id, 5, '<p>It comes on Tuesday</p>')
  await world.until('the reply', () => anna.sees().includes('It comes on Tuesday'))
  await world.quiet()
  expect(notes().map(({ text }) => /Your comment: “(.*)”/.exec(text)?.[1])).toEqual([
    'Ask the storekeeper',
    'I look after it',
  ])
  expect(anna.sees()).toEqual(['It comes on Tuesday'])
  // In another conversation the same employee is told again.
  const boris = chatra.visit({ name: 'Boris' })
  boris.says('Hello')
  const second = await world.until('a second task', () => planfix.tasks[1])
  planfix.employeeComments(second.id, 5, '<p>Inside again</p>', { recipients: ['user:7'] })
  await world.until('the note', () =>
    world.feed(second.id).some((one) => one.text.includes('does not see this comment')),
  )
  await world.quiet()
  expect(boris.sees()).toEqual([])
})

test('a comment that is opened to the client before its note is written needs none', async () => {
  world = await World.start({ options: { explainInternal: true } })
  const { chatra, planfix } = world
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.until('a task', () => planfix.tasks[0])
  const { id } = world.task()
  // Planfix takes no comments for a moment.
  const path = `/task/${id}/comments/$`
  planfix.server.faults.add({ kind: 'status', status: 503, method: 'POST', path, times: 1000 })
  const comment = planfix.employeeComments(id, 5, '<p>It is in stock</p>', { recipients: ['user:7'] })
  await world.until('the comment', async () =>
    (await world.messages()).some(({ reason }) => reason === 'internal-client-not-notified'),
  )
  planfix.editsComment(comment.id, '<p>It is in stock</p>', { recipients: [world.task().counterparty!] })
  await world.until('the reply', () => anna.sees().includes('It is in stock'))
  planfix.server.faults.clear()
  await world.quiet()
  expect(world.feed(id).filter((one) => one.text.includes('does not see this comment'))).toEqual([])
})
