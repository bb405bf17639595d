import { describe, expect, test } from 'vitest'
import { createCommentReader } from '../../../../src/main/planfix/comments.ts'
import { createCommentTexts } from '../../../../src/main/planfix/html/comment-texts.ts'
import { createTimeReader } from '../../../../src/main/planfix/times.ts'

const reader = createCommentReader(createTimeReader(), () => 0)

/** A page of the feed that counts how often the HTML of a comment is parsed. */
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

test('a page of 100 unread comments converts none of them', () => {
  const { counted, comments } = page()
  expect(comments.filter(({ id, owner, isDeleted }) => id > 2000 || owner === null || isDeleted)).toEqual([])
  expect(counted.conversions).toBe(0)
})

test('a text is converted once when it is read', () => {
  const { counted, comments } = page()
  const [first] = comments
  expect([first?.text, first?.text]).toEqual(['Comment 1000', 'Comment 1000'])
  expect(JSON.parse(JSON.stringify(first)).text).toBe('Comment 1000')
  expect({ ...first }.text).toBe('Comment 1000')
  expect(counted.conversions).toBe(1)
})

describe('texts of comments', () => {
  test('a text is converted again only when its HTML has changed', () => {
    const texts = createCommentTexts()
    expect(texts.of(1, '<p>a</p>').text).toBe('a')
    expect(texts.of(1, '<p>a</p>').text).toBe('a')
    expect(texts.of(1, '<p>b</p>').text).toBe('b')
    expect(texts.of(2, '<p>a</p>').text).toBe('a')
  })

  test('texts use bounded memory: the least recently used are dropped first', () => {
    const texts = createCommentTexts(50)
    for (let id = 0; id < 1000; id++) expect(texts.of(id, `<p>${id}</p>`).text).toBe(String(id))
  })

  test('long texts are converted with yields to the event loop', async () => {
    const texts = createCommentTexts()
    const html = '<ul><li>x'.repeat(6_500)
    let others = 0
    const timer = setInterval(() => others++, 1)
    await texts.prepare(Array.from({ length: 30 }, (_, id) => ({ id, html: html + id })))
    clearInterval(timer)
    expect(others).toBeGreaterThan(5)
  })
})
