import { expect, test } from 'vitest'
import { calm, taskNamed, withWorld } from '../support/planfix-scenes.ts'

/** Texts and files without visible content are not delivered (R20, R22). */

test.each([
  ['a zero-width space', '<p>&#8203;</p>'],
  ['a non-joiner and a soft hyphen', '&zwnj;&shy;'],
  ['a word joiner', '<p>\u2060</p>'],
  ['a Hangul filler', '<p>\u3164</p>'],
  ['the empty Braille pattern', '<div>\u2800</div>'],
  ['marks of direction', '<p>\u200f\u202b\u202c</p>'],
  ['empty points and rows', '<ul><li>&#8203;</li></ul><table><tr><td>&nbsp;</td></tr></table>'],
  ['a variation selector', '\ufe0f'],
  ['text without markup', '\u200b \u200b'],
  ['words that are hidden', '<p style="display:none">cost 5</p>'],
])('a comment with only %s is not sent, and the next one is', async (_, html) => {
  await withWorld({}, async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    await world.until('the task', () => world.planfix.tasks[0])
    await calm(world)
    const { id } = taskNamed(world, 'Anna')
    const empty = world.planfix.employeeComments(id, 5, html)
    world.planfix.employeeComments(id, 5, '<p>👩‍👩‍👧</p>')
    await world.until('the reply', () => anna.sees().length > 0)
    await calm(world)
    expect(anna.sees()).toEqual(['👩‍👩‍👧'])
    // Text that is added later is sent.
    world.planfix.editsComment(empty.id, '<p>Words</p>')
    await world.until('the words', () => anna.sees().length > 1)
    expect(anna.sees()).toContain('Words')
    // And deleted when it is removed again.
    world.planfix.editsComment(empty.id, html)
    await world.until('the words to go', () => anna.sees().length === 1)
  })
})

test("a client's message without visible content makes no comment", async () => {
  await withWorld({}, async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('\u200b\u2060')
    anna.says('Hello')
    await world.until('the task', () => world.planfix.tasks[0])
    await calm(world)
    expect(taskNamed(world, 'Anna').feed).toHaveLength(1)
    expect(taskNamed(world, 'Anna').feed[0]?.description).not.toContain('\u200b')
  })
})

test.each([
  ['a narrow space', 'Screenshot 10.15\u202fPM.png'],
  ['a space that does not break', 'Прайс\u00a02026.pdf'],
  ['several spaces', 'a  b.png'],
  ['a letter in two pieces', 'йогурт и\u0306.png'],
  ['a very long name', `${'очень длинное имя '.repeat(15)}.png`],
])('a file whose name contains %s is not followed by its name as a message', async (_, name) => {
  await withWorld({ chatra: { switches: { files: 'brevo-file-object' } } }, async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello')
    await world.until('the task', () => world.planfix.tasks[0])
    anna.sendsFile({ name, content: Buffer.from('x'), type: 'image/png' })
    await world.until('the file', () => taskNamed(world, 'Anna').feed.some(({ files }) => files.length > 0))
    await calm(world)
    const withFile = taskNamed(world, 'Anna').feed.filter(({ files }) => files.length > 0)
    expect(withFile.map(({ description }) => description)).toEqual([''])
  })
})

test.each([
  ['\u200b'],
  ['\u3164'],
  ['\u2800'],
  ['\u00ad'],
  ['\u2060'],
  ['\u200d'],
  ['\ufe0f'],
  ['\u200b \u2800'],
])('a name of only %j counts as no name', async (name) => {
  await withWorld({}, async (world) => {
    world.chatra.visit({ name }).says('Hello')
    const task = await world.until('the task', () => world.planfix.tasks[0])
    await calm(world)
    expect(task?.name).toMatch(/^[\p{L}\p{N}][\p{L}\p{N} #-]+ \(Chatra\)$/u)
  })
})
