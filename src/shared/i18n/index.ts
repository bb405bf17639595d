import en from './en.json' with { type: 'json' }
import ro from './ro.json' with { type: 'json' }
import ru from './ru.json' with { type: 'json' }

/** Every catalogue has exactly the keys of the English one; a missing key does not compile. */
export type TextKey = keyof typeof en
export type Language = 'en' | 'ro' | 'ru'

const catalogues: Record<Language, Record<TextKey, string>> = { en, ro, ru }

/** The text of `key` in the owner's language, with `{name}` replaced from `params`. */
export function translate(
  language: Language,
  key: TextKey,
  params: Record<string, string | number> = {},
): string {
  return catalogues[language][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(params[name] ?? whole),
  )
}

export const isTextKey = (key: string): key is TextKey => key in en
