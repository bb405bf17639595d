import type { Words } from '../../shared/api/answer.ts'
import type { BridgeError } from '../../shared/errors.ts'
import { isTextKey } from '../../shared/i18n/index.ts'
import type { Scope } from '../../shared/setup/scopes.ts'
import { say } from './check.ts'

/** The owner's remedy for an error of a service: the same text as in other places. */
export const todoFor = ({ userMessageKey, scope, detail }: BridgeError): Words =>
  isTextKey(userMessageKey)
    ? say(userMessageKey, { scope: scope ?? '' })
    : say('diagnostics.detail.plain', { text: detail })

const NAMES = { chatra: 'Chatra', planfix: 'Planfix' } as const

/** The service's own message. */
export const reportedBy = ({ side, detail }: BridgeError): Words =>
  say('diagnostics.detail.error', { side: NAMES[side], text: detail })

/** Optional scopes; `diagnostics.detail.without.{scope}` says what does not work without one. */
const SPARED = ['comment_delete', 'user_readonly', 'file_readonly', 'file_add'] as const
export const optionalScope = (scope: Scope): (typeof SPARED)[number] | null =>
  SPARED.find((one) => one === scope) ?? null
