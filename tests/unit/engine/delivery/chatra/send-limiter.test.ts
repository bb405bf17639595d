import { describe, expect, test } from 'vitest'
import { SendLimiter, type Slot } from '../../../../../src/main/engine/delivery/chatra/send-limiter.ts'
import { SlotWithdrawn } from '../../../../../src/main/engine/ports.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'

const start = () => {
  const clock = new FakeClock()
  return { clock, limiter: new SendLimiter(clock) }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Takes slots one after the other; each call takes no time. */
async function calls(limiter: SendLimiter, clock: FakeClock, ms: number) {
  let made = 0
  let slot: Slot | null = null
  const take = () => void limiter.slot('change').then((given) => (slot = given))
  take()
  for (const until = clock.now() + ms; clock.now() <= until; clock.advanceAtOnce(10)) {
    await settled()
    if (slot === null) continue
    const given: Slot = slot
    slot = null
    made += 1
    given.release()
    take()
  }
  return made
}

describe('pace', () => {
  test('the rate is three a second after a small burst, while limits are unknown', async () => {
    const { clock, limiter } = start()
    expect(await calls(limiter, clock, 10_000)).toBeGreaterThanOrEqual(30)
    expect(await calls(limiter, clock, 10_000)).toBeLessThanOrEqual(36)
  })

  test('success raises the rate, without limit for a healthy account', async () => {
    const { limiter } = start()
    for (let n = 0; n < 30; n++) {
      const slot = limiter.slot('send')
      await settled()
      limiter.succeeded({ kind: 'send', begunAt: 0, release: () => undefined })
      void slot.then((given) => given?.release())
    }
    expect(limiter.rate).toBe(1000)
  })

  test('a refusal halves the rate, simultaneous ones count once, and growth is slow', async () => {
    const { clock, limiter } = start()
    const slots = [await limiter.slot('change'), await limiter.slot('change')]
    clock.advanceAtOnce(100)
    for (const slot of slots) if (slot) limiter.refused(slot, null)
    expect(limiter.rate).toBe(1.5)
    for (const slot of slots) if (slot) limiter.succeeded(slot)
    expect(limiter.rate).toBeLessThan(1.6)
  })

  test('Retry-After is obeyed', async () => {
    const { clock, limiter } = start()
    const slot = await limiter.slot('send')
    if (slot) limiter.refused(slot, clock.now() + 20_000)
    slot?.release()
    let given = false
    void limiter.slot('send').then(() => (given = true))
    clock.advanceAtOnce(19_000)
    await settled()
    expect(given).toBe(false)
    clock.advanceAtOnce(2_000)
    await settled()
    expect(given).toBe(true)
  })
})

describe('places', () => {
  const count = async (limiter: SendLimiter, wanted: number) => {
    const given: Slot[] = []
    for (let n = 0; n < wanted; n++) void limiter.slot('send').then((slot) => slot && given.push(slot))
    await settled()
    return given
  }

  test('two sends are under way at once, with edits beside them', async () => {
    const { limiter } = start()
    const given = await count(limiter, 4)
    expect(given).toHaveLength(2)
    expect(await limiter.slot('change')).not.toBeNull()
    given[0]?.release()
    await settled()
    expect(given).toHaveLength(3)
  })

  test('after one indeterminate answer one send goes alone; after two none goes', async () => {
    const { limiter } = start()
    const given = await count(limiter, 2)
    limiter.indeterminate()
    given[0]?.release()
    const next = limiter.slot('send')
    await settled()
    limiter.indeterminate()
    expect(limiter.isStopped).toBe(true)
    expect(await next).toBeNull()
  })

  test('once Chatra answers again one send goes alone, and its success frees the others', async () => {
    const { clock, limiter } = start()
    limiter.indeterminate()
    limiter.indeterminate()
    limiter.recovered()
    clock.advanceAtOnce(5000)
    const given = await count(limiter, 3)
    expect(given).toHaveLength(1)
    if (given[0]) limiter.succeeded(given[0])
    given[0]?.release()
    await settled()
    expect(given).toHaveLength(3)
  })

  test('where sends fail although Chatra answers, tries become rarer', async () => {
    const { clock, limiter } = start()
    limiter.indeterminate()
    limiter.indeterminate()
    const waits = [1, 2, 3].map(() => {
      limiter.recovered()
      limiter.indeterminate()
      return limiter.heldUntil - clock.now()
    })
    expect(waits).toEqual([10_000, 20_000, 40_000])
  })
})

test('replies precede edits and edits requests, and the oldest is not forgotten', async () => {
  const { clock, limiter } = start()
  const order: string[] = []
  const slot = await limiter.slot('change')
  if (slot) limiter.refused(slot, clock.now() + 1000)
  const ask = (kind: 'send' | 'change' | 'read') =>
    void limiter.slot(kind).then((given) => {
      order.push(kind)
      given?.release()
    })
  for (const kind of ['read', 'change', 'send'] as const) ask(kind)
  for (let n = 0; n < 10; n++) {
    clock.advanceAtOnce(1000)
    await settled()
  }
  expect(order).toEqual(['send', 'change', 'read'])
})

test('waiting callers are cancelled when the configuration is replaced', async () => {
  const { limiter } = start()
  const slots = [await limiter.slot('send'), await limiter.slot('send')]
  const third = limiter.slot('send')
  limiter.withdraw()
  await expect(third).rejects.toBeInstanceOf(SlotWithdrawn)
  for (const slot of slots) slot?.release()
})

describe('the pace, step by step', () => {
  const success = (kind: Slot['kind'] = 'change'): Slot => ({ kind, begunAt: 0, release: () => undefined })
  /** How many calls may be made at once. */
  async function atOnce(limiter: SendLimiter): Promise<number> {
    let made = 0
    for (let n = 0; n < 60; n++) void limiter.slot('change').then((slot) => slot && made++)
    await settled()
    return made
  }

  test('the limiter begins with five calls at once, and earns three a second', async () => {
    const { clock, limiter } = start()
    expect(await atOnce(limiter)).toBe(5)
    let more = 0
    void limiter.slot('change')
    const queued = limiter.slot('change').then(() => more++)
    expect(limiter.rate).toBe(3)
    clock.advanceAtOnce(60_000)
    await queued
    expect(more).toBe(1)
  })
  test('the limiter grants one more each third of a second, not earlier', async () => {
    const { clock, limiter } = start()
    let made = 0
    for (let n = 0; n < 8; n++) void limiter.slot('change').then(() => made++)
    await settled()
    for (const [ms, expected] of [
      [332, 5],
      [2, 6],
      [331, 6],
      [2, 7],
    ] as const) {
      clock.advanceAtOnce(ms)
      await settled()
      expect(made).toBe(expected)
    }
  })
  test('the limiter saves at most five calls when slow, and a fiftieth of a fast rate', async () => {
    const slow = start()
    slow.clock.advanceAtOnce(3_600_000)
    expect(await atOnce(slow.limiter)).toBe(5)
    const fast = start()
    while (fast.limiter.rate < 900) fast.limiter.succeeded(success())
    fast.clock.advanceAtOnce(3_600_000)
    const made = await atOnce(fast.limiter)
    expect(made).toBe(Math.floor(Math.min(1000, fast.limiter.rate) / 50))
  })
  test('the limiter does not count at a thousand a second', async () => {
    const { limiter } = start()
    for (let n = 0; n < 30; n++) limiter.succeeded(success())
    expect(limiter.rate).toBe(1000)
    expect(await atOnce(limiter)).toBe(60)
  })
  test('the rate halves with each refusal, down to one in ten seconds', async () => {
    const { clock, limiter } = start()
    for (let n = 0; n < 10; n++) {
      clock.advanceAtOnce(1_000)
      limiter.refused({ ...success(), begunAt: clock.now() }, null)
    }
    expect(limiter.rate).toBe(0.1)
    expect(limiter.refusedInRow).toBe(10)
    clock.advanceAtOnce(3_600_000)
    expect(await atOnce(limiter)).toBe(1)
  })
  test('calls that began before a refusal count as part of it', () => {
    const { clock, limiter } = start()
    limiter.refused({ ...success(), begunAt: clock.now() }, null)
    limiter.refused({ ...success(), begunAt: clock.now() - 1 }, null)
    expect(limiter.rate).toBe(1.5)
    limiter.refused({ ...success(), begunAt: clock.now() }, null)
    expect(limiter.rate).toBe(0.75)
  })
  test('the rate grows fast below half of the refused rate, and carefully above', () => {
    const { clock, limiter } = start()
    for (let n = 0; n < 3; n++) {
      limiter.refused({ ...success(), begunAt: clock.now() + n }, null)
      clock.advanceAtOnce(1)
    }
    // The last refusal came at 0.75 a second: half of that is 0.375.
    expect(limiter.rate).toBe(0.375)
    limiter.succeeded(success())
    expect(limiter.rate).toBeCloseTo(0.375 * 1.02, 9)
    expect(limiter.refusedInRow).toBe(0)
  })
  test('a refusal is forgotten after ten minutes', () => {
    const growth = (ms: number) => {
      const { clock, limiter } = start()
      limiter.refused({ ...success(), begunAt: clock.now() }, null)
      clock.advanceAtOnce(ms)
      const before = limiter.rate
      limiter.succeeded(success())
      return limiter.rate / before
    }
    expect(growth(600_000)).toBeCloseTo(1.02, 9)
    expect(growth(600_001)).toBeCloseTo(1.3, 9)
  })
  test('the longest of several pauses applies', async () => {
    const { clock, limiter } = start()
    limiter.refused({ ...success(), begunAt: clock.now() }, clock.now() + 20_000)
    limiter.refused({ ...success(), begunAt: clock.now() }, null)
    let given = false
    void limiter.slot('change').then(() => (given = true))
    clock.advanceAtOnce(19_999)
    await settled()
    expect(given).toBe(false)
    clock.advanceAtOnce(1)
    await settled()
    expect(given).toBe(true)
  })
  test('a wake ends a pause and all delays', async () => {
    const { clock, limiter } = start()
    limiter.indeterminate()
    limiter.indeterminate()
    limiter.recovered()
    limiter.indeterminate()
    expect(limiter.heldUntil).toBe(clock.now() + 10_000)
    limiter.refused({ ...success(), begunAt: clock.now() }, clock.now() + 20_000)
    clock.advanceAtOnce(5_000)
    let given = false
    void limiter.slot('change').then(() => (given = true))
    limiter.reset()
    await settled()
    expect([given, limiter.heldUntil]).toEqual([true, 0])
  })
})

describe('indeterminate sends', () => {
  test('doubt stops only sends after two, and never counts more than two', async () => {
    const { clock, limiter } = start()
    expect(limiter.isStopped).toBe(false)
    limiter.indeterminate()
    expect(limiter.isStopped).toBe(false)
    expect(limiter.heldUntil).toBe(0)
    limiter.indeterminate()
    limiter.indeterminate()
    expect(limiter.isStopped).toBe(true)
    expect(await limiter.slot('change')).not.toBeNull()
    limiter.recovered()
    expect(limiter.isStopped).toBe(false)
    clock.advanceAtOnce(1_000)
    expect(await limiter.slot('send')).not.toBeNull()
  })
  test('doubt is not ended by a successful edit, but by a send', () => {
    const { limiter } = start()
    const slot = (kind: Slot['kind']): Slot => ({ kind, begunAt: 0, release: () => undefined })
    limiter.indeterminate()
    limiter.succeeded(slot('change'))
    limiter.indeterminate()
    expect(limiter.isStopped).toBe(true)
    limiter.recovered()
    limiter.succeeded(slot('send'))
    limiter.indeterminate()
    expect(limiter.isStopped).toBe(false)
    expect(limiter.heldUntil).toBe(0)
  })
  test('after a single doubtful send there is nothing to recover from', () => {
    const { limiter } = start()
    limiter.indeterminate()
    limiter.recovered()
    limiter.indeterminate()
    expect(limiter.isStopped).toBe(true)
    expect(limiter.heldUntil).toBe(0)
  })
  test('doubt delays sends for five minutes at most', () => {
    const { clock, limiter } = start()
    limiter.indeterminate()
    for (let n = 0; n < 12; n++) {
      limiter.indeterminate()
      limiter.recovered()
    }
    limiter.indeterminate()
    expect(limiter.heldUntil - clock.now()).toBe(300_000)
  })
  test('doubt cancels waiting sends and changes, not requests', async () => {
    const { clock, limiter } = start()
    limiter.refused({ kind: 'send', begunAt: clock.now(), release: () => undefined }, clock.now() + 60_000)
    const answers: string[] = []
    for (const kind of ['send', 'change', 'read'] as const)
      void limiter.slot(kind).then((slot) => answers.push(`${kind} ${slot === null ? 'back' : 'goes'}`))
    limiter.sendBack()
    await settled()
    expect(answers).toEqual(['send back', 'change back'])
    clock.advanceAtOnce(120_000)
    await settled()
    expect(answers).toEqual(['send back', 'change back', 'read goes'])
  })
})

test('a place is returned once, however often it is released', async () => {
  const { limiter } = start()
  const given: Slot[] = []
  for (let n = 0; n < 5; n++) void limiter.slot('send').then((slot) => slot && given.push(slot))
  await settled()
  given[0]?.release()
  given[0]?.release()
  await settled()
  expect(given).toHaveLength(3)
})

test('every eighth call is the longest-waiting one', async () => {
  const { clock, limiter } = start()
  limiter.refused({ kind: 'read', begunAt: clock.now(), release: () => undefined }, clock.now() + 1_000)
  const order: string[] = []
  const ask = (kind: 'send' | 'change' | 'read') =>
    void limiter.slot(kind).then((slot) => {
      order.push(kind)
      slot?.release()
    })
  ask('read')
  for (let n = 0; n < 10; n++) ask('change')
  for (let n = 0; n < 40; n++) {
    clock.advanceAtOnce(1_000)
    await settled()
  }
  expect(order).toEqual([...Array(7).fill('change'), 'read', 'change', 'change', 'change'])
})

test('waiting callers are cancelled together, and none is served after that', async () => {
  const { clock, limiter } = start()
  limiter.refused({ kind: 'read', begunAt: clock.now(), release: () => undefined }, clock.now() + 1_000)
  const fates = (['send', 'change', 'read'] as const).map((kind) =>
    limiter.slot(kind).then(
      () => 'served',
      (why: unknown) => (why instanceof SlotWithdrawn ? why.message : 'other'),
    ),
  )
  limiter.withdraw()
  clock.advanceAtOnce(60_000)
  expect(await Promise.all(fates)).toEqual(Array(3).fill('the slot was withdrawn'))
})

describe('callers who wait', () => {
  /** All places are taken by sends without a clear answer. */
  const stopped = () => {
    const scene = start()
    while (!scene.limiter.isStopped) scene.limiter.indeterminate()
    return scene
  }
  const watched = (waits: Promise<Slot | null>) => {
    const seen: { slot?: Slot | null } = {}
    void waits.then((slot) => (seen.slot = slot))
    return seen
  }
  test('a caller who waits for Chatra to recover is served then', async () => {
    const { limiter } = stopped()
    const seen = watched(limiter.slot('send'))
    await settled()
    expect(seen).toEqual({})
    limiter.recovered()
    await settled()
    expect(seen.slot).toMatchObject({ kind: 'send' })
  })

  test('a success frees the places that doubts have taken', async () => {
    const { limiter } = stopped()
    limiter.recovered()
    const slot = await limiter.slot('send')
    const seen = watched(limiter.slot('send'))
    await settled()
    expect(seen).toEqual({})
    limiter.succeeded(slot!)
    await settled()
    expect(seen.slot).toMatchObject({ kind: 'send' })
  })

  test('one send without a clear answer sends no other caller away', async () => {
    const { limiter } = stopped()
    limiter.recovered()
    const slot = await limiter.slot('send')
    limiter.succeeded(slot!)
    const taken: (Slot | null)[] = []
    const seen = Array.from({ length: 20 }, () => limiter.slot('send').then((one) => taken.push(one)))
    await settled()
    limiter.indeterminate()
    await settled()
    expect(seen.length).toBeGreaterThan(taken.length)
    expect(taken).not.toContain(null)
  })

  test('nobody is served during a pause that Chatra names, though tokens would be there', async () => {
    const { clock, limiter } = start()
    const slot = await limiter.slot('change')
    slot?.release()
    limiter.refused(slot!, clock.now() + 60_000)
    clock.advanceAtOnce(30_000)
    const seen = watched(limiter.slot('change'))
    await settled()
    expect(seen).toEqual({})
    clock.advanceAtOnce(30_000)
    await settled()
    expect(seen.slot).toMatchObject({ kind: 'change' })
  })

  test('no timer runs while a caller waits for a place, nor while nobody waits', async () => {
    const { clock, limiter } = stopped()
    void limiter.slot('send')
    await settled()
    expect(clock.waiting).toBe(0)
    const free = start()
    for (const slot of [await free.limiter.slot('change'), await free.limiter.slot('change')]) slot?.release()
    expect(free.clock.waiting).toBe(0)
  })
})
