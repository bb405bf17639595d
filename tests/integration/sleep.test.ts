import { afterEach, expect, test, vi } from 'vitest'
import { StoreError } from '../../src/shared/store-error.ts'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.stop())

/** A connected bridge with one delivered conversation. */
async function chatting() {
  world = await World.start()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.quiet()
  return anna
}
const clientTexts = () => world.feed(world.task().id).map(({ text }) => text)
const inbox = () => world.app.store.inboxPending(10)

test('events received while the computer falls asleep wait in the inbox until it wakes', async () => {
  const anna = await chatting()
  world.app.park()
  await world.until('parked', async () => {
    anna.says('Are you there?')
    await world.chatra.flush()
    return (await inbox()).length > 0
  })
  const waiting = (await inbox()).length
  const before = clientTexts().length
  await world.app.wake(world.clock.now())
  await world.quiet()
  const after = clientTexts().slice(before).join('\n')
  expect(after.split('Are you there?').length - 1).toBe(waiting)
  await world.until('an empty inbox', async () => (await inbox()).length === 0)
})

test('a reply written while the computer slept is read on wake, and sent once', async () => {
  const anna = await chatting()
  world.app.park()
  world.planfix.employeeComments(world.task().id, 5, '<p>Good morning</p>')
  await world.app.wake(world.clock.now())
  await world.until('the reply', () => anna.sees().length > 0)
  await world.quiet()
  expect(anna.sees()).toEqual(['Good morning'])
})

test('a wake while the store cannot be read ends nothing: all is tried as soon as it can', async () => {
  const anna = await chatting()
  world.app.park()
  world.planfix.employeeComments(world.task().id, 5, '<p>Good morning</p>')
  const reads = vi.spyOn(world.app.store, 'queuesWithWork')
  for (let n = 0; n < 3; n++)
    reads.mockRejectedValueOnce(new StoreError('unavailable', 'the database is away'))
  await world.app.wake(world.clock.now())
  expect(world.app.storeFailing).not.toBeNull()
  await world.until('the reply', () => anna.sees().length > 0)
  expect(anna.sees()).toEqual(['Good morning'])
})

test('a computer that stays awake after a suspend notice continues by itself', async () => {
  const anna = await chatting()
  world.app.park()
  world.planfix.employeeComments(world.task().id, 5, '<p>Still here</p>')
  await world.until('the reply', () => anna.sees().length > 0)
  expect(anna.sees()).toEqual(['Still here'])
})

test('sleep and wake notices may come in any order, and shutdown at any moment', async () => {
  const anna = await chatting()
  for (let turn = 0; turn < 5; turn++) {
    world.app.park()
    world.app.park()
    void world.app.wake(null)
  }
  await world.app.wake(null)
  anna.says('Once more')
  await world.quiet()
  expect(clientTexts().join('\n')).toContain('Once more')
  world.app.park()
  const began = Date.now()
  await world.app.stop()
  expect(Date.now() - began).toBeLessThan(4500)
  expect(world.complaints).toEqual([])
})
