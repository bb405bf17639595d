import { EventEmitter } from 'node:events'
import type { Frame } from './frames.ts'
import { strict } from './strict.ts'
import type { WebContents } from './web-contents.ts'

type Handler = (event: object, ...args: unknown[]) => unknown

/** A message of the preload. */
export interface FromPage {
  kind: 'send' | 'invoke'
  id?: number
  channel: string
  args: unknown[]
}

const handlers = new Map<string, Handler>()

class IpcMain extends EventEmitter {
  handle(channel: string, handler: Handler): void {
    if (typeof handler !== 'function')
      throw new TypeError(`Expected handler to be a function, but found type '${typeof handler}'`)
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    handlers.set(channel, handler)
  }
  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel)
      return handler(event, ...args)
    })
  }
  removeHandler(channel: string): void {
    handlers.delete(channel)
  }
}
const raw = new IpcMain()
export const ipcMain = strict('ipcMain', raw)

/** A message of `ipcRenderer.send`. */
export function hear(contents: WebContents, senderFrame: Frame | null, { channel, args }: FromPage): void {
  raw.emit(channel, eventOf(contents, senderFrame), ...args)
}

/** The answer to `ipcRenderer.invoke`, or the message of the error that the page gets. */
export async function answer(
  contents: WebContents,
  senderFrame: Frame | null,
  { channel, args }: FromPage,
): Promise<{ ok: true; value: unknown } | { ok: false; value: string }> {
  const handler = handlers.get(channel)
  try {
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
    return { ok: true, value: cloned(await handler(eventOf(contents, senderFrame), ...args)) }
  } catch (error) {
    return { ok: false, value: `Error invoking remote method '${channel}': ${error}` }
  }
}

/** Values that cannot be cloned are rejected, as in Electron. */
export function cloned<T>(value: T): T {
  try {
    return structuredClone(value)
  } catch {
    throw new Error('An object could not be cloned.')
  }
}

const eventOf = (sender: WebContents, senderFrame: Frame | null) => {
  const event = {
    type: 'frame' as const,
    sender,
    senderFrame,
    processId: 1,
    frameId: 1,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true
    },
    reply: (channel: string, ...args: unknown[]) => sender.send(channel, ...args),
  }
  return strict('the event of an IPC message', event)
}
