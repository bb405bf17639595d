import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type TrayEntry, type TrayFacts, trayMenu, trayTip } from '../../../../src/main/desktop/tray/menu.ts'
import { type TrayState, trayLook } from '../../../../src/main/desktop/tray/status.ts'
import type { AppState, ConnectionState } from '../../../../src/shared/api/state.ts'
import { isTextKey, LANGUAGES, translate } from '../../../../src/shared/i18n/index.ts'
import { appState } from '../../api/values.ts'

const trouble = (state: 'waiting' | 'paused') =>
  ({ state, code: 'no-access', since: 0, until: 0, detail: '' }) as ConnectionState['chatra']
const one = (changes: Partial<ConnectionState> = {}): ConnectionState => ({
  id: 'shop',
  name: 'shop.example',
  enabled: true,
  demo: false,
  missing: [],
  carriedBy: null,
  chatra: { state: 'ok' },
  planfix: { state: 'ok' },
  planfixWebUrl: 'https://shop.planfix.com',
  budget: {
    remaining: null,
    usedToday: 0,
    resetAt: null,
    limit: null,
    renewedAt: 0,
    reservedForClients: 0,
    isReserveOnly: false,
    pollEveryMs: 5000,
  },
  counts: {} as ConnectionState['counts'],
  settling: 0,
  heard: { chatra: null, planfix: null, 'planfix-chat': null },
  receivedEvents: { chatStarted: null, chatFragment: null, chatTranscript: null },
  everybodyMayAnswer: false,
  keepsWhilePausedDays: 7,
  ...changes,
})
const whole = (changes: Partial<AppState> = {}): AppState => appState({ connections: [one()], ...changes })
const address = (changes: Partial<AppState['publicAddress']>) => ({ ...appState().publicAddress, ...changes })

describe('the tray shows', () => {
  const cases: [string, AppState | null, TrayState][] = [
    ['stopped before the bridge runs', null, 'stopped'],
    ['stopped when the disk cannot be written', whole({ storeFailing: 'ENOSPC' }), 'stopped'],
    ['set-up without a connection', whole({ connections: [] }), 'setup'],
    [
      'set-up when no connection has its keys',
      whole({ connections: [one({ missing: ['planfix-token'] })] }),
      'setup',
    ],
    [
      'paused when every connection is switched off',
      whole({ connections: [one({ enabled: false })] }),
      'paused',
    ],
    ['working when all is well', whole(), 'working'],
    [
      'working when some are switched off',
      whole({ connections: [one(), one({ id: 'b', enabled: false })] }),
      'working',
    ],
    [
      'stopped when every connection waits for its owner',
      whole({ connections: [one({ planfix: trouble('paused') })] }),
      'stopped',
    ],
    [
      'degraded when one of two waits for its owner',
      whole({ connections: [one({ chatra: trouble('paused') }), one({ id: 'b' })] }),
      'degraded',
    ],
    [
      'degraded while a service is tried again',
      whole({ connections: [one({ chatra: trouble('waiting') })] }),
      'degraded',
    ],
    [
      'degraded when one of two has no keys',
      whole({ connections: [one(), one({ id: 'b', missing: ['chatra-secret-key'] })] }),
      'degraded',
    ],
    [
      'degraded when the public address is not reached',
      whole({ publicAddress: address({ provider: 'ngrok', state: 'failing' }) }),
      'degraded',
    ],
    [
      'working where no way in was chosen',
      whole({ publicAddress: address({ provider: 'none', state: 'none' }) }),
      'working',
    ],
    [
      'working while another computer carries, whatever failed here before',
      whole({
        connections: [one({ chatra: trouble('waiting') })],
        publicAddress: address({ provider: 'relay', state: 'proven', standby: true }),
      }),
      'working',
    ],
  ]
  test.each(cases)('the tray shows: %s', (_name, state, expected) => {
    const look = trayLook(state)
    expect(look.state).toBe(expected)
    expect(isTextKey(look.words.key)).toBe(true)
  })

  test('each state has its own icon, on each system, in light and dark', () => {
    const folder = join(import.meta.dirname, '../../../../resources/tray')
    for (const state of ['working', 'setup', 'degraded', 'stopped', 'paused']) {
      for (const end of [
        '.png',
        '@2x.png',
        '-dark.png',
        '-dark@2x.png',
        'Template.png',
        'Template@2x.png',
        '.ico',
      ]) {
        expect(existsSync(join(folder, `${state}${end}`)), `${state}${end}`).toBe(true)
      }
    }
  })
})

