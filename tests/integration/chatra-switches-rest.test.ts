import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { World } from '../support/world.ts'
import {
  type Claims,
  chatraSide,
  closeWorld,
  conversation,
  expectDelivered,
  inPlanfix,
  inPosition,
  JULIA,
  marks,
  notesTo,
  openWorld,
  play,
  type RestSwitch,
  replied,
  rowsOf,
} from './chatra-play.ts'

/** contracts/chatra.md §10, the rows of REST answers: the effect of each position on a conversation. */

let world: World
beforeAll(async () => {
  world = await openWorld({ chatra: { secretKey: 'right-key' } })
})
afterAll(() => closeWorld(world))

const carried = async (at: World): Promise<void> => expectDelivered(at, await play(at))
const calls = (at: World, method: string, path: RegExp) =>
  at.chatra.server.requests.filter((call) => call.method === method && path.test(call.path))

/** Chatra changes the account's key; the bridge continues with the old one. */
const changeKey = (at: World, key: string) => {
  const rest = Reflect.get(at.chatra, 'rest') as { parts: { secretKey: string } }
  rest.parts.secretKey = key
}
/** Chatra does not know a client any more, as if the client had been deleted. */
const forgetClient = (at: World, clientId: string) => {
  const account = Reflect.get(at.chatra, 'account') as { clients: Map<string, unknown> }
  account.clients.delete(clientId)
}

/**
 * Chatra refuses everything: the connection shows the reason, the reply is kept, and is sent once when Chatra works
 * again.
 */
async function pausedThenMended(
  at: World,
  codes: string[],
  breakIt: () => void,
  mend: () => void,
): Promise<string> {
  const { name, visitor, answers } = await conversation(at)
  breakIt()
  answers('r1: Kept')
  await at.until('a pause', async () => codes.includes(Reflect.get(await chatraSide(at), 'code') as string))
  const side = await chatraSide(at)
  expect(side.state).toBe('paused')
  expect(at.app.isDegraded()).toBe(true)
  const detail = side.state === 'ok' ? '' : side.detail
  expect(detail).not.toContain('right-key')
  // Messages that arrive meanwhile are delivered, and waiting ones are neither lost nor failed.
  visitor.says('m2: Hello?')
  await at.until('the message', () => inPlanfix(at, name, 'm').includes('m2'))
  answers('r2: Kept as well')
  await at.until('a second reply', async () => (await at.messages()).some((one) => one.text.startsWith('r2')))
  expect(marks(visitor.sees(), 'r')).toEqual([])
  mend()
  await at.app.wake()
  await replied(at, visitor, 'r2')
  await at.quiet()
  expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
  expect(inPlanfix(at, name, 'r')).toEqual(['r1', 'r2'])
  expect(await chatraSide(at)).toEqual({ state: 'ok' })
  return detail
}

const noPlan = (position: '402' | '403' | '401', codes: string[]) => (at: World) =>
  pausedThenMended(
    at,
    codes,
    () => at.chatra.setSwitch('plan-refusal', position),
    () => at.chatra.setSwitch('plan-refusal', 'off'),
  ).then(() => undefined)

const badKey = async (at: World) => {
  onTestFinished(() => changeKey(at, 'right-key'))
  await pausedThenMended(
    at,
    ['wrong-keys'],
    () => changeKey(at, 'another-key'),
    () => changeKey(at, 'right-key'),
  )
}

/** The text of a refusal, in every format, and never more than one line of it. */
async function refusedWith(at: World): Promise<string> {
  const detail = await pausedThenMended(
    at,
    ['no-plan'],
    () => at.chatra.setSwitch('plan-refusal', '402'),
    () => at.chatra.setSwitch('plan-refusal', 'off'),
  )
  expect(detail).not.toMatch(/[<>\n]/)
  return detail
}

