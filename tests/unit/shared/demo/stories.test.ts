import { describe, expect, it } from 'vitest'
import { STORIES, type StoryName } from '../../../../src/shared/demo/names.ts'
import { placesOf, stories } from '../../../../src/shared/demo/stories.ts'
import { isTextKey, LANGUAGES, type TextKey, translate } from '../../../../src/shared/i18n/index.ts'

const textsOf = (story: (typeof STORIES)[number]): TextKey[] => {
  const { client, page, begin, end, steps } = stories[story]
  return [
    client,
    page.title,
    begin,
    end,
    ...steps.flatMap(({ act, caption, outcome }) => [caption, outcome, ...('text' in act ? [act.text] : [])]),
  ]
}

describe('the stories of the demo', () => {
  it('all their texts are in the catalogues', () => {
    expect(STORIES.flatMap(textsOf).filter((key) => !isTextKey(key))).toEqual([])
  })

  it('no two messages of a story are equal, so that each can be counted', () => {
    for (const story of STORIES)
      for (const language of LANGUAGES) {
        const texts = stories[story].steps.flatMap(({ act }) =>
          'text' in act ? [translate(language, act.text)] : [],
        )
        expect(new Set(texts).size, `${story} ${language}`).toBe(texts.length)
      }
  })

  it('each story begins with the client, whose message makes the task', () => {
    expect(STORIES.map((story) => stories[story].steps[0]?.act.do)).toEqual(
      STORIES.map(() => 'client-writes'),
    )
  })

  it('they show an answer, an internal comment, images both ways and a failure that ends', () => {
    const acts = (story: (typeof STORIES)[number]) =>
      stories[story].steps.map(({ act, end }) => `${act.do}: ${end}`)
    expect(acts('answer')).toEqual([
      'client-writes: arrived',
      'employee-replies: arrived',
      'client-writes: arrived',
    ])
    expect(acts('inside')).toEqual([
      'client-writes: arrived',
      'client-sends-picture: arrived',
      'employee-notes: kept-inside',
      'employee-replies: arrived',
    ])
    expect(acts('failure')).toEqual([
      'client-writes: arrived',
      'planfix-stops: stopped',
      'client-writes: waiting',
      'planfix-recovers: recovered',
      'employee-replies: arrived',
    ])
    const pictures = (story: (typeof STORIES)[number]) =>
      stories[story].steps.map(({ act }) => act.do === 'employee-replies' && act.picture)
    expect(pictures('inside').at(-1)).toBe(true)
    expect([...pictures('answer'), ...pictures('failure')]).not.toContain(true)
  })

  it('each begins on another page of the shop', () => {
    const links = STORIES.map((story) => new URL(stories[story].page.link))
    expect(links.map(({ protocol, hostname }) => `${protocol}//${hostname}`)).toEqual(
      STORIES.map(() => 'https://shop.example'),
    )
    expect(links.map(({ pathname }) => pathname)).toEqual(['/red-shoes', '/lamps', '/orders'])
  })

  it('a step leads the eye from where it begins to where its result is seen', () => {
    const places = (story: StoryName) =>
      stories[story].steps.map(placesOf).map(({ from, to }) => `${from} ${to}`)
    expect(places('answer')).toEqual(['chat task', 'task chat', 'chat task'])
    expect(places('inside')).toEqual(['chat task', 'chat task', 'task log', 'task chat'])
    expect(places('failure')).toEqual(['chat task', 'task log', 'chat log', 'log task', 'task chat'])
  })
})
