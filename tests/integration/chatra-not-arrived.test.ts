import { afterEach, describe, expect, test } from 'vitest'
import { StoreError } from '../../src/shared/store-error.ts'
import { damageStore } from '../support/damage.ts'
import type { World, WorldOptions } from '../support/world.ts'
import {
  closeWorld,
  conversation,
  marks,
  newClient,
  notesTo,
  openWorld,
  replied,
  stateOf,
  talkWithEcho,
} from './chatra-play.ts'

/**
 * docs/architecture.md, "An uncertain reply": it counts as not arrived only if webhooks certainly came in, and is
 * never sent again automatically.
 */

let world: World
afterEach(() => closeWorld(world))

const NOT_ARRIVED = { state: 'failed', reason: 'not-arrived', attempts: 1 }
const outcome = (position: World['chatra']['switches']['chatra-write-outcome']) =>
  world.chatra.setSwitch('chatra-write-outcome', position)
const posts = () =>
  world.chatra.server.requests.filter(
    (call) => call.method === 'POST' && call.path.startsWith('/api/messages'),
  ).length
const is = (mark: string, state: string) =>
  world.until(`${mark} ${state}`, async () =>
    (await world.messages()).some(
      (one) => one.kind === 'text' && one.text.startsWith(`${mark}:`) && one.state === state,
    ),
  )
const pass = (ms: number) => world.pass(ms)

/** A proven public address, and a reply whose echo has come. */
async function start(options: WorldOptions = {}) {
  world = await openWorld({ virtual: true, proven: true, ...options })
  return talkWithEcho(world)
}

/** A reply that Chatra never received, without an answer or with a 502. */
async function lost(answers: (text: string) => unknown, how: 'time-out' | 'reset' | '502' = 'time-out') {
  const kinds = {
    'time-out': { kind: 'timeout-before-write' },
    reset: { kind: 'reset-before-write' },
    '502': { kind: 'status', status: 502 },
  } as const
  world.chatra.server.faults.add({ ...kinds[how], method: 'POST', path: '/messages/?$', times: 1 })
  answers('r2: Lost')
  await is('r2', 'uncertain')
}

describe('a reply that certainly did not arrive', () => {
  test.each(['time-out', 'reset', '502'] as const)(
    'after a %s and a later message of the client the reply fails with a note',
    async (how) => {
      const { name, visitor, answers } = await start()
      await lost(answers, how)
      await pass(15_000)
      visitor.says('m2: Hello?')
      await is('r2', 'failed')
      expect(await stateOf(world, 'r2')).toMatchObject(NOT_ARRIVED)
      await world.until('the note', () => notesTo(world, name).length > 0)
      expect(notesTo(world, name)[0]).toContain('it did not arrive in the chat')
      answers('r3: Next')
      await replied(world, visitor, 'r3')
      await pass(120_000)
      expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r3'])
      expect(notesTo(world, name)).toHaveLength(1)
    },
  )

  test('the reply is not failed before 30 s have passed', async () => {
    const { visitor, answers } = await start()
    await lost(answers)
    const sentAt = (await stateOf(world, 'r2')).sentAt ?? 0
    await pass(sentAt + 14_000 - world.clock.now())
    visitor.says('m2: Hello?')
    await is('r2', 'failed')
    expect(world.clock.now() - sentAt).toBeGreaterThanOrEqual(30_000)
  })

  test('a later message of another client of the connection also decides', async () => {
    const { answers } = await start()
    const other = newClient(world)
    await lost(answers)
    await pass(15_000)
    other.visitor.says('m1: I am somebody else')
    await is('r2', 'failed')
    expect(await stateOf(world, 'r2')).toMatchObject(NOT_ARRIVED)
  })

  test('the owner may send the failed reply again, once', async () => {
    const { visitor, answers } = await start()
    await lost(answers)
    await pass(15_000)
    visitor.says('m2: Hello?')
    await is('r2', 'failed')
    expect(await world.app.retry((await stateOf(world, 'r2')).id)).toBe('queued')
    await replied(world, visitor, 'r2')
    await is('r2', 'delivered')
    expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
  })

  test('a transcript that lacks the reply decides without a proof of the public address', async () => {
    world = await openWorld({ virtual: true })
    const { visitor, answers, name } = await conversation(world)
    await lost(answers)
    await pass(15_000)
    visitor.leaves()
    await is('r2', 'failed')
    expect(await stateOf(world, 'r2')).toMatchObject(NOT_ARRIVED)
    await world.until('the note', () => notesTo(world, name).length > 0)
  })
})

