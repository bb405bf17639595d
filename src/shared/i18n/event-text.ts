import type { BridgeEvent } from '../domain.ts'
import { isTextKey, type Language, LOCALES, translate } from './texts.ts'

/** An event as a sentence for the owner; what concerns a side ends with what to do about it. */
export function eventText(language: Language, event: Pick<BridgeEvent, 'key' | 'params'>): string {
  const { side, code, detail } = event.params
  if (!isTextKey(event.key)) return unknownEvent(event)
  const text = translate(language, event.key, inWords(language, event.params))
  const advice = `error.${side}.${code}`
  return isTextKey(advice) ? `${text} ${translate(language, advice, { scope: String(detail ?? '') })}` : text
}

/** Where the client's name is not known, or must not be shown: a report goes to strangers. */
const clientOf = (language: Language, { conversation }: BridgeEvent['params']): string =>
  translate(language, 'event.client', { number: `${conversation}` })

const TIMES = ['from', 'to', 'backupTime']

/** Parameters that are machine words or times, as the owner says them; the rest as it is. */
function inWords(language: Language, params: BridgeEvent['params']): Record<string, string> {
  const moment = new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'medium', timeStyle: 'short' })
  const told: Record<string, string> = { client: clientOf(language, params) }
  for (const [name, value] of Object.entries(params)) {
    const key = name === 'side' ? `side.${value}` : `event.${name}.${value}`
    if (TIMES.includes(name) && typeof value === 'number') told[name] = moment.format(value)
    else told[name] = isTextKey(key) ? translate(language, key) : `${value}`
  }
  return told
}

function unknownEvent({ key, params }: Pick<BridgeEvent, 'key' | 'params'>): string {
  const told = Object.entries(params).map(([name, value]) => `${name}: ${value}`)
  return [key, ...told].join(', ')
}
