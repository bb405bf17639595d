import { expect, test } from 'vitest'
import { Bridge, HOOK_SECRET } from '../support/bridge.ts'
import { sidesOf } from '../support/clients.ts'
import { feedMarks, inVirtualWorld } from '../support/planfix-scenes.ts'

const HOUR = 3_600_000

test('after the daily limit was raised, everything that waits for midnight goes out when the owner asks', async () => {
  await inVirtualWorld({}, async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('#a0')
    await world.quiet()
    const { limits } = world.planfix
    limits.resetAt = world.clock.now() + 10 * HOUR
    limits.dailyLimit = limits.dailyUsed
    world.planfix.setSwitch('rate-header', 'exact')
    world.planfix.setSwitch('daily-limit', '403-code22-ms')
    const asked = world.clock.now()
    anna.says('#a1')
    await world.until('the limit', () => sidesOf(world.app)[0]?.planfix.state === 'paused')
    const side = sidesOf(world.app)[0]?.planfix
    expect(side).toMatchObject({ code: 'daily-limit', since: expect.any(Number) })
    expect(side?.state === 'paused' && side.since).toBeGreaterThanOrEqual(asked)
    expect(side?.state === 'paused' && side.until).toBeGreaterThan(world.clock.now() + 9 * HOUR)

    // Still used up: one question, and it goes on waiting.
    expect(await world.app.tryNow('shop')).toBe(true)
    await world.pass(5000)
    expect(feedMarks(world, 'Anna')).toEqual(['#a0'])
    expect(sidesOf(world.app)[0]?.planfix.state).toBe('paused')

    limits.dailyLimit = Number.POSITIVE_INFINITY
    world.planfix.setSwitch('daily-limit', 'off')
    expect(await world.app.tryNow('shop')).toBe(true)
    await world.until('the message', () => feedMarks(world, 'Anna').includes('#a1'))
    expect(sidesOf(world.app)[0]?.planfix.state).toBe('ok')
    expect(world.clock.now() - asked).toBeLessThan(HOUR)
  })
})

test('a conversation that backs off by itself is tried at once, and its message arrives once', async () => {
  await inVirtualWorld({}, async (world) => {
    const anna = world.chatra.visit({ name: 'Anna' })
    anna.says('#a0')
    await world.quiet()
    const { faults } = world.planfix.server
    // Each is a refusal of this one write, so that only the conversation waits, longer each time.
    faults.add({ kind: 'status', status: 500, method: 'POST', path: '/comments/$', times: 2 })
    anna.says('#a1')
    await world.until('a delay', async () => {
      const [queue] = await world.app.store.queuesWithWork()
      const conversation = queue && (await world.app.store.conversation(queue.conversationId))
      return conversation && conversation.planfixLane.notBefore > world.clock.now()
    })
    await world.app.tryNow('shop')
    await world.until('the message', () => feedMarks(world, 'Anna').includes('#a1'))
    await world.quiet()
    expect(feedMarks(world, 'Anna')).toEqual(['#a0', '#a1'])
  })
})

test('a connection that does not run is not found', async () => {
  await inVirtualWorld({}, async (world) => {
    expect(await world.app.tryNow('other')).toBe(false)
  })
})

test('a check-up tries what waits: after the limit was raised nothing waits for midnight', async () => {
  const bridge = await Bridge.start()
  try {
    const { chatra, planfix } = bridge
    chatra.webhookUrl = `${bridge.app.hooksUrl}/hooks/shop/${HOOK_SECRET}/chatra`
    const { limits } = planfix
    limits.resetAt = bridge.app.now() + 10 * HOUR
    limits.dailyLimit = limits.dailyUsed
    planfix.setSwitch('rate-header', 'exact')
    planfix.setSwitch('daily-limit', '403-code22-ms')
    chatra.visit({ name: 'Anna' }).says('Hello')
    await bridge.until('the limit', () => sidesOf(bridge.app)[0]?.planfix.state === 'paused')
    limits.dailyLimit = Number.POSITIVE_INFINITY
    planfix.setSwitch('daily-limit', 'off')
    await bridge.get('diagnostics.start', {})
    await bridge.until('the task', () => planfix.tasks[0])
    expect(planfix.tasks[0]?.name).toBe('Anna (Chatra)')
  } finally {
    await bridge.stop()
  }
})
