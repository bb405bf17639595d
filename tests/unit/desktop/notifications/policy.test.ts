import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MOST_A_MINUTE } from '../../../../src/main/desktop/notifications/rate-limit.ts'
import type { Notice } from '../../../../src/main/desktop/notifications/show.ts'
import { HOUR, MINUTE, MORNING, Scene, SECOND } from './scene.ts'

const at = (hours: number, minutes = 0, day = 10) => new Date(2026, 2, day, hours, minutes).getTime()
const NIGHT = { quiet: { from: '22:00', to: '07:00' } }

describe('new chats', () => {
  test('the first new chat is notified at once, with client and text', () => {
    const scene = new Scene()
    scene.chat(7, 'Anna', 'Do you deliver?')
    expect(scene.notices).toEqual([
      {
        kind: 'chat',
        chat: { connectionId: 'shop', conversationId: 7, client: 'Anna', text: 'Do you deliver?' },
      },
    ])
  })

  test('chats that follow within seconds become one notification with their number', () => {
    const scene = new Scene()
    for (let id = 1; id <= 8; id++) scene.chat(id)
    scene.pass(10 * SECOND)
    expect(scene.kinds).toEqual(['chat', 'chats'])
    expect(scene.notices[1]).toMatchObject({ count: 7, first: [{ conversationId: 2 }, {}, {}] })
  })

  test('chats that come slowly are notified one by one', () => {
    const scene = new Scene()
    for (let id = 1; id <= 5; id++) {
      scene.chat(id)
      scene.pass(30 * SECOND)
    }
    expect(scene.kinds).toEqual(['chat', 'chat', 'chat', 'chat', 'chat'])
  })

  test('a chat is notified once, also after a restart, and again hours later', () => {
    const scene = new Scene()
    scene.chat(1)
    scene.pass(MINUTE)
    scene.chat(1)
    scene.pass(MINUTE)
    expect(scene.kinds).toEqual(['chat'])
    const next = scene.restarted()
    next.chat(1)
    next.pass(MINUTE)
    expect(next.kinds).toEqual([])
    next.pass(3 * HOUR)
    next.chat(1)
    expect(next.kinds).toEqual(['chat'])
  })

  test('switched-off chats are not notified, including the waiting ones', () => {
    const scene = new Scene()
    scene.chat(1)
    scene.chat(2)
    scene.settings = { ...scene.settings, newChats: false }
    scene.pass(MINUTE)
    scene.chat(3)
    scene.pass(MINUTE)
    expect(scene.kinds).toEqual(['chat'])
  })
})

describe('failures', () => {
  test('messages that fail together are notified together', () => {
    const scene = new Scene()
    scene.fails(1)
    scene.fails(2)
    scene.pass(5 * SECOND)
    expect(scene.notices).toMatchObject([{ kind: 'failures', count: 2 }])
  })

  test('an uncertain reply is notified only when it has not settled by itself', () => {
    const scene = new Scene()
    scene.fails(1, { state: 'uncertain' })
    scene.fails(2, { state: 'uncertain' })
    scene.pass(30 * SECOND)
    scene.stuck.delete(1)
    expect(scene.kinds).toEqual([])
    scene.pass(MINUTE)
    expect(scene.notices).toMatchObject([{ kind: 'failure', message: { id: 2 } }])
  })

  test('a reply that is sent again and uncertain again starts a new wait', () => {
    const scene = new Scene()
    scene.fails(1, { state: 'uncertain' })
    scene.pass(50 * SECOND)
    scene.fails(1, { state: 'uncertain' })
    scene.pass(50 * SECOND)
    expect(scene.kinds).toEqual([])
    scene.pass(15 * SECOND)
    expect(scene.kinds).toEqual(['failure'])
  })

  test('an event that needs the owner is notified once, not each time', () => {
    const scene = new Scene()
    scene.event('event.no-completed-status')
    scene.pass(HOUR)
    scene.event('event.no-completed-status')
    scene.event('event.loop', { conversation: 4 }, 'error')
    scene.event('event.loop', { conversation: 5 }, 'error')
    scene.event('event.chore-failed')
    scene.pass(HOUR)
    expect(scene.kinds).toEqual(['event', 'event', 'event'])
  })
})

