import { expect, test } from 'vitest'
import { calm, taskNamed, withWorld } from '../support/planfix-scenes.ts'

/**
 * Addresses in a visitor's text, and those of the viewed pages, lead in Planfix to the same page as in the visitor's
 * browser (R17).
 */
test('links in a message and in viewed pages are kept', async () => {
  await withWorld({}, async (world) => {
    const anna = world.chatra.visit({
      name: 'Anna',
      page: { link: "https://shop.example/search?q=a|b^c&f={x}&n='y'", title: 'Search' },
    })
    anna.opensPage({ link: 'https://shop.example/what?is=it?', title: 'Question' })
    anna.opensPage({ link: `https://shop.example/${'p'.repeat(900)}`, title: 'Long' })
    anna.says('Смотрите «https://shop.example/a», **https://shop.example/b** и https://shop.example/?x={y|z}')
    await world.until('the task', () => world.planfix.tasks[0])
    await calm(world)
    const html = taskNamed(world, 'Anna')
      .feed.map(({ description }) => description)
      .join('')
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) =>
      href?.replaceAll('&amp;', '&').replaceAll('&#39;', "'"),
    )
    expect(links).toEqual([
      'https://shop.example/a',
      'https://shop.example/b',
      'https://shop.example/?x={y|z}',
      new URL("https://shop.example/search?q=a|b^c&f={x}&n='y'").href,
      'https://shop.example/what?is=it?',
      'https://shop.example/',
    ])
  })
})
