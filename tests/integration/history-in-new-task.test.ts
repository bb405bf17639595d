import { describe, expect, test } from 'vitest'
import { calm, chatMarks, pass, quiet, tasksNamed, withWorld } from '../support/planfix-scenes.ts'
import type { World } from '../support/world.ts'

/** Option `historyInNewTask`: what a returning client's task contains of the previous one. */

type Visitor = ReturnType<World['chatra']['visit']>

/** A conversation of `says` messages and two replies, an internal note, a deleted reply and an edited one. */
async function talked(world: World, says = 2): Promise<{ anna: Visitor; task: number }> {
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello #a1')
  const { id: task } = await world.until('a task', () => tasksNamed(world, 'Anna')[0])
  await quiet(world)
  const comment = async (text: string, options = {}) => {
    const made = world.planfix.employeeComments(task, 5, `<p>${text}</p>`, options)
    await quiet(world)
    return made
  }
  await comment('internal #n1', { recipients: ['user:6'] })
  await comment('hidden #n2', { hidden: true })
  const taken = await comment('taken back #r1')
  const reworded = await comment('wrong #r2')
  const inside = await comment('outside #r3')
  await world.until('the replies', () => chatMarks(anna).length === 3)
  world.planfix.deletesComment(taken.id)
  world.planfix.editsComment(reworded.id, '<p>right<br>and short #r2</p>')
  world.planfix.editsComment(inside.id, '<p>secret #n3</p>', { recipients: ['user:6'] })
  await world.until('the correction', () => anna.sees().some((text) => text.includes('right')))
  await world.until('it is gone', () => !chatMarks(anna).includes('#r1'))
  for (let n = 2; n <= says; n++) {
    anna.says(`More of it #a${n}`)
    await quiet(world)
  }
  world.planfix.completes(task)
  await pass(world, 20_000)
  return { anna, task }
}
const nextTask = (world: World, task: number) =>
  world.until('the next task', () => tasksNamed(world, 'Anna').find(({ id }) => id !== task))
const description = (world: World, task: number) => world.feed(task)[0]?.text ?? ''

describe.concurrent('the task of a client who comes back', () => {
  test('the new task contains the last messages with author and time, and no internal ones', async () => {
    await withWorld({ options: { historyInNewTask: 5 } }, async (world) => {
      const { anna, task } = await talked(world)
      anna.says('Back again #a9')
      const text = description(world, (await nextTask(world, task)).id)
      expect(text).toContain(`/task/${task}`)
      const lines = text.split('\n').filter((line) => /\d\d:\d\d UTC: /.test(line))
      expect(lines.map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/, 'TIME'))).toEqual([
        expect.stringMatching(/Anna, TIME: Hello #a1$/),
        expect.stringMatching(/Ana Rusu, TIME: right and short #r2$/),
        expect.stringMatching(/Ana Rusu, TIME: outside #r3$/),
        expect.stringMatching(/Anna, TIME: More of it #a2$/),
      ])
      expect(text).not.toMatch(/#n\d|#r1|wrong/)
      await calm(world)
    })
  })

  test('the new task contains no more messages than configured, after the new text', async () => {
    await withWorld({ options: { historyInNewTask: 5 } }, async (world) => {
      const { anna, task } = await talked(world, 8)
      anna.says('Back again #a9')
      const text = description(world, (await nextTask(world, task)).id)
      expect(text.match(/#\w\d/g)).toEqual(['#a9', '#a4', '#a5', '#a6', '#a7', '#a8'])
    })
  })

  test('the new task contains only a link when no messages are configured', async () => {
    await withWorld({}, async (world) => {
      const { anna, task } = await talked(world)
      anna.says('Back again #a9')
      const text = description(world, (await nextTask(world, task)).id)
      expect(text).toContain(`/task/${task}`)
      expect(text.match(/#\w\d/g)).toEqual(['#a9'])
    })
  })
})
