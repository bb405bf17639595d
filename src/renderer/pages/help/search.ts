import { ARTICLES, type ArticleId } from '../../components/help-articles.ts'
import { partsOf, soughtWords } from '../../features/messages/highlight.tsx'
import { type HelpTexts, wordsIn } from './article.ts'

export interface Found {
  id: ArticleId
  /** A paragraph with one of the words; null when they stand in the title alone, or nothing is sought. */
  line: string | null
}

/** Articles that contain every word of the search, in their order; those with a word in the title come first. */
export function findArticles({ articles }: HelpTexts, search: string): Found[] {
  const words = wordsOf(search)
  const found = ARTICLES.flatMap((id) => {
    const [title = '', ...lines] = wordsIn(articles[id])
    if (!words.every((word) => [title, ...lines].some((line) => has(line, word)))) return []
    const line = lines.find((one) => words.some((word) => has(one, word))) ?? null
    return [{ id, line, inTitle: words.some((word) => has(title, word)) }]
  })
  return [...found.filter(({ inTitle }) => inTitle), ...found.filter(({ inTitle }) => !inTitle)].map(
    ({ id, line }) => ({ id, line }),
  )
}

/** The words of a search without their endings, which differ by grammar: задача, задаче; message, messages. */
export const wordsOf = (search: string): string[] =>
  soughtWords(search).map((word) =>
    word.length > 4 ? word.replace(/([aeiou]|[аеиоуыэюяйь]{1,2})$/, '') : word,
  )

/** Case and marks (ș, ё) do not matter. */
const has = (text: string, word: string): boolean => partsOf(text, [word]).some(({ hit }) => hit)
