import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChatraSwitch } from '../../src/simulators/chatra/switches.ts'
import type { World } from '../support/world.ts'
import {
  type Claims,
  closeWorld,
  conversation,
  expectDelivered,
  expectNoEcho,
  inPlanfix,
  inPosition,
  JULIA,
  marks,
  newClient,
  openWorld,
  play,
  type RestSwitch,
  replied,
  rowsOf,
  shownTo,
  tasksOf,
} from './chatra-play.ts'

/** contracts/chatra.md §10, the rows of webhooks and visitors: one or more conversations for every position. */

let world: World
/** A chat ends after six seconds without a message; a late transcript comes less than two real seconds later. */
let shortWorld: World
beforeAll(async () => {
  world = await openWorld()
  shortWorld = await openWorld({ options: { leaveAfterMinutes: 0.1 }, chatra: { timeScale: 1 / 150 } })
})
afterAll(async () => {
  await closeWorld(world)
  await closeWorld(shortWorld)
})

const carried = async (at: World): Promise<void> => expectDelivered(at, await play(at))

const agentOf = (at: World) =>
  at.chatra.agents.find((agent) => agent.email === 'julia@shop.example')?.id ?? ''

/** An employee edits one reply and deletes another; an agent edits a message typed in Chatra. */
async function edits(at: World): Promise<Awaited<ReturnType<typeof conversation>>> {
  const chat = await conversation(at)
  const { name, visitor } = chat
  const first = chat.answers('r1: It left todai')
  const second = chat.answers('r2: Wrong window')
  await replied(at, visitor, 'r2')
  await at.quiet()
  at.planfix.editsComment(first.id, '<p>r1: It left today</p>')
  await at.until('the edit', () => visitor.sees().includes('r1: It left today'))
  at.planfix.deletesComment(second.id)
  await at.until('the deletion', () => !marks(visitor.sees(), 'r').includes('r2'))
  await at.quiet()
  const typed = at.chatra.agentSays(visitor.clientId, agentOf(at), 'a1: I see')
  await at.quiet()
  at.chatra.agentEdits(typed, 'a2: I see it')
  visitor.says('m2: Thanks')
  await at.quiet()
  expect(inPlanfix(at, name, 'm')).toEqual(['m1', 'm2'])
  expect(inPlanfix(at, name, 'r')).toEqual(['r1'])
  expect(marks(visitor.sees(), 'r')).toEqual(['r1'])
  return chat
}

/** An automatic message, and its result in Planfix. */
async function pushed(at: World): Promise<string[]> {
  const { name, visitor } = await conversation(at)
  at.chatra.pushes(visitor.clientId, 'p1: Need help?')
  visitor.says('m2: No')
  await at.quiet()
  visitor.leaves()
  await at.quiet()
  expect(inPlanfix(at, name, 'm')).toEqual(['m1', 'm2'])
  return inPlanfix(at, name, 'p')
}

/** The client writes the same text twice; Chatra has posted each once. */
async function twice(at: World): Promise<string[]> {
  const { name, visitor } = await conversation(at)
  visitor.says('ok')
  visitor.says('ok')
  await at.quiet()
  const found = shownTo(at, name).flatMap((one) => one.text.split('\n').filter((line) => line === 'ok'))
  expect(visitor.sees()).toEqual([])
  return found
}

async function mirrored(at: World) {
  const played = await play(at)
  await expectDelivered(at, played)
  const comment = shownTo(at, played.name).find((one) => one.text.includes('a1:'))
  return { owner: comment?.owner, text: comment?.text }
}

/** The task's name and text, for a client without any data. */
async function described(at: World, options: Parameters<typeof newClient>[1] = {}) {
  const visitor = at.chatra.visit({ ...options })
  const before = new Set(at.planfix.tasks.map((task) => task.id))
  visitor.says('m1: Hello')
  const task = await at.until('a task', () => at.planfix.tasks.find((one) => !before.has(one.id)))
  await at.quiet()
  const text = shownTo(at, task.name.replace(' (Chatra)', '')).map((one) => one.text)[0] ?? ''
  visitor.says('m2: Still there')
  await at.quiet()
  const said = at.planfix.comments(task.id).flatMap((comment) => marks([comment.description], 'm'))
  expect(said).toEqual(['m1', 'm2'])
  return { name: task.name, text, visitor, task }
}

