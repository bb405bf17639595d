import type { BridgeEvent } from '../../shared/domain.ts'
import { isTextKey, type Language, translate } from '../../shared/i18n/index.ts'

/** An event as a sentence; what concerns a side ends with what to do about it. */
export function eventText(language: Language, event: BridgeEvent): string {
  const { side, code } = event.params
  const names = {
    ...event.params,
    ...(typeof side === 'string' && { side: sideName(side) }),
    ...times(language, event),
  }
  const advice = `error.${side}.${code}`
  const text = isTextKey(event.key) ? translate(language, event.key, names) : unknownEvent(event)
  return isTextKey(advice)
    ? `${text} ${translate(language, advice, { scope: String(event.params.detail ?? '') })}`
    : text
}

const sideName = (side: string) => (side === 'chatra' ? 'Chatra' : side === 'planfix' ? 'Planfix' : side)

/** Parameters that are times, in the owner's way of writing them. */
function times(language: Language, { params }: BridgeEvent): Record<string, string> {
  const told = (['from', 'to', 'backupTime'] as const).filter((name) => typeof params[name] === 'number')
  return Object.fromEntries(
    told.map((name) => [name, new Date(params[name] as number).toLocaleString(language)]),
  )
}

function unknownEvent({ key, params }: BridgeEvent): string {
  const told = Object.entries(params).map(([name, value]) => `${name}: ${value}`)
  return [key, ...told].join(', ')
}
