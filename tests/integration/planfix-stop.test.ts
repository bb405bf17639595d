import { expect, test } from 'vitest'
import { feedMarks, withWorld } from '../support/planfix-scenes.ts'

test('events that come during shutdown are stored, and cause no error', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', note)
  try {
    await withWorld({ chatra: { switches: { 'webhook-retry': 'on-non-200' } } }, async (world) => {
      const anna = world.chatra.visit({ name: 'Anna' })
      anna.says('Hello #a1')
      await world.until('a task', () => world.planfix.tasks[0])
      let n = 1
      for (let round = 0; round < 8; round++) {
        for (let one = 0; one < 6; one++) anna.says(`Text #a${++n}`)
        await world.restart(() => world.app.settled())
      }
      anna.leaves()
      await world.until('everything', () => feedMarks(world, 'Anna').length === n)
      expect(new Set(feedMarks(world, 'Anna')).size).toBe(n)
    })
  } finally {
    process.off('unhandledRejection', note)
  }
  expect(unhandled).toEqual([])
})
