import { addLanguage, LANGUAGES, type Language } from '../shared/i18n/texts.ts'

type Catalogue = Record<string, string>
type Part = 'start' | 'pages'

const PARTS: Record<Language, Record<Part, () => Promise<Catalogue>>> = {
  en: {
    start: async () => (await import('../shared/i18n/parts/en-start.ts')).start,
    pages: async () => (await import('../shared/i18n/parts/en-pages.ts')).pages,
  },
  ro: {
    start: async () => (await import('../shared/i18n/parts/ro-start.ts')).start,
    pages: async () => (await import('../shared/i18n/parts/ro-pages.ts')).pages,
  },
  ru: {
    start: async () => (await import('../shared/i18n/parts/ru-start.ts')).start,
    pages: async () => (await import('../shared/i18n/parts/ru-pages.ts')).pages,
  },
}

/** Parts that are here or on their way; one that failed is asked for again. */
const asked = new Map<string, Promise<void>>()
/** Languages that are shown, or about to be. */
const wanted = new Set<Language>()
let withPages = false
let added = 0
const listeners = new Set<() => void>()

function load(language: Language, part: Part): Promise<void> {
  const key = `${language} ${part}`
  const known = asked.get(key)
  if (known !== undefined) return known
  const loading = PARTS[language][part]().then((texts) => {
    addLanguage(language, texts)
    added++
    for (const listener of listeners) listener()
  })
  asked.set(key, loading)
  loading.catch(() => asked.delete(key))
  return loading
}

/**
 * Fetches the texts of a language that the window and the overview need, and those of the other pages once one of them was
 * asked for. Rejects when the bridge cannot be reached.
 */
export async function loadLanguage(language: Language): Promise<void> {
  wanted.add(language)
  await Promise.all([load(language, 'start'), ...(withPages ? [load(language, 'pages')] : [])])
}

/** Fetches what every page but the overview needs, in each language that is shown; to be awaited before such a page. */
export async function loadPageTexts(): Promise<void> {
  withPages = true
  await Promise.all(LANGUAGES.filter((one) => wanted.has(one)).map((one) => load(one, 'pages')))
}

/** Calls `listener` whenever texts have come; returns the function that ends it. */
export function onTexts(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** How many parts have come. */
export const textsAdded = (): number => added
