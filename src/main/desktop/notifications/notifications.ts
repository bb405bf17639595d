import type { Notification as ElectronNotification } from 'electron'
import type { PublicAddress } from '../../../shared/api/state.ts'
import { translate } from '../../../shared/i18n/index.ts'
import { linksOf } from '../../api/log/message-rows.ts'
import { clientNameOf, rootOf, withClient } from '../../engine/index.ts'
import type { Application, Log } from '../../runtime/application.ts'
import {
  decideNotices,
  firstNotices,
  type KeptNotices,
  keptOf,
  type NoticeInput,
  type NoticeState,
} from './policy.ts'
import { silentUntil } from './quiet-hours.ts'
import type { Fault, FaultPlace, Notice, Stuck } from './show.ts'
import { openSystemNotices } from './system-notices.ts'
import { type NoticeTarget, noticeText } from './text.ts'
import type { Unanswered } from './unanswered.ts'

export type { NoticeTarget } from './text.ts'

export interface NotificationsOptions {
  application: NoticeSource
  /** Electron's own class. */
  Notification: typeof ElectronNotification
  open(target: NoticeTarget): void
  log: Log
  /** `mutedUntil` changed. */
  changed?: () => void
  platform?: NodeJS.Platform
}
export type NoticeSource = Pick<
  Application,
  | 'clock'
  | 'store'
  | 'configuration'
  | 'connections'
  | 'publicAddress'
  | 'storeFailing'
  | 'subscribe'
  | 'reply'
>

export interface Notifications {
  /** The system refused the last notification: macOS accepts none from an unsigned program. */
  readonly refused: boolean
  /** The owner muted them until then; null = not muted. */
  readonly mutedUntil: number | null
  /** No notifications for this time, as in quiet hours; null = they are shown again. */
  mute(forMs: number | null): void
  /** A new version is downloaded. */
  update(ready: { version: string; onQuit: boolean }): void
  /** The owner requested it, and work is under way. */
  updateBusy(version: string): void
  stop(): void
}

/** A fact of the program, in the data folder. */
const FACT = 'notices'

/**
 * Shows notifications (policy.ts decides which). Create it before the application starts, so that it receives
 * the events of the start. Settings and language are those of the application's configuration, also after a
 * change.
 * Do-not-disturb belongs to the system: Windows (focus assist), macOS (focus) and the notification daemon of
 * Linux hold back notifications of every program, so nothing here requests to bypass it: no urgency. The
 * sound is the system's own, or none (a setting).
 */