/** The reply was deleted in Chatra; then its comment is edited in Planfix. */
async function editOfGone(at: World): Promise<void> {
  const { name, visitor, answers } = await conversation(at)
  const comment = answers('r1: First')
  await replied(at, visitor, 'r1')
  await at.quiet()
  const id = at.chatra.messages(visitor.clientId).find((one) => one.type === 'agent')?.id ?? ''
  const other = await conversation(at)
  at.chatra.agentDeletes(id)
  at.planfix.editsComment(comment.id, '<p>r1: First, mended</p>')
  await at.until('the edit settled', async () =>
    (await at.messages()).some(
      (one) => one.kind === 'edit' && one.text.includes('mended') && one.state === 'failed',
    ),
  )
  answers('r2: Second')
  other.answers('r1: To another')
  await replied(at, visitor, 'r2')
  await replied(at, other.visitor, 'r1')
  await at.quiet()
  expect(marks(visitor.sees(), 'r')).toEqual(['r2'])
  expect(notesTo(at, name)).toHaveLength(1)
  expect(inPlanfix(at, name, 'm')).toEqual(['m1'])
}

async function manyAtOnce(at: World): Promise<void> {
  at.chatra.rateLimitPerSecond = 3
  const chats = [await conversation(at), await conversation(at), await conversation(at)]
  for (const { answers } of chats) for (const mark of ['r1', 'r2']) answers(`${mark}: quickly`)
  for (const { visitor } of chats) await replied(at, visitor, 'r2')
  await at.quiet()
  for (const { visitor, name } of chats) {
    expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
    expect(inPlanfix(at, name, 'r')).toEqual(['r1', 'r2'])
    expect(notesTo(at, name)).toEqual([])
  }
  at.chatra.rateLimitPerSecond = 5
}

/** Chatra does not know the client any more: the task tells the employee so, and the client receives nothing. */
async function toNobody(at: World, code: string): Promise<void> {
  const { name, visitor, answers } = await conversation(at)
  const other = await conversation(at)
  forgetClient(at, visitor.clientId)
  answers('r1: Are you there?')
  await at.until('the note', () => notesTo(at, name).length > 0)
  other.answers('r1: You are')
  await replied(at, other.visitor, 'r1')
  await at.quiet()
  const failed = (await at.messages()).find(
    (one) => one.chatraClientId === visitor.clientId && one.state === 'failed',
  )
  expect(failed?.reason).toContain(code)
  expect(notesTo(at, name)).toEqual([
    'Your reply was not delivered to the client: Chatra no longer has this client. Your text: “r1: Are you there?”',
  ])
  expect(visitor.sees()).toEqual([])
  expect(other.visitor.sees()).toEqual(['r1: You are'])
  // The note is the bridge's own: it is not treated as a reply.
  const toChatra = (await at.messages()).filter(
    (one) => one.direction === 'to-chatra' && one.text.startsWith('Your reply'),
  )
  expect(toChatra).toEqual([])
}

const words = (count: number) => Array.from({ length: count }, (_, n) => `слово${n}😀`)

async function longReply(at: World): Promise<void> {
  const { visitor, answers, name } = await conversation(at)
  const before = at.chatra.server.requests.length
  const all = words(1_100)
  answers(all.join(' '))
  await at.until('the end of it', () => visitor.sees().join(' ').includes('слово1099'))
  await at.quiet()
  const parts = visitor.sees()
  expect(parts.map((part) => part.slice(part.lastIndexOf('(')))).toEqual(
    parts.map((_, n) => `(${n + 1}/${parts.length})`),
  )
  const heard = parts.flatMap((part) => part.replace(/ \(\d+\/\d+\)$/, '').split(/\s+/))
  expect(heard).toEqual(all)
  expect(notesTo(at, name)).toEqual([])
  const sends = at.chatra.server.requests.slice(before).filter((call) => call.method === 'POST')
  const answered = sends.map((call) => call.answered)
  expect(answered).toEqual(parts.map(() => 200))
}

async function emptyReply(at: World): Promise<void> {
  const { visitor, task, answers } = await conversation(at)
  at.planfix.employeeComments(task.id, JULIA, '<p>&nbsp;</p><p><br></p>')
  answers('r1: Sorry')
  await replied(at, visitor, 'r1')
  await at.quiet()
  expect(visitor.sees()).toEqual(['r1: Sorry'])
}

