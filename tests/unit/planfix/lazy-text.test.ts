import { expect, test } from 'vitest'
import { createCommentReader } from '../../../src/main/planfix/comments.ts'

const reader = createCommentReader({ read: () => null, learn: () => undefined } as never, () => 0)

/** A page of the feed that counts how often the HTML of a comment is taken up. */
function page() {
  const counted = { conversions: 0 }
  const rows = Array.from({ length: 100 }, (_, n) => ({
    id: 1000 - n,
    type: 'Comment',
    owner: { id: 'contact:92', name: 'Anna' },
    get description() {
      counted.conversions++
      return `<p>Comment <b>${1000 - n}</b></p>`
    },
  }))
  return { counted, comments: reader.page(rows as never).comments }
}

test('a page of 100 comments that nobody looks at converts none of them', () => {
  const { counted, comments } = page()
  expect(comments.filter(({ id, owner, isDeleted }) => id > 2000 || owner === null || isDeleted)).toEqual([])
  expect(counted.conversions).toBe(0)
})

test('a text that is looked at is converted once', () => {
  const { counted, comments } = page()
  const [first] = comments
  expect([first?.text, first?.text]).toEqual(['Comment 1000', 'Comment 1000'])
  expect(JSON.parse(JSON.stringify(first)).text).toBe('Comment 1000')
  expect({ ...first }.text).toBe('Comment 1000')
  expect(counted.conversions).toBe(1)
})