describe('a reply whose result cannot be known stays uncertain and is sent once', () => {
  const staysUncertain = async (visitor: { sees(): string[] }) => {
    await pass(120_000)
    expect((await stateOf(world, 'r2')).state).toBe('uncertain')
    expect(marks(visitor.sees(), 'r').filter((mark) => mark === 'r2').length).toBeLessThanOrEqual(1)
  }

  test('without a public address the reply stays uncertain', async () => {
    world = await openWorld({ virtual: true })
    const { visitor, answers } = await conversation(world)
    answers('r1: First')
    await replied(world, visitor, 'r1')
    await lost(answers)
    await pass(15_000)
    visitor.says('m2: Hello?')
    await staysUncertain(visitor)
    expect(posts()).toBe(2)
  })

  test('without a later webhook the reply stays uncertain', async () => {
    const { visitor, answers } = await start()
    await lost(answers)
    await staysUncertain(visitor)
    expect(posts()).toBe(2)
  })

  test('the reply stays uncertain when the network broke: it arrived, its webhook did not', async () => {
    const { visitor, answers } = await start()
    outcome('timeout-after-commit')
    world.chatra.dropNextWebhooks(1)
    answers('r2: Arrived')
    await replied(world, visitor, 'r2')
    // The public address is found unreachable before it works again.
    const { webhookUrl } = world.chatra
    await world.app.wake(world.clock.now())
    await is('r2', 'uncertain')
    outcome('normal')
    world.chatra.webhookUrl = webhookUrl
    await world.isProven()
    visitor.says('m2: Thanks')
    await staysUncertain(visitor)
    expect(posts()).toBe(2)
  })

  test('webhooks that are two minutes late cause no duplicate, and the late echo settles it', async () => {
    const { visitor, answers } = await start()
    outcome('timeout-after-commit')
    world.chatra.pauseWebhooks()
    answers('r2: Arrived')
    await is('r2', 'uncertain')
    outcome('normal')
    visitor.says('m2: Thanks')
    await staysUncertain(visitor)
    world.chatra.resumeWebhooks()
    await is('r2', 'delivered')
    expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
  })

  test('the reply stays uncertain when our own receiver refused events', async () => {
    const { visitor, answers } = await start()
    outcome('timeout-after-commit')
    const accept = world.app.store.accept.bind(world.app.store)
    let refused = 0
    world.app.store.accept = (row) => {
      if (refused > 0) return accept(row)
      refused += 1
      return Promise.reject(new StoreError('unavailable', 'the disk is full'))
    }
    answers('r2: Arrived')
    await is('r2', 'uncertain')
    outcome('normal')
    expect(refused).toBe(1)
    await pass(15_000)
    visitor.says('m2: Thanks')
    await staysUncertain(visitor)
    expect(posts()).toBe(2)
  })

  test('after a restart the reply stays uncertain', async () => {
    const { visitor, answers } = await start()
    await lost(answers)
    await world.restart()
    await world.isProven()
    await pass(15_000)
    visitor.says('m2: Hello?')
    await staysUncertain(visitor)
    expect(posts()).toBe(2)
  })

  test('the reply stays uncertain when Planfix was silent at the same time', async () => {
    const { visitor, answers } = await start()
    world.chatra.server.faults.add({ kind: 'timeout-before-write', method: 'POST', times: 1 })
    answers('r2: Lost')
    await is('r2', 'sending')
    world.planfix.server.faults.add({ kind: 'timeout-before-write', times: 3 })
    await is('r2', 'uncertain')
    await pass(15_000)
    visitor.says('m2: Hello?')
    await staysUncertain(visitor)
  })
})

describe('an assumption about a reply that proves wrong', () => {
  test('an echo after the failure makes it delivered, and the employee gets a note', async () => {
    const { name, visitor, answers } = await start()
    world.chatra.server.faults.add({
      kind: 'timeout-then-late-write',
      ms: 80_000,
      method: 'POST',
      path: '/messages/?$',
      times: 1,
    })
    answers('r2: Very late')
    await is('r2', 'uncertain')
    await pass(15_000)
    visitor.says('m2: Hello?')
    await is('r2', 'failed')
    await is('r2', 'delivered')
    expect((await stateOf(world, 'r2')).reason).toBe('echo-seen')
    await world.until('both notes', () =>
      world.feed(world.task().id).some((one) => one.text.startsWith('Your reply did arrive')),
    )
    expect(notesTo(world, name)).toHaveLength(1)
    expect(marks(visitor.sees(), 'r')).toEqual(['r1', 'r2'])
  })

  test('a reply whose comment was deleted meanwhile is removed from the chat', async () => {
    const { visitor, answers } = await start()
    const late = { kind: 'timeout-then-late-write', ms: 80_000, method: 'POST', times: 1 } as const
    world.chatra.server.faults.add(late)
    const comment = answers('r2: secret, wrong client')
    await is('r2', 'uncertain')
    world.planfix.deletesComment(comment.id)
    await world.until('the deletion waits', async () =>
      (await world.messages()).some((one) => one.kind === 'delete' && one.reason === 'waits-for-target'),
    )
    await pass(15_000)
    visitor.says('m2: Hello?')
    await world.until('the deletion is dropped', async () =>
      (await world.messages()).some((one) => one.kind === 'delete' && one.reason === 'target-not-arrived'),
    )
    await is('r2', 'delivered')
    await world.until('gone again', () => !visitor.sees().join().includes('secret'))
  })
})

