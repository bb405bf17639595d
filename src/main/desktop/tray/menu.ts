import type { AppState } from '../../../shared/api/state.ts'
import type { TextKey, TextParams } from '../../../shared/i18n/index.ts'
import { type TrayLook, trayLook } from './status.ts'

/** The action of a menu item. */
export type TrayAction =
  | { do: 'open'; route?: string }
  | { do: 'enable'; connectionId: string; enabled: boolean }
  | { do: 'quit' }

export type TrayEntry =
  | { kind: 'line' }
  /** Without an action it is only text. */
  | { kind: 'item'; id: string; label: string; action?: TrayAction }
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
  t(key: TextKey, params?: TextParams): string
}

/** Further ones are in a submenu. */
const MOST_IN_PLACE = 5
const LONGEST_NAME = 40

/** The menu of the tray: the state, the possible actions, the latest clients. */
export function trayMenu({ state, chats, t }: TrayFacts): TrayEntry[] {
  const connections = state?.connections ?? []
  const switches = connections.map((one): TrayEntry => {
    const pause = one.keepsWhilePausedDays > 0 ? 'desktop.menu.pause' : 'desktop.menu.pause-lossy'
    const key = one.enabled ? pause : 'desktop.menu.resume'
    const action = { do: 'enable', connectionId: one.id, enabled: !one.enabled } as const
    return item(`switch-${one.id}`, t(key, { name: short(one.name) }), action)
  })
  const several = connections.length > 1
  const lines = chats.map(({ id, clientName, connectionName }): TrayEntry => {
    const label = several ? `${short(clientName)} · ${short(connectionName)}` : short(clientName)
    return item(`chat-${id}`, label, { do: 'open', route: `/conversation/${id}` })
  })
  return [
    item('state', wordsOf(trayLook(state), t)),
    LINE,
    item('open', t('desktop.menu.open'), { do: 'open' }),
    ...(switches.length > MOST_IN_PLACE
      ? [group('connections', t('desktop.menu.connections'), switches)]
      : switches),
    ...(lines.length > 0 ? [LINE, item('chats', t('desktop.menu.chats')), ...lines] : []),
    LINE,
    item('quit', t('desktop.menu.quit'), { do: 'quit' }),
  ]
}

/** The tooltip of the icon. */
export const trayTip = (state: AppState | null, t: TrayFacts['t']): string =>
  `${t('app.name')}\n${wordsOf(trayLook(state), t)}`

const wordsOf = ({ words }: TrayLook, t: TrayFacts['t']): string => t(words.key as TextKey, words.params)

const LINE: TrayEntry = { kind: 'line' }
const item = (id: string, label: string, action?: TrayAction): TrayEntry =>
  action ? { kind: 'item', id, label, action } : { kind: 'item', id, label }
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
