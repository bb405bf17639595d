import { LANGUAGES, type Language } from '../../shared/i18n/index.ts'

/** The language of a system locale (`ro-MD`); English for unsupported ones. */
export const systemLanguage = (locale: string): Language =>
  LANGUAGES.find((one) => one === locale.slice(0, 2).toLowerCase()) ?? 'en'