describe('what changes an uncertain reply', () => {
  /** A reply that arrived, although the bridge cannot know it. */
  async function unclear(talk: Awaited<ReturnType<typeof start>>) {
    outcome('timeout-after-commit')
    world.chatra.pauseWebhooks()
    const comment = talk.answers('r2: secret')
    await is('r2', 'uncertain')
    outcome('normal')
    return comment
  }
  const waits = (kind: string) =>
    world.until(`the ${kind} waits`, async () =>
      (await world.messages()).some(
        (one) => one.kind === kind && one.state === 'queued' && one.reason === 'waits-for-target',
      ),
    )

  test('a deletion waits without delaying others, and is executed when the echo comes', async () => {
    const talk = await start()
    const comment = await unclear(talk)
    world.planfix.deletesComment(comment.id)
    await waits('delete')
    talk.answers('r3: Next')
    await replied(world, talk.visitor, 'r3')
    expect(talk.visitor.sees().join()).toContain('secret')
    world.chatra.resumeWebhooks()
    await world.until('gone', () => !talk.visitor.sees().join().includes('secret'))
    await world.quiet()
    expect(marks(talk.visitor.sees(), 'r')).toEqual(['r1', 'r3'])
  })

  test('an edit that waits for it does not keep the task open when the client has left', async () => {
    const talk = await start()
    const comment = await unclear(talk)
    world.planfix.editsComment(comment.id, '<p>r2: public</p>')
    await waits('edit')
    // Only its own line is cut: the end of the visit is asked for.
    talk.visitor.leaves()
    await pass(20 * 60_000)
    await world.until(
      'the task is completed',
      () => world.planfix.statusOf(world.task().id)?.key === 'completed',
    )
    expect(await stateOf(world, 'r2')).toMatchObject({ state: 'uncertain' })
  })

  test('a deletion since the backup is executed when the echo comes after the restore', async () => {
    const talk = await start()
    await world.app.store.backUpIfChanged()
    const comment = await unclear(talk)
    world.planfix.deletesComment(comment.id)
    await waits('delete')
    await world.restart(() => damageStore(world.dataDir))
    await waits('delete')
    expect(talk.visitor.sees().join()).toContain('secret')
    world.chatra.resumeWebhooks()
    await world.until('gone', () => !talk.visitor.sees().join().includes('secret'))
    expect(marks(talk.visitor.sees(), 'r')).toEqual(['r1'])
  })

  test('an edit since the backup is executed when the echo comes after the restore', async () => {
    const talk = await start()
    await world.app.store.backUpIfChanged()
    const comment = await unclear(talk)
    world.planfix.editsComment(comment.id, '<p>r2: public</p>')
    await waits('edit')
    await world.restart(() => damageStore(world.dataDir))
    world.chatra.resumeWebhooks()
    await world.until('mended', () => talk.visitor.sees().includes('r2: public'))
    expect(talk.visitor.sees().join()).not.toContain('secret')
    expect(marks(talk.visitor.sees(), 'r')).toEqual(['r1', 'r2'])
  })

  test('an edit is executed when the transcript contains the reply', async () => {
    const talk = await start({ chatra: { switches: { 'transcript-repeat': 'all-messages' } } })
    const comment = await unclear(talk)
    world.planfix.editsComment(comment.id, '<p>r2: public</p>')
    await waits('edit')
    world.chatra.resumeWebhooks()
    talk.visitor.leaves()
    await world.until('mended', () => talk.visitor.sees().includes('r2: public'))
    expect(talk.visitor.sees().join()).not.toContain('secret')
  })

  test('a deleted reply that the owner sends again is not sent', async () => {
    const talk = await start()
    world.chatra.server.faults.add({ kind: 'reset-before-write', method: 'POST', times: 1 })
    const comment = talk.answers('r2: secret')
    await is('r2', 'uncertain')
    world.planfix.deletesComment(comment.id)
    await waits('delete')
    await world.app.retry((await stateOf(world, 'r2')).id)
    await is('r2', 'skipped')
    await world.quiet()
    expect(marks(talk.visitor.sees(), 'r')).toEqual(['r1'])
  })
})
