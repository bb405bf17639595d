import { EventEmitter } from 'node:events'
import { mustBeReady } from './app.ts'
import { protocol } from './protocol.ts'
import { StandInError, strict } from './strict.ts'
import type { WebContents } from './web-contents.ts'

type Request = (
  contents: WebContents,
  permission: string,
  answer: (granted: boolean) => void,
  details: object,
) => void
type Check = (contents: WebContents | null, permission: string, origin: string, details: object) => boolean

const asked: { request: Request | null; check: Check | null } = { request: null, check: null }

class Session extends EventEmitter {
  protocol = protocol
  storagePath = null
  setPermissionRequestHandler(handler: Request | null): void {
    asked.request = handler
  }
  setPermissionCheckHandler(handler: Check | null): void {
    asked.check = handler
  }
  /** There are no devices here: a test can only see that a handler is set. */
  setDevicePermissionHandler(_handler: ((details: object) => boolean) | null): void {}
  setDisplayMediaRequestHandler(_handler: unknown): void {}
  setSpellCheckerEnabled(_is: boolean): void {}
  setSpellCheckerLanguages(_languages: string[]): void {}
  setSpellCheckerDictionaryDownloadURL(_url: string): void {}
  isPersistent = () => true
  clearCache = async () => undefined
  clearStorageData = async () => undefined
  clearCodeCaches = async () => undefined
  flushStorageData(): void {}
  /** `STAND_IN_PROXY`: what the system's settings say, in Chromium's words. */
  resolveProxy = async (_url: string) => process.env.STAND_IN_PROXY ?? 'DIRECT'
  getUserAgent = () => 'stand-in'
  closeAllConnections = async () => undefined
}

export const defaultSession = strict('session.defaultSession', new Session())
export const session = strict('session', {
  get defaultSession() {
    mustBeReady('session.defaultSession')
    return defaultSession
  },
  fromPartition(name: string): never {
    throw new StandInError(`session.fromPartition('${name}')`)
  },
})

/** Whether a page has the permission; without a handler everything is granted, as in Electron. */
export function mayPage(contents: WebContents, permission: string, requestingUrl: string): Promise<boolean> {
  const { request } = asked
  if (request === null) return Promise.resolve(true)
  return new Promise((resolve, reject) => {
    try {
      request(contents, permission, resolve, { requestingUrl, isMainFrame: true })
    } catch (error) {
      reject(error)
    }
  })
}

/** The result of the check handler, for permissions that Chromium answers by itself. */
export const isGranted = (contents: WebContents, permission: string, requestingUrl: string): boolean =>
  asked.check?.(contents, permission, URL.canParse(requestingUrl) ? new URL(requestingUrl).origin : '', {
    requestingUrl,
    isMainFrame: true,
  }) ?? true
