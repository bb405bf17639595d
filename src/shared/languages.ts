/** The languages of every text, by their ISO 639-1 codes. */
export const LANGUAGES = ['en', 'ro', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]
