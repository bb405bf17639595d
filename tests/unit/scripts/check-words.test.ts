import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { everyText, refusedWords, type Words, wordProblems } from '../../../scripts/check-words.ts'

const file = (path: string) => new URL(`../../../${path}`, import.meta.url)
const page = readFileSync(file('docs/texts.md'), 'utf8')

const problems = (texts: Partial<Record<keyof Words, string>>, rules = page) =>
  wordProblems(rules, {
    en: texts.en === undefined ? {} : { a: texts.en },
    ro: texts.ro === undefined ? {} : { a: texts.ro },
    ru: texts.ru === undefined ? {} : { a: texts.ru },
  })

test('the texts of the interface and of the demo pages contain no refused word and no wrong sign', () => {
  expect(wordProblems(page, everyText(fileURLToPath(file('src/shared/i18n'))))).toEqual([])
})

test('all texts are checked: the catalogues, the help, what is new and both pages of the demo', () => {
  const { ru } = everyText(fileURLToPath(file('src/shared/i18n')))
  expect(Object.keys(ru)).toEqual(
    expect.arrayContaining([
      'app.name',
      'log.list',
      'visitorWords.send',
      'pageWords.reply',
      'help.files.1',
      'news.0.1.0.0',
    ]),
  )
})

test('the tables name refused words in each language', () => {
  for (const language of ['en', 'ro', 'ru'])
    expect(refusedWords(page).filter((one) => one.language === language).length).toBeGreaterThan(20)
})

describe('a refused word', () => {
  test.each([
    ['en', 'Messages are carried on.', '“carried” is refused'],
    ['en', 'It goes on by itself.', '“by itself” is refused'],
    ['ro', 'Puntea nu răspunde', '“puntea” is refused'],
    ['ro', 'Deschideți dosarul de date', '“dosar*” is refused'],
    ['ru', 'Мост передаёт сообщения', '“мост” is refused'],
    ['ru', 'Задача в Planfix', '“Planfix” is refused'],
    ['ru', 'Ничего еще не отправлено', '“еще” is refused'],
  ] as const)('%s: %s', (language, text, problem) => {
    expect(problems({ [language]: text })).toContain(`${language} a: ${problem}`)
  })

  test('is refused as a whole word, in its own language, and not inside of names', () => {
    const good = {
      en: 'the puntea, uncarried',
      ro: 'Neafișate',
      ru: 'мосты https://a.planfix.com Planfix API',
    }
    expect(problems(good)).toEqual([])
    expect(problems({ ru: 'Chatra–Planfix Bridge: {planfix}' })).toEqual([])
  })

  test('comes from the last cells below the heading, whatever the other cells say', () => {
    const rules =
      '# x\n\n## Words of the interface\n\n| A | Not |\n|---|---|\n| `b` | en: `old`, `tim*`; ro: `vechi` |\n'
    expect(problems({ en: 'an old timer b', ro: 'old' }, rules)).toEqual([
      'en a: “old” is refused',
      'en a: “tim*” is refused',
    ])
  })
})

test.each([
  ['en', "It's here", "' instead of ’"],
  ['en', 'Wait...', 'three full stops instead of …'],
  ['en', 'Two  spaces', 'two spaces'],
  ['ro', 'Şablon', 'a cedilla instead of a comma'],
  ['ro', 'Apăsați “Salvează”', 'quotation marks of another language'],
  ['ru', 'Нажмите “Сохранить”', 'quotation marks of another language'],
  ['ru', 'Cообщение', 'Latin and Cyrillic letters in one word'],
] as const)('a wrong sign is found: %s: %s', (language, text, problem) => {
  expect(problems({ [language]: text })).toEqual([`${language} a: ${problem}`])
})
