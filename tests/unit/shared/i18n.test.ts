import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { catalogueProblems } from '../../../scripts/check-translations.ts'
import { addLanguage, isTextKey, translate, translateAny } from '../../../src/shared/i18n/index.ts'

describe('translate', () => {
  it('translate chooses the plural form of the language', () => {
    const said = (language: 'en' | 'ro' | 'ru', count: number) =>
      translate(language, 'overview.stuck.failed', { count })
    expect(said('en', 1)).toBe('1 message was not delivered.')
    expect(said('en', 2)).toBe('2 messages were not delivered.')
    expect(said('ro', 2)).toBe('2 mesaje nu au fost livrate.')
    expect(said('ro', 20)).toBe('20 de mesaje nu au fost livrate.')
    expect(said('ru', 21)).toBe('Не доставлено 21 сообщение.')
    expect(said('ru', 3)).toBe('Не доставлено 3 сообщения.')
    expect(said('ru', 11)).toBe('Не доставлено 11 сообщений.')
  })

  it('translate formats a count by the language', () => {
    expect(translate('en', 'overview.stuck.failed', { count: 12_480 })).toContain('12,480 messages')
    expect(translate('ro', 'overview.stuck.failed', { count: 12_480 })).toContain('12.480 de mesaje')
  })

  it('translate inserts values unchanged, also markup and placeholders', () => {
    const text = translate('en', 'shell.store-failing', { detail: '<b>{detail}</b> $t(x)' })
    expect(text).toContain('<b>{detail}</b> $t(x)')
  })

  it('a key with plural forms is known without its form', () => {
    expect(isTextKey('overview.stuck.failed')).toBe(true)
    expect(isTextKey('overview.stuck')).toBe(false)
  })

  it('translate shows an unknown key as it is', () => {
    expect(translateAny('ru', 'error.chatra.something-new')).toBe('error.chatra.something-new')
  })
})

describe('catalogueProblems', () => {
  let folder = ''
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** One area, `texts` by language. */
  function problems(texts: Record<'en' | 'ro' | 'ru', Record<string, string>>): string[] {
    folder = mkdtempSync(join(tmpdir(), 'catalogues-'))
    for (const [language, keys] of Object.entries(texts)) {
      mkdirSync(join(folder, language))
      writeFileSync(join(folder, language, 'area.json'), JSON.stringify(keys))
    }
    return catalogueProblems(folder)
  }

  it('complete catalogues have no problem', () => {
    const hello = { 'area.hello': 'x {name}' }
    expect(problems({ en: hello, ro: hello, ru: hello })).toEqual([])
  })

  it('a text that a language lacks is found', () => {
    expect(problems({ en: { 'area.a': 'x' }, ro: { 'area.a': 'x' }, ru: {} })).toEqual([
      'ru/area.json: area.a is missing',
    ])
  })

  it('a missing and an extra plural form are found', () => {
    const two = { 'area.n_one': '{count}', 'area.n_other': '{count}' }
    const four = { ...two, 'area.n_few': '{count}', 'area.n_many': '{count}' }
    expect(problems({ en: two, ro: four, ru: two })).toEqual([
      'ro/area.json: area.n has the form _many, which ro has not',
      'ru/area.json: area.n lacks the form _few',
      'ru/area.json: area.n lacks the form _many',
    ])
  })

  it('an empty text and a missing placeholder are found', () => {
    expect(
      problems({
        en: { a: '{x} is here', b: 'b' },
        ro: { a: '{x} e aici', b: ' ' },
        ru: { a: 'здесь', b: 'б' },
      }),
    ).toEqual(['ro/area.json: b is empty', 'area.json: a has other {placeholders} in another language'])
  })
})

describe('texts that are loaded in parts', () => {
  it('a key is known when one of the parts has it', () => {
    expect(isTextKey('only.in.the.later.part')).toBe(false)
    addLanguage('en', { 'only.in.the.later.part': 'Later', 'counted.in.it_other': '{{count}} later' })
    expect(isTextKey('only.in.the.later.part')).toBe(true)
    expect(isTextKey('counted.in.it')).toBe(true)
    expect(isTextKey('counted.in')).toBe(false)
  })
})
