import type { Side } from '../../../shared/errors.ts'
import { isTextKey, type Language, translate } from '../../../shared/i18n/index.ts'
import type { ConnectionStatus, Status } from '../../application/status.ts'
import { word } from '../../diagnostics/words.ts'
import type { SideState } from '../../engine/ports.ts'

/** The state as the page shows it: with what to do, in the owner's language. */
export interface StatusView extends Omit<Status, 'connections'> {
  language: Language
  connections: (ConnectionStatus & { advice: string[] })[]
}

export function viewOf(status: Status, language: Language): StatusView {
  return {
    ...status,
    language,
    connections: status.connections.map((connection) => ({
      ...connection,
      advice: connection.enabled ? adviceFor(connection, language) : [],
    })),
  }
}

function adviceFor(connection: ConnectionStatus, language: Language): string[] {
  const missing = connection.missing.map((what) => word(language, 'missing', { what }))
  // Without its secrets a side cannot but fail: only the cause is said.
  if (missing.length > 0) return missing
  return [
    sideAdvice('chatra', connection.chatra, language),
    sideAdvice('planfix', connection.planfix, language),
  ].filter((text) => text !== null)
}

/** What the owner can do about a side that stands still; null when it works. */
export function sideAdvice(side: Side, state: SideState, language: Language): string | null {
  if (state.state === 'ok') return null
  const key = `error.${side}.${state.code}`
  return isTextKey(key) ? translate(language, key, { scope: state.detail }) : state.detail
}
