import { afterEach, expect, test } from 'vitest'
import { detailedHealth } from '../../src/main/runtime/monitoring/detailed-health.ts'
import { Metrics } from '../../src/main/runtime/monitoring/metrics.ts'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.stop())

const health = async () => {
  const answer = await fetch(`${world.app.hooksUrl}/healthz`)
  return ((await answer.json()) as { status: string }).status
}

test('healthz is degraded while Planfix fails every write, and ok again afterwards', async () => {
  world = await World.start()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.quiet()
  expect(await health()).toBe('ok')
  world.planfix.server.faults.add({ kind: 'status', status: 503, path: '/comments/$' })
  anna.says('Anybody there?')
  await world.until('degraded', async () => (await health()) === 'degraded')
  world.planfix.server.faults.clear()
  await world.until('ok', async () => (await health()) === 'ok')
  await world.quiet()
  expect(
    world
      .feed(world.task().id)
      .map((comment) => comment.text)
      .slice(1),
  ).toEqual(['Anybody there?'])
})

test('healthz is degraded while Chatra fails every reply', async () => {
  world = await World.start()
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.quiet()
  world.chatra.server.faults.add({ kind: 'status', status: 502, method: 'POST', path: '/api/messages' })
  for (const text of ['one', 'two', 'three'])
    world.planfix.employeeComments(world.task().id, 5, `<p>${text}</p>`)
  await world.until('degraded', async () => (await health()) === 'degraded')
  world.chatra.server.faults.clear()
  await world.until('uncertain', async () =>
    (await world.messages()).some((one) => one.state === 'uncertain'),
  )
})

test('strangers learn one word from the receiver, whatever is wrong', async () => {
  world = await World.start()
  const ask = async (path: string) => {
    const answer = await fetch(`${world.app.hooksUrl}${path}`)
    return [answer.status, await answer.json()]
  }
  expect(await ask('/healthz')).toEqual([200, { status: 'ok', standby: false }])
  expect(await ask('/livez')).toEqual([200, { status: 'ok' }])
  expect(await ask('/readyz')).toEqual([200, { status: 'ok' }])
  expect((await fetch(`${world.app.hooksUrl}/metrics`)).status).toBe(404)
  expect(detailedHealth(world.app)).toEqual({
    status: 'ok',
    standby: false,
    ready: true,
    store: 'ok',
    publicAddress: expect.any(String),
    connections: [{ id: 'shop', missing: [], chatra: 'ok', planfix: 'ok' }],
  })
})

test('metrics count messages by state and side, delays, breakers, quota, queues and commits', async () => {
  world = await World.start()
  const metrics = new Metrics(world.app, '1.2.3')
  const before = await metrics.text()
  expect(before).toContain('bridge_info{version="1.2.3"} 1')
  expect(before).toContain('bridge_messages{connection="shop",direction="to-planfix",state="delivered"} 0')
  const anna = world.chatra.visit({ name: 'Anna' })
  anna.says('Hello')
  await world.quiet()
  world.planfix.employeeComments(world.task().id, 5, '<p>Good morning</p>')
  await world.quiet()
  world.planfix.server.faults.add({ kind: 'status', status: 503, path: '/comments/$' })
  anna.says('Anybody there?')
  await world.until('degraded', async () => (await health()) === 'degraded')
  const text = await metrics.text()
  const value = (name: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')
        .at(-1),
    )
  const shop = 'connection="shop"'
  expect(value(`bridge_messages{${shop},direction="to-planfix",state="delivered"}`)).toBe(1)
  expect(value(`bridge_messages{${shop},direction="to-chatra",state="delivered"}`)).toBe(1)
  expect(value(`bridge_delivery_delay_seconds_count{${shop},direction="to-planfix"}`)).toBe(1)
  expect(value(`bridge_delivery_delay_seconds_bucket{${shop},direction="to-chatra",le="+Inf"}`)).toBe(1)
  expect(value(`bridge_breaker_open{${shop},side="planfix"}`)).toBe(1)
  expect(value(`bridge_breaker_open{${shop},side="chatra"}`)).toBe(0)
  expect(value(`bridge_queue_messages{${shop},direction="to-planfix"}`)).toBe(1)
  expect(value(`bridge_inbox_waiting{${shop}}`)).toBe(0)
  expect(value(`bridge_planfix_quota_used{${shop}}`)).toBeGreaterThan(2)
  expect(value('bridge_commit_seconds_count')).toBeGreaterThan(4)
  expect(value('bridge_degraded')).toBe(1)
  expect(value('bridge_ready')).toBe(1)
  expect(value('bridge_event_loop_delay_seconds{quantile="1"}')).toBeGreaterThanOrEqual(0)
  expect(text).not.toMatch(/Anna|Hello|Good morning/)
})
