import { describe, expect, it, vi } from 'vitest'
import { createClient } from '../../../../src/renderer/client/client.ts'
import { type LineListener, NotReached, type Transport } from '../../../../src/renderer/client/transport.ts'
import { statePush } from '../../api/values.ts'

/** A transport whose answers the test gives. */
function wired(answer: (name: string, args: unknown) => unknown = () => ({ ok: true, value: {} })) {
  let listener: LineListener | null = null
  const transport: Transport = {
    call: async (name, args) => answer(name, args),
    open(given) {
      listener = given
      return () => {
        listener = null
      }
    },
  }
  const bridge = createClient(transport)
  return { bridge, line: () => listener as unknown as LineListener }
}

describe('a call of the interface', () => {
  it('a call returns the value of a valid answer', async () => {
    const { bridge } = wired(() => ({ ok: true, value: { text: '{}', extra: 'ignored' } }))
    expect(await bridge.call('log.payload', { id: 1 })).toEqual({ ok: true, value: { text: '{}' } })
  })

  it('a call passes an expected failure on with its field', async () => {
    const error = {
      code: 'invalid',
      message: { key: 'k', params: {} },
      field: 'planfix.baseUrl',
      detail: null,
    }
    const { bridge } = wired(() => ({ ok: false, error }))
    expect(await bridge.call('state.get', {})).toEqual({ ok: false, error })
  })

  it('an invalid answer is reported as a fault instead of being shown', async () => {
    const complained = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { bridge } = wired(() => ({ ok: true, value: { text: 5 } }))
    const answer = await bridge.call('log.payload', { id: 1 })
    expect(answer).toMatchObject({ ok: false, error: { code: 'bug' } })
    expect(complained).toHaveBeenCalled()
    complained.mockRestore()
  })

  it('a call without an answer returns an error instead of rejecting', async () => {
    const { bridge } = wired(() => {
      throw new NotReached('no-access')
    })
    expect(await bridge.call('state.get', {})).toMatchObject({ ok: false, error: { code: 'no-access' } })
  })
})

describe('an event', () => {
  const told = {
    id: 7,
    time: 5,
    connectionId: 'shop',
    level: 'info',
    key: 'event.side-ok',
    params: {},
  } as const

  it('an event reaches all its listeners until they unsubscribe', () => {
    const { bridge, line } = wired()
    const [one, other] = [vi.fn(), vi.fn()]
    const stop = bridge.on('event', one)
    bridge.on('event', other)
    bridge.on('checkUp', other)
    line().push({ event: 'event', value: told })
    stop()
    line().push({ event: 'event', value: told })
    expect(one.mock.calls).toEqual([[told]])
    expect(other).toHaveBeenCalledTimes(2)
  })

  it('the current state also reaches later listeners', () => {
    const { bridge, line } = wired()
    line().push(statePush(1))
    line().push(statePush(2))
    const late = vi.fn()
    bridge.on('state', late)
    expect(late.mock.calls).toEqual([[statePush(2).value]])
  })

  it('an invalid event reaches no listener', () => {
    const complained = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { bridge, line } = wired()
    const listener = vi.fn()
    bridge.on('event', listener)
    for (const message of [null, 'x', { event: 'event', value: { id: '7' } }, { event: '__proto__' }]) {
      line().push(message)
    }
    expect(listener).not.toHaveBeenCalled()
    complained.mockRestore()
  })
})

describe('the connection', () => {
  it('the state of the connection is reported only when it changes', () => {
    const { bridge, line } = wired()
    const states: string[] = []
    bridge.onLine((state) => states.push(state))
    for (const state of ['online', 'online', 'offline', 'online'] as const) line().line(state)
    expect(states).toEqual(['online', 'offline', 'online'])
    expect(bridge.line()).toBe('online')
  })
})
