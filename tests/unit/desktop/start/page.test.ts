import { expect, test } from 'vitest'
import { startPage } from '../../../../src/main/desktop/start/page.ts'
import { LANGUAGES, type TextKey, translate } from '../../../../src/shared/i18n/index.ts'

const html = (address: string) => decodeURIComponent(address.slice(address.indexOf(',') + 1))
const inEnglish = (key: TextKey) => translate('en', key)
const at = (step: 'keychain' | 'data' | 'connect', platform: NodeJS.Platform) =>
  html(startPage({ step, platform, language: 'en', t: inEnglish }))

test('the page of a start says which steps are done, and which one is under way', () => {
  const page = at('data', 'linux')
  expect([...page.matchAll(/<li class="(\w+)"( aria-current="step")?>/g)].map(([, ...one]) => one)).toEqual([
    ['done', undefined],
    ['now', ' aria-current="step"'],
    ['later', undefined],
  ])
})

test.each([
  ['keychain', 'darwin', 'Always Allow'],
  ['keychain', 'win32', 'Windows Defender'],
  ['data', 'win32', 'Nothing is lost'],
  ['connect', 'win32', 'Windows Defender'],
  ['connect', 'linux', 'continues automatically'],
] as const)('at the step %s on %s it says why that takes long', (step, platform, words) =>
  expect(at(step, platform)).toContain(words),
)

test('it runs no script and loads nothing, in every language', () => {
  for (const language of LANGUAGES) {
    const t = (key: TextKey) => translate(language, key)
    const address = startPage({ step: 'keychain', platform: 'darwin', language, t })
    expect(address).toMatch(/^data:text\/html;charset=utf-8,/)
    const page = html(address)
    expect(page).toContain(`<html lang="${language}">`)
    expect(page).toContain(`default-src 'none'; style-src 'unsafe-inline'`)
    expect(page).not.toMatch(/<script|desktop\.|url\(/)
  }
})

test('signs in texts stay signs', () => {
  const page = html(startPage({ step: 'data', platform: 'linux', language: 'en', t: () => `<a> & "b"` }))
  expect(page).toContain('<h1>&lt;a&gt; &amp; &quot;b&quot;</h1>')
})
