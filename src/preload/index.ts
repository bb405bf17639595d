import { contextBridge, ipcRenderer } from 'electron'
import { CHANNELS } from '../shared/api/channels.ts'

/**
 * The application's API for the window: the calls and pushes of shared/api.ts, and no other access to the
 * computer. Runs in the sandbox, so it may only import electron; the names of the channels are inlined. The
 * receiver validates everything (src/main/api/dispatcher.ts).
 */
type Listener = (push: unknown) => void

const listeners = new Set<Listener>()
const hear = (_event: unknown, push: unknown) => {
  for (const listener of [...listeners]) listener(push)
}

contextBridge.exposeInMainWorld('bridge', {
  host: 'desktop',

  /** Returns the application's answer. */
  call(name: unknown, args: unknown): Promise<unknown> {
    if (typeof name !== 'string') return Promise.reject(new TypeError('the name of a call is a text'))
    return ipcRenderer.invoke(CHANNELS.call, name, args)
  },

  /** Calls `listener` with each push, the current state first, until the returned function is called. */
  subscribe(listener: unknown): () => void {
    if (typeof listener !== 'function') throw new TypeError('a listener is a function')
    // A listener that subscribes twice is two listeners.
    const own: Listener = (push) => listener(push)
    if (listeners.size === 0) ipcRenderer.on(CHANNELS.push, hear)
    listeners.add(own)
    ipcRenderer.send(CHANNELS.subscribe)
    return () => {
      if (!listeners.delete(own) || listeners.size > 0) return
      ipcRenderer.removeListener(CHANNELS.push, hear)
      ipcRenderer.send(CHANNELS.unsubscribe)
    }
  },
})
