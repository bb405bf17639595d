/** The articles, in the order of their list. An address `/help/<id>` and the "?" of a page name them. */
export const ARTICLES = [
  'messages',
  'internal-notes',
  'names',
  'waiting',
  'report',
  'files',
  'instant-replies',
  'twice',
  'second-shop',
  'server',
  'privacy',
  'unknown',
  'support',
] as const
export type ArticleId = (typeof ARTICLES)[number]
