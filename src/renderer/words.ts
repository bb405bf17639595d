import en from './words/en.json' with { type: 'json' }
import ro from './words/ro.json' with { type: 'json' }
import ru from './words/ru.json' with { type: 'json' }

export type Language = 'en' | 'ro' | 'ru'
/** Every catalogue has exactly the keys of the English one; a missing key does not compile. */
export type WordKey = keyof typeof en

const catalogues: Record<Language, Record<WordKey, string>> = { en, ro, ru }

export type Say = (key: WordKey, params?: Record<string, string | number>) => string

/** The page's words in one language, with `{name}` replaced from `params`. */
export const speaker =
  (language: Language): Say =>
  (key, params = {}) =>
    catalogues[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
