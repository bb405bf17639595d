import type { CallName } from '../../api.ts'
import type { Role } from './contract.ts'

export { ROLES, type Role } from './contract.ts'

/** Calls that change nothing and show no secret: for everybody. */
const READING: readonly CallName[] = [
  ...([
    'access.get',
    'about.licences',
    'state.get',
    'events.list',
    'overview.get',
    'desktop.get',
    'tunnel.get',
  ] as const),
  ...(['log.outline', 'log.page', 'log.message', 'log.export', 'settings.get', 'connection.get'] as const),
  ...(['conversations.list', 'conversations.find', 'conversation.get', 'conversation.messages'] as const),
  ...(['employees.get', 'diagnostics.get', 'report.get', 'suggestions.get', 'demo.scene'] as const),
]
/** Calls of daily work with messages. */
const OPERATING: readonly CallName[] = [
  ...([
    'log.retry',
    'log.dismiss',
    'log.bulk',
    'log.payload',
    'diagnostics.start',
    'diagnostics.report',
  ] as const),
  ...(['conversation.mark', 'conversation.separate', 'connection.tryNow', 'tunnel.prove'] as const),
  ...(['demo.next', 'demo.again', 'demo.write', 'demo.tryNow'] as const),
]

/** The calls that a role may make; the others are the owner's. */
export const mayCall = (role: Role, name: CallName): boolean =>
  role === 'owner' || READING.includes(name) || (role === 'operator' && OPERATING.includes(name))

/** Whether a call changes nothing: the others are logged with who made them. */
export const isReading = (name: CallName): boolean => READING.includes(name)
