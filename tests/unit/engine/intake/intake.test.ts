import { expect, test } from 'vitest'
import type { EngineContext } from '../../../../src/main/engine/context.ts'
import { Intake } from '../../../../src/main/engine/intake/intake.ts'
import { KeyedMutex } from '../../../../src/main/engine/keyed-mutex.ts'
import type { Change, InboxRow, Store } from '../../../../src/main/engine/ports.ts'
import { storeUnavailable } from '../../../../src/main/store/errors.ts'

/**
 * An intake over rows in memory. Every row is refused by `parse` with its number, so that it is settled without
 * further work.
 */
function setUp(rows: ({ client: string } | { chat: string })[]) {
  const pending: InboxRow[] = rows.map((row, index) => ({
    seq: index + 1,
    connectionId: 'shop',
    source: 'chat' in row ? 'planfix-chat' : 'chatra',
    receivedAt: 0,
    body: JSON.stringify('chat' in row ? { form: [['chatId', row.chat]] } : { client: { id: row.client } }),
  }))
  let now = 0
  let timers: { at: number; work: () => void }[] = []
  const scene = {
    bugs: [] as string[],
    committed: [] as Change[],
    /** Keys of the published events. */
    told: [] as string[],
    settled: [] as number[],
    tries: [] as number[],
    readable: true,
    /** Throws to make the decision on a row fail. */
    fails: (_seq: number): void => undefined,
    timers: () => timers.length,
    /** What was decided did not reach the disk. */
    lose: (): void => undefined,
    intake: null as unknown as Intake,
    async advance(ms: number) {
      const end = now + ms
      for (;;) {
        await scene.intake.idle()
        const next = timers.toSorted((a, b) => a.at - b.at)[0]
        if (!next || next.at > end) break
        now = next.at
        timers = timers.filter((one) => one !== next)
        next.work()
      }
      now = end
      await scene.intake.idle()
    },
  }
  const apply = async (changes: Change[]): Promise<void> => {
    const settle = changes.find((change) => change.type === 'inbox.settle')
    const aside = settle?.reason?.startsWith('put-aside') === true
    if (settle && !aside) {
      scene.tries.push(settle.seq)
      scene.fails(settle.seq)
    }
    scene.committed.push(...changes)
    if (settle) scene.settled.push(settle.seq)
  }
  const store: Partial<Store> = {
    newId: () => 1,
    commit: apply,
    stage: async (changes) => {
      await apply(changes)
      return { onDisk: Promise.resolve() }
    },
    onLost: (listener) => {
      scene.lose = () => {
        scene.settled.length = 0
        listener()
      }
      return () => undefined
    },
    inboxReader: () => {
      let given: number[] = []
      return {
        next: async (limit) => {
          if (!scene.readable) throw new Error('disk is gone')
          const isNew = ({ seq }: InboxRow) => !given.includes(seq) && !scene.settled.includes(seq)
          const rows = pending.filter(isNew).slice(0, limit)
          given.push(...rows.map(({ seq }) => seq))
          return rows
        },
        back: (from) => {
          given = given.filter((seq) => seq < from)
        },
      }
    },
  }
  const context = {
    store,
    clock: {
      now: () => now,
      after: (ms: number, work: () => void) => {
        const timer = { at: now + ms, work }
        timers.push(timer)
        return () => {
          timers = timers.filter((one) => one !== timer)
        }
      },
    },
    connections: new Map([['shop', {}]]),
    listener: { event: ({ key }: { key: string }) => void scene.told.push(key) },
  } as unknown as EngineContext
  scene.intake = new Intake({
    connectionId: 'shop',
    context,
    parse: () => ({ ok: false, reason: 'eventName: missing' }),
    parseChannelCall: () => ({ kind: 'invalid', reason: 'form: missing' }),
    serial: new KeyedMutex(),
    wake: () => undefined,
    hint: () => undefined,
    added: async () => undefined,
    onBug: (error) => scene.bugs.push(String(error)),
  })
  return scene
}

const rowsOf = (...clients: string[]) => clients.map((client) => ({ client }))
const diskFull = storeUnavailable('COMMIT', new Error('disk is full'))

