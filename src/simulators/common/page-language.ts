/** Language of the pages for people. The account's own data (templates, statuses) stay as they are. */
export type PageLanguage = 'en' | 'ro' | 'ru'
