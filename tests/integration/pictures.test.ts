import { describe, expect, test } from 'vitest'
import { calm, taskNamed, withWorld } from '../support/planfix-scenes.ts'

/**
 * Pictures and films in the text of a reply (R12): those that a client can open are sent, and a note reports the
 * others to the employee.
 */

const PUBLIC = 'https://bridge.shop.example'

/** The client's chat, the notes in the task, and the reasons in the log, after a comment. */
async function carries(
  html: (file: (name: string) => number) => string,
  attached: string[] = [],
  edited?: string,
) {
  const seen = { chat: [] as string[], notes: [] as string[], reasons: [] as (string | null)[] }
  await withWorld({ configuration: { publicUrl: PUBLIC } }, async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('Hello #a1')
    await world.until('the task', () => world.planfix.tasks[0])
    await calm(world)
    const { id: task } = taskNamed(world, 'Anna')
    const made = new Map<string, number>()
    const file = (name: string) => {
      const id = made.get(name) ?? world.planfix.addsFile(name, 'content').id
      made.set(name, id)
      return id
    }
    const written = html(file)
    const comment = world.planfix.employeeComments(task, 5, written, { files: attached.map(file) })
    await world.until('the reply', () => anna.sees().length > 0)
    await calm(world)
    if (edited !== undefined) {
      const before = anna.sees().join()
      world.planfix.editsComment(comment.id, edited)
      await world.until('the edit', () => anna.sees().join() !== before)
      await calm(world)
    }
    seen.chat = anna.sees()
    seen.notes = taskNamed(world, 'Anna').feed.flatMap(({ id, description }) =>
      id > comment.id && description.includes('was not delivered') ? [description] : [],
    )
    seen.reasons = (await world.log()).flatMap((line) =>
      line.direction === 'to-chatra' && line.state === 'delivered' ? [line.reason] : [],
    )
  })
  return seen
}

describe('a picture that only employees can open', () => {
  test.each([
    ['of the editor', '<img src="/?action=getfile&uniqueid=990001">'],
    [
      'of the editor with its whole address',
      '<img src="https://shop.planfix.com/?action=getfile&uniqueid=990001">',
    ],
    ['in the page itself', '<img src="data:image/png;base64,iVBORw0KGgo=">'],
    ['of an e-mail', '<img src="cid:image001.png@01D">'],
    ['of this computer', '<img src="blob:https://shop.planfix.com/1b9d">'],
    ['of a file on disk', '<img src="file:///C:/Users/Ana/a.png">'],
    ['a film of the account', '<video src="/?action=getfile&uniqueid=990001"></video>'],
    ['a frame of the account', '<iframe src="/frame/1"></iframe>'],
  ])('%s: the text is sent, the employee gets one note, the log shows it', async (_, html) => {
    const { chat, notes, reasons } = await carries(() => `<p>Look ${html} here</p>`)
    expect(chat).toEqual(['Look here\n[image]'])
    expect(notes).toHaveLength(1)
    expect(reasons).toContain('picture-not-delivered')
  })

  test('a comment with only such a picture is a reply that mentions a picture', async () => {
    const { chat, notes } = await carries(() => '<p><img src="/?action=getfile&uniqueid=990001"></p>')
    expect(chat).toEqual(['[image]'])
    expect(notes).toHaveLength(1)
  })

  test('several pictures and a later edit cause only one note', async () => {
    const picture = '<img src="cid:a@b">'
    const { chat, notes } = await carries(
      () => `<p>Look ${picture} ${picture}</p>`,
      [],
      `<p>See ${picture}</p>`,
    )
    expect(chat).toEqual(['See\n[image]'])
    expect(notes).toHaveLength(1)
  })

  test('a picture added by an edit causes a note', async () => {
    const { chat, notes } = await carries(() => '<p>Look</p>', [], '<p>Look</p><img src="cid:a@b">')
    expect(chat).toEqual(['Look\n[image]'])
    expect(notes).toHaveLength(1)
  })
})

describe("a picture that is one of the comment's files is sent as a file", () => {
  test.each<[string, (file: (name: string) => number) => string]>([
    ['by its number', (file) => `<p>Look <img src="/?action=getfile&amp;uniqueid=${file('a.png')}"></p>`],
    [
      'by its number in a whole address',
      (file) => `<p>Look <img src="https://shop.planfix.com/?action=getfile&uniqueid=${file('a.png')}"></p>`,
    ],
    ['by its name', () => '<p>Look <img alt="A.png" src="cid:1@b"></p>'],
    ['as a link', (file) => `<p>Look <a href="/?action=getfile&uniqueid=${file('a.png')}">a.png</a></p>`],
  ])('%s', async (_, html) => {
    const { chat, notes } = await carries(html, ['a.png'])
    expect(chat).toHaveLength(1)
    expect(chat[0]?.replace(' a.png\n', '\n')).toMatch(
      /^Look\na\.png: https:\/\/bridge\.shop\.example\/files\/[\w-]+$/,
    )
    expect(notes).toEqual([])
  })
})

test('a web picture, a smiley and a film cause no note', async () => {
  const { chat, notes, reasons } = await carries(
    () =>
      '<p>Look <img src="https://cdn.example/a.png"> <img src="/images/smile.gif" alt=":)"></p><iframe src="https://www.youtube.com/embed/abc123"></iframe>',
  )
  expect(chat).toEqual(['Look https://cdn.example/a.png :)\nhttps://www.youtube.com/watch?v=abc123'])
  expect(notes).toEqual([])
  expect(reasons).not.toContain('picture-not-delivered')
})

test('an address that needs a login is not sent as a link', async () => {
  const { chat, notes } = await carries(
    () => '<p>See <a href="https://shop.planfix.com/?action=getfile&uniqueid=77">the price list</a></p>',
  )
  expect(chat.join()).toMatch(/^See the price list\n\[file: the price list\]$/)
  expect(notes).toHaveLength(1)
})
