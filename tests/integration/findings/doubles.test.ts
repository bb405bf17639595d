import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { count, inTalk, inWorld, looked, messageOf, pass, settle, texts } from './scene.ts'

/** Nothing arrives twice (findings 1, 2, 11, 21). */

test.each([
  ['ids are handed back', {}],
  ['ids are never handed back', { 'source-read': 'never', 'comment-list-source': 'empty' } as const],
])(
  '1: a restore from the backup repeats and orphans nothing, where %s',
  async (_, switches) => {
    await inWorld({ planfix: { switches }, speed: 30 }, async (world) => {
      const anna = await inTalk(world, { name: 'Anna' })
      await looked(world)
      // After the copy that is made soon after the start.
      await pass(world, 3 * 60_000)
      await world.app.store.backUpIfChanged()
      for (const n of [1, 2, 3]) {
        world.planfix.employeeComments(anna.taskId, 5, `<p>reply ${n}</p>`)
        await world.until(`reply ${n}`, () => count(anna.visitor.sees(), `reply ${n}`) === 1)
      }
      anna.visitor.says('Written after the backup')
      await world.until('it', () => count(texts(world, anna.taskId), 'Written after the backup') === 1)
      const boris = await inTalk(world, { name: 'Boris' }, 'Boris begins')
      await pass(world, 10 * 60_000)
      await world.restart(async () => {
        for (const end of ['-wal', '-shm']) await writeFile(join(world.dataDir, `bridge.sqlite${end}`), '')
        await writeFile(join(world.dataDir, 'bridge.sqlite'), Buffer.alloc(64 * 1024, 7))
      })
      await looked(world)
      boris.visitor.says('Boris goes on')
      await world.until('it goes on', () =>
        world.planfix.tasks.some((task) =>
          texts(world, task.id).some((one) => one.includes('Boris goes on')),
        ),
      )
      // Planfix gives times to the minute: only the owner can decide about texts written at the moment of the
      // restore.
      await pass(world, 3 * 60_000)
      world.planfix.employeeComments(boris.taskId, 5, '<p>For Boris</p>')
      await world.until('the answer', () => boris.visitor.sees().length > 0)
      anna.visitor.leaves()
      await world.chatra.flush()
      await looked(world)
      await settle(world)
      expect(anna.visitor.sees()).toEqual(['reply 1', 'reply 2', 'reply 3'])
      expect(count(texts(world, anna.taskId), 'Written after the backup')).toBe(1)
      expect(boris.visitor.sees()).toEqual(['For Boris'])
      const borisTasks = world.planfix.tasks.filter((task) =>
        texts(world, task.id).some((one) => one.includes('Boris ')),
      )
      expect(borisTasks.map((task) => task.id)).toEqual([boris.taskId])
      expect(world.planfix.contacts.filter((one) => one.name === 'Boris')).toHaveLength(1)
    })
  },
  60_000,
)

test.each([
  ['a line break swallows the answer and the webhook', 'timeout-after-write' as const, 0],
  [
    'Chatra is overloaded: the answer is lost and webhooks come two minutes late',
    'timeout-after-write' as const,
    1,
  ],
  ['Chatra commits and fails', 'status' as const, 0],
])('2: %s: the reply is not sent again', async (_, kind, late) => {
  await inWorld({}, async (world) => {
    const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
    world.planfix.employeeComments(taskId, 5, '<p>First</p>')
    await world.until('an echo', async () => (await messageOf(world, 'First'))?.echoed)
    if (late) world.chatra.pauseWebhooks()
    else world.chatra.dropNextWebhooks(1)
    const fault = kind === 'status' ? { kind, status: 502, afterWrite: true } : { kind }
    world.chatra.server.faults.add({ ...fault, method: 'POST', times: 1 })
    world.planfix.employeeComments(taskId, 5, '<p>Second</p>')
    await world.until('it is sent', () => visitor.sees().includes('Second'))
    await pass(world, 120_000)
    if (late) {
      world.chatra.resumeWebhooks()
      await world.chatra.flush()
    }
    visitor.says('Are you still there?')
    await pass(world, 60_000)
    await settle(world)
    expect(visitor.sees()).toEqual(['First', 'Second'])
    visitor.leaves()
    await world.chatra.flush()
    await world.until(
      'the transcript settles it',
      async () => (await messageOf(world, 'Second'))?.state === 'delivered',
    )
    expect(visitor.sees()).toEqual(['First', 'Second'])
  })
})

test.each([
  ['fails', { kind: 'status', status: 502 } as const],
  ['does not answer', { kind: 'timeout-before-write' } as const],
  ['carries out and does not answer', { kind: 'timeout-after-write' } as const],
])(
  '11: five minutes in which Chatra %s leave at most two replies uncertain',
  async (_, fault) => {
    await inWorld({ speed: 40 }, async (world) => {
      const talks = []
      for (let n = 0; n < 10; n++) talks.push(await inTalk(world, { name: `Client ${n}` }))
      world.chatra.server.faults.add(fault)
      for (const [n, talk] of talks.entries())
        world.planfix.employeeComments(talk.taskId, 5, `<p>Answer ${n}</p>`)
      await pass(world, 300_000)
      world.chatra.server.faults.clear()
      await pass(world, 60_000)
      const replies = (await world.messages()).filter((one) => one.text.startsWith('Answer'))
      const unsure = replies.filter((one) => one.state === 'uncertain' || one.state === 'failed')
      expect(replies).toHaveLength(10)
      expect(unsure.length).toBeLessThanOrEqual(2)
      expect(replies.filter((one) => one.state === 'delivered').length).toBeGreaterThanOrEqual(8)
      for (const [n, talk] of talks.entries())
        expect(count(talk.visitor.sees(), `Answer ${n}`)).toBeLessThanOrEqual(1)
    })
  },
  60_000,
)

test('21: a transcript a day later returns none of our replies', async () => {
  const switches = { 'rest-echo': 'without-received-from', 'transcript-repeat': 'all-messages' } as const
  await inWorld(
    { chatra: { switches }, speed: 40, options: { completeWhenClientLeaves: false } },
    async (world) => {
      const { visitor, taskId } = await inTalk(world, { name: 'Anna' })
      world.planfix.employeeComments(taskId, 5, '<p>Yesterday</p>')
      await world.until('the reply', () => visitor.sees().length === 1)
      await settle(world)
      // Thirty hours by the store's clock.
      const then = world.clock.now() - 30 * 3_600_000
      const file = new Database(join(world.dataDir, 'bridge.sqlite'))
      file
        .prepare('UPDATE messages SET handed_at = ?, sent_at = ?, written_at = ?, received_at = ?')
        .run(then, then, then, then)
      file.close()
      visitor.leaves()
      await world.chatra.flush()
      await looked(world)
      expect(count(texts(world, taskId), 'Yesterday')).toBe(1)
    },
  )
})
