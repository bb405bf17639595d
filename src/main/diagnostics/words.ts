import type { BridgeEvent } from '../../shared/domain.ts'
import { isTextKey, type Language, translate } from '../../shared/i18n/index.ts'
import en from './words/en.json' with { type: 'json' }
import ro from './words/ro.json' with { type: 'json' }
import ru from './words/ru.json' with { type: 'json' }

/** Every catalogue has exactly the keys of the English one; a missing key does not compile. */
export type WordKey = keyof typeof en

const catalogues: Record<Language, Record<WordKey, string>> = { en, ro, ru }

/** The text of `key` in the owner's language, with `{name}` replaced from `params`. */
export function word(language: Language, key: WordKey, params: Record<string, string | number> = {}): string {
  return catalogues[language][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(params[name] ?? whole),
  )
}

/** An event as a sentence; what concerns a side ends with what to do about it. */
export function eventText(language: Language, event: BridgeEvent): string {
  const { side, code } = event.params
  const names = {
    ...event.params,
    ...(typeof side === 'string' && { side: sideName(side) }),
    ...times(language, event),
  }
  const advice = `error.${side}.${code}`
  const text = event.key in en ? word(language, event.key as WordKey, names) : unknownEvent(event)
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