describe('connections', () => {
  test('a short outage is notified neither as lost nor as recovered', () => {
    const scene = new Scene()
    for (let times = 0; times < 5; times++) {
      scene.side('planfix', 'waiting')
      scene.address(true)
      scene.pass(90 * SECOND)
      scene.side('planfix', 'ok')
      scene.address(false)
      scene.pass(MINUTE)
    }
    scene.pass(HOUR)
    expect(scene.kinds).toEqual([])
    expect(scene.isIdle).toBe(true)
  })

  test('a lasting outage is notified, and its end too', () => {
    const scene = new Scene()
    scene.side('planfix', 'waiting')
    scene.pass(3 * MINUTE)
    expect(scene.notices).toMatchObject([{ kind: 'lost', faults: [{ what: 'planfix' }] }])
    scene.side('planfix', 'ok')
    scene.pass(MINUTE)
    expect(scene.kinds).toEqual(['lost', 'back'])
  })

  test('a fault that only the owner can fix is notified soon', () => {
    const scene = new Scene()
    scene.side('chatra', 'paused', { code: 'wrong-keys' })
    scene.pass(20 * SECOND)
    expect(scene.notices).toMatchObject([{ kind: 'lost', faults: [{ code: 'wrong-keys' }] }])
  })

  test('an outage that comes to need the owner is notified once more', () => {
    const scene = new Scene()
    scene.side('planfix', 'waiting')
    scene.pass(3 * MINUTE)
    scene.side('planfix', 'paused', { code: 'daily-limit' })
    scene.pass(MINUTE)
    expect(scene.notices).toMatchObject([{ kind: 'lost' }, { faults: [{ code: 'daily-limit' }] }])
  })

  test('without internet, all lost sides are one notification', () => {
    const scene = new Scene()
    scene.side('planfix', 'waiting')
    scene.pass(20 * SECOND)
    scene.side('chatra', 'waiting')
    scene.side('planfix', 'waiting', { connectionId: 'other' })
    scene.address(true)
    scene.pass(10 * MINUTE)
    expect(scene.notices).toMatchObject([{ kind: 'lost', faults: [{}, {}, {}, {}] }])
  })

  test('an outage of a disabled or removed connection is not notified', () => {
    const scene = new Scene()
    scene.side('planfix', 'waiting')
    scene.connections.delete('shop')
    scene.step({ type: 'time' })
    scene.pass(HOUR)
    expect(scene.kinds).toEqual([])
  })

  test('an outage that ended with a change of settings is not notified', () => {
    const scene = new Scene()
    scene.side('planfix', 'paused')
    scene.down.clear()
    scene.pass(HOUR)
    expect(scene.kinds).toEqual([])
  })

  test("a gap's notification also says that the address is reachable again", () => {
    const scene = new Scene()
    scene.address(true)
    scene.pass(5 * MINUTE)
    scene.event('event.address-gap', { from: scene.now - 5 * MINUTE, to: scene.now })
    scene.address(false)
    scene.pass(HOUR)
    expect(scene.kinds).toEqual(['lost', 'event'])
  })

  test('a bridged gap is notified only if the lost address was notified', () => {
    const scene = new Scene()
    scene.event('event.address-gap-kept', { from: scene.now - 90 * SECOND, to: scene.now }, 'info')
    scene.address(true)
    scene.pass(5 * MINUTE)
    scene.event('event.address-gap-kept', { from: scene.now - 5 * MINUTE, to: scene.now }, 'info')
    scene.address(false)
    scene.pass(HOUR)
    expect(scene.kinds).toEqual(['lost', 'event'])
  })

  test('a night of sleep is one gap, though program and address both report it', () => {
    const scene = new Scene()
    scene.event('event.gap', { from: scene.now - 9 * HOUR, to: scene.now })
    scene.pass(20 * SECOND)
    scene.event('event.address-gap', { from: scene.now - 9 * HOUR, to: scene.now })
    scene.pass(HOUR)
    expect(scene.notices).toMatchObject([{ kind: 'event', event: { key: 'event.gap' } }])
  })

  test('the summary of a week is a notification, unless the owner wants none', () => {
    const week = { week: MORNING - 7 * 24 * HOUR, count: 3, medianMs: MINUTE, late: 0 }
    const scene = new Scene()
    scene.event('event.week', week, 'info')
    scene.event('event.week-unanswered', { week: 1, count: 1 }, 'info')
    scene.pass(HOUR)
    expect(scene.notices).toMatchObject([
      { kind: 'event', event: { key: 'event.week', params: week } },
      { kind: 'event', event: { key: 'event.week-unanswered' } },
    ])
    const off = new Scene({ settings: { weekly: false } })
    off.event('event.week', week, 'info')
    off.pass(HOUR)
    expect(off.notices).toEqual([])
    const others = new Scene({ settings: { failures: false, connections: false } })
    others.event('event.week', week, 'info')
    others.pass(HOUR)
    expect(others.notices).toHaveLength(1)
  })

  test('a changed address is notified each time it changes', () => {
    const scene = new Scene()
    scene.event('event.address-changed', { old: 'a', new: 'b' }, 'error')
    scene.pass(MINUTE)
    scene.event('event.address-changed', { old: 'b', new: 'c' }, 'error')
    expect(scene.kinds).toEqual(['event', 'event'])
  })

  test('switched-off connection events are not notified', () => {
    const scene = new Scene({ settings: { connections: false } })
    scene.side('planfix', 'paused')
    scene.event('event.address-changed', {}, 'error')
    scene.pass(HOUR)
    scene.side('planfix', 'ok')
    scene.pass(HOUR)
    expect(scene.kinds).toEqual([])
    expect(scene.isIdle).toBe(true)
  })

  test('a full disk is notified as a failure', () => {
    const scene = new Scene({ settings: { connections: false } })
    scene.down.add('store null')
    scene.step({ type: 'store', failing: 'ENOSPC' })
    scene.pass(MINUTE)
    expect(scene.notices).toMatchObject([{ kind: 'lost', faults: [{ what: 'store' }] }])
  })
})

