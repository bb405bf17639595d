import { afterEach, describe, expect, test, vi } from 'vitest'
import { totalChecks } from '../../../../src/main/diagnostics/doctor.ts'
import type { PausableRateLimiter } from '../../../../src/main/planfix/limits/rate-limiter.ts'
import type { WorldOptions } from '../../../support/world.ts'
import { type Stage, stage } from './stage.ts'

let open: Stage[] = []
afterEach(async () => {
  await Promise.all(open.map(({ world }) => world.stop()))
  open = []
})
async function given(options: WorldOptions = {}): Promise<Stage> {
  const made = await stage(options)
  open.push(made)
  return made
}

describe('diagnostics', () => {
  test('a run pushes its findings as they come, with the total from the start', async () => {
    const { start, ended, pushed, last } = await given()
    expect(await last()).toBe(null)
    const begun = await start()
    expect(begun).toMatchObject({ run: 1, endedAt: null, total: totalChecks(1), reports: [] })
    const { reports } = await ended()
    expect(reports).toHaveLength(begun.total)
    expect(reports.filter(({ result }) => result === 'failed')).toEqual([])
    expect(pushed.at(-1)).toEqual(await last())
    expect(pushed.every(({ total }) => total === begun.total)).toBe(true)
    const sizes = pushed.map((one) => one.reports.length)
    expect(sizes).toEqual(sizes.toSorted((one, other) => one - other))
  })

  test('a run pushes findings before the rest is known', async () => {
    const { world, start, pushed } = await given()
    world.planfix.server.faults.add({ kind: 'timeout-before-write', path: '/ping' })
    await start()
    await world.until('the first findings', () => pushed.some(({ reports }) => reports.length > 0))
    expect(pushed.at(-1)?.endedAt).toBe(null)
  })

  test('a run under way is returned instead of a second one', async () => {
    const { world, start, ended } = await given()
    world.planfix.server.faults.add({ kind: 'latency', ms: 30, path: '/ping' })
    await start()
    expect((await start()).run).toBe(1)
    await ended()
    expect((await start()).run).toBe(2)
    await ended()
  })

  test('a run finds that the bridge itself is running and answers', async () => {
    const { start, ended, world } = await given()
    await start()
    const running = (await ended()).reports.find(({ id }) => id === 31)
    expect(running).toMatchObject({ result: 'ok', detail: { params: { url: world.app.hooksUrl } } })
  })

  test('a run waits for slots behind the messages in their rate limiter', async () => {
    const { start, ended, world } = await given()
    const { rateLimiter } = world.app.connections.get('shop')!.planfix
    const turn = vi.spyOn(rateLimiter, 'slot')
    await start()
    await ended()
    const turns = turn.mock.calls.filter(([, key]) => key === 'check-up')
    expect(turns.length).toBeGreaterThan(15)
    expect(turns.every(([priority]) => priority === 3)).toBe(true)
  })

  test('a run continues when the settings change and its slots are cancelled', async () => {
    const { start, ended, world, pushed } = await given({ requestsPerSecond: 5 })
    const rateLimiter = world.app.connections.get('shop')!.planfix.rateLimiter as PausableRateLimiter
    await start()
    await world.until('the first findings', () => pushed.some(({ reports }) => reports.length > 6))
    rateLimiter.withdraw()
    rateLimiter.withdraw()
    const { reports, total } = await ended()
    expect(reports).toHaveLength(total)
    expect(reports.filter(({ detail }) => detail.key === 'diagnostics.detail.bug')).toEqual([])
  })

  test('a run sends no request for a disabled connection', async () => {
    const { start, ended, world } = await given({ connection: { enabled: false } })
    const before = world.planfix.server.requests.length
    await start()
    const { reports } = await ended()
    expect(reports.filter(({ connectionId, result }) => connectionId && result !== 'skipped')).toEqual([])
    expect(world.planfix.server.requests.length).toBe(before)
  })

  test('a run ends when the application stops, and pushes nothing more', async () => {
    const { start, world, pushed, ended, bugs } = await given()
    world.planfix.server.faults.add({ kind: 'timeout-before-write', path: '/ping' })
    await start()
    await world.until('the first findings', () => pushed.length > 0)
    const told = pushed.length
    await world.app.stop()
    const last = await ended()
    expect(last.reports.length).toBeLessThan(last.total)
    expect([pushed.length, bugs]).toEqual([told, []])
  })

  test('a run names a missing scope', async () => {
    const { start, ended, world } = await given()
    world.planfix.scopes.delete('comment_add')
    await start()
    const failed = (await ended()).reports.filter(({ result }) => result === 'failed')
    expect(failed).toMatchObject([{ id: 15, todo: { params: { scope: 'comment_add' } } }])
  })
})