async function htmlReply(at: World): Promise<string[]> {
  const { visitor, answers, name } = await conversation(at)
  answers('r1: use &lt;b&gt;bold&lt;/b&gt; if 2 &lt; 3 &amp;&amp; 5 &gt; 4')
  await replied(at, visitor, 'r1')
  visitor.says('m2: ok')
  visitor.leaves()
  await at.quiet()
  expect(inPlanfix(at, name, 'r')).toEqual(['r1'])
  return visitor.sees()
}

async function untouchedClientMessages(at: World): Promise<void> {
  await carried(at)
  const { visitor, answers } = await conversation(at)
  const comment = answers('r1: One')
  await replied(at, visitor, 'r1')
  await at.quiet()
  at.planfix.editsComment(comment.id, '<p>r1: Two</p>')
  await at.until('the edit', () => visitor.sees().includes('r1: Two'))
  const own = new Set(
    at.chatra.clients
      .flatMap((client) => client.messages.filter((one) => one.type === 'client'))
      .map((one) => one.id),
  )
  const changed = [...calls(at, 'PUT', /messages/), ...calls(at, 'DELETE', /messages/)]
  expect(changed.length).toBeGreaterThan(0)
  expect(changed.filter((call) => own.has(call.path.split('/').at(-1) ?? ''))).toEqual([])
}

async function nothingRefused(at: World): Promise<void> {
  const before = at.chatra.server.requests.length
  await carried(at)
  const refused = at.chatra.server.requests.slice(before).filter((call) => Number(call.answered) >= 400)
  expect(refused.map((call) => [call.path, call.answered])).toEqual([])
}

async function notesLeftAlone(at: World): Promise<void> {
  await carried(at)
  expect(calls(at, 'PUT', /clients/)).toEqual([])
}

async function authorized(at: World): Promise<void> {
  await carried(at)
  const given = new Set(at.chatra.server.requests.map((call) => call.headers.authorization))
  expect([...given]).toEqual([`Chatra.Simple ${at.chatra.publicKey}:right-key`])
}

/** The POST is answered with an error but carried out: its echo settles it, and nothing is sent twice. */
async function settledByEcho(at: World): Promise<void> {
  const { name, visitor, answers } = await conversation(at)
  answers('r1: Once')
  answers('r2: And then')
  await replied(at, visitor, 'r2')
  await at.until('both settled', async () => {
    const mine = (await at.messages()).filter(
      (one) => one.chatraClientId === visitor.clientId && one.direction === 'to-chatra',
    )
    return mine.length === 2 && mine.every((one) => one.state === 'delivered')
  })
  expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
  expect(inPlanfix(at, name, 'r')).toEqual(['r1', 'r2'])
}

