import { expect, test } from 'vitest'
import type { EngineContext } from '../../../src/main/engine/context.ts'
import { Intake } from '../../../src/main/engine/intake/intake.ts'
import type { Change, Store } from '../../../src/main/engine/ports.ts'
import { Serial } from '../../../src/main/engine/serial.ts'

test('an inbox that cannot be read for a moment is told, and read again five seconds later', async () => {
  let broken = true
  let later: { ms: number; work: () => void } | null = null
  const committed: Change[] = []
  const bugs: string[] = []
  const store: Partial<Store> = {
    newId: () => 1,
    commit: async (changes) => void committed.push(...changes),
    inboxPending: async (afterSeq) => {
      if (broken) throw new Error('disk is gone')
      return afterSeq === 0
        ? [{ seq: 1, connectionId: 'shop', source: 'chatra', receivedAt: 0, body: '{}' }]
        : []
    },
  }
  const context = {
    store,
    clock: {
      now: () => 0,
      after: (ms: number, work: () => void) => {
        later = { ms, work }
        return () => undefined
      },
    },
    connections: new Map([['shop', {}]]),
    listener: {},
  } as unknown as EngineContext
  const intake = new Intake({
    context,
    parse: () => ({ ok: false, reason: 'eventName: missing' }),
    serial: new Serial(),
    wake: () => undefined,
    hint: () => undefined,
    added: async () => undefined,
    onBug: (error) => bugs.push(String(error)),
  })
  intake.wake()
  await intake.idle()
  expect(bugs).toEqual(['Error: disk is gone'])
  broken = false
  const timer = later as { ms: number; work: () => void } | null
  expect(timer?.ms).toBe(5000)
  timer?.work()
  await intake.idle()
  expect(committed).toContainEqual({
    type: 'inbox.settle',
    seq: 1,
    outcome: 'skipped',
    reason: 'eventName: missing',
  })
})
