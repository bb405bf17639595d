import type { NoticeTarget } from './text.ts'

/**
 * The name of a notification in the system, at most 64 characters (Windows' tag). It says what a click opens,
 * so that a click also works after a restart: `conversation.7.k3`, `page.log.k3`. Unique: a second one of the
 * same name would replace the first.
 */
export function noticeId(target: NoticeTarget, unique: string): string {
  switch (target.kind) {
    case 'conversation':
      return `conversation.${target.conversationId}.${unique}`
    case 'page':
      return `${pageName(target.route)}.${unique}`
    default:
      return `${target.kind}.${unique}`
  }
}

/** What a click on a notification from before a restart opens: the window, where nothing more is known. */
export function targetOfNotice(id: string): NoticeTarget {
  const [kind = '', what = ''] = id.split('.')
  if (kind === 'conversation' && /^\d{1,15}$/.test(what))
    return { kind: 'conversation', connectionId: null, conversationId: Number(what) }
  if (kind === 'week' && /^\d{1,15}$/.test(what)) return { kind: 'page', route: `${WEEK}${what}` }
  const route = kind === 'page' ? PAGES.find(([name]) => name === what)?.[1] : undefined
  return { kind: 'page', route: route ?? '/' }
}

/** Electron's own arguments of a notification on Windows: `type=click&tag=…` (windows_toast_notification.cc). */
export const noticeIdIn = (activation: string): string => new URLSearchParams(activation).get('tag') ?? ''

function pageName(route: string): string {
  if (route.startsWith(WEEK)) return `week.${route.slice(WEEK.length)}`
  return `page.${PAGES.find(([, one]) => one === route)?.[0] ?? 'home'}`
}

const WEEK = '/report?week='
const PAGES = [
  ['home', '/'],
  ['log', '/log'],
  ['attention', '/log?state=attention'],
  ['address', '/settings/~address'],
] as const