/** Eight messages at once. */
async function burst(at: World): Promise<void> {
  const { name, visitor } = newClient(at)
  const said = Array.from({ length: 8 }, (_, n) => `m${n + 1}`)
  for (const mark of said) visitor.says(`${mark}: quickly`)
  await at.quiet()
  const agent = agentOf(at)
  at.chatra.agentSays(visitor.clientId, agent, 'a1: one')
  visitor.says('m9: between')
  at.chatra.agentSays(visitor.clientId, agent, 'a2: two')
  await at.quiet()
  expect(inPlanfix(at, name, 'm')).toEqual([...said, 'm9'])
  expect(inPlanfix(at, name, 'a')).toEqual(['a1', 'a2'])
  await carried(at)
}

/** Sends webhooks to a faulty address, then restores the right one. */
async function throughBad(at: World, url: string): Promise<string[]> {
  const { name, visitor } = await conversation(at)
  const right = at.chatra.webhookUrl
  const before = at.chatra.webhooks.length
  at.chatra.webhookUrl = url
  visitor.says('m2: lost?')
  await at.until('the bad answer', () => at.chatra.webhooks.length > before)
  at.chatra.webhookUrl = right
  await at.chatra.flush()
  await at.quiet()
  const inTime = inPlanfix(at, name, 'm')
  visitor.says('m3: after')
  visitor.leaves()
  await at.quiet()
  expect(inPlanfix(at, name, 'm').toSorted()).toEqual(['m1', 'm2', 'm3'])
  return inTime
}
const refusedOnce = (at: World): Promise<string[]> =>
  throughBad(at, `${at.app.hooksUrl}/hooks/shop/wrong-secret-000000000000/chatra`)

/** A receiver that takes the request and never answers. */
async function silentOnce(at: World): Promise<string[]> {
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  at.chatra.setSwitch('webhook-timeout', '3 s')
  try {
    const { port } = silent.address() as AddressInfo
    return await throughBad(at, `http://127.0.0.1:${port}/`)
  } finally {
    at.chatra.setSwitch('webhook-timeout', '30 s')
    silent.closeAllConnections()
    silent.close()
  }
}

/** The client leaves. Returns whether the task was completed, and whether the client's return begins another one. */
async function afterLeaving(at: World, settled: (taskId: number) => Promise<unknown> | unknown) {
  const { name, visitor, task, answers } = await conversation(at)
  answers('r1: Bye')
  await replied(at, visitor, 'r1')
  visitor.says('m2: Bye')
  await at.quiet()
  visitor.leaves()
  await at.quiet()
  await at.until('what leaving means', () => settled(task.id))
  const status = at.planfix.statusOf(task.id)?.key
  visitor.comesBack()
  visitor.says('m3: Me again')
  visitor.says('m4: Still me')
  await at.quiet()
  expect(inPlanfix(at, name, 'm')).toEqual(['m1', 'm2', 'm3', 'm4'])
  expect(inPlanfix(at, name, 'r')).toEqual(['r1'])
  return { status, tasks: tasksOf(at, name).length, visitor, name }
}
const completed = (at: World) => (taskId: number) => at.planfix.statusOf(taskId)?.key === 'completed'

const file = { name: 'photo.png', type: 'image/png', content: Buffer.from('not really a picture') }
async function sendsFile(at: World) {
  const { name, visitor, task } = await conversation(at)
  visitor.says('m2: Look:')
  visitor.sendsFile(file)
  visitor.says('m3: see?')
  await at.quiet()
  expect(inPlanfix(at, name, 'm')).toEqual(['m1', 'm2', 'm3'])
  const fileIds = at.planfix.comments(task.id).flatMap((comment) => comment.files)
  const url = at.chatra.messages(visitor.clientId).find((message) => message.fileUrl)?.fileUrl ?? ''
  const texts = shownTo(at, name).map((one) => one.text)
  const files = at.planfix.files.filter((one) => fileIds.includes(one.id))
  return { files, texts, url }
}

