import type { Transport } from './transport.ts'

/** The preload's API for the window on the desktop (src/preload). */
export interface WindowBridge {
  host: 'desktop'
  call(name: string, args: unknown): Promise<unknown>
  subscribe(listener: (push: unknown) => void): () => void
}

declare global {
  interface Window {
    bridge?: WindowBridge
  }
}

/** Calls and events through the preload; the connection lives as long as the window. */
export const windowTransport = (bridge: WindowBridge): Transport => ({
  call: (name, args) => bridge.call(name, args),
  open(listener) {
    const stop = bridge.subscribe((push) => listener.push(push))
    listener.line('online')
    return stop
  },
})
