import type { BridgeEvent } from '../domain.ts'
import { isTextKey, type Language, LOCALES, type TextParams, translate } from './texts.ts'

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

/**
 * Parameters that are machine words, times or durations, as the owner says them, and `count`, which chooses the plural
 * form; the rest as it is.
 */
function inWords(language: Language, params: BridgeEvent['params']): TextParams {
  const moment = new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'medium', timeStyle: 'short' })
  const told: TextParams = { client: clientOf(language, params) }
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'number' && (name === 'count' || name === 'medianMs')) {
      told[name] = name === 'count' ? value : duration(language, value)
      continue
    }
    const key = name === 'side' ? `side.${value}` : `event.${name}.${value}`
    if (TIMES.includes(name) && typeof value === 'number') told[name] = moment.format(value)
    else told[name] = isTextKey(key) ? translate(language, key) : `${value}`
  }
  return told
}

/** `3 min`, `1 h 5 min`; at least a minute. */
function duration(language: Language, ms: number): string {
  const all = Math.max(1, Math.round(ms / 60_000))
  const unit = (value: number, name: 'hour' | 'minute') =>
    new Intl.NumberFormat(LOCALES[language], { style: 'unit', unit: name, unitDisplay: 'short' }).format(
      value,
    )
  const [hours, minutes] = [Math.floor(all / 60), all % 60]
  if (hours === 0) return unit(minutes, 'minute')
  return minutes === 0 ? unit(hours, 'hour') : `${unit(hours, 'hour')} ${unit(minutes, 'minute')}`
}

function unknownEvent({ key, params }: Pick<BridgeEvent, 'key' | 'params'>): string {
  const told = Object.entries(params).map(([name, value]) => `${name}: ${value}`)
  return [key, ...told].join(', ')
}