const claims: Claims<Exclude<ChatraSwitch, RestSwitch>> = {
  'edit-event': {
    none: async (at) => {
      const { name } = await edits(at)
      expect(inPlanfix(at, name, 'a')).toEqual(['a1'])
    },
    'fragment-same-id': async (at) => {
      const { name } = await edits(at)
      expect(inPlanfix(at, name, 'a')).toEqual(['a1'])
    },
    /** A new id is a new message: the edited text is added after the first one. */
    'fragment-new-id': async (at) => {
      const { name } = await edits(at)
      expect(inPlanfix(at, name, 'a')).toEqual(['a1', 'a2'])
    },
  },
  'rest-echo': { 'with-received-from': carried, 'without-received-from': carried, none: carried },
  'echo-before-reply': { off: carried, on: carried },
  'pushed-echo': {
    'with-is-pushed': async (at) => expect(await pushed(at)).toEqual([]),
    /** Nothing distinguishes it from a message that an agent typed. */
    bare: async (at) => expect(await pushed(at)).toEqual(['p1']),
    none: async (at) => expect(await pushed(at)).toEqual([]),
  },
  'text-key': { both: carried, text: carried, message: carried },
  'message-id': {
    present: async (at) => {
      await carried(at)
      expect(await twice(at)).toEqual(['ok', 'ok'])
    },
    absent: async (at) => {
      await carried(at)
      expect(await twice(at)).toEqual(['ok', 'ok'])
    },
  },
  'created-at': {
    ms: carried,
    'iso-string': carried,
    absent: async (at) => {
      await carried(at)
      expect(await twice(at)).toEqual(['ok', 'ok'])
    },
  },
  files: {
    /** Nothing shows that there was a file; only its name is known. */
    none: async (at) => {
      const { files, texts } = await sendsFile(at)
      expect(files).toEqual([])
      expect(texts.filter((text) => text.includes('photo.png'))).toHaveLength(1)
    },
    'brevo-file-object': async (at) => {
      const { files } = await sendsFile(at)
      expect(files.map((one) => one.name)).toEqual(['photo.png'])
      expect(files[0]?.content.toString()).toBe('not really a picture')
    },
    'link-in-text': async (at) => {
      const { files, texts, url } = await sendsFile(at)
      expect(files).toEqual([])
      expect(texts.filter((text) => text.includes(url))).toHaveLength(1)
    },
    /** tests/integration/late-files.test.ts. */
    'brevo-file-url-later': async (at) => {
      const { files, texts } = await sendsFile(at)
      expect(files).toEqual([])
      expect(texts.filter((text) => text.includes('photo.png'))).toHaveLength(1)
    },
  },
  'system-messages': {
    off: carried,
    on: async (at) => {
      const played = await play(at)
      await expectDelivered(at, played)
      const kept = shownTo(at, played.name).map((one) => one.text)
      expect(kept.filter((text) => /left the site|joined the chat/.test(text))).toEqual([])
    },
  },
  'agents-list': {
    full: async (at) =>
      expect(await mirrored(at)).toEqual({ owner: `user:${JULIA}`, text: 'a1: I am here too' }),
    /** An earlier webhook had this agent's e-mail. */
    'ids-only': async (at) => {
      expect(await mirrored(at)).toEqual({ owner: `user:${JULIA}`, text: 'a1: I am here too' })
      const fresh = await openWorld({ chatra: { switches: { 'agents-list': 'ids-only' } } })
      expect(await mirrored(fresh)).toEqual({ owner: 'user:1', text: 'Julia (Chatra): a1: I am here too' })
      await closeWorld(fresh)
    },
    empty: async (at) => {
      expect(await mirrored(at)).toEqual({ owner: `user:${JULIA}`, text: 'a1: I am here too' })
      const fresh = await openWorld({ chatra: { switches: { 'agents-list': 'empty' } } })
      expect(await mirrored(fresh)).toEqual({ owner: 'user:1', text: 'Julia (Chatra): a1: I am here too' })
      await closeWorld(fresh)
    },
  },
  'info-present': {
    full: carried,
    'no-basic-info': async (at) => {
      await carried(at)
      const { name, visitor } = newClient(at, { phone: '+37360000001' })
      visitor.says('m1: Hello')
      await at.quiet()
      const contact = at.planfix.contacts.find((one) => one.name === name)
      expect(contact?.email).toBe(`${name.toLowerCase()}@example.com`)
    },
    'info-missing': carried,
  },
  'client-keys': {
    'brevo-names': async (at) => {
      const { text } = await described(at, { city: 'Balti', os: 'macOS' })
      for (const fact of [
        'Moldova, Balti',
        'https://shop.example/red-shoes',
        'macOS, Chrome 141',
        'shop.example',
      ])
        expect(text).toContain(fact)
      await carried(at)
    },
    minimal: async (at) => {
      const { text } = await described(at, { city: 'Balti' })
      expect(text).not.toContain('Balti')
      expect(text).toContain('Source: Chatra')
      await carried(at)
    },
  },
  'visitor-name': {
    generated: async (at) => {
      const { name, visitor, task } = await described(at)
      expect(name).toMatch(/^\S.* \(Chatra\)$/)
      visitor.introduces({ name: 'Real Name' })
      visitor.says('m3: I am Real Name')
      await at.quiet()
      await at.until(
        'the card',
        () => at.planfix.contact(Number(task.counterparty?.slice(8)))?.name === 'Real Name',
      )
    },
    given: async (at) => expect((await described(at)).name).toMatch(/^Client \w{6} \(Chatra\)$/),
    missing: async (at) => {
      expect((await described(at)).name).toMatch(/^Client \w{6} \(Chatra\)$/)
      await carried(at)
    },
  },
  'start-page': {
    chatStartedPage: async (at) => {
      at.chatra.setSwitch('client-keys', 'minimal')
      const { text } = await described(at, { page: 'https://shop.example/start-a' })
      at.chatra.setSwitch('client-keys', 'brevo-names')
      expect(text).toContain('https://shop.example/start-a')
    },
    conversationStartPage: async (at) => {
      at.chatra.setSwitch('client-keys', 'minimal')
      const { text } = await described(at, { page: 'https://shop.example/start-b' })
      at.chatra.setSwitch('client-keys', 'brevo-names')
      expect(text).toContain('https://shop.example/start-b')
    },
    absent: carried,
  },
  'extra-keys': { on: carried, off: carried },
  'first-message-events': { both: carried, 'fragment-only': carried, 'started-only': carried },
  'fragment-size': { '1': burst, 'up-to-5': burst, 'up-to-50': burst },
  'webhook-timeout': { '10 s': carried, '3 s': carried, '30 s': carried },
  'webhook-retry': {
    /** Until the transcript contains it again. */
    none: async (at) => expect(await refusedOnce(at)).toEqual(['m1']),
    'on-timeout': async (at) => {
      expect(await silentOnce(at)).toEqual(['m1', 'm2'])
      expect(await refusedOnce(at)).toEqual(['m1'])
    },
    'on-non-200': async (at) => expect(await refusedOnce(at)).toEqual(['m1', 'm2']),
  },
  'webhook-duplicate': {
    off: carried,
    'same-event-twice': async (at) => {
      await carried(at)
      expect(await twice(at)).toEqual(['ok', 'ok'])
    },
  },
  'webhook-order': {
    'in-order': burst,
    'shuffled-within-chat': async (at) => {
      for (let round = 0; round < 3; round++) {
        const { name, visitor } = newClient(at)
        const said = Array.from({ length: 8 }, (_, n) => `m${n + 1}`)
        for (const mark of said) visitor.says(`${mark}: mixed`)
        await at.quiet()
        const lines = shownTo(at, name).flatMap((one) =>
          one.text.split('\n').filter((line) => /m\d:/.test(line)),
        )
        expect(marks(lines, 'm').toSorted()).toEqual(said)
        // The task shows the right order, or a time in front of late messages.
        const inTime = marks(
          lines.filter((line) => !/^written \d{4}-\d\d-\d\d \d\d:\d\d UTC: m\d:/.test(line)),
          'm',
        )
        expect(inTime).toEqual(inTime.toSorted())
        expect(inTime.length).toBeGreaterThan(0)
      }
      const played = await play(at)
      expect(inPlanfix(at, played.name, 'm').toSorted()).toEqual(played.said)
      await expectNoEcho(at, played)
    },
  },
  'transcript-timing': {
    'on-leave': async (at) => expect(await afterLeaving(at, completed(at))).toMatchObject({ tasks: 2 }),
    'minutes-later': async () => {
      const left = await afterLeaving(shortWorld, completed(shortWorld))
      expect(left).toMatchObject({ status: 'completed', tasks: 2 })
    },
    /** The visit is over, without further events. */
    never: async () => {
      const left = await afterLeaving(shortWorld, completed(shortWorld))
      expect(left).toMatchObject({ status: 'completed', tasks: 2 })
    },
    /** A transcript ends the chat, whenever it comes; later messages go into a new task, and nothing is doubled. */
    'during-chat': async (at) => {
      const played = await play(at)
      await expectDelivered(at, played)
      expect(at.planfix.statusOf(tasksOf(at, played.name)[0]?.id ?? 0)?.key).toBe('completed')
    },
  },
  'transcript-repeat': { 'new-messages': carried, 'all-messages': carried, none: carried },
  'chat-id-life': {
    'one-per-client': carried,
    'new-per-chat': async (at) => {
      const played = await play(at)
      await expectDelivered(at, played)
      const [first, second] = tasksOf(at, played.name)
      expect(second?.counterparty).toBe(first?.counterparty)
      expect(second?.sourceObjectId).not.toBe(first?.sourceObjectId)
    },
  },
  'leave-signal': {
    transcript: async (at) =>
      expect(await afterLeaving(at, completed(at))).toMatchObject({ status: 'completed', tasks: 2 }),
    'finished-at-only': async () =>
      expect(await afterLeaving(shortWorld, completed(shortWorld))).toMatchObject({
        status: 'completed',
        tasks: 2,
      }),
    /** No event says that the visit is over, so the task stays open and in use. */
    none: async () => {
      const asked = () =>
        shortWorld.chatra.server.requests.filter((call) => call.path.includes('/clients/')).length
      const before = asked()
      expect(await afterLeaving(shortWorld, () => asked() > before + 1)).toMatchObject({ tasks: 1 })
    },
  },
  'email-reply': {
    fragment: async (at) => {
      const { name, visitor } = await afterLeaving(at, completed(at))
      visitor.leaves()
      visitor.repliesByEmail('m5: from my mailbox')
      await at.quiet()
      expect(inPlanfix(at, name, 'm')).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
    },
    /** Chatra itself never gets it; the conversation continues unharmed. */
    lost: async (at) => {
      const { name, visitor } = await afterLeaving(at, completed(at))
      visitor.leaves()
      visitor.repliesByEmail('m5: from my mailbox')
      visitor.comesBack()
      visitor.says('m6: did you get my e-mail?')
      await at.quiet()
      expect(inPlanfix(at, name, 'm')).toEqual(['m1', 'm2', 'm3', 'm4', 'm6'])
    },
  },
}

const usesShortWorld = new Set([
  'transcript-timing: minutes-later',
  'transcript-timing: never',
  'leave-signal: finished-at-only',
  'leave-signal: none',
])
test.each(rowsOf(claims))('switch $name in position $position', (row) =>
  inPosition(usesShortWorld.has(`${row.name}: ${row.position}`) ? shortWorld : world, row),
)
