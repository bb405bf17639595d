import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const LANGUAGES = ['en', 'ro', 'ru']
const PLURAL = /_(zero|one|two|few|many|other)$/

/**
 * The problems of the catalogues of `folder` (a folder per language, a file per area): a key that another
 * language lacks, an empty text, different `{placeholders}`, a missing or extra plural form for the language,
 * a key in two files. The build fails on any of them.
 */
export function catalogueProblems(folder: string): string[] {
  const files = readdirSync(join(folder, 'en')).filter((name) => name.endsWith('.json'))
  const owners = new Map<string, string>()
  const problems: string[] = []
  for (const file of files) {
    const texts = LANGUAGES.map((language) => [language, stemsOf(folder, language, file)] as const)
    for (const [language, stems] of texts) {
      for (const [stem, forms] of stems) {
        const where = `${language}/${file}: ${stem}`
        problems.push(...formProblems(language, forms).map((problem) => `${where} ${problem}`))
        if (language === 'en' && owners.has(stem)) problems.push(`${where} stands in ${owners.get(stem)} too`)
        owners.set(stem, file)
      }
    }
    problems.push(...differences(file, texts))
  }
  return problems
}

/** Texts by key without its plural ending; a text without plural forms has the single form ''. */
function stemsOf(folder: string, language: string, file: string): Map<string, Map<string, string>> {
  const path = join(folder, language, file)
  const texts: Record<string, string> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  const stems = new Map<string, Map<string, string>>()
  for (const [key, text] of Object.entries(texts)) {
    const form = PLURAL.exec(key)?.[1] ?? ''
    const stem = key.replace(PLURAL, '')
    stems.set(stem, (stems.get(stem) ?? new Map()).set(form, text))
  }
  return stems
}

function formProblems(language: string, forms: Map<string, string>): string[] {
  const empty = [...forms.values()].some((text) => text.trim() === '') ? ['is empty'] : []
  if (forms.has('')) return forms.size === 1 ? empty : ['stands both with and without plural forms']
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions()
  const missing = pluralCategories.filter((form) => !forms.has(form)).map((form) => `lacks the form _${form}`)
  const foreign = [...forms.keys()].filter((form) => !(pluralCategories as string[]).includes(form))
  return [...empty, ...missing, ...foreign.map((form) => `has the form _${form}, which ${language} has not`)]
}

function differences(file: string, texts: (readonly [string, Map<string, Map<string, string>>])[]): string[] {
  const keys = new Set(texts.flatMap(([, stems]) => [...stems.keys()]))
  return [...keys].flatMap((stem) => {
    const lacking = texts.filter(([, stems]) => !stems.has(stem)).map(([language]) => language)
    if (lacking.length > 0) return [`${lacking.join(', ')}/${file}: ${stem} is missing`]
    const places = texts.map(([, stems]) => placesOf(stems.get(stem) ?? new Map()))
    return new Set(places).size > 1 ? [`${file}: ${stem} has other {placeholders} in another language`] : []
  })
}

/** Of all forms together: "one message" may omit the number. */
function placesOf(forms: Map<string, string>): string {
  const all = [...forms.values()].flatMap((text) => text.match(/\{\w+\}/g) ?? [])
  return [...new Set(all)].sort().join(' ')
}
