import type { Codec } from '../codec.ts'
import type { Crossing } from './crossing.ts'

/**
 * The isolated world of a sandboxed preload: `require('electron')` with contextBridge and ipcRenderer, and nothing of
 * Node. Given to the page as text; `__toMain` leads to the main process and is visible in this world only.
 */
export function preloadWorld(
  makeCodec: () => Codec,
  makeCrossing: (codec: Codec, own: string, other: string) => Crossing,
  nonce: string,
  preload: (require: (name: string) => unknown, process: object, module: object, exports: object) => void,
): void {
  if (window.top !== window) return
  const codec = makeCodec()
  const crossing = makeCrossing(codec, `${nonce}-preload`, `${nonce}-page`)
  const world = globalThis as unknown as {
    __toMain(message: string): void
    __fromMain(message: string): void
  }
  type Listener = (event: object, ...args: unknown[]) => void
  const listeners = new Map<string, { run: Listener; once: boolean }[]>()
  const invoked = new Map<number, { resolve(value: unknown): void; reject(reason: unknown): void }>()
  let next = 1

  const toMain = (message: Record<string, unknown>) => world.__toMain(codec.encode(message))
  const ask = (message: Record<string, unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = next++
      invoked.set(id, { resolve, reject })
      try {
        toMain({ ...message, id })
      } catch (error) {
        invoked.delete(id)
        reject(error)
      }
    })
  world.__fromMain = (text) => {
    const message = codec.decode(text) as Record<string, unknown>
    if (message.kind === 'answer') {
      const waiting = invoked.get(message.id as number)
      invoked.delete(message.id as number)
      if (message.ok) waiting?.resolve(message.value)
      else waiting?.reject(new Error(message.value as string))
      return
    }
    const { channel, args } = message as { channel: string; args: unknown[] }
    for (const { run, once } of [...(listeners.get(channel) ?? [])]) {
      if (once) remove(channel, run)
      run({ sender: ipcRenderer, senderId: 0, ports: [] }, ...args)
    }
  }
  const add = (channel: string, run: Listener, once = false) => {
    listeners.set(channel, [...(listeners.get(channel) ?? []), { run, once }])
    return ipcRenderer
  }
  const remove = (channel: string, run: Listener) => {
    const left = [...(listeners.get(channel) ?? [])]
    const at = left.findLastIndex((one) => one.run === run)
    if (at >= 0) left.splice(at, 1)
    listeners.set(channel, left)
    return ipcRenderer
  }
  const named = (channel: unknown) => {
    if (typeof channel !== 'string') throw new TypeError('Error processing argument at index 0')
    return channel
  }
  /** Structured clone drops prototypes and rejects what it cannot transfer. */
  const cloned = (args: unknown[]) => {
    try {
      return structuredClone(args)
    } catch {
      throw new Error('An object could not be cloned.')
    }
  }

  const ipcRenderer = {
    send: (channel: unknown, ...args: unknown[]) =>
      toMain({ kind: 'send', channel: named(channel), args: cloned(args) }),
    invoke: async (channel: unknown, ...args: unknown[]) =>
      ask({ kind: 'invoke', channel: named(channel), args: cloned(args) }),
    on: add,
    addListener: add,
    once: (channel: string, run: Listener) => add(channel, run, true),
    off: remove,
    removeListener: remove,
    removeAllListeners(channel?: string) {
      if (channel === undefined) listeners.clear()
      else listeners.delete(channel)
      return ipcRenderer
    },
  }
  const contextBridge = {
    exposeInMainWorld: (key: string, value: unknown) => void crossing.call('expose', [key, value]),
  }
  crossing.serve('open', (url: string) => toMain({ kind: 'open', url }))
  crossing.serve('may', (permission: string) => ask({ kind: 'may', permission }))

  /** Throws on everything that the stand-in does not implement. */
  const strict = <T extends object>(name: string, object: T): T =>
    new Proxy(object, {
      get(target, key, receiver) {
        if (typeof key === 'symbol' || key in target || key === '__esModule' || key === 'default')
          return Reflect.get(target, key, receiver)
        throw new Error(`the stand-in does not know ${name}.${key}`)
      },
    })
  const electron = strict('electron (in a preload)', {
    contextBridge: strict('contextBridge', contextBridge),
    ipcRenderer: strict('ipcRenderer', ipcRenderer),
  })
  const require = (name: string) => {
    if (name === 'electron' || name === 'electron/renderer') return electron
    throw new Error(`module not found: ${name}`)
  }
  const module = { exports: {} }
  try {
    preload(require, {}, module, module.exports)
  } catch (error) {
    toMain({ kind: 'preload-error', error: error instanceof Error ? error : new Error(String(error)) })
    throw error
  }
}