describe('the menu of the tray', () => {
  const menu = (facts: Partial<TrayFacts> = {}) =>
    trayMenu({
      state: whole(),
      chats: [],
      pause: null,
      mutedUntil: null,
      t: (key, params) => translate('en', key, params),
      clockTime: (at) => `${at}h`,
      ...facts,
    })
  const byId = (entries: TrayEntry[], id: string) =>
    entries
      .flatMap((entry) => (entry.kind === 'group' ? entry.entries : [entry]))
      .find((entry) => 'id' in entry && entry.id === id)

  test('the menu shows the state of the bridge, and leads to the overview', () => {
    expect(menu()[0]).toEqual({
      kind: 'item',
      id: 'state',
      label: 'Working: 1 connection',
      action: { do: 'open', route: '/' },
    })
  })

  test('the title of the latest chats leads to the conversations', () => {
    const chats = [{ id: 7, clientName: 'Ion', connectionName: 'shop' }]
    expect(byId(menu({ chats }), 'chats')).toMatchObject({ action: { do: 'open', route: '/conversations' } })
  })

  test('the menu pauses enabled and resumes disabled connections', () => {
    const connections = [one({ id: 'a', name: 'A' }), one({ id: 'b', name: 'B', enabled: false })]
    const entries = menu({ state: whole({ connections }) })
    expect(byId(entries, 'switch-a')).toMatchObject({
      label: 'Pause “A” (messages are saved)',
      action: { do: 'enable', connectionId: 'a', enabled: false },
    })
    expect(byId(entries, 'switch-b')).toMatchObject({
      label: 'Resume “B” (sends saved messages)',
      action: { do: 'enable', connectionId: 'b', enabled: true },
    })
  })

  test('the menu leads to conversations, and names the connection if there are several', () => {
    const chats = [{ id: 7, clientName: 'Ana & Co', connectionName: 'shop' }]
    expect(byId(menu({ chats }), 'chat-7')).toEqual({
      kind: 'item',
      id: 'chat-7',
      label: 'Ana && Co',
      action: { do: 'open', route: '/conversation/7' },
    })
    const two = whole({ connections: [one(), one({ id: 'b' })] })
    expect(byId(menu({ chats, state: two }), 'chat-7')).toMatchObject({ label: 'Ana && Co · shop' })
  })

  test('the menu keeps names from outside on one short line', () => {
    const chats = [{ id: 1, clientName: `a\n\u2028b${'x'.repeat(500)}`, connectionName: 'shop' }]
    const label = (byId(menu({ chats }), 'chat-1') as { label: string }).label
    expect(label).toMatch(/^a bx+…$/)
    expect(label.length).toBe(40)
  })

  test('the menu puts many connections into a submenu', () => {
    const connections = Array.from({ length: 6 }, (_, index) => one({ id: `c${index}`, name: `C${index}` }))
    const entries = menu({ state: whole({ connections }) })
    expect(entries.some((entry) => 'id' in entry && entry.id === 'connections')).toBe(true)
    expect(byId(entries, 'switch-c5')).toBeDefined()
  })

  test('the menu pauses everything for a time, or until the owner ends it', () => {
    expect(byId(menu(), 'pause-quarter')).toMatchObject({ action: { do: 'pause', forMs: 900_000 } })
    expect(byId(menu(), 'pause-hour')).toMatchObject({ action: { do: 'pause', forMs: 3_600_000 } })
    expect(byId(menu(), 'switch-shop')).toMatchObject({
      label: 'Until I resume it',
      action: { do: 'enable', connectionId: 'shop', enabled: false },
    })
    const connections = [one({ id: 'a' }), one({ id: 'b' })]
    expect(byId(menu({ state: whole({ connections }) }), 'pause-open')).toMatchObject({
      action: { do: 'pause', forMs: null },
    })
  })

  test('the menu says when a pause ends, and ends it earlier', () => {
    const state = whole({ connections: [one({ enabled: false })] })
    const entries = menu({ state, pause: { until: 14 } })
    expect(byId(entries, 'resume')).toMatchObject({
      label: 'Resume now (otherwise at 14h)',
      action: { do: 'resume' },
    })
    expect(byId(entries, 'pause-hour')).toBeUndefined()
  })

  test('the menu warns that a pause loses messages where nothing is kept', () => {
    const entries = menu({ state: whole({ connections: [one({ keepsWhilePausedDays: 0 })] }) })
    expect(entries.find((entry) => 'id' in entry && entry.id === 'pause')).toMatchObject({
      label: 'Pause (not all messages are saved)',
    })
  })

  test('the menu mutes notifications for an hour, and shows them again', () => {
    expect(byId(menu(), 'mute')).toMatchObject({ action: { do: 'mute', forMs: 3_600_000 } })
    expect(byId(menu({ mutedUntil: 15 }), 'unmute')).toMatchObject({
      label: 'Turn notifications back on (muted until 15h)',
      action: { do: 'mute', forMs: null },
    })
  })

  test('the menu counts the messages that need the owner, and leads to them', () => {
    expect(byId(menu(), 'attention')).toBeUndefined()
    const counts = {
      'to-planfix': { failed: 1, uncertain: 0, delivered: 9 },
      'to-chatra': { failed: 0, uncertain: 2, delivered: 9 },
    } as unknown as ConnectionState['counts']
    const state = whole({ connections: [one({ counts })] })
    expect(byId(menu({ state }), 'attention')).toMatchObject({
      label: '3 messages need attention',
      action: { do: 'open', route: '/log?state=attention' },
    })
    expect(trayTip(state, (key, params) => translate('en', key, params))).toContain(
      '3 messages need attention',
    )
  })

  test('the menu leads to the check-up, the settings, updates and the version', () => {
    expect(byId(menu(), 'check-up')).toMatchObject({ action: { do: 'open', route: '/diagnostics' } })
    expect(byId(menu(), 'settings')).toMatchObject({ action: { do: 'open', route: '/settings' } })
    expect(byId(menu(), 'updates')).toMatchObject({ action: { do: 'look-for-updates' } })
    expect(byId(menu(), 'about')).toMatchObject({ action: { do: 'about' } })
  })

  test('the menu can always open and quit, in every language, also before the start', () => {
    for (const language of LANGUAGES) {
      const entries = trayMenu({
        state: null,
        chats: [],
        pause: null,
        mutedUntil: null,
        t: (key, params) => translate(language, key, params),
        clockTime: String,
      })
      const actions = entries.flatMap((entry) =>
        entry.kind === 'item' && entry.action ? [entry.action.do] : [],
      )
      expect(actions).toEqual(['open', 'open', 'about', 'quit'])
      expect(JSON.stringify(entries)).not.toContain('desktop.')
    }
  })

  test('the tooltip says the same as the first line', () => {
    expect(trayTip(whole(), (key, params) => translate('en', key, params))).toBe(
      'Chatra–Planfix Bridge\nWorking: 1 connection',
    )
  })
})
