import { LANGUAGES, type Language } from '../../shared/i18n/index.ts'

/** Of a locale as systems name it (`ro-MD`); English where we do not speak it. */
export const systemLanguage = (locale: string): Language =>
  LANGUAGES.find((one) => one === locale.slice(0, 2).toLowerCase()) ?? 'en'
