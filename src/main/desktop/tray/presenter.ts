import type { AppState } from '../../../shared/api/state.ts'
import { LOCALES, translate } from '../../../shared/i18n/index.ts'
import type { Caller } from '../../api/dispatcher.ts'
import type { Application } from '../../runtime/application.ts'
import { attentionCount, type RecentChat } from './menu.ts'
import type { ShownTray } from './tray.ts'

/** Changes come in bursts: they are shown together. */
const TOGETHER_MS = 100
const MOST_CHATS = 5

/**
 * Keeps the tray in line with the state of the bridge. It reads the state only after an event: without events
 * nothing runs.
 */
export function presentTray(options: {
  application: Pick<Application, 'subscribe' | 'clock' | 'store'>
  caller: Caller
  tray: ShownTray
  pauses: TrayPauses
  /** How many messages wait for the owner. */
  badge(count: number): void
}): { stop(): void } {
  const { application, caller, tray, pauses, badge } = options
  let cancel: (() => void) | null = null
  let stopped = false
  let shownCount = 0

  const later = () => {
    cancel ??= application.clock.after(TOGETHER_MS, () => {
      cancel = null
      void show()
    })
  }

  async function show(): Promise<void> {
    const answer = await caller.call({ trusted: true }, 'state.get', {})
    const state = answer.ok ? (answer.value as AppState) : null
    const chats = await recentChats(state).catch(() => [])
    if (stopped) return
    const language = state?.language ?? 'en'
    const clock = new Intl.DateTimeFormat(LOCALES[language], { hour: '2-digit', minute: '2-digit' })
    tray.show({
      state,
      chats,
      pause: pauses.pause,
      mutedUntil: pauses.mutedUntil,
      t: (key, params) => translate(language, key, params),
      clockTime: (at) => clock.format(at),
    })
    const count = attentionCount(state)
    if (count !== shownCount) badge(count)
    shownCount = count
  }

  async function recentChats(state: AppState | null): Promise<RecentChat[]> {
    const names = new Map((state?.connections ?? []).map(({ id, name }) => [id, name]))
    const newest = await application.store.newestConversations(MOST_CHATS)
    return newest.map(({ id, clientName, connectionId }) => ({
      id,
      clientName,
      connectionName: names.get(connectionId) ?? connectionId,
    }))
  }

  const leave = application.subscribe({
    newChat: later,
    event: later,
    sideState: later,
    publicAddressChanged: later,
    storeStateChanged: later,
    configurationChanged: later,
    stuck: later,
  })
  const leavePauses = pauses.subscribe(later)
  void show()
  return {
    stop() {
      stopped = true
      cancel?.()
      leave()
      leavePauses()
    },
  }
}

/** What is off for a while. */
export interface TrayPauses {
  readonly pause: { until: number | null } | null
  readonly mutedUntil: number | null
  subscribe(changed: () => void): () => void
}
