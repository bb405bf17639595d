import type { AppState } from '../../../shared/api/state.ts'
import type { TextKey, TextParams } from '../../../shared/i18n/index.ts'
import { type TrayLook, trayLook } from './status.ts'

/** The action of a menu item. */
export type TrayAction =
  | { do: 'open'; route?: string }
  | { do: 'enable'; connectionId: string; enabled: boolean }
  /** Every connection that is on; null = until the owner switches it on. */
  | { do: 'pause'; forMs: number | null }
  /** Ends what `pause` began. */
  | { do: 'resume' }
  /** No notifications for this time; null = they are shown again. */
  | { do: 'mute'; forMs: number | null }
  | { do: 'look-for-updates' }
  | { do: 'about' }
  | { do: 'quit' }

export type TrayEntry =
  | { kind: 'line' }
  | { kind: 'item'; id: string; label: string; action: TrayAction }
  | { kind: 'group'; id: string; label: string; entries: TrayEntry[] }

export interface RecentChat {
  id: number
  clientName: string
  connectionName: string
}

export interface TrayFacts {
  state: AppState | null
  /** The newest first. */
  chats: readonly RecentChat[]
  /** The timed pause; null = there is none. */
  pause: { until: number | null } | null
  /** No notifications until then. */
  mutedUntil: number | null
  t(key: TextKey, params?: TextParams): string
  /** A time of day, as the owner writes it. */
  clockTime(at: number): string
}

/** Further ones are in a submenu. */
const MOST_IN_PLACE = 5
const LONGEST_NAME = 40

/**
 * The menu of the tray: the state, the latest clients, the possible actions. Each line of it does something, as a disabled
 * one on top has made trouble in menus of macOS's bar.
 */
export function trayMenu(facts: TrayFacts): TrayEntry[] {
  const { state, chats, t } = facts
  const several = (state?.connections.length ?? 0) > 1
  const lines = chats.map(({ id, clientName, connectionName }): TrayEntry => {
    const label = several ? `${short(clientName)} · ${short(connectionName)}` : short(clientName)
    return item(`chat-${id}`, label, { do: 'open', route: `/conversation/${id}` })
  })
  const count = attentionCount(state)
  return [
    item('state', wordsOf(trayLook(state), t), { do: 'open', route: '/' }),
    ...(count > 0
      ? [item('attention', t('desktop.menu.attention', { count }), { do: 'open', route: ATTENTION })]
      : []),
    LINE,
    item('open', t('desktop.menu.open'), { do: 'open' }),
    ...(lines.length > 0
      ? [LINE, item('chats', t('desktop.menu.chats'), { do: 'open', route: '/conversations' }), ...lines]
      : []),
    ...(state === null ? [] : [...pauseEntries(facts, state), muteEntry(facts), ...pageEntries(t)]),
    LINE,
    item('about', t('desktop.menu.about'), { do: 'about' }),
    item('quit', t('desktop.menu.quit'), { do: 'quit' }),
  ]
}

const ATTENTION = '/log?state=attention'
const MINUTE = 60_000
const PAUSES = { quarter: 15 * MINUTE, hour: 60 * MINUTE } as const

/** Messages that wait for the owner: failed, or perhaps sent. */
export const attentionCount = (state: AppState | null): number =>
  (state?.connections ?? [])
    .flatMap(({ counts }) => Object.values(counts))
    .reduce((sum, { failed = 0, uncertain = 0 }) => sum + failed + uncertain, 0)

/** Pauses of all connections for a time, and a switch for each. A single one needs no second switch. */
function pauseEntries({ pause, t, clockTime }: TrayFacts, { connections }: AppState): TrayEntry[] {
  const enabled = connections.filter((one) => one.enabled)
  const only = connections.length === 1 ? enabled[0] : undefined
  const isLossy = enabled.some((one) => one.keepsWhilePausedDays === 0)
  const open = t('desktop.menu.pause.open')
  const choices = [
    item('pause-quarter', t('desktop.menu.pause.quarter'), { do: 'pause', forMs: PAUSES.quarter }),
    item('pause-hour', t('desktop.menu.pause.hour'), { do: 'pause', forMs: PAUSES.hour }),
    only
      ? item(`switch-${only.id}`, open, { do: 'enable', connectionId: only.id, enabled: false })
      : item('pause-open', open, { do: 'pause', forMs: null }),
  ]
  const switches = connections.filter((one) => one !== only).map((one) => switchEntry(one, t))
  return [
    LINE,
    ...(pause
      ? [
          item(
            'resume',
            pause.until === null
              ? t('desktop.menu.resume-all')
              : t('desktop.menu.resume-until', { time: clockTime(pause.until) }),
            { do: 'resume' },
          ),
        ]
      : []),
    ...(enabled.length > 0
      ? [group('pause', t(isLossy ? 'desktop.menu.pause-all-lossy' : 'desktop.menu.pause-all'), choices)]
      : []),
    ...(switches.length > MOST_IN_PLACE
      ? [group('connections', t('desktop.menu.connections'), switches)]
      : switches),
  ]
}

function switchEntry(
  { id, name, enabled, keepsWhilePausedDays }: AppState['connections'][number],
  t: TrayFacts['t'],
): TrayEntry {
  const pause = keepsWhilePausedDays > 0 ? 'desktop.menu.pause' : 'desktop.menu.pause-lossy'
  const label = t(enabled ? pause : 'desktop.menu.resume', { name: short(name) })
  return item(`switch-${id}`, label, { do: 'enable', connectionId: id, enabled: !enabled })
}

const muteEntry = ({ mutedUntil, t, clockTime }: TrayFacts): TrayEntry =>
  mutedUntil === null
    ? item('mute', t('desktop.menu.mute'), { do: 'mute', forMs: PAUSES.hour })
    : item('unmute', t('desktop.menu.unmute', { time: clockTime(mutedUntil) }), { do: 'mute', forMs: null })

const pageEntries = (t: TrayFacts['t']): TrayEntry[] => [
  LINE,
  item('check-up', t('nav.diagnostics'), { do: 'open', route: '/diagnostics' }),
  item('settings', t('nav.settings'), { do: 'open', route: '/settings' }),
  item('updates', t('desktop.menu.updates'), { do: 'look-for-updates' }),
]

/** The tooltip of the icon. */
export function trayTip(state: AppState | null, t: TrayFacts['t']): string {
  const count = attentionCount(state)
  const attention = count > 0 ? [t('desktop.menu.attention', { count })] : []
  return [t('app.name'), wordsOf(trayLook(state), t), ...attention].join('\n')
}

const wordsOf = ({ words }: TrayLook, t: TrayFacts['t']): string => t(words.key as TextKey, words.params)

const LINE: TrayEntry = { kind: 'line' }
const item = (id: string, label: string, action: TrayAction): TrayEntry => ({
  kind: 'item',
  id,
  label,
  action,
})
const group = (id: string, label: string, entries: TrayEntry[]): TrayEntry => ({
  kind: 'group',
  id,
  label,
  entries,
})

/**
 * Names come from outside: one line, of a length that fits a menu. Windows reads a single & as the mark of an
 * access key.
 */
function short(name: string): string {
  const line = name.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  const letters = [...line]
  const cut = letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join('')}…` : line
  return cut.replaceAll('&', '&&')
}
