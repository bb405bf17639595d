import type { EventEmitter } from 'node:events'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { CHANNELS } from '../../../src/shared/api/channels.ts'

const main = vi.hoisted(() => ({
  exposed: new Map<string, Record<string, unknown>>(),
  invoked: [] as unknown[][],
  sent: [] as string[],
  ipc: null as EventEmitter | null,
}))

vi.mock('electron', async () => {
  const { EventEmitter } = await import('node:events')
  const ipc = new EventEmitter()
  main.ipc = ipc
  return {
    contextBridge: {
      exposeInMainWorld: (name: string, value: Record<string, unknown>) => main.exposed.set(name, value),
    },
    ipcRenderer: Object.assign(ipc, {
      invoke: async (...args: unknown[]) => main.invoked.push(args),
      send: (channel: string) => main.sent.push(channel),
    }),
  }
})

interface WindowBridge {
  call(name: unknown, args?: unknown): Promise<unknown>
  subscribe(listener: unknown): () => void
}
let bridge: WindowBridge
beforeAll(async () => {
  await import('../../../src/preload/index.ts')
  bridge = main.exposed.get('bridge') as unknown as WindowBridge
})
beforeEach(() => {
  main.invoked.length = 0
  main.sent.length = 0
})

const push = (value: unknown) => main.ipc?.emit(CHANNELS.push, { sender: 'electron' }, value)

describe('the window', () => {
  test('the window gets calls, pushes and the name of its host, and nothing else', () => {
    expect([...main.exposed.keys()]).toEqual(['bridge'])
    expect(Object.keys(bridge).sort()).toEqual(['call', 'host', 'subscribe'])
  })

  test('the window can call by name, on the one channel for calls', async () => {
    await bridge.call('log.retry', { id: 1 })
    expect(main.invoked).toEqual([[CHANNELS.call, 'log.retry', { id: 1 }]])
  })

  test.each([undefined, 7, {}, ['state.get']])('the window cannot call %j', async (name) => {
    await expect(bridge.call(name, {})).rejects.toThrow(TypeError)
    expect(main.invoked).toEqual([])
  })

  test('the window gets pushes without their event, until it unsubscribes', () => {
    const heard: unknown[][] = []
    const first = bridge.subscribe((...args: unknown[]) => heard.push(args))
    const second = bridge.subscribe((...args: unknown[]) => heard.push(args))
    push('a')
    expect(heard).toEqual([['a'], ['a']])
    first()
    first()
    push('b')
    expect(heard).toHaveLength(3)
    second()
    push('c')
    expect(heard).toHaveLength(3)
    expect(main.sent).toEqual([CHANNELS.subscribe, CHANNELS.subscribe, CHANNELS.unsubscribe])
    expect(main.ipc?.listenerCount(CHANNELS.push)).toBe(0)
  })

  test('the window cannot subscribe a value that is no function', () => {
    expect(() => bridge.subscribe('x')).toThrow(TypeError)
    expect(main.sent).toEqual([])
  })
})
