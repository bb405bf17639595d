import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { htmlToText, toHtml } from '../../../src/main/planfix/html/to-html.ts'

/** docs/texts.md describes how texts are converted; each of its lines is an example. */

const [, fromComment = '', fromChat = ''] = readFileSync(
  new URL('../../../docs/texts.md', import.meta.url),
  'utf8',
).split(/^## /m)

/** Rows of a page's tables: rule, before, after. */
function rows(page: string): [string, string, string][] {
  return page.split('\n').flatMap((line) => {
    if (!line.startsWith('| ') || line.startsWith('| Rule ')) return []
    const [rule = '', before = '', after = ''] = line.slice(2, -2).split(/(?<!\\) \| |(?<!\\) \| {1,2}/)
    return [[rule, cell(before), cell(after)]]
  })
}

const cell = (written: string): string =>
  written
    .trim()
    .replace(/^`|`$/g, '')
    .replaceAll('\\|', '|')
    .replaceAll('⏎', '\n')
    .replace(/\\u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

const html = (text: string) => toHtml({ paragraphs: [{ label: null, text }] })

test('there are two hundred examples', () => {
  expect(rows(fromComment).length + rows(fromChat).length).toBeGreaterThan(200)
})

describe('from a comment into the chat:', () => {
  test.each(rows(fromComment))('%s: %s', (_, comment, chat) => {
    expect(htmlToText(comment)).toBe(chat)
  })

  test.each(rows(fromComment))(
    'a converted text stays the same there and back: %s: %s',
    (_, comment, chat) => {
      expect(htmlToText(html(htmlToText(comment)))).toBe(chat)
    },
  )
})

describe('from the chat into a comment:', () => {
  test.each(rows(fromChat))('%s: %s', (_, chat, comment) => {
    expect(html(chat)).toBe(comment)
  })
})
