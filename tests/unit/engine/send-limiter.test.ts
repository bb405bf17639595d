import { describe, expect, test } from 'vitest'
import { SendLimiter, type Slot } from '../../../src/main/engine/delivery/send-limiter.ts'
import { TurnWithdrawn } from '../../../src/main/engine/ports.ts'
import { ManualClock } from './manual-clock.ts'

const start = () => {
  const clock = new ManualClock()
  return { clock, limiter: new SendLimiter(clock) }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Takes slots one after the other; each call takes no time. */
async function calls(limiter: SendLimiter, clock: ManualClock, ms: number) {
  let made = 0
  let slot: Slot | null = null
  const take = () => void limiter.slot('change').then((given) => (slot = given))
  take()
  for (const until = clock.now() + ms; clock.now() <= until; clock.advance(10)) {
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
  test('three a second after a small burst, as long as nothing is known', async () => {
    const { clock, limiter } = start()
    expect(await calls(limiter, clock, 10_000)).toBeGreaterThanOrEqual(30)
    expect(await calls(limiter, clock, 10_000)).toBeLessThanOrEqual(36)
  })

  test('success makes it faster, without end for a healthy account', async () => {
    const { limiter } = start()
    for (let n = 0; n < 30; n++) {
      const slot = limiter.slot('send')
      await settled()
      limiter.succeeded({ kind: 'send', begunAt: 0, release: () => undefined })
      void slot.then((given) => given?.release())
    }
    expect(limiter.rate).toBe(1000)
  })

  test('a refusal halves it, calls that were under way together count once, and it grows slowly after that', async () => {
    const { clock, limiter } = start()
    const slots = [await limiter.slot('change'), await limiter.slot('change')]
    clock.advance(100)
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
    clock.advance(19_000)
    await settled()
    expect(given).toBe(false)
    clock.advance(2_000)
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

  test('two sends are under way at once, and edits beside them', async () => {
    const { limiter } = start()
    const given = await count(limiter, 4)
    expect(given).toHaveLength(2)
    expect(await limiter.slot('change')).not.toBeNull()
    given[0]?.release()
    await settled()
    expect(given).toHaveLength(3)
  })

  test('after one without a clear answer one goes alone; after two those who wait are sent back', async () => {
    const { limiter } = start()
    const given = await count(limiter, 2)
    limiter.unclear()
    given[0]?.release()
    const next = limiter.slot('send')
    await settled()
    limiter.unclear()
    expect(limiter.isStopped).toBe(true)
    expect(await next).toBeNull()
  })

  test('once Chatra answers again one goes alone, and its success frees the others', async () => {
    const { clock, limiter } = start()
    limiter.unclear()
    limiter.unclear()
    limiter.recovered()
    clock.advance(5000)
    const given = await count(limiter, 3)
    expect(given).toHaveLength(1)
    if (given[0]) limiter.succeeded(given[0])
    given[0]?.release()
    await settled()
    expect(given).toHaveLength(3)
  })

  test('where sends fail although Chatra answers, they are tried ever more rarely', async () => {
    const { clock, limiter } = start()
    limiter.unclear()
    limiter.unclear()
    const waits = [1, 2, 3].map(() => {
      limiter.recovered()
      limiter.unclear()
      return limiter.heldUntil - clock.now()
    })
    expect(waits).toEqual([10_000, 20_000, 40_000])
  })
})

test('replies go before edits, edits before questions, and the eldest is not forgotten', async () => {
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
    clock.advance(1000)
    await settled()
  }
  expect(order).toEqual(['send', 'change', 'read'])
})

test('whoever waits when the configuration is replaced is sent away', async () => {
  const { limiter } = start()
  const slots = [await limiter.slot('send'), await limiter.slot('send')]
  const third = limiter.slot('send')
  limiter.withdraw()
  await expect(third).rejects.toBeInstanceOf(TurnWithdrawn)
  for (const slot of slots) slot?.release()
})
