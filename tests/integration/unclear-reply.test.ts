import { afterEach, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.stop())

test('a reply that became uncertain before a restart and whose echo came is not repeated', async () => {
  world = await World.start()
  const { chatra, planfix } = world
  const anna = chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.until('a task', () => planfix.tasks[0])
  // The echo of this one shows the bridge that echoes come.
  planfix.employeeComments(world.task().id, 5, '<p>First</p>')
  await world.until('an echo', () => world.app.store.fact('shop', 'echoSeen'))
  chatra.pauseWebhooks()
  chatra.setSwitch('chatra-write-outcome', 'timeout-after-commit')
  planfix.employeeComments(world.task().id, 5, '<p>Second</p>')
  const second = async () => (await world.messages()).find((message) => message.text === 'Second')
  await world.until('an unclear reply', async () => (await second())?.state === 'uncertain')
  chatra.setSwitch('chatra-write-outcome', 'normal')
  await world.restart(async () => {
    chatra.resumeWebhooks()
    await chatra.flush()
  })
  // Later replies wait for at most 30 s: a repetition of the indeterminate call would have come by then.
  planfix.employeeComments(world.task().id, 5, '<p>Third</p>')
  await world.until('the next reply', () => anna.sees().includes('Third'))
  expect(anna.sees()).toEqual(['First', 'Second', 'Third'])
  expect(await second()).toMatchObject({ state: 'uncertain', reason: 'interrupted' })
})
