import { en } from './en/index.ts'
import { ro } from './ro/index.ts'
import { ru } from './ru/index.ts'
import { addLanguage } from './texts.ts'

/** The texts in every language, for programs: the page loads one at a time (renderer/i18n.tsx). */
addLanguage('en', en)
addLanguage('ro', ro)
addLanguage('ru', ru)

export * from './texts.ts'
