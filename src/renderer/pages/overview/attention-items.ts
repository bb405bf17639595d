import type { AppState, ConnectionState } from '../../../shared/api/state.ts'
import type { Words } from '../../../shared/api.ts'

/** Something that the owner should know or fix, and where to fix it. */
export interface AttentionItem {
  id: string
  tone: 'bad' | 'attention'
  connection: string | null
  text: Words
  /** A time for `{time}` in `text`; milliseconds. */
  until?: number
  /** Where to fix it: a page of the interface and the verb on its button. */
  action: { label: Words['key']; href: string } | null
}

/** Items that need the owner, most severe first. Pure. */
export function attentionItemsOf(state: AppState): AttentionItem[] {
  const concerns = [
    ...state.connections
      .filter(({ enabled }) => enabled)
      .flatMap((one) => ofConnection(one, state.keychainTrouble !== null, state.time)),
    ...ofAddress(state),
  ]
  return concerns.sort((one, other) => GRAVITY[one.tone] - GRAVITY[other.tone])
}
const GRAVITY = { bad: 0, attention: 1 }

/** `asked`: the same page asks for its keys, and they restore its address. */
function ofConnection(connection: ConnectionState, asked: boolean, time: number): AttentionItem[] {
  const { id, name } = connection
  const settings = { label: 'overview.open-settings', href: `/settings/${id}` }
  const isAsked = asked && connection.missing.some((what) => what !== 'webhook-secret')
  const missing = (isAsked ? [] : connection.missing).map(
    (what): AttentionItem => ({
      id: `${id}-${what}`,
      tone: 'bad',
      connection: name,
      text: { key: `overview.missing.${what}`, params: {} },
      action: settings,
    }),
  )
  // Without its secrets a side must fail: only the cause is shown.
  const sides = connection.missing.length > 0 ? [] : (['chatra', 'planfix'] as const).flatMap(ofSide)
  return [...missing, ...sides, ...stuck('failed', 'bad'), ...stuck('uncertain', 'attention')]

  function ofSide(side: 'chatra' | 'planfix'): AttentionItem[] {
    const now = connection[side]
    if (now.state === 'ok') return []
    // A service that names the end of a pause: no quota is used up, and no action is needed.
    const pause = now.code === 'rate-limited' && now.until > time ? { until: now.until } : {}
    const text: Words =
      'until' in pause
        ? { key: `overview.wait-until.${side}`, params: {} }
        : { key: `error.${side}.${now.code}`, params: { scope: now.detail } }
    const keys = ['wrong-keys', 'missing-scope', 'wrong-chat-token'].includes(now.code)
    return [
      {
        id: `${id}-${side}`,
        tone: now.state === 'paused' ? 'bad' : 'attention',
        connection: name,
        text,
        ...pause,
        action: keys ? settings : { label: 'overview.open-check-up', href: '/diagnostics' },
      },
    ]
  }

  function stuck(what: 'failed' | 'uncertain', tone: AttentionItem['tone']): AttentionItem[] {
    const count =
      (connection.counts['to-planfix']?.[what] ?? 0) + (connection.counts['to-chatra']?.[what] ?? 0)
    if (count === 0) return []
    return [
      {
        id: `${id}-${what}`,
        tone,
        connection: name,
        text: { key: `overview.stuck.${what}`, params: { count } },
        action: { label: 'overview.open-messages', href: `/log?state=attention&connection=${id}` },
      },
    ]
  }
}

/** A longer outage of the public address needs the owner's attention. */
const BRIEF_MS = 10 * 60_000

function ofAddress({ publicAddress, connections, time }: AppState): AttentionItem[] {
  if (!connections.some(({ enabled, demo }) => enabled && !demo)) return []
  const concern = (tone: AttentionItem['tone'], text: Words): AttentionItem => ({
    id: 'address',
    tone,
    connection: null,
    text,
    action: { label: 'overview.open-settings', href: '/settings/~address' },
  })
  // Received chats prove a public address, even when its address is unknown to us.
  const isHeard = connections.some(({ heard }) => heard.chatra !== null)
  if (publicAddress.state === 'none' && !isHeard)
    return [concern('attention', { key: 'overview.address.none', params: {} })]
  if (publicAddress.state !== 'failing') return []
  // It worked until a moment ago and is being retried: most outages end by themselves.
  const { needsOwner, lostAt } = publicAddress
  const isBrief = !needsOwner && typeof lostAt === 'number' && time - lostAt < BRIEF_MS
  return [
    concern(isBrief ? 'attention' : 'bad', {
      key: publicAddress.problem ?? 'overview.address.failing',
      params: { address: publicAddress.address ?? '', ...publicAddress.problemParams },
    }),
  ]
}
