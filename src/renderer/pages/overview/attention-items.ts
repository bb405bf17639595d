import type { AppState, ConnectionState } from '../../../shared/api/state.ts'
import type { Words } from '../../../shared/api.ts'
import type { MendingAction } from '../../features/connection/action-button.tsx'
import { stuckOf } from '../../features/messages/stuck.ts'

/** Something that does not work, or that the owner must decide. */
export interface AttentionItem {
  id: string
  /** `wait` = it is tried again without the owner. */
  tone: 'bad' | 'attention' | 'wait'
  /** 0 is the most severe. */
  severity: number
  connection: string | null
  text: Words
  /** A time for `{time}` in `text`; milliseconds. */
  until?: number
  /** Since when; null = unknown. */
  since: number | null
  /** When it is tried again without the owner. */
  next: number | null
  action: MendingAction | null
}

/** What stops every message, then one side, then what waits, then single messages. */
const SEVERITY = { stopped: 0, off: 1, 'one-side': 2, waiting: 3, failed: 4, unclear: 5 }

/** Items that need the owner or time, most severe first. Pure. */
export function attentionItemsOf(state: AppState): AttentionItem[] {
  const items = [
    ...ofAddress(state),
    ...state.connections.flatMap((one) =>
      one.enabled ? ofConnection(one, state.keychainTrouble !== null, state.time) : ofOff(one),
    ),
  ]
  return items.sort((one, other) => one.severity - other.severity)
}

/** `asked`: the same page asks for its keys, and they restore its address. */
function ofConnection(connection: ConnectionState, asked: boolean, time: number): AttentionItem[] {
  const { id, name } = connection
  const isAsked = asked && connection.missing.some((what) => what !== 'webhook-secret')
  const missing = (isAsked ? [] : connection.missing).map(
    (what): AttentionItem => ({
      id: `${id}-${what}`,
      tone: 'bad',
      severity: SEVERITY.stopped,
      connection: name,
      text: { key: `overview.missing.${what}`, params: {} },
      since: null,
      next: null,
      action: settingsOf(id),
    }),
  )
  // Without its secrets a side must fail: only the cause is shown.
  const sides =
    connection.missing.length > 0
      ? []
      : (['chatra', 'planfix'] as const).flatMap((side) => ofSide(connection, side, time))
  return [...missing, ...sides, ...ofStuck(connection, 'failed'), ...ofStuck(connection, 'uncertain')]
}

const settingsOf = (id: string): MendingAction => ({
  do: 'open',
  label: 'overview.open-settings',
  href: `/settings/${id}`,
})

/** Codes that a change in the connection's settings mends. */
const OF_SETTINGS = ['wrong-keys', 'missing-scope', 'wrong-chat-token']

function ofSide(connection: ConnectionState, side: 'chatra' | 'planfix', time: number): AttentionItem[] {
  const now = connection[side]
  if (now.state === 'ok') return []
  const { id, name } = connection
  // A service that names the end of a pause: no quota is used up, and no action is needed.
  const isPause = now.code === 'rate-limited' && now.until > time
  const isWaiting = now.state === 'waiting' || now.code === 'daily-limit'
  return [
    {
      id: `${id}-${side}`,
      tone: isWaiting ? 'wait' : 'bad',
      severity: isWaiting ? SEVERITY.waiting : side === 'chatra' ? SEVERITY.stopped : SEVERITY['one-side'],
      connection: name,
      text: isPause
        ? { key: `overview.wait-until.${side}`, params: {} }
        : { key: `error.${side}.${now.code}`, params: { scope: now.detail } },
      ...(isPause && { until: now.until }),
      since: now.since,
      next: isPause || now.until <= time ? null : now.until,
      action: OF_SETTINGS.includes(now.code)
        ? settingsOf(id)
        : isPause
          ? null
          : { do: 'try', connectionId: id },
    },
  ]
}

function ofStuck(connection: ConnectionState, what: 'failed' | 'uncertain'): AttentionItem[] {
  const { id, name } = connection
  const count = stuckOf(connection)[what]
  if (count <= 0) return []
  return [
    {
      id: `${id}-${what}`,
      tone: what === 'failed' ? 'bad' : 'attention',
      severity: what === 'failed' ? SEVERITY.failed : SEVERITY.unclear,
      connection: name,
      text: { key: `overview.stuck.${what}`, params: { count } },
      since: null,
      next: null,
      action: { do: 'open', label: 'overview.open-messages', href: `/log?state=attention&connection=${id}` },
    },
  ]
}

function ofOff({ id, name, keepsWhilePausedDays }: ConnectionState): AttentionItem[] {
  const isKept = keepsWhilePausedDays > 0
  return [
    {
      id: `${id}-off`,
      tone: isKept ? 'attention' : 'bad',
      severity: SEVERITY.off,
      connection: null,
      text: {
        key: isKept ? 'verdict.off' : 'verdict.off-lossy',
        params: { name, ...(isKept && { count: keepsWhilePausedDays }) },
      },
      since: null,
      next: null,
      action: { do: 'turn-on', connectionId: id },
    },
  ]
}

/** A longer outage of the public address needs the owner's attention. */
const BRIEF_MS = 10 * 60_000

function ofAddress({ publicAddress, connections, time }: AppState): AttentionItem[] {
  if (!connections.some(({ enabled, demo }) => enabled && !demo)) return []
  const { needsOwner, lostAt, retryAt } = publicAddress
  const item = (tone: AttentionItem['tone'], text: Words, action: MendingAction): AttentionItem => ({
    id: 'address',
    tone,
    severity: SEVERITY.stopped,
    connection: null,
    text,
    since: lostAt ?? null,
    next: retryAt !== undefined && retryAt !== null && retryAt > time ? retryAt : null,
    action,
  })
  const settings: MendingAction = { do: 'open', label: 'overview.open-settings', href: '/settings/~address' }
  // Received chats prove a public address, even when its address is unknown to us.
  const isHeard = connections.some(({ heard }) => heard.chatra !== null)
  if (publicAddress.state === 'none' && !isHeard)
    return [item('attention', { key: 'overview.address.none', params: {} }, settings)]
  if (publicAddress.state !== 'failing') return []
  // It worked until a moment ago and is being retried: most outages end by themselves.
  const isBrief = !needsOwner && typeof lostAt === 'number' && time - lostAt < BRIEF_MS
  const text: Words = {
    key: publicAddress.problem ?? 'overview.address.failing',
    params: { address: publicAddress.address ?? '', ...publicAddress.problemParams },
  }
  return [item(isBrief ? 'wait' : 'bad', text, needsOwner ? settings : { do: 'prove-address' })]
}
