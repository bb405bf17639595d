import { afterAll, beforeAll, expect, test } from 'vitest'
import { plain } from '../../src/simulators/planfix/index.ts'
import type { World } from '../support/world.ts'
import {
  ANA,
  closeWorld,
  conversation,
  inPlanfix,
  newClient,
  openWorld,
  replied,
  shownTo,
  taskOf,
} from './chatra-play.ts'

/** Long, empty and HTML texts, both ways. */

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => closeWorld(world))

const wordsOf = (word: string, length: number) => {
  const words: string[] = []
  for (let n = 0, size = 0; size < length; n++) {
    words.push(`${word}${n}`)
    size += (words.at(-1)?.length ?? 0) + 1
  }
  return words
}
const numberOf = (text: string) => /\((\d+)\/(\d+)\)$/.exec(text)?.[0]

test.each([
  ['plain words', 'word'],
  ['Cyrillic', 'слово'],
  ['emoji', '👩‍👧😀'],
  ['what HTML makes six times as long', `'&<"`],
])("a client's 20,000 characters of %s are split, numbered and delivered in order", async (_, word) => {
  const words = wordsOf(word, 20_000)
  const { name, visitor } = newClient(world)
  visitor.says('m1: Hello')
  await taskOf(world, name)
  visitor.says(words.join(' '))
  visitor.says('m2: That was all')
  await world.quiet()
  const parts = shownTo(world, name)
    .map((one) => one.text.replace(/\nm2: That was all$/, ''))
    .filter((text) => numberOf(text))
  expect(parts.map(numberOf)).toEqual(parts.map((_part, n) => `(${n + 1}/${parts.length})`))
  expect(parts.flatMap((part) => part.replace(/ \(\d+\/\d+\)$/, '').split(/\s+/))).toEqual(words)
  expect(inPlanfix(world, name, 'm')).toEqual(['m1', 'm2'])
})

test('a first message of 20,000 characters without a space begins the task completely', async () => {
  const text = 'абвгд😀'.repeat(2_858)
  const { name, visitor } = newClient(world)
  visitor.says(text)
  await world.quiet()
  const heard = shownTo(world, name)
    .map((one) => (one.text.split('\n')[0] ?? '').replace(/ \(\d+\/\d+\)$/, ''))
    .join('')
  expect(heard).toBe(text)
})

test("an employee's 12,000 characters of Cyrillic and emoji are split and delivered in order", async () => {
  const words = wordsOf('привет😀👍🏽', 12_000)
  const { visitor, answers } = await conversation(world)
  answers(words.join(' '))
  answers('r1: The end')
  await replied(world, visitor, 'r1')
  await world.quiet()
  const parts = visitor.sees().slice(0, -1)
  expect(parts.length).toBeGreaterThan(2)
  expect(parts.every((part) => part.length <= 5_000 && part.isWellFormed())).toBe(true)
  expect(parts.map(numberOf)).toEqual(parts.map((_part, n) => `(${n + 1}/${parts.length})`))
  expect(parts.flatMap((part) => part.replace(/ \(\d+\/\d+\)$/, '').split(/\s+/))).toEqual(words)
})

test('empty messages of the client are not delivered, and do not delay the others', async () => {
  const { name, visitor } = await conversation(world)
  visitor.says('')
  visitor.says(' \n\t ')
  visitor.says('m2: Oops')
  await world.quiet()
  expect(inPlanfix(world, name, 'm')).toEqual(['m1', 'm2'])
  expect(shownTo(world, name)).toHaveLength(2)
})

test("a client's text is never HTML in Planfix: not in a task, a comment or a name", async () => {
  const nasty = `<b>bold</b> <script>alert('x')</script> & <img src=x onerror="y"> &lt;i&gt;`
  const { visitor } = newClient(world, { name: 'Eve <b>& Co</b>', email: 'eve@example.com' })
  visitor.says(nasty)
  const task = await world.until('a task', () =>
    world.planfix.tasks.find((one) => one.name.startsWith('Eve')),
  )
  visitor.says(`again ${nasty}`)
  await world.quiet()
  expect(task.name).toBe('Eve ‹b›& Co‹/b› (Chatra)')
  const [description, comment] = world.planfix.comments(task.id).map((one) => one.description)
  expect(plain(description ?? '').split('\n')[0]).toBe(nasty)
  expect(plain(comment ?? '')).toBe(`again ${nasty}`)
  for (const html of [description ?? '', comment ?? '']) {
    const tags = [...html.matchAll(/<\/?([a-z0-9]+)/gi)].map((found) => found[1])
    expect(tags.filter((tag) => !['p', 'br', 'b', 'blockquote', 'a'].includes(tag ?? ''))).toEqual([])
    expect(html).not.toMatch(/<b>bold|<script|<img/)
  }
})

test("line breaks in a client's message are kept", async () => {
  const { name, visitor } = await conversation(world)
  visitor.says('first line\r\nsecond line\n\n  indented')
  await world.quiet()
  expect(shownTo(world, name).at(-1)?.text.replaceAll('&nbsp;', ' ')).toBe(
    'first line\nsecond line\n\n  indented',
  )
})

test("an employee's HTML becomes readable text with links and lists", async () => {
  const { visitor, task } = await conversation(world)
  world.planfix.employeeComments(
    task.id,
    ANA,
    '<p>Dear <b>Anna</b>,<br>see <a href="https://shop.example/help">our help</a>:</p>' +
      '<ul><li>red &amp; blue</li><li>5 &lt; 6</li></ul><ol><li>first</li><li>second</li></ol>' +
      '<blockquote>Where is it?</blockquote><p>Bye&nbsp;😀</p><script>alert(1)</script>',
  )
  await world.until('the reply', () => visitor.sees().length > 0)
  await world.quiet()
  expect(visitor.sees()).toEqual([
    [
      'Dear Anna,',
      'see our help (https://shop.example/help):',
      '• red & blue',
      '• 5 < 6',
      '1. first',
      '2. second',
      '> Where is it?',
      'Bye 😀',
    ].join('\n'),
  ])
})

test('an edit of a long reply changes its parts, adds and removes some', async () => {
  const { visitor, task } = await conversation(world)
  const long = wordsOf('x', 9_000).join(' ')
  const comment = world.planfix.employeeComments(task.id, ANA, `<p>${long}</p>`)
  await world.until('two parts', () => visitor.sees().length === 2)
  await world.quiet()
  world.planfix.editsComment(comment.id, '<p>Short after all</p>')
  await world.until('one part', () => visitor.sees().length === 1 && visitor.sees()[0] === 'Short after all')
  await world.quiet()
  expect(visitor.sees()).toEqual(['Short after all'])
})
