import { describe, expect, test } from 'vitest'
import { createPushBuffer } from '../../../../src/main/server/interface/push-buffer.ts'
import type { Push } from '../../../../src/shared/api.ts'
import { eventPush, messagesPush, statePush } from '../../api/values.ts'

/** A socket that accepts texts only when the test allows it. */
function slowWire() {
  const waiting: { text: string; sent: () => void }[] = []
  const taken: string[] = []
  return {
    bufferedAmount: 0,
    send(text: string, sent: () => void) {
      waiting.push({ text, sent })
    },
    /** Accepts everything that waits, also what comes meanwhile. */
    take() {
      this.bufferedAmount = 0
      for (let one = waiting.shift(); one; one = waiting.shift()) {
        taken.push(one.text)
        one.sent()
      }
    },
    get seen(): Push[] {
      return taken.map((text) => JSON.parse(text))
    },
    get queued() {
      return waiting.length
    },
  }
}

function opened() {
  const wire = slowWire()
  const outbox = createPushBuffer(wire)
  outbox.open(statePush(10))
  wire.take()
  const tell = (push: Push) => outbox.tell(push, JSON.stringify(push))
  return { wire, outbox, tell }
}

describe('a page that reads its events', () => {
  test('a fast page gets all pushes in order, the state first', () => {
    const { wire, tell } = opened()
    tell(messagesPush)
    tell(eventPush(1))
    wire.take()
    expect(wire.seen).toEqual([statePush(10), messagesPush, eventPush(1)])
  })

  test('pushes made while the first state was built follow it', () => {
    const wire = slowWire()
    const outbox = createPushBuffer(wire)
    outbox.tell(eventPush(1), '')
    outbox.tell(statePush(11), '')
    wire.take()
    expect(wire.seen).toEqual([])
    outbox.open(statePush(10))
    wire.take()
    expect(wire.seen).toEqual([statePush(10), statePush(11), eventPush(1)])
  })

  test('a page never gets an older state after a newer one', () => {
    const wire = slowWire()
    const outbox = createPushBuffer(wire)
    outbox.tell(statePush(9), '')
    outbox.open(statePush(10))
    wire.take()
    expect(wire.seen).toEqual([statePush(10)])
  })
})

describe('a page that reads slowly', () => {
  test('a slow page gets nothing until it has caught up, then state and a note to read', () => {
    const { wire, tell } = opened()
    tell(messagesPush)
    wire.bufferedAmount = 1_000_001
    for (let n = 0; n < 1000; n++) {
      tell(messagesPush)
      tell(statePush(100 + n))
    }
    expect(wire.queued).toBe(1)
    wire.take()
    expect(wire.seen.slice(2)).toEqual([
      statePush(1099),
      { event: 'messages', value: { rows: [], more: true } },
    ])
  })

  test('a slow page gets events and the newest check-up afterwards', () => {
    const { wire, tell } = opened()
    const checkUp = (run: number): Push => ({
      event: 'checkUp',
      value: { run, startedAt: 0, endedAt: null, total: 1, reports: [] },
    })
    tell(messagesPush)
    wire.bufferedAmount = 2_000_000
    for (const push of [eventPush(1), checkUp(1), eventPush(2), checkUp(2)]) tell(push)
    wire.take()
    expect(wire.seen.slice(2)).toEqual([eventPush(1), eventPush(2), checkUp(2)])
  })

  test('a page that has caught up gets pushes directly again', () => {
    const { wire, tell } = opened()
    tell(messagesPush)
    wire.bufferedAmount = 2_000_000
    tell(messagesPush)
    wire.take()
    tell(messagesPush)
    wire.take()
    expect(wire.seen.at(-1)).toEqual(messagesPush)
  })

  test('a slow page stores a limited number of events, the newest', () => {
    const { wire, tell } = opened()
    tell(messagesPush)
    wire.bufferedAmount = 2_000_000
    for (let n = 1; n <= 5000; n++) tell(eventPush(n))
    wire.take()
    expect(wire.seen.slice(2)).toHaveLength(100)
    expect(wire.seen.at(-1)).toEqual(eventPush(5000))
  })
})
