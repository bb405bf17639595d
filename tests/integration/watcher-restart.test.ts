import { afterEach, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.stop())

test('a reply noticed but not read before shutdown is read after a long pause', async () => {
  world = await World.start({ virtual: true })
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.quiet()
  anna.leaves()
  await world.until('completed', async () => (await world.app.store.task('shop', world.task().id))?.closedAt)
  // By then a mark cannot hide a change any more.
  await world.pass(80_000)
  world.planfix.server.faults.add({ kind: 'status', status: 503, path: '/comments/list$' })
  const before = world.planfix.server.requests.length
  world.planfix.employeeComments(world.task().id, 5, '<p>One more thing</p>')
  await world.until('noticed', () =>
    world.planfix.server.requests.slice(before).some(({ path }) => path.endsWith('/comments/list')),
  )
  await world.restart(async () => {
    world.planfix.server.faults.clear()
    await world.pass(100_000)
  })
  await world.until('the reply', () => anna.sees().length > 0)
  expect(anna.sees()).toEqual(['One more thing'])
})