export function startNotifications(options: NotificationsOptions): Notifications {
  const { application, log } = options
  const { store, clock } = application
  const shower = openSystemNotices({ ...options, reply: (...typed) => void reply(...typed) })
  let state: NoticeState | null = null
  let waiting: NoticeInput[] = []
  let kept = ''
  let mutedUntil: number | null = null
  let cancel = () => {}
  let stopped = false

  function step(input: NoticeInput): void {
    if (stopped) return
    if (state === null) return void waiting.push(input)
    const decision = decideNotices(state, input, around(application))
    state = decision.state
    for (const notice of decision.show) show(notice)
    keep(state)
    noteMute(state.mutedUntil)
    cancel()
    const { wakeAt, look } = decision
    cancel = wakeAt === null ? () => {} : clock.after(wakeAt - clock.now(), () => step({ type: 'time' }))
    if (look.length > 0) void read(look)
    if (decision.ask.length > 0) void readUnanswered(decision.ask)
  }

  function noteMute(until: number | null): void {
    if (until === mutedUntil) return
    mutedUntil = until
    options.changed?.()
  }

  /** An event names its client; the name is not kept with what waits to be shown. */
  function show(notice: Notice): void {
    if (notice.kind !== 'event' || notice.event.params.conversation === undefined) present(notice)
    else
      void withClient(store, notice.event).then(
        (event) => present({ ...notice, event }),
        () => present(notice),
      )
  }

  function present(notice: Notice): void {
    if (stopped) return
    const { language, notifications, connections } = application.configuration
    const names = new Map(connections.map(({ id, name }) => [id, name]))
    const told = noticeText(notice, { language, names })
    const isChat = notice.kind === 'chat' || notice.kind === 'unanswered'
    const inPlanfix = isChat && notifications.opens === 'planfix'
    log.info({ notice: notice.kind }, 'the owner is told')
    shower.show(
      { ...told, silent: !notifications.sound, ...(isChat && replyField(told.target)) },
      () => void (inPlanfix ? taskOr(told.target) : Promise.resolve(told.target)).then(options.open),
    )
  }

  /** A field for a reply, where the owner has chosen as whom to reply. */
  function replyField(target: NoticeTarget): { replyTo?: string } {
    const { connections, language } = application.configuration
    const of = target.kind === 'conversation' ? target.connectionId : null
    const isOn = connections.find(({ id }) => id === of)?.options.replyAs != null
    return isOn ? { replyTo: translate(language, 'notices.reply') } : {}
  }

  /** Stores what the owner typed into a notification; what cannot be stored is shown again. */
  async function reply(target: NoticeTarget, typed: string, key: string): Promise<void> {
    const text = typed.trim()
    if (text === '') return
    if (await isStored(target, text, key)) return
    log.warn({}, 'a reply from a notification could not be stored')
    const title = translate(application.configuration.language, 'notices.reply-failed')
    shower.show({ title, body: text, target, silent: false }, () => options.open(target))
  }

  async function isStored(target: NoticeTarget, text: string, key: string): Promise<boolean> {
    if (target.kind !== 'conversation') return false
    try {
      const of = target.connectionId ?? (await rootOf(store, target.conversationId))?.connectionId
      const { connections } = application.configuration
      const employeeId = connections.find(({ id }) => id === of)?.options.replyAs ?? null
      if (employeeId === null) return false
      return (await application.reply(target.conversationId, { text, employeeId, key })) === 'stored'
    } catch (error) {
      log.warn({ detail: String(error) }, 'the store refused a reply')
      return false
    }
  }

  /** The task is created after the notification; while there is none, the window shows the conversation. */
  async function taskOr(target: NoticeTarget): Promise<NoticeTarget> {
    if (target.kind !== 'conversation') return target
    try {
      const conversation = await rootOf(store, target.conversationId)
      const task = conversation?.taskId ?? null
      const of = target.connectionId ?? conversation?.connectionId ?? null
      const url = task === null || of === null ? null : linksOf(application)(of).task(task)
      return url === null ? target : { kind: 'task', url }
    } catch {
      return target
    }
  }

  /** Those whose client still waits for an answer. */
  async function readUnanswered(ids: readonly number[]): Promise<void> {
    const messages: Unanswered[] = []
    for (const id of ids) {
      try {
        const [waits] = await store.unansweredAmong([id])
        const [view] = waits ? await store.shownMessages([waits.messageId]) : []
        if (!waits || !view || view.conversation?.muted === true) continue
        const { text, files } = view.message
        const said = text || files.map(({ name }) => name).join(', ')
        const { connectionId, conversationId, since } = waits
        messages.push({ connectionId, conversationId, client: clientNameOf(view) ?? '', text: said, since })
      } catch (error) {
        log.warn({ detail: String(error) }, 'a conversation could not be read for a notification')
      }
    }
    if (messages.length > 0) step({ type: 'unanswered', messages })
  }

  /** Those that are still stuck. */
  async function read(ids: readonly number[]): Promise<void> {
    try {
      const shown = await store.shownMessages(ids)
      const messages = shown.flatMap((one): Stuck[] => {
        const { id, connectionId, direction, text, files, state: now, conversationId } = one.message
        if (now !== 'failed' && now !== 'uncertain') return []
        const said = text || files.map(({ name }) => name).join(', ')
        const place = { connectionId, conversationId: one.conversation?.id ?? conversationId }
        return [{ id, ...place, client: clientNameOf(one), direction, text: said, state: now }]
      })
      if (messages.length > 0) step({ type: 'found', messages })
    } catch (error) {
      log.warn({ detail: String(error) }, 'messages that failed could not be read for a notification')
    }
  }

  function keep(next: NoticeState): void {
    const value = keptOf(next)
    const text = JSON.stringify(value)
    if (text === kept) return
    kept = text
    store.commit([{ type: 'fact.set', connectionId: '', key: FACT, value }]).catch(() => undefined)
  }

  function begin(found: KeptNotices | null): void {
    if (stopped) return
    kept = JSON.stringify(found)
    state = firstNotices(found)
    const heard = waiting
    waiting = []
    for (const input of [...heard, { type: 'time' } as const]) step(input)
  }

  const leave = application.subscribe({
    newChat: (connectionId, conversationId, client, text) =>
      step({ type: 'chat', chat: { connectionId, conversationId, client, text: text.slice(0, 2000) } }),
    clientWrote: (connectionId, conversationId) => step({ type: 'wrote', connectionId, conversationId }),
    event: (event) => step({ type: 'event', event }),
    sideState: (connectionId, side, now) => step({ type: 'side', connectionId, side, state: now }),
    stuck: (messageId, now) => step({ type: 'stuck', messageId, state: now }),
    publicAddressChanged: (now) => step(addressInput(now)),
    storeStateChanged: (failing) => step({ type: 'store', failing }),
    configurationChanged: () => step({ type: 'time' }),
    // Timers stop while the computer sleeps.
    wokeUp: () => step({ type: 'time' }),
  })
  store.fact<KeptNotices>('', FACT).then(begin, () => begin(null))

  const say = (
    key: 'notices.update' | 'notices.update.quit' | 'notices.update.click' | 'notices.update.busy',
    version: string,
  ) => translate(application.configuration.language, key, { version })
  function showUpdate(version: string, body: string): void {
    if (stopped) return
    const told = { title: say('notices.update', version), body, target: { kind: 'update' } as const }
    const silent = !application.configuration.notifications.sound
    shower.show({ ...told, silent }, () => options.open(told.target))
  }
  return {
    get refused() {
      return shower.refused
    },
    get mutedUntil() {
      return mutedUntil
    },
    mute: (forMs) => step({ type: 'mute', until: forMs === null ? null : clock.now() + forMs }),
    update({ version, onQuit }) {
      const body = say(onQuit ? 'notices.update.quit' : 'notices.update.click', version)
      const now = clock.now()
      const quiet = silentUntil(application.configuration.notifications.quiet, mutedUntil, now)
      if (quiet === null) showUpdate(version, body)
      else clock.after(quiet - now, () => showUpdate(version, body))
    },
    updateBusy: (version) => showUpdate(version, say('notices.update.busy', version)),
    stop() {
      stopped = true
      leave()
      cancel()
      shower.stop()
    },
  }
}

const around = (application: NoticeSource) => ({
  now: application.clock.now(),
  settings: application.configuration.notifications,
  connections: new Set(
    application.configuration.connections.filter(({ enabled }) => enabled).map(({ id }) => id),
  ),
  isDown: (place: FaultPlace) => isDown(application, place),
})

function isDown(application: NoticeSource, { what, connectionId }: FaultPlace): boolean {
  if (what === 'store') return application.storeFailing !== null
  if (what === 'address') return application.publicAddress.lostAt !== null
  const live = application.connections.get(connectionId ?? '')
  return live !== undefined && !(what === 'chatra' ? live.chatraBreaker : live.planfixBreaker).isHealthy
}

/** An address that never worked is being set up: its owner is looking at it. */
function addressInput(address: PublicAddress): NoticeInput {
  const { provider, standby, state, lostAt, problem, problemParams, needsOwner } = address
  if (provider === 'none' || standby) return { type: 'address-none' }
  if (state === 'proven') return { type: 'address', lost: null }
  if (lostAt === null) return { type: 'time' }
  const lost: Pick<Fault, 'code' | 'params' | 'needsOwner'> = {
    code: problem ?? '',
    params: problemParams,
    needsOwner,
  }
  return { type: 'address', lost }
}