describe('quiet hours', () => {
  test('events in quiet hours are notified in one summary afterwards', () => {
    const scene = new Scene({ settings: NIGHT, now: at(23) })
    scene.chat(1)
    scene.chat(2)
    scene.fails(1)
    scene.event('event.address-changed', { old: 'a', new: 'b' }, 'error')
    scene.pass(7 * HOUR)
    expect(scene.kinds).toEqual([])
    scene.pass(90 * MINUTE)
    expect(scene.shown).toMatchObject([
      {
        at: at(7, 0, 11),
        notice: { kind: 'summary', chats: { count: 2 }, failures: { count: 1 }, events: [{}] },
      },
    ])
  })

  test('quiet hours without events have no summary', () => {
    const scene = new Scene({ settings: NIGHT, now: at(21) })
    expect(scene.isIdle).toBe(true)
    scene.pass(24 * HOUR)
    expect(scene.asked).toBe(1)
  })

  test('the summary survives a restart of the program', () => {
    const scene = new Scene({ settings: NIGHT, now: at(23) })
    scene.chat(1)
    const next = scene.restarted()
    next.pass(12 * HOUR)
    expect(next.notices).toMatchObject([{ kind: 'summary', chats: { count: 1 } }])
    expect(next.restarted().kinds).toEqual([])
  })

  test('a fault that is over in the morning is not notified, a lasting one is', () => {
    const scene = new Scene({ settings: NIGHT, now: at(23) })
    scene.side('planfix', 'waiting')
    scene.side('chatra', 'paused')
    scene.pass(HOUR)
    scene.side('planfix', 'ok')
    scene.pass(10 * HOUR)
    expect(scene.notices).toMatchObject([{ kind: 'lost', faults: [{ what: 'chatra' }] }])
  })

  test('quiet hours end at once when they are switched off', () => {
    const scene = new Scene({ settings: NIGHT, now: at(23) })
    scene.chat(1)
    scene.settings = { ...scene.settings, quiet: null }
    scene.step({ type: 'time' })
    expect(scene.kinds).toEqual(['summary'])
  })

  test('after a late wake the summary is notified at once', () => {
    const scene = new Scene({ settings: NIGHT, now: at(23) })
    scene.chat(1)
    // The timer did not run while the computer slept.
    scene.now = at(9, 0, 11)
    scene.step({ type: 'time' })
    expect(scene.kinds).toEqual(['summary'])
  })
})

// ---- any events in any order

