import type { ArticleId } from '../../components/help-articles.ts'

/** A paragraph, a list, steps in their order, or a link to a page of the interface. */
export type Block =
  | string
  | { list: readonly string[] }
  | { steps: readonly string[] }
  | { open: string; route: string }

export interface Article {
  title: string
  blocks: readonly Block[]
}

/**
 * The help in one language: the words of its page and the articles, plain text each. Not in the catalogues, because the
 * page loads those before it shows anything.
 */
export interface HelpTexts {
  title: string
  search: string
  searchClear: string
  contents: string
  nothing: string
  all: string
  articles: Record<ArticleId, Article>
}

/** Every word of an article, for the search: one string a block or item. */
export const wordsIn = ({ title, blocks }: Article): string[] => [
  title,
  ...blocks.flatMap((block) => {
    if (typeof block === 'string') return [block]
    if ('list' in block) return block.list
    return 'steps' in block ? block.steps : [block.open]
  }),
]
