import { expect, test } from 'vitest'
import { calm, taskNamed, type Visitor, withWorld } from '../support/planfix-scenes.ts'
import type { World } from '../support/world.ts'

/**
 * Files of a reply while its comment changes: each is in the chat once while it is attached to the comment, else not
 * at all.
 */

const PUBLIC = 'https://bridge.shop.example'
interface Scene {
  world: World
  anna: Visitor
  /** A reply with these files, as soon as the chat shows them. */
  says(html: string, files: number[]): Promise<number>
  file(name: string): number
}
async function scene(publicUrl: string | null, play: (at: Scene) => Promise<void>): Promise<void> {
  await withWorld({ configuration: { publicUrl } }, async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello #a1')
    await world.until('the task', () => world.planfix.tasks[0])
    await calm(world)
    const task = taskNamed(world, 'Anna').id
    await play({
      world,
      anna,
      file: (name) => world.planfix.addsFile(name, 'content').id,
      async says(html, files) {
        const { id } = world.planfix.employeeComments(task, 5, html, { files })
        await world.until('the reply', () => anna.sees().length > 0)
        await calm(world)
        return id
      },
    })
    for (const text of anna.sees()) expect(text.length).toBeLessThanOrEqual(5000)
  })
}
/** Names of files in the chat, as often as they appear; each with an address. */
const filesSeen = (anna: Visitor): string[] =>
  anna.sees().flatMap((text) => [...text.matchAll(/^(\S+): https?:\/\/\S+$/gm)].map(([, name]) => name ?? ''))
const words = (anna: Visitor): string =>
  anna
    .sees()
    .map((text) => text.replace(/^\S+: https?:\/\/\S+$/gm, '').replace(/ \(\d+\/\d+\)/, ''))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
const long = (count: number) => Array.from({ length: count }, (_, n) => `word${n}`).join(' ')

test.each([
  ['a file added', [], ['a.pdf'], 'Here', 'Here'],
  ['a file and other words', [], ['a.pdf'], 'Here', 'Here it is'],
  ['a file swapped for another', ['a.pdf'], ['b.pdf'], 'Here', 'Here'],
  ['a file taken out', ['a.pdf', 'b.pdf'], ['b.pdf'], 'Here', 'Here'],
  ['the last file taken out, with other words', ['a.pdf'], [], 'Here', 'Never mind'],
  ['no words any more', ['a.pdf'], ['a.pdf'], 'Here', ''],
  ['words to a file that had none', ['a.pdf'], ['a.pdf'], '', 'Here'],
  ['grown to three parts', ['a.pdf'], ['a.pdf'], 'Here', long(1300)],
  ['grown, with another file', ['a.pdf'], ['a.pdf', 'b.pdf'], 'Here', long(700)],
  ['shrunk from three parts to one', ['a.pdf'], ['a.pdf'], long(1300), 'Here'],
  ['shrunk, with another file', ['a.pdf'], ['b.pdf'], long(700), 'Here'],
])('after an edit (%s) the chat shows the current comment', async (_what, before, after, from, to) => {
  await scene(PUBLIC, async ({ world, anna, says, file }) => {
    const ids = new Map([...before, ...after].map((name) => [name, file(name)]))
    const of = (names: string[]) => names.map((name) => ids.get(name) ?? 0)
    const id = await says(`<p>${from}</p>`, of(before))
    expect(filesSeen(anna)).toEqual(before)
    world.planfix.editsComment(id, `<p>${to}</p>`, { files: of(after) })
    await world.until('the edit', () => words(anna) === to && filesSeen(anna).join() === after.join())
    await calm(world)
    expect([words(anna), filesSeen(anna)]).toEqual([to, after])
  })
})

test.each([
  ['links of the bridge', PUBLIC],
  ['addresses of Planfix', null],
])('eighteen files with the longest Russian names arrive, each once (%s)', async (_what, publicUrl) => {
  await scene(publicUrl, async ({ world, anna, says, file }) => {
    const names = Array.from({ length: 18 }, (_, n) => `${'прайс'.repeat(49)}-${n + 10}.pdf`)
    const id = await says('<p>All of them</p>', names.map(file))
    await world.until('all files', () => filesSeen(anna).length === 18)
    await calm(world)
    expect(filesSeen(anna)).toEqual(names)
    // One more, by an edit.
    const more = file('price.pdf')
    const all = world.planfix.account.comments.get(id)?.files ?? []
    world.planfix.editsComment(id, '<p>All of them</p>', { files: [...all, more] })
    await world.until('the last file', () => filesSeen(anna).length === 19)
    await calm(world)
    expect(filesSeen(anna)).toEqual([...names, 'price.pdf'])
  })
})

test('an edit that adds a file to a reply that failed sends both', async () => {
  await scene(PUBLIC, async ({ world, anna, file }) => {
    const task = taskNamed(world, 'Anna').id
    world.chatra.server.faults.add({ kind: 'status', status: 400, method: 'POST' })
    const { id } = world.planfix.employeeComments(task, 5, '<p>Here</p>')
    await world.until('it failed', async () => (await world.messages()).some((one) => one.state === 'failed'))
    world.chatra.server.faults.clear()
    world.planfix.editsComment(id, '<p>Here</p>', { files: [file('a.pdf')] })
    await world.until('the file', () => filesSeen(anna).length === 1)
    await calm(world)
    expect(words(anna)).toBe('Here')
    expect(anna.sees()).toHaveLength(1)
  })
})
