import { beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../../../src/main/api/dispatcher.ts'
import { type TimedPause, timedPause } from '../../../src/main/desktop/timed-pause.ts'
import type { Change, Listener } from '../../../src/main/engine/ports.ts'
import type { Application } from '../../../src/main/runtime/application.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'

const MINUTE = 60_000

/** As much of the bridge as a pause uses: two connections, and a data folder that outlives a restart. */
class Stage {
  readonly clock = new FakeClock()
  readonly on = new Map([
    ['shop', true],
    ['other', true],
  ])
  readonly facts: Map<string, unknown>
  readonly order: string[] = []
  refuses = false
  tell: Listener = {}
  pause: TimedPause

  constructor(facts = new Map<string, unknown>()) {
    this.facts = facts
    this.pause = this.start()
  }

  private start(): TimedPause {
    const stage = this
    const application = {
      clock: this.clock,
      get configuration() {
        return { connections: [...stage.on].map(([id, enabled]) => ({ id, enabled })) }
      },
      subscribe(listener: Listener) {
        stage.tell = listener
        return () => {
          stage.tell = {}
        }
      },
      store: {
        fact: async (_id: string, key: string) => structuredClone(stage.facts.get(key)) ?? null,
        commit: async (changes: Change[]) => {
          for (const one of changes) {
            if (one.type !== 'fact.set') continue
            stage.facts.set(one.key, one.value)
            stage.order.push('kept')
          }
        },
      },
    } as unknown as Application
    const caller = {
      async call(_who: object, _name: string, { id, enabled }: { id: string; enabled: boolean }) {
        if (stage.refuses) return { ok: false, error: { message: { key: 'x', params: {} } } }
        stage.on.set(id, enabled)
        stage.order.push(`${id} ${enabled ? 'on' : 'off'}`)
        stage.tell.configurationChanged?.(application.configuration)
        return { ok: true, value: {} }
      },
    } as unknown as Caller
    return timedPause({ application, caller, log: { info() {}, warn() {} }, changed() {} })
  }

  /** The program ends and starts again `ms` later. */
  async restartedAfter(ms: number): Promise<void> {
    this.pause.stop()
    await this.clock.advance(ms)
    this.pause = this.start()
    await this.pause.begin()
  }

  /** The owner, in the settings. */
  async switchOn(id: string): Promise<void> {
    this.on.set(id, true)
    this.tell.configurationChanged?.({} as never)
    await settle()
  }

  get states(): string {
    return [...this.on].map(([id, enabled]) => `${id} ${enabled ? 'on' : 'off'}`).join(', ')
  }
}

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})

describe('a pause', () => {
  test('a pause switches every connection off, and on again when its time is over', async () => {
    await stage.pause.pause(15 * MINUTE)
    expect(stage.states).toBe('shop off, other off')
    await stage.clock.advance(15 * MINUTE - 1)
    expect(stage.states).toBe('shop off, other off')
    await stage.clock.advance(1)
    expect(stage.states).toBe('shop on, other on')
    expect(stage.pause.current).toBeNull()
  })

  test('the end of a pause is on disk before anything is switched off', async () => {
    await stage.pause.pause(15 * MINUTE)
    expect(stage.order).toEqual(['kept', 'shop off', 'other off'])
  })

  test('a pause goes on after a restart, and ends when it would have ended', async () => {
    await stage.pause.pause(60 * MINUTE)
    await stage.restartedAfter(59 * MINUTE)
    expect(stage.states).toBe('shop off, other off')
    await stage.clock.advance(MINUTE)
    expect(stage.states).toBe('shop on, other on')
  })

  test('a pause that was over before the restart is ended by the start', async () => {
    await stage.pause.pause(15 * MINUTE)
    await stage.restartedAfter(16 * MINUTE)
    await stage.clock.advance(0)
    expect(stage.states).toBe('shop on, other on')
  })

  test('a pause without an end lasts until the owner ends it', async () => {
    await stage.pause.pause(null)
    await stage.restartedAfter(7 * 24 * 60 * MINUTE)
    expect(stage.states).toBe('shop off, other off')
    await stage.pause.resume()
    expect(stage.states).toBe('shop on, other on')
  })

  test('a connection that was off before the pause stays off', async () => {
    stage.on.set('other', false)
    await stage.pause.pause(15 * MINUTE)
    await stage.clock.advance(15 * MINUTE)
    expect(stage.states).toBe('shop on, other off')
  })

  test('a connection that the owner switches on leaves the pause', async () => {
    await stage.pause.pause(15 * MINUTE)
    await stage.switchOn('shop')
    expect(stage.pause.current).not.toBeNull()
    await stage.switchOn('other')
    expect(stage.pause.current).toBeNull()
    stage.on.set('shop', false)
    await stage.clock.advance(20 * MINUTE)
    expect(stage.states).toBe('shop off, other on')
  })

  test('a settings file that cannot be written delays the end of a pause', async () => {
    await stage.pause.pause(15 * MINUTE)
    stage.refuses = true
    await stage.clock.advance(15 * MINUTE)
    expect(stage.states).toBe('shop off, other off')
    stage.refuses = false
    await stage.clock.advance(MINUTE)
    expect(stage.states).toBe('shop on, other on')
  })

  test('a second pause replaces the end of the first', async () => {
    await stage.pause.pause(15 * MINUTE)
    await stage.pause.pause(60 * MINUTE)
    await stage.clock.advance(59 * MINUTE)
    expect(stage.states).toBe('shop off, other off')
    await stage.clock.advance(MINUTE)
    expect(stage.states).toBe('shop on, other on')
  })
})