type Happening =
  | { do: 'chat'; id: number }
  | { do: 'fail'; state: 'failed' | 'uncertain' }
  | { do: 'side'; side: 'chatra' | 'planfix'; state: 'ok' | 'waiting' | 'paused'; connectionId: string }
  | { do: 'address'; lost: boolean }
  | { do: 'event'; number: number }
  | { do: 'pass'; ms: number }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('chat' as const), id: fc.nat(400) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      state: fc.constantFrom('failed' as const, 'uncertain' as const),
    }),
  },
  fc.record({
    do: fc.constant('side' as const),
    side: fc.constantFrom('chatra' as const, 'planfix' as const),
    state: fc.constantFrom('ok' as const, 'waiting' as const, 'paused' as const),
    connectionId: fc.constantFrom('shop', 'other'),
  }),
  fc.record({ do: fc.constant('address' as const), lost: fc.boolean() }),
  fc.record({ do: fc.constant('event' as const), number: fc.nat(50) }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.oneof(fc.nat(3000), fc.nat(2 * MINUTE), fc.nat(3 * HOUR)),
    }),
  },
)

function play(scene: Scene, happenings: readonly Happening[]): { failed: number; chats: Set<number> } {
  let failed = 0
  const chats = new Set<number>()
  for (const one of happenings) {
    if (one.do === 'chat') {
      chats.add(one.id)
      scene.chat(one.id)
    } else if (one.do === 'fail') scene.fails(++failed, { state: one.state })
    else if (one.do === 'side') scene.side(one.side, one.state, one)
    else if (one.do === 'address') scene.address(one.lost)
    else if (one.do === 'event') scene.event('event.loop', { conversation: one.number }, 'error')
    else scene.pass(one.ms)
  }
  scene.pass(25 * HOUR)
  return { failed, chats }
}

const countOf = (notices: readonly Notice[], kind: 'chats' | 'failures'): number =>
  notices.reduce((sum, notice) => {
    if (notice.kind === 'summary') return sum + notice[kind].count
    if (notice.kind === kind) return sum + notice.count
    return sum + (notice.kind === (kind === 'chats' ? 'chat' : 'failure') ? 1 : 0)
  }, 0)

const anyQuiet = fc.constantFrom(
  null,
  { from: '22:00', to: '07:00' },
  { from: '10:05', to: '10:10' },
  { from: '13:00', to: '12:00' },
)

describe('in any order', () => {
  test('no minute has more notifications than the limit', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), anyQuiet, (happenings, quiet) => {
        const scene = new Scene({ settings: { quiet }, now: MORNING })
        play(scene, happenings)
        const times = scene.shown.map((one) => one.at)
        for (const time of times) {
          expect(times.filter((other) => other >= time && other < time + MINUTE).length).toBeLessThanOrEqual(
            MOST_A_MINUTE,
          )
        }
      }),
    )
  })

  test('every failure is in a notification or in a summary, once', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), anyQuiet, (happenings, quiet) => {
        const scene = new Scene({ settings: { quiet }, now: MORNING })
        const { failed } = play(scene, happenings)
        expect(countOf(scene.notices, 'failures')).toBe(failed)
      }),
    )
  })

  test('every chat is notified', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), anyQuiet, (happenings, quiet) => {
        const scene = new Scene({ settings: { quiet }, now: MORNING })
        const { chats } = play(scene, happenings)
        expect(countOf(scene.notices, 'chats')).toBeGreaterThanOrEqual(chats.size)
      }),
    )
  })

  test('every recovery follows a notified loss, and losses alternate with recoveries', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (happenings) => {
        const scene = new Scene()
        play(scene, happenings)
        const told = new Map<string, boolean>()
        for (const notice of scene.notices) {
          const back = notice.kind === 'back' ? notice.faults : notice.kind === 'lost' ? notice.alsoBack : []
          for (const { what, connectionId } of back) {
            expect(told.has(`${what} ${connectionId}`)).toBe(true)
            told.delete(`${what} ${connectionId}`)
          }
          for (const { what, connectionId, needsOwner } of notice.kind === 'lost' ? notice.faults : []) {
            const before = told.get(`${what} ${connectionId}`)
            // Only one that the owner must act on.
            expect(before === undefined || (needsOwner && !before)).toBe(true)
            told.set(`${what} ${connectionId}`, needsOwner)
          }
        }
      }),
    )
  })

  test('without pending notifications no timer runs, and few checks were made', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), anyQuiet, (happenings, quiet) => {
        const scene = new Scene({ settings: { quiet }, now: MORNING })
        play(scene, happenings)
        expect(scene.isIdle).toBe(true)
        expect(scene.asked).toBeLessThan(10 + happenings.length * 8)
      }),
    )
  })

  test('nothing is shown in quiet hours', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (happenings) => {
        const scene = new Scene({ settings: NIGHT, now: at(20) })
        play(scene, happenings)
        for (const { at: time } of scene.shown) {
          const hour = new Date(time).getHours()
          expect(hour >= 7 && hour < 22).toBe(true)
        }
      }),
    )
  })
})

