import i18next, { type i18n } from 'i18next'
import { LANGUAGES, type Language } from '../languages.ts'
import type { en } from './en/index.ts'

export { LANGUAGES, type Language }

/**
 * Key of a text. A text with plural forms stands in the catalogues once for each form its language has
 * (`log.rows_one`, `log.rows_few`, …) and is asked for without the ending and with `count`.
 */
export type TextKey = WithoutForm<keyof typeof en>
type WithoutForm<Key extends string> = Key extends `${infer Stem}_${'one' | 'few' | 'many' | 'other'}`
  ? Stem
  : Key

export type TextParams = Record<string, string | number>

/** How each language writes times and numbers. */
export const LOCALES = { en: 'en-GB', ro: 'ro', ru: 'ru' } as const

/** What was added: all languages have the same keys. */
const known: Record<string, string>[] = []

const texts: i18n = i18next.createInstance()
void texts.init({
  initAsync: false,
  lng: 'en',
  fallbackLng: 'en',
  keySeparator: false,
  nsSeparator: false,
  interpolation: { prefix: '{', suffix: '}', escapeValue: false, skipOnVariables: true },
})

/** Texts of a language, all or a part, to be added before they are said: see index.ts, and the page's texts.ts. */
export function addLanguage(language: Language, catalogue: Record<string, string>): void {
  texts.addResourceBundle(language, 'translation', catalogue, false, true, { skipCopy: true })
  known.push(catalogue)
}

/**
 * The text of `key` in the owner's language, with `{name}` replaced from `params`. `count` chooses the plural form and
 * is written in the language's form (12,480); other numbers are written as they are: they may be ids.
 */
export function translate(language: Language, key: TextKey, params: TextParams = {}): string {
  const { count } = params
  if (typeof count !== 'number') return texts.t(key, { ...params, lng: language })
  const replace = { ...params, count: numbers[language].format(count) }
  return texts.t(key, { count, replace, lng: language })
}

const numbers: Record<Language, Intl.NumberFormat> = {
  en: new Intl.NumberFormat('en-GB'),
  ro: new Intl.NumberFormat('ro'),
  ru: new Intl.NumberFormat('ru'),
}

export const isTextKey = (key: string): key is TextKey =>
  known.some((one) => key in one || `${key}_other` in one)

/** The text of a key that came over a border; the key itself when the catalogues do not know it. */
export const translateAny = (language: Language, key: string, params: TextParams = {}): string =>
  isTextKey(key) ? translate(language, key, params) : key
