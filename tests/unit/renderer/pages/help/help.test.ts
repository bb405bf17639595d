import { describe, expect, test } from 'vitest'
import { ARTICLES } from '../../../../../src/renderer/components/help-articles.ts'
import type { HelpTexts } from '../../../../../src/renderer/pages/help/article.ts'
import { wordsIn } from '../../../../../src/renderer/pages/help/article.ts'
import { findArticles, wordsOf } from '../../../../../src/renderer/pages/help/search.ts'
import { en } from '../../../../../src/renderer/pages/help/texts/en.ts'
import { ro } from '../../../../../src/renderer/pages/help/texts/ro.ts'
import { ru } from '../../../../../src/renderer/pages/help/texts/ru.ts'

const ids = (texts: HelpTexts, search: string) => findArticles(texts, search).map(({ id }) => id)

describe('the search of the help', () => {
  test('shows all articles in their order while nothing is sought', () => {
    expect(findArticles(en, '  ')).toEqual(ARTICLES.map((id) => ({ id, line: null })))
  })

  test('finds articles that contain every word, anywhere in them, and shows the first line with one', () => {
    expect(findArticles(en, 'parole secret')).toEqual([])
    expect(findArticles(en, 'PASSWORD')).toEqual([
      { id: 'instant-replies', line: expect.stringContaining('like a password') },
    ])
    // One word is in a step, the other in a paragraph.
    expect(ids(en, 'httpS metrics')).toEqual(['server'])
  })

  test('puts articles with a word in the title first', () => {
    const found = ids(en, 'report')
    expect(found.slice(0, 2)).toEqual(['report', 'support'])
    expect(found.length).toBeGreaterThan(2)
    expect(found.slice(2)).toEqual(
      ARTICLES.filter((id) => !['report', 'support'].includes(id) && found.includes(id)),
    )
  })

  test('finds a word of the title alone, without a line', () => {
    expect(findArticles(en, 'pictures').find(({ id }) => id === 'files')).toEqual({ id: 'files', line: null })
  })

  test('endings do not matter in longer words', () => {
    expect(wordsOf('задача мост message idea й')).toEqual(['задач', 'мост', 'messag', 'idea', 'й'])
    expect(ids(ru, 'скрытая задача')).toContain('internal-notes')
  })

  test('marks of letters do not matter', () => {
    expect(ids(ro, 'sterge datele clientului')).toEqual(['privacy'])
    expect(ids(ru, 'отчет')).toContain('support')
  })
})

describe.each([
  ['ro', ro],
  ['ru', ru],
])('the help in %s', (_, texts) => {
  test.each(ARTICLES)('%s has the same parts as in English', (id) => {
    const shape = ({ blocks }: HelpTexts['articles'][typeof id]) =>
      blocks.map((block) => {
        if (typeof block === 'string') return 'text'
        if ('open' in block) return block.route
        return 'steps' in block ? `steps ${block.steps.length}` : `list ${block.list.length}`
      })
    expect(shape(texts.articles[id])).toEqual(shape(en.articles[id]))
    expect(wordsIn(texts.articles[id]).filter((text) => text.trim() === '')).toEqual([])
  })
})
