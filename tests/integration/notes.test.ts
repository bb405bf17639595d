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
