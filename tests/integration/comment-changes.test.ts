import { afterEach, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/shared/config.ts'
import type { World, WorldOptions } from '../support/world.ts'
import { closeWorld, marks, openWorld, shownTo, stateOf, talkWithEcho } from './chatra-play.ts'

/**
 * Changes of a comment whose message cannot simply be edited: it failed, its result is unknown, it was dismissed, or
 * it never existed.
 */

let world: World
afterEach(() => closeWorld(world))

async function start(options: WorldOptions = {}) {
  world = await openWorld({ proven: true, ...options })
  return talkWithEcho(world)
}
const pass = async (ms: number) => {
  const until = world.clock.now() + ms
  await world.until(`${ms} ms passed`, () => world.clock.now() >= until)
}
const is = (mark: string, state: string) =>
  world.until(`${mark} ${state}`, async () =>
    (await world.messages()).some(
      (one) => one.kind === 'text' && one.text.startsWith(`${mark}:`) && one.state === state,
    ),
  )
const edits = (id: number, html: string, options = {}) => world.planfix.editsComment(id, html, options)
const shows = (talk: { visitor: { sees(): string[] } }, texts: string[]) =>
  world.until(`the chat shows ${texts.join(' | ')}`, () => talk.visitor.sees().join('|') === texts.join('|'))
async function settled(talk: { visitor: { sees(): string[] } }, texts: string[]) {
  await shows(talk, texts)
  await pass(5000)
  await world.quiet()
  expect(talk.visitor.sees()).toEqual(texts)
}
/** The task's other entries beside the client's messages and the replies: notes to the employee. */
const notes = ({ name }: { name: string }) =>
  shownTo(world, name)
    .map(({ text }) => text)
    .filter((text) => /^(You|Your reply|The file “)/.test(text))
const card = () => world.task().counterparty ?? ''

describe('a comment without visible content at first', () => {
  test.each([
    ['hidden', 5, { hidden: true }],
    ['unticked', 5, { recipients: ['user:6' as const] }],
    ['by an employee who may not answer', 7, {}],
  ])('an empty comment with %s is sent when it is written and opened', async (_how, by, options) => {
    const talk = await start()
    const { id } = world.planfix.employeeComments(world.task().id, by, '<p></p>', options)
    await pass(5000)
    edits(id, '<p>r2: Now</p>', { recipients: [card()], hidden: false, owner: 'user:5' })
    await settled(talk, ['r1: First', 'r2: Now'])
  })

  test('a comment deleted before the first read is sent when it is restored', async () => {
    const talk = await start()
    const { id } = talk.answers('r2: Back')
    world.planfix.deletesComment(id)
    await pass(5000)
    world.planfix.restoresComment(id)
    await settled(talk, ['r1: First', 'r2: Back'])
  })
})

test('a comment deleted and restored twice, with other text and a file, is sent', async () => {
  const talk = await start()
  const { id } = talk.answers('r2: One')
  await shows(talk, ['r1: First', 'r2: One'])
  for (const word of ['Two', 'Three']) {
    world.planfix.deletesComment(id)
    await shows(talk, ['r1: First'])
    edits(id, `<p>r2: ${word}</p>`)
    world.planfix.restoresComment(id)
    await shows(talk, ['r1: First', `r2: ${word}`])
  }
  world.planfix.deletesComment(id)
  await settled(talk, ['r1: First'])
})

describe('a reply without a message', () => {
  /** It never arrives, or arrives `ms` later. */
  async function unclear(talk: Awaited<ReturnType<typeof start>>, ms: number | null) {
    world.chatra.server.faults.add({
      ...(ms === null
        ? ({ kind: 'timeout-before-write' } as const)
        : ({ kind: 'timeout-then-late-write', ms: ms / 20 } as const)),
      method: 'POST',
      path: '/messages/?$',
      times: 1,
    })
    const { id } = talk.answers('r2: Old')
    await is('r2', 'uncertain')
    return id
  }

  test('an edit of a reply that did not arrive sends nothing automatically; the employee gets a note', async () => {
    const talk = await start()
    const id = await unclear(talk, null)
    edits(id, '<p>r3: New</p>')
    await pass(15_000)
    talk.visitor.says('m2: Hello?')
    await is('r2', 'failed')
    await settled(talk, ['r1: First'])
    expect(notes(talk)).toHaveLength(1)
    // Changed again before it was sent: the latest version counts.
    edits(id, '<p>r4: Newest</p>')
    await settled(talk, ['r1: First', 'r4: Newest'])
  })

  test('an edit after a reply certainly did not arrive sends the new text', async () => {
    const talk = await start()
    const id = await unclear(talk, null)
    await pass(15_000)
    talk.visitor.says('m2: Hello?')
    await is('r2', 'failed')
    edits(id, '<p>r3: New</p>')
    await settled(talk, ['r1: First', 'r3: New'])
  })

  test('a failed, edited reply that arrives after all shows the new text once', async () => {
    const talk = await start()
    const id = await unclear(talk, 80_000)
    await pass(15_000)
    talk.visitor.says('m2: Hello?')
    await is('r2', 'failed')
    edits(id, '<p>r3: New</p>')
    await shows(talk, ['r1: First', 'r3: New'])
    await is('r2', 'delivered')
    await settled(talk, ['r1: First', 'r3: New'])
  })

  test('a reply that grew before it arrived after all shows each part once, in order', async () => {
    const talk = await start()
    const id = await unclear(talk, 80_000)
    await pass(15_000)
    talk.visitor.says('m2: Hello?')
    await is('r2', 'failed')
    const words = Array.from({ length: 900 }, (_, n) => `word${n}`)
    edits(id, `<p>r3: ${words.join(' ')}</p>`)
    await is('r2', 'delivered')
    await world.until('two parts', () => talk.visitor.sees().length === 3)
    await pass(5000)
    await world.quiet()
    const read = talk.visitor
      .sees()
      .slice(1)
      .map((text) => text.replace(/ \(\d\/\d\)$/, ''))
    expect(read.join(' ')).toBe(`r3: ${words.join(' ')}`)
  })

  test('a reply edited to an internal note that arrives after all: the note stays internal', async () => {
    const talk = await start()
    const id = await unclear(talk, 80_000)
    edits(id, '<p>r3: New</p>')
    await pass(2000)
    edits(id, '<p>n1: Note</p>', { recipients: ['user:6'] })
    await pass(13_000)
    talk.visitor.says('m2: Hello?')
    await is('r2', 'failed')
    await is('r2', 'delivered')
    await settled(talk, ['r1: First', 'r2: Old'])
  })

  test('a dismissed and edited reply sends the new text; the old one is removed if it arrives', async () => {
    const talk = await start()
    const id = await unclear(talk, 80_000)
    await world.app.store.dismissMessage((await stateOf(world, 'r2')).id)
    await is('r2', 'skipped')
    edits(id, '<p>r3: New</p>')
    await shows(talk, ['r1: First', 'r3: New'])
    await is('r2', 'delivered')
    await settled(talk, ['r1: First', 'r3: New'])
  })
})

describe('a reply that Chatra refuses', () => {
  test('a reply refused while it is edited is sent with its new text', async () => {
    const talk = await start()
    world.chatra.server.faults.add({ kind: 'latency', ms: 200, method: 'POST', path: '/messages/?$' })
    world.chatra.server.faults.add({
      kind: 'status',
      status: 400,
      method: 'POST',
      path: '/messages/?$',
      times: 3,
    })
    const { id } = talk.answers('r2: Old')
    await is('r2', 'sending')
    edits(id, '<p>r3: New</p>')
    await pass(8000)
    world.chatra.server.faults.clear()
    await settled(talk, ['r1: First', 'r3: New'])
  })

  test.each(['PUT', 'DELETE'])('a refused %s gives the employee a note that fits', async (method) => {
    const talk = await start()
    const { id } = talk.answers('r2: Old')
    await shows(talk, ['r1: First', 'r2: Old'])
    world.chatra.server.faults.add({ kind: 'status', status: 400, method, path: '/messages/' })
    if (method === 'PUT') edits(id, '<p>r3: New</p>')
    else world.planfix.deletesComment(id)
    await world.until('a note', () => notes(talk).length > 0)
    expect(notes(talk)[0]).toMatch(
      method === 'PUT' ? /^You edited this reply.*r3: New/ : /^You deleted this reply.*r2: Old/,
    )
    await pass(5000)
    await world.quiet()
    expect(notes(talk)).toHaveLength(1)
  })

  test('a refused file that was added gives the employee a note that names it', async () => {
    const talk = await start()
    const { id } = talk.answers('r2: Here')
    await shows(talk, ['r1: First', 'r2: Here'])
    world.chatra.server.faults.add({ kind: 'status', status: 400, method: 'PUT', path: '/messages/' })
    edits(id, '<p>r2: Here</p>', { files: [world.planfix.addsFile('offer.pdf', 'content').id] })
    await world.until('a note', () => notes(talk).length > 0)
    expect(notes(talk)[0]).toContain('r2: Here, offer.pdf')
  })

  test.each(['edit', 'delete'])(
    'a reply whose message an agent deleted in Chatra is handled at an %s',
    async (how) => {
      const talk = await start()
      const { id } = talk.answers('r2: Old')
      await shows(talk, ['r1: First', 'r2: Old'])
      await world.quiet()
      const message = await stateOf(world, 'r2')
      world.chatra.agentDeletes(message.chatraMessageId ?? '')
      if (how === 'edit') edits(id, '<p>r3: New</p>')
      else world.planfix.deletesComment(id)
      await pass(5000)
      await world.quiet()
      expect(notes(talk).map((text) => text.slice(0, 10))).toEqual(how === 'edit' ? ['You edited'] : [])
      expect(marks(talk.visitor.sees(), 'r')).toEqual(['r1'])
    },
  )
})

test('a change of a reply without a known id gives the employee a note', async () => {
  const talk = await start()
  world.chatra.server.faults.add({
    kind: 'status',
    status: 200,
    body: {},
    afterWrite: true,
    method: 'POST',
    path: '/messages/?$',
    times: 1,
  })
  world.chatra.pauseWebhooks()
  const { id } = talk.answers('r2: Old')
  await is('r2', 'delivered')
  edits(id, '<p>r3: New</p>')
  await world.until('a note', () => notes(talk).length > 0)
  expect(notes(talk)[0]).toContain('r3: New')
})

describe('the author', () => {
  test('a waiting reply goes out under the current author of its comment', async () => {
    const talk = await start({ options: { sendAsEmployee: true } })
    world.chatra.server.faults.add({ kind: 'status', status: 429, method: 'POST', path: '/messages/?$' })
    const { id } = talk.answers('r2: Old')
    await is('r2', 'retrying')
    edits(id, '<p>r2: New</p>', { owner: 'user:6' })
    await world.until('the new words', async () => (await stateOf(world, 'r2')).text === 'r2: New')
    world.chatra.server.faults.clear()
    await settled(talk, ['r1: First', 'r2: New'])
    expect(world.chatra.messages(talk.visitor.clientId).at(-1)?.agentName).toBe('Julia')
  })

  test('new text of an author who may not reply stays internal until the author may', async () => {
    const talk = await start()
    const { id } = talk.answers('r2: Old')
    await shows(talk, ['r1: First', 'r2: Old'])
    edits(id, '<p>n1: Note</p>', { owner: 'user:7' })
    await world.until('a note', () => notes(talk).length > 0)
    expect(notes(talk)[0]).toContain('the new version is internal')
    await settled(talk, ['r1: First', 'r2: Old'])
    edits(id, '<p>r3: New</p>', { owner: 'user:5' })
    await settled(talk, ['r1: First', 'r3: New'])
  })
})

test.each([
  [
    'only ticked comments go out by now',
    (shop: Connection) => ({ options: { ...shop.options, sendOnlyWhenClientIsRecipient: true } }),
  ],
  [
    'its author may not answer any more',
    ({ employees }: Connection) => ({ employees: employees.map((one) => ({ ...one, allowed: false })) }),
  ],
])('where %s, the new words of a sent reply stay inside', async (_what, change) => {
  const talk = await start({ options: { sendOnlyWhenClientIsRecipient: false } })
  const { id } = world.planfix.employeeComments(world.task().id, 5, '<p>r2: Old</p>', { recipients: [] })
  await shows(talk, ['r1: First', 'r2: Old'])
  const { configuration } = world.app
  const connections = configuration.connections.map((shop) => ({ ...shop, ...change(shop) }))
  await world.app.reconfigure({ ...configuration, connections })
  edits(id, '<p>n1: Note</p>')
  await world.until('a note', () => notes(talk).length > 0)
  await settled(talk, ['r1: First', 'r2: Old'])
})
