import { describe, expect, test } from 'vitest'
import type { EngineContext } from '../../../../../../src/main/engine/context.ts'
import {
  type Ask,
  knownSince,
  lastBefore,
} from '../../../../../../src/main/engine/delivery/planfix/channel/chat-task.ts'
import type { PlanfixApi, PlanfixComment, Takeover } from '../../../../../../src/main/engine/ports.ts'
import { bridgeError, fail, ok } from '../../../../../../src/shared/errors.ts'
import { message } from '../../../../../support/builders.ts'
import { comment } from '../../../values.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = 1000 * HOUR

describe('since when a store knows what was passed on to a conversation', () => {
  const since = (firstAt: number | null, takeover: Takeover | null = null) =>
    knownSince(
      {
        store: {
          messagesSince: async () => (firstAt === null ? [] : [message({ receivedAt: firstAt })]),
        },
        clock: { now: () => NOW },
        takeover: () => takeover,
      } as unknown as EngineContext,
      1,
    )
  const restore: Takeover = { at: NOW, until: NOW, cause: 'restore', backupAt: 0 }

  test('since its first message', async () => {
    expect(await since(NOW - HOUR)).toBe(NOW - HOUR)
  })
  test('for hours only: what was passed on earlier cannot be compared', async () => {
    expect(await since(NOW - 100 * HOUR)).toBe(NOW - 12 * HOUR)
  })
  test('not at all in a new store', async () => {
    expect(await since(null)).toBe(NOW)
  })
  test('after a restore every comment is in doubt anyway', async () => {
    expect(await since(NOW - HOUR, restore)).toBe(0)
  })
})

describe('the last comment of a time that the store knows nothing of', () => {
  /** Pages as Planfix gives them; counts the calls. */
  const feed = (pages: PlanfixComment[][], sorted = true) => {
    const asked: number[] = []
    const planfix = {
      comments: async (_task: number, offset: number) => {
        asked.push(offset)
        const n = offset / 100
        return ok({ comments: pages[n] ?? [], complete: n === pages.length - 1, sorted })
      },
    } as unknown as PlanfixApi
    return { asked, ask: { rest: (call) => call(planfix) } satisfies Pick<Ask, 'rest'> }
  }
  const at = (id: number, minutes: number | null) =>
    comment({ id, at: minutes === null ? null : minutes * MINUTE })
  const last = async (since: number, ...args: Parameters<typeof feed>) => {
    const found = await lastBefore(100, since, feed(...args).ask)
    return found.ok ? found.value : found.error.code
  }

  test('is the highest number of those written before', async () => {
    expect(await last(10 * MINUTE, [[at(5, 11), at(3, 9), at(4, 8)]])).toBe(4)
  })
  test('one in the minute of that time is not before it', async () => {
    expect(await last(10 * MINUTE + 30_000, [[at(5, 10), at(4, 9)]])).toBe(4)
  })
  test('one that nobody knows the time of counts as before', async () => {
    expect(await last(10 * MINUTE, [[at(5, null), at(4, 9)]])).toBe(5)
  })
  test('is none where all are later, or where everything is in doubt', async () => {
    expect(await last(10 * MINUTE, [[at(5, 11)]])).toBe(0)
    expect(await last(0, [[at(5, null)]])).toBe(0)
  })
  test('pages are read until one holds an older comment; all of them where they are not sorted', async () => {
    const pages = [[at(9, 12)], [at(8, 9)], [at(10, 5)]]
    const sorted = feed(pages)
    expect(await lastBefore(100, 10 * MINUTE, sorted.ask)).toEqual(ok(8))
    expect(sorted.asked).toEqual([0, 100])
    expect(await last(10 * MINUTE, pages, false)).toBe(10)
  })
  test('a page that cannot be read leaves it open', async () => {
    const ask: Pick<Ask, 'rest'> = { rest: async () => fail(bridgeError('planfix', 'failing', '')) }
    expect(await lastBefore(100, 10 * MINUTE, ask)).toMatchObject({ ok: false })
  })
})
