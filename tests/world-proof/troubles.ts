import type { Trouble } from './story.ts'
import type { World } from './world.ts'

/** Starts a fault. */
export function bring(world: World, trouble: Trouble): 'done' {
  const { clock, faults, webhooks, truth } = world
  const now = clock.now()
  switch (trouble.do) {
    case 'outage':
      faults.begin(trouble.side, trouble.mode, now + trouble.ms)
      truth.outages.push({ side: trouble.side, mode: trouble.mode, from: now, to: now + trouble.ms })
      return 'done'
    case 'blow':
      faults.strike(trouble.side, trouble.kind, trouble.target, trouble.times, trouble.lateMs)
      return 'done'
    case 'deaf':
      webhooks.deaf(trouble.ms)
      return 'done'
    case 'line-break':
      if (trouble.withReply) world.breaksWithReply = trouble.ms
      else breakLine(world, trouble.ms)
      return 'done'
    case 'webhooks-late':
      webhooks.delay(trouble.ms, trouble.byMs)
      return 'done'
    case 'webhooks-twice':
      webhooks.repeat(trouble.count)
      return 'done'
    case 'restart':
      world.restart(trouble.ms)
      return 'done'
    case 'crash':
      world.crashes.push({ where: trouble.where, phase: trouble.phase, skip: trouble.skip, ms: trouble.ms })
      return 'done'
    case 'sleep':
      fallAsleep(world, trouble.ms, trouble.told)
      return 'done'
    case 'damage':
      // Without any copy there is nothing to restore.
      if (world.storage.canBeDamaged) world.crash('damage', trouble.ms, () => world.storage.damage())
      return 'done'
    case 'database-away':
      world.storage.away(trouble.ms, () => {
        world.note('the database is away')
        truth.outages.push({
          side: 'database',
          mode: 'away',
          from: clock.now(),
          to: clock.now() + trouble.ms,
        })
      })
      return 'done'
    case 'quota': {
      const { limits } = world.planfix
      limits.dailyLimit = limits.dailyUsed + trouble.left
      limits.resetAt = now + trouble.ms
      clock.after(trouble.ms, () => {
        limits.dailyLimit = Number.POSITIVE_INFINITY
      })
      truth.outages.push({ side: 'planfix', mode: 'quota', from: now, to: now + trouble.ms })
      return 'done'
    }
  }
}

/** The first requests are carried out, but no answer comes; then nothing passes in either direction. */
export function breakLine(world: World, ms: number): void {
  const { clock, faults, webhooks, truth } = world
  const now = clock.now()
  const swallowed = Math.min(ms, 6000)
  webhooks.deaf(ms)
  for (const side of ['planfix', 'chatra'] as const) {
    faults.begin(side, 'cut', now + swallowed)
    clock.after(swallowed, () => faults.begin(side, 'unreachable', now + ms))
    truth.outages.push({ side, mode: 'line-break', from: now, to: now + ms })
  }
}

function fallAsleep(world: World, ms: number, told: boolean): void {
  const { life, clock, truth } = world
  if (!life?.app || life.asleep) return
  const { app } = life
  truth.ends.push({ at: clock.now(), kind: 'sleep' })
  world.note('the computer falls asleep')
  if (told) life.run(() => app.park())
  clock.after(300, () => {
    life.asleep = true
    const since = clock.now()
    clock.after(ms, () => {
      if (life.dead) return
      world.note('the computer wakes')
      truth.ends.push({ at: clock.now(), kind: 'start' })
      life.wakeUp()
      if (told) void life.run(() => app.wake(since))
    })
  })
}