test('an inbox that is unreadable for a moment is reported, and read five seconds later', async () => {
  const scene = setUp(rowsOf('anna'))
  scene.readable = false
  scene.intake.wake()
  await scene.intake.idle()
  expect(scene.bugs).toEqual(['Error: disk is gone'])
  scene.readable = true
  await scene.advance(4999)
  expect(scene.settled).toEqual([])
  await scene.advance(1)
  expect(scene.settled).toEqual([1])
})

test('rows that cannot be stored are tried once in five seconds each', async () => {
  const scene = setUp(Array.from({ length: 12 }, (_, n) => ({ client: `client ${n}` })))
  scene.fails = () => {
    throw diskFull
  }
  scene.intake.wake()
  await scene.advance(60_000)
  // The first attempt and twelve rounds, of twelve rows each; not the square of it.
  expect(scene.tries).toHaveLength(12 * 13)
  expect(scene.timers()).toBe(1)
  scene.fails = () => undefined
  await scene.advance(5000)
  expect(scene.settled.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1))
  expect(scene.timers()).toBe(0)
})

test('later rows of the same client wait for a failing one, other clients continue', async () => {
  const scene = setUp(rowsOf('anna', 'boris', 'anna', 'boris'))
  scene.fails = (seq) => {
    if (seq === 1) throw diskFull
  }
  scene.intake.wake()
  await scene.intake.idle()
  expect(scene.settled).toEqual([2, 4])
  await scene.advance(20_000)
  expect(scene.settled).toEqual([2, 4])
  scene.fails = () => undefined
  await scene.advance(5000)
  expect(scene.settled).toEqual([2, 4, 1, 3])
})

test('a call of the Chat API is decided on after what its client wrote before, which makes its chat known', async () => {
  const scene = setUp([{ client: 'anna' }, { chat: 'anna' }, { chat: 'anna-7' }, { chat: 'boris' }])
  scene.fails = (seq) => {
    if (seq === 1) throw diskFull
  }
  scene.intake.wake()
  await scene.intake.idle()
  expect(scene.settled).toEqual([4])
  scene.fails = () => undefined
  await scene.advance(5000)
  expect(scene.settled).toEqual([4, 1, 2, 3])
})

test('a row that always fails alone is set aside, shown, and blocks nothing more', async () => {
  const scene = setUp(rowsOf('anna', 'anna', 'boris'))
  scene.fails = (seq) => {
    if (seq === 1) throw new TypeError('a bug in the rules')
  }
  scene.intake.wake()
  await scene.advance(60_000)
  expect(scene.tries.filter((seq) => seq === 1)).toHaveLength(5)
  expect(scene.settled).toEqual([3, 1, 2])
  expect(scene.committed).toContainEqual(
    expect.objectContaining({
      type: 'event.add',
      event: expect.objectContaining({
        key: 'event.put-aside',
        params: { row: 1, reason: 'a bug in the rules' },
      }),
    }),
  )
  expect(scene.told).toEqual(['event.put-aside'])
  expect(scene.committed).toContainEqual(
    expect.objectContaining({ type: 'message.add', states: [expect.objectContaining({ state: 'failed' })] }),
  )
  expect(scene.timers()).toBe(0)
})

test('a full disk sets nothing aside, however long it lasts', async () => {
  const scene = setUp(rowsOf('anna'))
  scene.fails = () => {
    throw diskFull
  }
  scene.intake.wake()
  await scene.advance(3_600_000)
  expect(scene.settled).toEqual([])
  scene.fails = () => undefined
  await scene.advance(5000)
  expect(scene.settled).toEqual([1])
})

test('rows whose decisions did not reach the disk are decided again', async () => {
  const scene = setUp(rowsOf('anna', 'bob'))
  scene.intake.wake()
  await scene.intake.idle()
  expect(scene.settled).toEqual([1, 2])
  scene.lose()
  await scene.advance(4999)
  expect(scene.settled).toEqual([])
  await scene.advance(1)
  expect(scene.settled).toEqual([1, 2])
  expect(scene.tries).toEqual([1, 2, 1, 2])
})