describe('muted notifications', () => {
  test('muted notifications are collected, and one summary follows when the time is over', () => {
    const scene = new Scene()
    scene.step({ type: 'mute', until: scene.now + HOUR })
    scene.chat(1)
    scene.chat(2)
    scene.pass(HOUR - 1)
    expect(scene.kinds).toEqual([])
    scene.pass(1)
    expect(scene.notices).toMatchObject([{ kind: 'summary', chats: { count: 2 } }])
    scene.chat(3)
    expect(scene.kinds).toEqual(['summary', 'chat'])
  })

  test('notifications stay muted over a restart', () => {
    const scene = new Scene()
    scene.step({ type: 'mute', until: scene.now + HOUR })
    const again = scene.restarted()
    again.chat(1)
    expect(again.kinds).toEqual([])
    again.pass(HOUR)
    expect(again.kinds).toEqual(['summary'])
  })

  test('the owner ends the time at once', () => {
    const scene = new Scene()
    scene.step({ type: 'mute', until: scene.now + HOUR })
    scene.chat(1)
    scene.step({ type: 'mute', until: null })
    expect(scene.kinds).toEqual(['summary'])
  })
})

describe('clients who wait for an answer', () => {
  const waiting = (scene: Scene, conversationId = 1, since = scene.now) =>
    scene.waiting.set(conversationId, {
      connectionId: 'shop',
      conversationId,
      client: 'Anna',
      text: 'Hello?',
      since,
    })

  test('an unanswered message is notified once, whatever its client writes after it', () => {
    const scene = new Scene()
    waiting(scene)
    scene.wrote(1)
    scene.pass(5 * MINUTE)
    scene.wrote(1)
    scene.pass(10 * MINUTE)
    expect(scene.notices).toMatchObject([{ kind: 'unanswered', minutes: 15 }])
    scene.wrote(1)
    scene.pass(HOUR)
    expect(scene.kinds).toEqual(['unanswered'])
    expect(scene.isIdle).toBe(true)
  })

  test('a later message without an answer is notified again', () => {
    const scene = new Scene()
    waiting(scene)
    scene.wrote(1)
    scene.pass(HOUR)
    waiting(scene)
    scene.wrote(1)
    scene.pass(HOUR)
    expect(scene.kinds).toEqual(['unanswered', 'unanswered'])
  })

  test('clients who wait at the same time are notified together', () => {
    const scene = new Scene()
    for (const id of [1, 2, 3]) {
      waiting(scene, id)
      scene.wrote(id)
    }
    scene.pass(HOUR)
    expect(scene.notices).toMatchObject([{ kind: 'unanswered-many', count: 3 }])
  })

  test('quiet hours end before a client who still waits is notified', () => {
    const scene = new Scene({ settings: NIGHT, now: at(23) })
    waiting(scene)
    scene.wrote(1)
    scene.pass(7 * HOUR)
    expect(scene.kinds).toEqual([])
    scene.pass(HOUR)
    expect(scene.kinds).toEqual(['unanswered'])
  })

  test('a wait goes on over a restart, and is not notified twice', () => {
    const scene = new Scene()
    waiting(scene)
    scene.wrote(1)
    const again = scene.restarted()
    again.waiting.set(1, scene.waiting.get(1)!)
    again.pass(HOUR)
    expect(again.kinds).toEqual(['unanswered'])
    const third = again.restarted()
    third.waiting.set(1, scene.waiting.get(1)!)
    third.wrote(1)
    third.pass(HOUR)
    expect(third.kinds).toEqual([])
  })

  test('the setting decides how long, and whether', () => {
    const scene = new Scene({ settings: { unansweredMinutes: 2 } })
    waiting(scene)
    scene.wrote(1)
    scene.pass(2 * MINUTE)
    expect(scene.kinds).toEqual(['unanswered'])
    const off = new Scene({ settings: { unansweredMinutes: null } })
    off.wrote(1)
    expect(off.isIdle).toBe(true)
  })

  test('a connection that is off reminds of nothing', () => {
    const scene = new Scene()
    waiting(scene)
    scene.wrote(1)
    scene.connections.delete('shop')
    scene.pass(HOUR)
    expect(scene.kinds).toEqual([])
  })
})
