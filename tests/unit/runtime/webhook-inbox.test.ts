import { describe, expect, test } from 'vitest'
import { Continuity } from '../../../src/main/engine/continuity.ts'
import type { NewInboxRow } from '../../../src/main/engine/ports.ts'
import { EventBus } from '../../../src/main/runtime/event-bus.ts'
import { WebhookActivity } from '../../../src/main/runtime/last-webhooks.ts'
import { Signal } from '../../../src/main/runtime/signal.ts'
import { WebhookInbox } from '../../../src/main/runtime/webhook-inbox.ts'
import { storeUnavailable } from '../../../src/main/store/errors.ts'
import type { SqliteStore } from '../../../src/main/store/index.ts'
import { FakeClock } from '../../support/fake-clock.ts'

/** An inbox on a disk that is full or not, with everything it reports, in order. */
function scene() {
  const clock = new FakeClock(5000)
  const happened: string[] = []
  const scene = {
    clock,
    happened,
    isFull: false,
    rows: [] as NewInboxRow[],
    inInbox: Promise.withResolvers<void>(),
  }
  const store = {
    async accept(row: NewInboxRow) {
      if (scene.isFull) throw storeUnavailable('SQLITE_FULL')
      scene.rows.push(row)
      happened.push('stored')
      return { inInbox: scene.inInbox.promise }
    },
  } as unknown as SqliteStore
  const events = new EventBus({ info: () => {}, warn: () => {}, error: () => {} })
  events.subscribe({ storeStateChanged: (failing) => happened.push(failing ? 'disk away' : 'disk back') })
  const [arrival, news] = [new Signal(), new Signal<[connectionId: string]>()]
  arrival.subscribe(() => happened.push('arrival'))
  news.subscribe((connectionId) => happened.push(`news of ${connectionId}`))
  const activity = new WebhookActivity()
  const continuity = new Continuity(clock)
  const inbox = new WebhookInbox({ store, clock, events, continuity, activity, arrival, news })
  return Object.assign(scene, { inbox, activity })
}

describe('the inbox of webhooks', () => {
  test('a body is stored before anything is reported', async () => {
    const s = scene()
    await s.inbox.accept('shop', 'chatra', '{}')
    const row = { connectionId: 'shop', source: 'chatra', receivedAt: 5000, body: '{}' }
    expect(s.rows).toEqual([row])
    expect(s.happened).toEqual(['stored', 'arrival'])
    s.inInbox.resolve()
    await s.inInbox.promise
    expect(s.happened).toEqual(['stored', 'arrival', 'news of shop'])
    expect(s.activity.of('shop')).toEqual({ chatra: 5000, planfix: null, 'planfix-chat': null })
  })

  test('a failed write rejects, reports the disk, and announces no event', async () => {
    const s = scene()
    s.isFull = true
    await expect(s.inbox.accept('shop', 'chatra', '{}')).rejects.toThrow('SQLITE_FULL')
    expect(s.happened).toEqual(['disk away'])
    expect(s.activity.of('shop')).toEqual({ chatra: null, planfix: null, 'planfix-chat': null })
    s.isFull = false
    s.inInbox.resolve()
    await s.inbox.accept('shop', 'chatra', '{}')
    expect(s.happened).toEqual(['disk away', 'stored', 'disk back', 'arrival', 'news of shop'])
  })

  test('several webhooks from a relay are announced once for each connection, each with its own time', () => {
    const s = scene()
    s.inbox.stored([
      { connectionId: 'shop', source: 'chatra', receivedAt: 1000 },
      { connectionId: 'shop', source: 'planfix', receivedAt: 2000 },
      { connectionId: 'other', source: 'chatra', receivedAt: 3000 },
    ])
    expect(s.happened).toEqual(['arrival', 'news of shop', 'news of other'])
    expect(s.activity.of('shop')).toEqual({ chatra: 1000, planfix: 2000, 'planfix-chat': null })
    expect(s.activity.of('other')).toEqual({ chatra: 3000, planfix: null, 'planfix-chat': null })
  })
})
