import type { Caller } from '../../../src/main/api/dispatcher.ts'
import type { Log } from '../../../src/main/runtime/application.ts'
import type { AppState } from '../../../src/shared/api/state.ts'
import type { Push } from '../../../src/shared/api.ts'

/** The simplest snapshot; `time` distinguishes two of them. */
export const appState = (fields: Partial<AppState> = {}): AppState => ({
  time: 1,
  version: '0.1.0',
  updated: false,
  host: 'server',
  language: 'en',
  followsBrowser: false,
  theme: 'system',
  hooksUrl: 'http://127.0.0.1:1',
  publicAddress: {
    provider: 'none',
    address: null,
    state: 'none',
    provenAt: null,
    problem: null,
    problemParams: {},
    needsOwner: false,
    since: null,
    lostAt: null,
    retryAt: null,
    gap: null,
    standby: false,
  },
  waiting: { count: 0, since: null, version: 0 },
  storeFailing: null,
  keptEvents: null,
  storePlace: 'folder',
  settingsFile: { path: 'config.json', writable: true },
  secretsKept: 'memory',
  keychainTrouble: null,
  connections: [],
  drafts: [],
  demo: null,
  notices: [],
  ...fields,
})

export const statePush = (time: number): Extract<Push, { event: 'state' }> => ({
  event: 'state',
  value: appState({ time }),
})

export const eventPush = (id: number): Push => ({
  event: 'event',
  value: { id, time: id, connectionId: null, level: 'info', key: 'event.gap', params: {} },
})

export const messagesPush: Push = { event: 'messages', value: { rows: [], more: false } }

/** A log whose entries the test can read, as text. */
export function recordedLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  const note = (level: string) => (fields: object, text: string) => {
    lines.push(`${level}: ${text} ${JSON.stringify(fields)}`)
  }
  return { log: { info: note('info'), warn: note('warn'), error: note('error') }, lines }
}

/** An application's push feed that the test publishes through. */
export function recordedFeed() {
  const listeners = new Set<(push: Push) => void>()
  return {
    get listeners() {
      return listeners.size
    },
    subscribe(listener: (push: Push) => void) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    tell(push: Push) {
      for (const listener of listeners) listener(push)
    },
  }
}

/** Answers `state.get` with a snapshot of time 10, and refuses every other call. */
export const plainCaller: Caller = {
  call: async (_who, name) =>
    name === 'state.get'
      ? { ok: true, value: appState({ time: 10 }) }
      : {
          ok: false,
          error: {
            code: 'not-found',
            message: { key: 'error.call.not-found', params: {} },
            field: null,
            detail: null,
          },
        },
}
