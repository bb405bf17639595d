import { afterEach, expect, test } from 'vitest'
import { damageStore } from '../../support/damage.ts'
import { World } from '../../support/world.ts'

let world: World
afterEach(async () => {
  expect(world.planfix.violations).toEqual([])
  await world.stop()
})

const MINUTES = 60_000
/** Longer than two rounds of catching up. */
const caughtUp = async () => {
  await world.pass(11 * MINUTES)
  await world.quiet()
}
const texts = () => world.planfix.tasks.map(({ id }) => world.feed(id).map(({ text }) => text))
const count = (text: string) =>
  texts()
    .flat()
    .filter((one) => one.includes(text)).length

test('a device that joined another since the backup had a task of its own, and nothing of it comes twice', async () => {
  world = await World.start({ chat: true, virtual: true })
  const phone = world.chatra.visit({ name: 'Anna' })
  phone.says('from the phone')
  await world.until('a task', () => world.planfix.tasks[0])
  await world.quiet()
  await world.app.store.backUpIfChanged()
  const laptop = world.chatra.visit({ name: 'Bea' })
  laptop.says('from the laptop')
  await world.until('its task', () => world.planfix.tasks[1])
  await world.quiet()
  for (const device of [phone, laptop]) {
    device.introduces({ name: 'Anna Rusu', email: 'anna@mail.example' })
    device.says('it is me')
    await world.quiet()
  }
  expect([count('from the laptop'), count('it is me')]).toEqual([1, 2])
  await world.restart(() => damageStore(world.dataDir))
  await caughtUp()
  expect([count('from the laptop'), count('it is me')]).toEqual([1, 2])
  expect(world.planfix.tasks).toHaveLength(2)
})

test('a chat that had two tasks since the backup is found in both, and nothing of it comes twice', async () => {
  world = await World.start({ chat: true, virtual: true })
  await world.app.store.backUpIfChanged()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('first question')
  await world.until('a task', () => world.planfix.tasks[0])
  await world.quiet()
  const answer = world.planfix.employeeComments(world.task().id, 5, '<p>first answer</p>')
  await world.until('the answer', () => anna.sees().length > 0)
  await caughtUp()
  world.planfix.completes(world.task().id)
  await world.pass(MINUTES)
  anna.says('second question')
  await world.until('the second task', () => world.planfix.tasks[1])
  await world.quiet()
  await world.restart(() => damageStore(world.dataDir))
  await caughtUp()
  expect(world.planfix.tasks).toHaveLength(2)
  expect([count('first question'), count('second question')]).toEqual([1, 1])
  expect(anna.sees()).toEqual(['first answer'])
  world.planfix.deletesComment(answer.id)
  await caughtUp()
  expect(anna.sees()).toEqual([])
})
