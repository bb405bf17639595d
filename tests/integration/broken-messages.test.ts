import { afterEach, expect, test } from 'vitest'
import { SECRET, World } from '../support/world.ts'

let world: World
afterEach(() => world.stop())

test('an invalid message is shown with its path, and the valid one beside it is delivered', async () => {
  world = await World.start()
  const answer = await fetch(`${world.app.hooksUrl}/hooks/shop/${SECRET}/chatra`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      eventName: 'chatFragment',
      client: { id: 'one', chatId: 'chat', displayedName: 'Anna' },
      agents: [],
      messages: [
        { id: 'a', type: 'client', text: 'Hello' },
        { id: 'b', type: 'client' },
      ],
    }),
  })
  expect(answer.status).toBe(200)
  await world.until('the task', () => world.planfix.tasks[0])
  await world.quiet()
  const skipped = (await world.messages()).filter((one) => one.kind === 'event')
  expect(skipped.map((one) => one.state)).toEqual(['skipped'])
  expect(skipped[0]?.reason).toContain('messages[1]')
})
