import { en } from './en/index.ts'
import { addLanguage, LANGUAGES, type Language } from './texts.ts'

/**
 * The texts for programs (the page has renderer/texts.ts). English is there at once; another language before its owner is
 * told anything: what is not loaded is said in English.
 */
addLanguage('en', en)

const OTHERS = {
  ro: async () => (await import('./ro/index.ts')).ro,
  ru: async () => (await import('./ru/index.ts')).ru,
}
const loaded = new Set<Language>(['en'])

/** Loads the texts of a language, once; a server needs that of its owner alone. */
export async function loadLanguage(language: Language): Promise<void> {
  if (language === 'en' || loaded.has(language)) return
  const catalogue = await OTHERS[language]()
  if (loaded.has(language)) return
  loaded.add(language)
  addLanguage(language, catalogue)
}

/** For a program that speaks before it knows its owner's language. */
export async function loadEveryLanguage(): Promise<void> {
  await Promise.all(LANGUAGES.map(loadLanguage))
}

export * from './texts.ts'