const claims: Claims<RestSwitch> = {
  'basic-auth': { accepted: authorized, refused: authorized },
  'error-body': {
    'code-message': async (at) =>
      expect(await refusedWith(at)).toContain('payment_required the API needs a paid plan'),
    'error-string': async (at) => expect(await refusedWith(at)).toContain('the API needs a paid plan'),
    empty: async (at) => expect(await refusedWith(at)).toContain('402'),
    html: async (at) => expect(await refusedWith(at)).toContain('the API needs a paid plan'),
  },
  'bad-key-status': {
    '401': badKey,
    /** Where the keys were just accepted, a 403 may mean too many requests: see `plan-refusal`, 403. */
    '403': async () => {
      const fresh = await openWorld({
        chatra: { secretKey: 'right-key', switches: { 'bad-key-status': '403' } },
      })
      await badKey(fresh)
      await closeWorld(fresh)
    },
    '400': badKey,
  },
  'unknown-id-status': { '404': editOfGone, '400': editOfGone, '200-null': editOfGone },
  'missing-field-status': { '400': nothingRefused, '422': nothingRefused },
  'rate-limit': { off: manyAtOnce, '429-retry-after': manyAtOnce, '429-bare': manyAtOnce, '403': manyAtOnce },
  'plan-refusal': {
    off: carried,
    '402': noPlan('402', ['no-plan']),
    '403': noPlan('403', ['wrong-keys', 'no-plan']),
    '401': noPlan('401', ['wrong-keys', 'no-plan']),
  },
  'chatra-write-outcome': {
    normal: carried,
    'timeout-after-commit': settledByEcho,
    /** Nothing arrives while it lasts, and nothing is sent again automatically: the owner does that. */
    'timeout-before-commit': async (at) => {
      const { name, visitor, answers } = await conversation(at)
      answers('r1: Once')
      const unclear = await at.until('uncertain', async () =>
        (await at.messages()).find(
          (one) => one.chatraClientId === visitor.clientId && one.state === 'uncertain',
        ),
      )
      expect(visitor.sees()).toEqual([])
      at.chatra.setSwitch('chatra-write-outcome', 'normal')
      answers('r2: Next')
      await replied(at, visitor, 'r2')
      expect(marks(visitor.sees(), 'r')).toEqual(['r2'])
      expect(await at.app.retry(unclear.id)).toBe('queued')
      await replied(at, visitor, 'r1')
      await at.quiet()
      expect(marks(visitor.sees(), 'r')).toEqual(['r2', 'r1'])
      expect(inPlanfix(at, name, 'r')).toEqual(['r1', 'r2'])
    },
    '502-after-commit': settledByEcho,
  },
  'unknown-client-send': {
    '404': (at) => toNobody(at, 'object-gone'),
    '400': (at) => toNobody(at, 'object-gone'),
    /** Chatra confirms it, so the bridge cannot know better. */
    '200-and-lost': async (at) => {
      const { name, visitor, answers } = await conversation(at)
      forgetClient(at, visitor.clientId)
      answers('r1: Are you there?')
      await at.until('delivered', async () =>
        (await at.messages()).some(
          (one) =>
            one.chatraClientId === visitor.clientId &&
            one.direction === 'to-chatra' &&
            one.state === 'delivered',
        ),
      )
      await at.quiet()
      expect(notesTo(at, name)).toEqual([])
      expect(
        calls(at, 'POST', /messages/).filter(
          (call) => (call.body as { clientId: string }).clientId === visitor.clientId,
        ),
      ).toHaveLength(1)
    },
  },
  'agent-by-email': {
    'dummy-agent-made': async (at) => {
      await carried(at)
      expect(at.chatra.agents.map((agent) => agent.name)).toContain('shop.example')
    },
    '400': async () => {
      const fresh = await openWorld({ chatra: { switches: { 'agent-by-email': '400' } } })
      // No such agent exists and none may be created: a certain refusal, and the task tells the employee so.
      const { name, visitor, answers } = await conversation(fresh)
      answers('r1: Hello')
      await fresh.until('the note', () => notesTo(fresh, name).length === 1)
      expect(notesTo(fresh, name)[0]).toContain('Chatra rejected the message')
      expect(visitor.sees()).toEqual([])
      await closeWorld(fresh)
    },
  },
  'long-text': { '400-over-5000': longReply, accepted: longReply, 'cut-at-5000': longReply },
  'empty-text': { '400': emptyReply, accepted: emptyReply },
  'html-text': {
    literal: async (at) => expect(await htmlReply(at)).toEqual(['r1: use <b>bold</b> if 2 < 3 && 5 > 4']),
    /** Chatra removes the tags; the text stays. */
    stripped: async (at) => expect(await htmlReply(at)).toEqual(['r1: use bold if 2 < 3 && 5 > 4']),
    rendered: async (at) => expect(await htmlReply(at)).toEqual(['r1: use bold if 2 < 3 && 5 > 4']),
  },
  'edit-client-message': {
    '403': untouchedClientMessages,
    '400': untouchedClientMessages,
    '404': untouchedClientMessages,
  },
  'notes-put': { replace: notesLeftAlone, append: notesLeftAlone },
}

test.each(rowsOf(claims))('switch $name in position $position', (row) => inPosition(world, row))
