import type { ChannelReply } from '../../ports.ts'

export interface Person {
  id: number
  name: string
}

/** Who wrote a reply of the Chat API, and how that is known. `mayBe`: everybody of that name. */
export interface ReplyAuthor {
  id: number | null
  name: string
  by: 'picture' | 'name' | 'unknown'
  mayBe: readonly number[]
}

/**
 * Planfix tells the name and a picture only (contracts/planfix-chat.md A3): the number in the picture's address counts
 * when the name fits, else the only employee of that name.
 */
export function authorOf(
  { authorId, authorName: name }: Pick<ChannelReply, 'authorId' | 'authorName'>,
  people: readonly Person[],
): ReplyAuthor {
  const mayBe = people.filter((one) => isSameName(one.name, name)).map(({ id }) => id)
  if (authorId !== null && mayBe.includes(authorId)) return { id: authorId, name, by: 'picture', mayBe }
  const [only, ...others] = mayBe
  if (only !== undefined && others.length === 0) return { id: only, name, by: 'name', mayBe }
  return { id: null, name, by: 'unknown', mayBe }
}

/** First and last name may come in either order. */
export const isSameName = (a: string, b: string): boolean => wordsOf(a) !== '' && wordsOf(a) === wordsOf(b)
const wordsOf = (name: string): string =>
  name.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean).sort().join(' ')
