import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RELEASES } from '../src/renderer/features/whats-new/releases.ts'
import { type HelpTexts, wordsIn } from '../src/renderer/pages/help/article.ts'
import { en } from '../src/renderer/pages/help/texts/en.ts'
import { ro } from '../src/renderer/pages/help/texts/ro.ts'
import { ru } from '../src/renderer/pages/help/texts/ru.ts'
import { visitorWords } from '../src/simulators/chatra/page/visitor-words.ts'
import { pageWords } from '../src/simulators/planfix/pages/page-words.ts'

export type Words = Record<Language, Record<string, string>>
type Language = 'en' | 'ro' | 'ru'
interface Refused {
  language: Language
  words: string
  pattern: RegExp
}

const LANGUAGES: Language[] = ['en', 'ro', 'ru']

/** What is the same in every language, and no word of ours. */
const NAMES =
  /\{\w+\}|https?:\/\/\S+|\b[\w.]+\.(com|ru|example|json|md)\b|Chatra–Planfix Bridge|Planfix API|\(Settings →[^)]*\)|--[\w-]+|\b[A-Z]+_[A-Z_]+\b/g

const SIGNS: Record<Language | 'all', [wrong: RegExp, name: string][]> = {
  all: [
    [/\.\.\./, 'three full stops instead of …'],
    [/ {2}/, 'two spaces'],
    [/"/, 'straight quotation marks'],
  ],
  en: [
    [/\p{L}'|'\p{L}/u, "' instead of ’"],
    [/[„«»]/, 'quotation marks of another language'],
  ],
  ro: [
    [/[şţŞŢ]/, 'a cedilla instead of a comma'],
    [/[“«»]/, 'quotation marks of another language'],
  ],
  ru: [
    [/[“”„]/, 'quotation marks of another language'],
    [/ – /, '– instead of —'],
    [/[а-яё][a-z]|[a-z][а-яё]/i, 'Latin and Cyrillic letters in one word'],
  ],
}

const HELP: Record<Language, HelpTexts> = { en, ro, ru }

/** The catalogues below `folder`, the help, "What's new" and the words of the demo's pages. */
export function everyText(folder: string): Words {
  const texts: Words = { en: {}, ro: {}, ru: {} }
  for (const language of LANGUAGES) {
    const files = readdirSync(join(folder, language)).filter((name) => name.endsWith('.json'))
    for (const file of files)
      Object.assign(texts[language], JSON.parse(readFileSync(join(folder, language, file), 'utf8')))
    for (const [page, words] of Object.entries({ visitorWords, pageWords }))
      for (const [key, text] of Object.entries(words[language])) texts[language][`${page}.${key}`] = text
    const { articles, ...words } = HELP[language]
    for (const [key, text] of Object.entries(words)) texts[language][`help.${key}`] = text
    for (const [id, article] of Object.entries(articles))
      wordsIn(article).forEach((text, n) => {
        texts[language][`help.${id}.${n}`] = text
      })
    for (const { version, points } of RELEASES)
      points[language].forEach((text, n) => {
        texts[language][`news.${version}.${n}`] = text
      })
  }
  return texts
}

/**
 * Problems of texts by language and key: words that the tables of docs/texts.md (`page`) refuse, and wrong signs.
 * The build fails on any of them.
 */
export function wordProblems(page: string, texts: Words): string[] {
  const refused = refusedWords(page)
  return LANGUAGES.flatMap((language) =>
    Object.entries(texts[language]).flatMap(([key, text]) =>
      problemsOf(language, text, refused).map((problem) => `${language} ${key}: ${problem}`),
    ),
  )
}

function problemsOf(language: Language, text: string, refused: Refused[]): string[] {
  const own = text.replace(NAMES, '¤')
  const words = refused.filter((one) => one.language === language && one.pattern.test(own))
  const signs = [...SIGNS.all, ...SIGNS[language]].filter(([wrong]) => wrong.test(own))
  return [...words.map((one) => `“${one.words}” is refused`), ...signs.map(([, name]) => name)]
}

/** The last cells of the tables below "Words of the interface": `en: a, b; ro: c*`, each word between backticks. */
export function refusedWords(page: string): Refused[] {
  const section = page.split(/^## /m).find((part) => part.startsWith('Words of the interface')) ?? ''
  return section.split('\n').flatMap((line) => {
    const last = line.startsWith('| ') ? (line.slice(2, -1).split(' | ').at(-1) ?? '') : ''
    return last.split('; ').flatMap((part) => {
      const language = /^(en|ro|ru): /.exec(part)?.[1] as Language | undefined
      if (language === undefined) return []
      return [...part.matchAll(/`([^`]+)`/g)].map(([, words = '']) => ({
        language,
        words,
        pattern: patternOf(words),
      }))
    })
  })
}

/** A word that is written with a capital is refused with it only: a name. */
function patternOf(words: string): RegExp {
  const letters = words.replaceAll('*', '\\p{L}*').replaceAll("'", "['’]")
  return new RegExp(`(?<![\\p{L}\\d-])${letters}(?![\\p{L}\\d])`, /\p{Lu}/u.test(words) ? 'u' : 'iu')
}
